"""What a member is given when he asks for his own data: every part tells what it keeps about him, in words.

A part brings a module `own_data` that registers itself here, as with erasures; people, below them, knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from muster.apps.people.models import Member
from muster.codecs import phone
from muster.core.units import to_beijing
from muster.web.show import label

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the file: the heading it stands under, what it is, and what is kept."""

    part: Text
    item: Text
    value: str


Teller = Callable[[Member], Iterable[Told]]
_tellers: dict[str, Teller] = {}


def register(name: str, teller: Teller) -> None:
    """Called once by each part, when it is loaded."""
    _tellers[name] = teller


def all_of(member: Member) -> list[Told]:
    """Everything that is kept about `member`, the register first."""
    names = sorted(_tellers, key=lambda name: (name != "people", name))
    return [line for name in names for line in _tellers[name](member)]


def moment(at: object) -> str:
    """A time as the file shows it; "" for none."""
    return f"{to_beijing(at):%Y-%m-%d %H:%M}" if at else ""


REGISTER, ABILITIES = gettext_lazy("What is on the books"), gettext_lazy("Certificates and capabilities")
ABSENCES, CONTACTS = gettext_lazy("Away"), gettext_lazy("Contact")
CONSENTS = gettext_lazy("Consents")


def _register(member: Member) -> Iterable[Told]:
    home = member.home_unit
    values: list[tuple[Text, object]] = [
        (_("Member number"), member.number),
        (_("Name"), member.name),
        (_("Sex"), member.get_sex_display()),
        (_("Birth date"), member.birth_date),
        (_("ID number"), member.id_number),
        (_("Mobile"), phone.national(member.phone) if member.phone else ""),
        (_("Serves in"), label(member.unit)),
        (_("Leads the unit"), "✓" if member.is_lead else ""),
        (_("Lives in"), (home.place or label(home)) if home else ""),
        (_("Employer"), member.employer.name if member.employer else ""),
        (_("Longitude"), member.lon),
        (_("Latitude"), member.lat),
        (_("Preferred channel"), member.prefers),
        (_("State"), member.get_state_display()),
        (_("Remark"), member.remark),
    ]
    return (Told(REGISTER, item, str(value)) for item, value in values if value not in ("", None))


def _people(member: Member) -> Iterable[Told]:
    yield from _register(member)
    for held in member.holdings.select_related("capability").order_by("capability__bit"):
        days = f"{held.valid_from or ''} – {held.valid_to or ''}" if held.valid_from or held.valid_to else ""
        yield Told(
            ABILITIES, label(held.capability), "  ".join(one for one in (held.number, days, held.evidence) if one)
        )
    for contact in member.contacts.order_by("pk"):
        value = phone.national(contact.value) if contact.value.startswith("+") else contact.value
        yield Told(CONTACTS, str(contact.get_kind_display()), value)
    for notice in member.away_notices.order_by("starts_at"):
        taken_back = f"  ({_('taken back')} {moment(notice.cancelled_at)})" if notice.cancelled_at else ""
        yield Told(ABSENCES, f"{moment(notice.starts_at)} – {moment(notice.ends_at)}", notice.reason + taken_back)
    for consent in member.consents.order_by("given_at"):
        taken_back = f"  ({_('taken back')} {moment(consent.withdrawn_at)})" if consent.withdrawn_at else ""
        yield Told(CONSENTS, str(consent.get_purpose_display()), moment(consent.given_at) + taken_back)
    for request in member.erasure_requests.order_by("asked_at"):
        yield Told(_("Requests to be erased"), moment(request.asked_at), request.answer)


register("people", _people)
