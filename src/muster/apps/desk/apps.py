from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "muster.apps.desk"
    label = "desk"
