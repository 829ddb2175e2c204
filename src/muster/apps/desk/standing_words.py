"""Why a plan is getting weak, in words. Pure but for the language."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from muster.apps.desk.standing import Standing, Weak, WeakLine
from muster.apps.desk.start_words import capability_words, later_words, shortage
from muster.web import show


@dataclass(frozen=True, slots=True)
class Said:
    """A plan and its sentences; `when` says from when on, `check` what its newest answer says ("" when that holds)."""

    weak: Weak
    when: str
    lines: tuple[str, ...]
    check: str


def said(found: Standing) -> list[Said]:
    """Everything in the reader's language."""
    names = capability_words() if found.weak else {}
    return [Said(weak, _when(weak), tuple(map(line_words, weak.lines)), _check(weak, names)) for weak in found.weak]


def _when(weak: Weak) -> str:
    if not weak.days:
        return _("now")
    return _("from %(day)s at the latest") % {"day": show.day(weak.day)}


def line_words(line: WeakLine) -> str:
    """ "Medic 4 of 6: 2 certificates run out, 1 away"."""
    reasons = [
        ngettext("%(n)s certificate has run out", "%(n)s certificates have run out", line.ended) % _n(line.ended),
        ngettext("%(n)s certificate runs out", "%(n)s certificates run out", line.ending) % _n(line.ending),
        ngettext("%(n)s person away", "%(n)s people away", line.away) % _n(line.away),
        ngettext("%(n)s took back the consent", "%(n)s took back their consent", line.withdrawn) % _n(line.withdrawn),
        ngettext("%(n)s off duty or busy", "%(n)s off duty or busy", line.taken) % _n(line.taken),
        ngettext("%(n)s suspended or discharged", "%(n)s suspended or discharged", line.left) % _n(line.left),
    ]
    counts = (line.ended, line.ending, line.away, line.withdrawn, line.taken, line.left)
    why = _(", ").join(words for words, n in zip(reasons, counts, strict=True) if n)
    given = {"capability": show.label(line.capability), "have": show.count(line.have), "need": show.count(line.need)}
    if not why:
        return _("%(capability)s %(have)s of %(need)s: too few on the books") % given
    return _("%(capability)s %(have)s of %(need)s: %(why)s") % {**given, "why": why}


def _n(count: int) -> dict[str, str]:
    return {"n": show.count(count)}


def _check(weak: Weak, names: dict[str, str]) -> str:
    check = weak.check
    if check is None:
        return ""
    if check.outcome != "short":
        return later_words(check, names)
    short = shortage(check, names) if check.result.get("shortfall") else ""
    return _("The newest check fails: %(short)s.") % {"short": short} if short else _("The newest check fails.")
