from django.apps import AppConfig


class CommandConfig(AppConfig):
    name = "muster.apps.command"
    label = "command"

    def ready(self) -> None:
        """Bring the sentences of its acts; draw a site's zones when an incident opens there."""
        from muster.apps.command import sentences
        from muster.apps.command.listeners import on_incident_opened
        from muster.apps.incidents.signals import incident_opened

        sentences.bring()
        incident_opened.connect(on_incident_opened, dispatch_uid="command")
