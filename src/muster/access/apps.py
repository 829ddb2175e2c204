from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "muster.access"
    label = "access"

    def ready(self) -> None:
        from muster.access import signals

        signals.connect()
