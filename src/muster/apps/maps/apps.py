from django.apps import AppConfig


class MapsConfig(AppConfig):
    name = "muster.apps.maps"
    label = "maps"
