from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "muster.apps.incidents"
    label = "incidents"

    def ready(self) -> None:
        """Listen to the channels: what becomes of messages, and texts that come in; and to the roads."""
        from muster.access.directory import offer_incidents
        from muster.apps.channels.signals import (
            alerts_wanting,
            incident_open,
            message_changed,
            message_locking,
            text_received,
        )
        from muster.apps.incidents import listeners
        from muster.apps.incidents.reads.shared import partner_facts
        from muster.apps.maps.signals import roads_changed

        offer_incidents(partner_facts)
        message_locking.connect(listeners.on_message_locking, dispatch_uid="incidents")
        message_changed.connect(listeners.on_message_changed, dispatch_uid="incidents")
        alerts_wanting.connect(listeners.on_alerts_wanting, dispatch_uid="incidents")
        incident_open.connect(listeners.on_incident_open, dispatch_uid="incidents")
        roads_changed.connect(listeners.on_roads_changed, dispatch_uid="incidents")
        text_received.connect(listeners.on_text_received, dispatch_uid="incidents")
