from django.apps import AppConfig

from muster.access.rights import Actor, Right
from muster.web.first import offer_first_page


class DeskConfig(AppConfig):
    name = "muster.apps.desk"
    label = "desk"

    def ready(self) -> None:
        """Offer the start page of an empty system to those who can fill it; the morning sheet says what an erasure does."""
        from muster.access.handover.reads import on_change
        from muster.apps.desk.daily.actions import (
            ERASING,  # models can be had once all apps are ready
            follow_handover,
        )
        from muster.apps.desk.review import sentences
        from muster.apps.people.erasure import register

        sentences.bring()
        register(ERASING)
        on_change(follow_handover)
        offer_first_page(_start_page)


def _start_page(actor: Actor) -> str:
    from muster.apps.desk.start_reads import is_empty, lacks_head  # models can be had once all apps are ready

    if actor.may(Right.IMPORT_PEOPLE) and not actor.unit_path and is_empty():
        return "/start/"
    return "/start/" if actor.may(Right.MANAGE_ACCOUNTS) and lacks_head() else ""
