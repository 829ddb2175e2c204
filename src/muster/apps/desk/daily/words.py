"""The sheet in words: what the facts look like on the page, in the reader's language. Sheets of old look as they were."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from muster.apps.desk.daily.fit import Lengths, fit
from muster.apps.plans.models import IncidentKind
from muster.web import show
from muster.web.words import THINGS

Row = dict[str, Any]
# The longest lists that a page bears when everything else is short.
MOST: Lengths = {"towns": 16, "capabilities": 20, "plans": 16, "findings": 10, "incidents": 3, "certificates": 7}
GROUPS = ("enrolled", "ready", "taken", "away", "unreachable")

# state of a plan -> icon, tone, word
STATES: dict[str, tuple[str, str, str | Promise]] = {
    "green": ("check", "ok", gettext_lazy("Enough")),
    "red": ("alert-triangle", "bad", gettext_lazy("Not enough")),
    "none": ("hourglass", "quiet", pgettext_lazy("plan", "No answer yet")),
}
WHY: dict[str, str | Promise] = {
    "waiting": gettext_lazy("asked, being computed"),
    "never": gettext_lazy("not asked yet"),
    "failed": gettext_lazy("could not be computed"),
    "nobody": gettext_lazy("nobody is on the books"),
    "old": gettext_lazy("the last answer is older than a day"),
    "moved": gettext_lazy("people, plan or roads have changed since the last answer"),
}


def page_of(facts: Row, day: date) -> Row:
    """What the template draws. Lists longer than a page bears are cut, and the rest is counted in one row."""
    return fit(lambda most: _drawn(facts, day, most), MOST)


def _drawn(facts: Row, day: date, most: dict[str, int]) -> Row:
    at = datetime.fromisoformat(facts["at"])
    plans = sorted(facts["plans"], key=lambda row: ("red", "none", "green").index(row["state"]))
    cut = len(plans) > most["plans"]
    incidents, findings = facts["incidents"][: most["incidents"]], facts["findings"][: most["findings"]]
    return {
        "day": day_words(day), "weekday": date_format(day, "l"), "at": at, "office": facts["office"],
        "phone": facts["phone"], "exercise": facts["exercise"], "duty": facts["duty"],
        "incidents": [_incident(row) for row in incidents],
        "more_incidents": len(facts["incidents"]) - len(incidents),
        "towns": _towns(facts["towns"], most["towns"]), "total": [facts["total"][group] for group in GROUPS],
        "capabilities": _capabilities(facts["capabilities"], most["capabilities"]),
        "plans": [plan_words(row, at) for row in (plans[: most["plans"] - 1] if cut else facts["plans"])],
        "more_plans": len(plans) - most["plans"] + 1 if cut else 0,
        "states": [(*STATES[state], sum(row["state"] == state for row in plans)) for state in STATES],
        "certificates": _certificates(facts["certificates"], most["certificates"]),
        "findings": [finding_words(row) for row in findings],
        "more_findings": len(facts["findings"]) - len(findings),
    }  # fmt: skip


def day_words(day: date) -> str:
    """ "2026 年 7 月 14 日" or "14 July 2026"."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if show.in_chinese() else f"{day.day} {day:%B} {day.year}"


def _label(row: Row) -> str:
    return str(row["zh"] if show.in_chinese() else row["en"])


def _incident(row: Row) -> Row:
    kind = IncidentKind(row["kind"]).label if row["kind"] in IncidentKind.values else ""
    return row | {"kind_word": kind, "t0": datetime.fromisoformat(row["t0"])}


def _towns(rows: list[Row], most: int) -> list[Row]:
    shown = rows if len(rows) <= most else rows[: most - 1]
    made = [{"name": _label(row) or _("District teams"), "n": [row[group] for group in GROUPS]} for row in shown]
    rest = rows[len(shown) :]
    if rest:
        name = _("%(n)s others") % {"n": show.count(len(rest))}
        made.append({"name": name, "n": [sum(row[group] for row in rest) for group in GROUPS]})
    return made


def _capabilities(rows: list[Row], most: int) -> list[Row]:
    """The scarcest are never cut."""
    if len(rows) > most:
        scarce = sorted(range(len(rows)), key=lambda at: rows[at]["ready"] - rows[at]["need"])[:most]
        rows = [rows[at] for at in sorted(scarce)]
    return [row | {"name": _label(row), "short": max(0, row["need"] - row["ready"])} for row in rows]


def plan_words(row: Row, at: datetime) -> Row:
    """Name, mark, chance and reason of one plan."""
    icon, tone, word = STATES[row["state"]]
    made = datetime.fromisoformat(row["at"]) if row["at"] else None
    return {
        "name": _label(row), "own": row["own"], "state": row["state"], "icon": icon, "tone": tone, "word": word,
        "p": row["p_low"], "target": row["target"], "age": age_words(made, at), "note": _note(row),
    }  # fmt: skip


def _note(row: Row) -> str:
    """Why there is no answer, what is missing, or what a plan that holds asks for."""
    if row["why"]:
        return str(WHY[row["why"]])
    if row["short"]:
        return _short(row["short"])
    said = _("by calling %(n)s people") % {"n": show.count(row["alerts"])}
    return _("%(said)s; no longer in 30 days, certificates run out") % {"said": said} if row["fades"] else said


def age_words(made: datetime | None, at: datetime) -> str:
    """How old an answer was at the moment of the sheet."""
    if made is None:
        return show.NOTHING
    minutes = max(0, int((at - made).total_seconds() // 60))
    if minutes < 60:
        return _("%(n)s min") % {"n": minutes}
    return _("%(n)s h") % {"n": minutes // 60}


def _short(short: Row) -> str:
    listed = _(", ").join(_label(line) for line in short["lines"])
    if len(short["lines"]) == 1:
        return _("short of %(n)s %(capability)s within %(minutes)s minutes") % {
            "n": show.count(short["missing"]), "capability": listed, "minutes": short["minutes"],
        }  # fmt: skip
    return _("short of %(n)s people among %(capabilities)s within %(minutes)s minutes") % {
        "n": show.count(short["missing"]), "capabilities": listed, "minutes": short["minutes"],
    }  # fmt: skip


def _certificates(found: Row, most: int) -> Row:
    """Counts, by capability those that lose most; the others in one row."""
    rows = [row | {"name": _label(row)} for row in found["rows"]]
    shown = rows if len(rows) <= most else rows[: most - 1]
    rest = rows[len(shown) :]
    if rest:
        name = _("%(n)s others") % {"n": show.count(len(rest))}
        shown = [*shown, {"name": name, "soon": sum(r["soon"] for r in rest), "later": sum(r["later"] for r in rest)}]
    return {"lapsed": found["lapsed"], "soon": found["soon"], "later": found["later"], "rows": shown}


def finding_words(row: Row) -> str:
    """One sentence for something that is wrong."""
    code, n = row["code"], row.get("n", 1)
    if code == "machine":
        return _label(row)
    if code in THINGS:
        return str(THINGS[code][2])
    sentences = {
        "no_phone": ngettext("1 person has no mobile number", "%(n)s people have no mobile number", n),
        "withdrawn": ngettext("1 person does not want to be called", "%(n)s people do not want to be called", n),
        "undelivered": ngettext(
            "1 person's last call was not delivered: check the number",
            "%(n)s people's last call was not delivered: check the numbers",
            n,
        ),
        "no_home": ngettext(
            "1 home is not known and counts as far out", "%(n)s homes are not known and count as far out", n
        ),
        "import_rows": ngettext(
            "1 refused row of a list waits to be mended", "%(n)s refused rows of lists wait to be mended", n
        ),
        "texts": ngettext(
            "1 text of the last day waits for somebody to read it",
            "%(n)s texts of the last day wait for somebody to read them",
            n,
        ),
        "closures": ngettext("1 road closure is in force", "%(n)s road closures are in force", n),
    }
    return sentences[code] % {"n": show.count(n)}
