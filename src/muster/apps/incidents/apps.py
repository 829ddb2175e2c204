from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "muster.apps.incidents"
    label = "incidents"
