"""Erasing a person: his key is destroyed, his fields are blanked, and a numbered shell stays that sums and chains need.

Kept under the member number, without a name: turns of duty and what was paid for them, calls and answers by time, which
the response model of the whole district is fitted to, and the journal's entries, whose sealed parts nobody can open any
more. Who was paid what by name stands in the signed pay sheets at the finance office, which the law makes keep them.
"""

from __future__ import annotations

from django.db import transaction

from muster.access.actions import NAMELESS, forget_user
from muster.access.rights import Actor, Right
from muster.apps.people import vault, wiping
from muster.apps.people.actions.common import check_member, check_office, nameless, note
from muster.apps.people.actions.mending import REST_NAME
from muster.apps.people.actions.runs import REFUSED_NAMES, STORED_NAME
from muster.apps.people.erasure import Ground, hindrances, parts
from muster.apps.people.models import ImportRun, Member, MemberState
from muster.core.errors import Conflict, InvalidInput
from muster.jobs import clock
from muster.journal.actions import destroy_person_key

LAST_IN_LISTS = "~"  # sort key of those without a name
_BLANK: dict[str, object] = {
    "name": NAMELESS, "sort_pinyin": LAST_IN_LISTS, "sort_stroke": LAST_IN_LISTS, "initials": "", "sex": "",
    "birth_date": None, "id_number": "", "id_index": "", "id_masked": "", "phone": "", "phone_index": "",
    "phone_masked": "", "home_unit": None, "is_lead": False, "employer": None, "lon": None, "lat": None, "prefers": "",
    "state": MemberState.DISCHARGED, "remark": "",
}  # fmt: skip


@transaction.atomic
def erase_member(actor: Actor, member: Member, ground: str, file_ref: str = "") -> dict[str, int]:
    """Make a person unreadable for good, on `ground` (a Ground) and under the office's own file reference.

    Returns how many rows each part blanked. Afterwards the database's files are cleaned of the old pages (see wiping).
    Errors: NotAllowed, InvalidInput "people.erase_ground", "people.erase_ref_names" (the reference names the person),
    Conflict with the code of what stands in the way (see erasure.hindrances).
    """
    check_office(actor, Right.ERASE_PEOPLE)
    check_member(actor, member, Right.ERASE_PEOPLE)
    member = Member.objects.select_for_update().get(pk=member.pk)
    file_ref = nameless(file_ref, member, "people.erase_ref_names", 60)
    if ground not in Ground.values:
        raise InvalidInput("people.erase_ground", ground=ground)
    for code in hindrances(member):
        raise Conflict(code)
    rows = {part.name: part.erase(member) for part in parts()}  # first, while they can still find him by his number
    rows |= {"people": _blank_register(member), "accounts": forget_user(actor, member.number)}
    _forget_uploads()
    note(actor, "member.erased", member, {"ground": ground, "file": file_ref, "rows": rows})
    destroy_person_key(member.number, actor=actor.ref, at=clock.now())
    transaction.on_commit(wiping.wipe)
    return rows


def _blank_register(member: Member) -> int:
    """The register itself; gives the number of rows taken out or blanked."""
    rows = 1
    for kept in (member.holdings, member.away_notices, member.contacts, member.consents, member.erasure_requests):
        gone, _ = kept.all().delete()
        rows += gone
    for name, value in _BLANK.items():
        setattr(member, name, value)
    member.save(update_fields=list(_BLANK))
    return rows


def _forget_uploads() -> None:
    """Workbooks that were uploaded may hold the person; those that are done with go now, and not after 30 days."""
    runs = list(ImportRun.objects.exclude(file_path=""))
    ImportRun.objects.filter(pk__in=[run.pk for run in runs]).update(file_path="")
    names = [form.format(run.file_path) for run in runs for form in (STORED_NAME, *REFUSED_NAMES.values(), REST_NAME)]
    transaction.on_commit(lambda: [vault.drop(name) for name in names])
