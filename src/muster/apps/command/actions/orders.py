"""Response levels, reports to above, and the office's own times."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.db.models import Max

from muster.access.rights import Actor, Right, check
from muster.apps.command.actions.common import begin, filled, note
from muster.apps.command.dials import KNOBS, MOST, REPORT_CLOCKS, dials
from muster.apps.command.models import Dial, Level, LevelOrder, Report, ReportKind
from muster.core.errors import Conflict, InvalidInput
from muster.jobs.clock import now
from muster.journal import actions as journal
from muster.web.show import BEIJING

STREAM = "command"
MEDIA = frozenset({"phone", "written"})


@transaction.atomic
def order_level(actor: Actor, incident_id: int, level: str, reason: str) -> LevelOrder:
    """Put a response level in force, or end the response (""). A named person orders it and says why; the system never does.

    Errors: NotAllowed; "command.level_unknown", "command.level_reason"; Conflict "command.level_same"."""
    incident = begin(actor, incident_id, Right.SET_LEVEL)
    if level not in ("", *Level.values):
        raise InvalidInput("command.level_unknown")
    before = incident.levels.last()
    if level == (before.level if before else ""):
        raise Conflict("command.level_same")
    said = filled(reason, "command.level_reason", 200)
    row = LevelOrder(incident=incident, level=level, reason=said, at=now(), ordered_by=actor.ref)
    row.save(force_insert=True)
    note(incident, "level.ordered", actor, payload={"level": level, "before": before.level if before else ""})
    return row


@transaction.atomic
def send_report(
    actor: Actor, incident_id: int, *, kind: str, medium: str, addressee: str, title: str, body: str, clock: str = ""
) -> Report:
    """Keep a report as it was sent and give it its number; the year and the number are those of Beijing.

    Errors: "command.report_kind", "command.report_medium", "command.report_to", "command.report_title", "command.report_body";
    Conflict "command.report_first" for a first report after the first, "command.report_not_first" for another kind before,
    "command.report_over" after the final one, "command.report_again"."""
    incident = begin(actor, incident_id, also_closed=True)
    if kind not in ReportKind.values:
        raise InvalidInput("command.report_kind")
    if medium not in MEDIA or clock not in ("", *REPORT_CLOCKS):
        raise InvalidInput("command.report_medium")
    sent = set(incident.reports.values_list("kind", flat=True))
    if ReportKind.FINAL in sent:
        raise Conflict("command.report_over")
    written = incident.reports.filter(medium="written").exists()
    if kind == ReportKind.FIRST and written:
        raise Conflict("command.report_first")
    if kind != ReportKind.FIRST and not sent:
        raise Conflict("command.report_not_first")
    moment = now()
    series, year = incident.mode, moment.astimezone(BEIJING).year
    last = Report.objects.filter(series=series, year=year).aggregate(last=Max("number"))["last"]
    row = Report(
        incident=incident, series=series, year=year, number=(last or 0) + 1, kind=kind, medium=medium, clock=clock,
        addressee=filled(addressee, "command.report_to", 80), title=filled(title, "command.report_title", 120),
        body=filled(body, "command.report_body", 6000), at=moment, sent_by=actor.ref,
    )  # fmt: skip
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:  # another incident's report took the number in the same moment
        raise Conflict("command.report_again") from error
    payload = {"report": row.pk, "kind": kind, "medium": medium, "clock": clock, "number": row.number, "year": year}
    note(incident, "report.sent", actor, payload=payload)
    return row


@transaction.atomic
def set_dials(actor: Actor, wanted: dict[str, int]) -> int:
    """Set the office's own times; how many are different now. Errors: "command.dial_unknown", "command.dial_value"."""
    check(actor, Right.SET_LEVEL)
    before = dials()
    changed = {key: value for key, value in wanted.items() if before.get(key) != value}
    for key, value in changed.items():
        if key not in KNOBS:
            raise InvalidInput("command.dial_unknown")
        if not KNOBS[key].least <= value <= MOST:
            raise InvalidInput("command.dial_value", name=str(KNOBS[key].word), least=KNOBS[key].least, most=MOST)
        Dial.objects.update_or_create(key=key, defaults={"value": value})
        payload = {"key": key, "before": before[key], "value": value}
        journal.append(STREAM, "dial.set", actor=actor.ref, at=now(), payload=payload)
    return len(changed)
