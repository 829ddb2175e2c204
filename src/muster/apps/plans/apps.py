from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "muster.apps.plans"
    label = "plans"
