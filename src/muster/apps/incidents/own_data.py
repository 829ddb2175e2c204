"""What incidents keep about a member: each callout he was called for, and his own words in it."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from muster.apps.incidents.models import Alert, Reply
from muster.apps.people.models import Member
from muster.apps.people.own_data import Told, moment, register


def tell(member: Member) -> Iterable[Told]:
    """Callouts by time, then his replies; the incident appears by its title."""
    part = _("Callouts")
    alerts = Alert.objects.filter(member=member).select_related("callout__incident").order_by("alerted_at")
    for alert in alerts:
        times = [
            (_("reply"), alert.replied_at),
            (_("checked in"), alert.checked_in_at),
            (_("released"), alert.released_at),
        ]
        said = [f"{word} {moment(at)}" for word, at in times if at]
        words = "; ".join([str(alert.get_state_display()), *said, *([alert.reason] if alert.reason else [])])
        yield Told(part, f"{moment(alert.alerted_at)} {alert.callout.incident.title}", words)
    for reply in Reply.objects.filter(alert__member=member).order_by("at"):
        said = [str(reply.answer), reply.reason, reply.text]
        yield Told(_("My replies"), moment(reply.at), "; ".join(one for one in said if one))


register("incidents", tell)
