from django.apps import AppConfig


class ServiceConfig(AppConfig):
    name = "muster.apps.service"
    label = "service"
