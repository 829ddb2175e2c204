"""What all callout pages share: the context of their heading, names behind references, numbers out of forms."""

from __future__ import annotations

from django.http import HttpRequest

from muster.access.models import Account, Role
from muster.apps.incidents.models import Incident
from muster.apps.incidents.states import RUNNING
from muster.jobs import clock


def context(incident: Incident, **more: object) -> dict[str, object]:
    """Context of every callout page; `exercise` puts the stripe on it."""
    moment = clock.now()
    return {
        "nav": "duty",
        "incident": incident,
        "callout": incident.callout,
        "exercise": incident.is_exercise,
        "now": moment,
        "elapsed": incident.elapsed_at(moment),
        "speed": clock.speed(),
        "running": incident.callout.state in RUNNING,
        **more,
    }


def chosen_ids(request: HttpRequest, field: str) -> list[int]:
    """Whole numbers of a repeated field; what is no number is passed over, for nobody can have chosen it."""
    return [int(text) for text in request.POST.getlist(field) if is_number(text)]


def is_number(text: str) -> bool:
    """Whether the text is a whole number of a size that a key can have."""
    return text.isascii() and text.isdigit() and len(text) < 16


def whom_to_wake() -> list[Account]:
    """Those who may approve any callout, office heads first."""
    accounts = Account.objects.filter(active=True, role__in=[Role.OFFICE_HEAD, Role.COMMANDER])
    return sorted(accounts, key=lambda account: (account.role != Role.OFFICE_HEAD, account.pk))


def odds(p: float) -> tuple[int, int]:
    """A chance as "about n times out of m", rounded down: 0.956 -> (19, 20), 0.39 -> (3, 10); never m out of m."""
    out_of = 20 if p >= 0.9 else 10
    return min(int(p * out_of + 1e-9), out_of - 1), out_of
