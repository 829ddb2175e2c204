"""What became of each field of a member: who changed it, when, from what to what. Read from the journal; numbers masked.

An entry keeps what a field said before, sealed under the member's key, and newer ones what it says since. An import is one
entry for the whole file and no part of this: its own report says what it changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from muster.access.reads import names_of
from muster.apps.people.models import Capability, Consent, Contact, Member, MemberState, Unit
from muster.codecs import idnumber, phone
from muster.core.units import to_beijing
from muster.journal import sealing
from muster.journal.models import Entry
from muster.journal.sentences import words_of
from muster.web.show import NOTHING, label

FIELDS: dict[str, str | Promise] = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Mobile"),
    "id_number": gettext_lazy("ID number"),
    "birth_date": gettext_lazy("Birth date"),
    "sex": gettext_lazy("Sex"),
    "unit": gettext_lazy("Serves in"),
    "home_unit": gettext_lazy("Lives in"),
    "is_lead": gettext_lazy("Leads the unit"),
    "employer": gettext_lazy("Employer"),
    "lon": gettext_lazy("Longitude"),
    "lat": gettext_lazy("Latitude"),
    "prefers": gettext_lazy("Preferred channel"),
    "state": gettext_lazy("State"),
    "remark": gettext_lazy("Remark"),
    "holding": gettext_lazy("Certificates and capabilities"),
    "away": gettext_lazy("Away"),
    "contact": gettext_lazy("Further contacts"),
    "consent": gettext_lazy("Consents"),
    "entry": pgettext_lazy("history", "Enrolment"),
}
_NONE_BEFORE = {"", "None", None}


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one field; `before` and `after` are words for the page, "–" for nothing or not known any more."""

    at: datetime
    who: str
    act: str
    field: str
    field_word: str
    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class History:
    """The steps asked for, newest first, and how many there are of each field."""

    steps: tuple[Step, ...]
    counts: tuple[tuple[str, str, int], ...]
    total: int


def history_of(member: Member, field: str = "") -> History:
    """All of `member`, or of one `field` of FIELDS; the caller has checked that the reader may see him."""
    found = Entry.objects.filter(stream__name="people", person=member.number).order_by("-seq")
    entries = [entry for entry in found if entry.action.partition(".")[0] in _READERS]
    private = sealing.unseal_all(member.number, [entry.sealed for entry in entries])
    teller = _Teller(member, names_of({entry.actor for entry in entries}))
    steps = [step for entry, kept in zip(entries, private, strict=True) for step in teller.steps(entry, kept or {})]
    counts = [(key, str(word), sum(step.field == key for step in steps)) for key, word in FIELDS.items()]
    chosen = field if field in FIELDS else ""
    return History(
        steps=tuple(step for step in steps if not chosen or step.field == chosen),
        counts=tuple(count for count in counts if count[2]),
        total=len(steps),
    )


class _Teller:
    """Walks from the newest entry back: what a field says after an old entry is what the next newer one found there."""

    def __init__(self, member: Member, names: Mapping[str, str]) -> None:
        self.names = names
        self.units = {unit.name: label(unit) for unit in Unit.objects.all()}
        self.capabilities = {one.slug: label(one) for one in Capability.objects.all()}
        self.now: dict[str, object] = {name: getattr(member, name) for name in FIELDS if hasattr(member, name)}

    def steps(self, entry: Entry, private: Mapping[str, object]) -> Iterator[Step]:
        for field, what, before, after in _READERS[entry.action.partition(".")[0]](self, entry, private):
            yield Step(
                at=entry.at,
                who=self.names.get(entry.actor, _("the system")),
                act=words_of(entry.action),
                field=field,
                field_word=str(FIELDS[field]),
                what=what,
                before=before,
                after=after,
            )

    def member(self, entry: Entry, private: Mapping[str, object]) -> Iterator[tuple[str, str, str, str]]:
        if entry.action == "member.enrolled":
            yield "entry", "", NOTHING, str(entry.person)
        before, after = _mapping(private.get("before")), _mapping(private.get("after"))
        for field in before:
            if field not in FIELDS:
                continue
            said = after.get(field, self.now.get(field))
            yield field, "", self.words(field, before[field]), self.words(field, said)
            self.now[field] = before[field]

    def holding(self, entry: Entry, private: Mapping[str, object]) -> Iterator[tuple[str, str, str, str]]:
        what = self.capabilities.get(str(entry.payload.get("capability")), "")
        gone = entry.action == "holding.removed"
        after = _("does not hold it") if gone else _validity(entry.payload)
        before = private.get("before")
        earlier = NOTHING if not isinstance(before, Mapping) else _validity(before) if before else _("does not hold it")
        yield "holding", what, earlier, after

    def away(self, entry: Entry, _private: Mapping[str, object]) -> Iterator[tuple[str, str, str, str]]:
        if entry.action == "away.added":
            span = f"{_moment(entry.payload.get('starts_at'))} – {_moment(entry.payload.get('ends_at'))}"
            yield "away", "", NOTHING, span
        else:
            yield "away", "", NOTHING, words_of(entry.action)

    def contact(self, entry: Entry, _private: Mapping[str, object]) -> Iterator[tuple[str, str, str, str]]:
        kinds = dict(Contact._meta.get_field("kind").choices)
        what = str(kinds.get(str(entry.payload.get("kind")), ""))
        yield "contact", what, NOTHING, words_of(entry.action)

    def consent(self, entry: Entry, _private: Mapping[str, object]) -> Iterator[tuple[str, str, str, str]]:
        purposes = dict(Consent._meta.get_field("purpose").choices)
        what = str(purposes.get(str(entry.payload.get("purpose")), ""))
        yield "consent", what, NOTHING, words_of(entry.action)

    def words(self, field: str, value: object) -> str:
        """A value of a member's field for the page; numbers masked, the birth date cut to its year."""
        text = str(value) if value is not None else ""
        if field == "is_lead":
            return pgettext("answer", "yes") if value is True or text == "True" else pgettext("answer", "no")
        if text in _NONE_BEFORE:
            return NOTHING
        if field in ("unit", "home_unit"):
            return self.units.get(text, text)
        if field in _SHOWN:
            return _SHOWN[field](text)
        return text


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _validity(values: Mapping[str, object]) -> str:
    last = values.get("valid_to")
    return _("until %(day)s") % {"day": last} if last else _("without an end")


def _moment(text: object) -> str:
    return f"{to_beijing(datetime.fromisoformat(str(text))):%Y-%m-%d %H:%M}" if text else NOTHING


def _year_only(text: str) -> str:
    return f"{date.fromisoformat(text).year}-**-**"


def _sex(text: str) -> str:
    return str(dict(Member._meta.get_field("sex").choices).get(text, text))


_SHOWN = {
    "phone": phone.masked,
    "id_number": idnumber.masked,
    "birth_date": _year_only,
    "sex": _sex,
    "state": lambda text: str(dict(MemberState.choices).get(text, text)),
    "lon": lambda text: f"{float(text):.3f}",
    "lat": lambda text: f"{float(text):.3f}",
}
_READERS = {
    "member": _Teller.member,
    "holding": _Teller.holding,
    "away": _Teller.away,
    "contact": _Teller.contact,
    "consent": _Teller.consent,
}
