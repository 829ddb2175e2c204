"""What a change for many does to one member, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from muster.access.reads import names_of
from muster.apps.people.models import Capability, Member, MemberState, Unit
from muster.apps.service.models import BulkAct, BulkKind
from muster.core.units import to_beijing
from muster.web.show import NOTHING, label
from muster.web.texts import ERROR_TEXTS

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """One line of a preview or of an act."""

    member: Member
    before: str
    after: str
    why: str


class Words:
    """Looks the names of units and capabilities up once."""

    def __init__(self) -> None:
        self.units = {unit.code: label(unit) for unit in Unit.objects.all()}
        self.capabilities = {one.slug: label(one) for one in Capability.objects.all()}

    def told(self, kind: str, member: Member, before: Values, after: Values, refused: str = "") -> Told:
        return Told(member, self.side(kind, before), self.side(kind, after), str(ERROR_TEXTS.get(refused, refused)))

    def side(self, kind: str, values: Values) -> str:
        """One side of a change."""
        if kind in (BulkKind.RENEW, BulkKind.LEARNED):
            return _held(values.get("holding"))
        if kind == BulkKind.MOVE:
            return self.units.get(str(values.get("unit")), NOTHING)
        if kind == BulkKind.STATE:
            return str(dict(MemberState.choices).get(str(values.get("state")), NOTHING))
        return f"{_moment(values['starts_at'])} – {_moment(values['ends_at'])}" if values else _("not entered as away")

    def title(self, act: BulkAct) -> str:
        """What was done, e.g. "Renew a certificate: Medic, until 2028-06-30"."""
        said = act.said
        parts = [
            self.capabilities.get(str(said.get("capability")), ""),
            self.units.get(str(said.get("unit")), ""),
            str(dict(MemberState.choices).get(str(said.get("state")), "")) if said.get("state") else "",
            _("until %(day)s") % {"day": said["valid_to"]} if said.get("valid_to") else "",
            self.side(BulkKind.AWAY, said) if said.get("starts_at") else "",
        ]
        more = _(", ").join(part for part in parts if part)
        return f"{act.get_kind_display()}{_(': ')}{more}" if more else str(act.get_kind_display())


def _held(values: object) -> str:
    if not isinstance(values, Mapping) or not values:
        return _("does not hold it")
    last = values.get("valid_to")
    return _("until %(day)s") % {"day": date.fromisoformat(str(last)).isoformat()} if last else _("without an end")


def _moment(text: object) -> str:
    return f"{to_beijing(datetime.fromisoformat(str(text))):%Y-%m-%d %H:%M}"


def who_did(acts: list[BulkAct]) -> dict[str, str]:
    """Actor ref -> name."""
    return names_of({act.done_by for act in acts} | {act.undone_by for act in acts if act.undone_by})
