from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "muster.live"
    label = "live"
