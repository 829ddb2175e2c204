"""Journal entries as sentences a person would say, in the reader's language. Names only where the reader may see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from muster.apps.incidents.board import Event
from muster.journal.models import Entry
from muster.web.show import in_chinese


@dataclass(frozen=True, slots=True)
class Names:
    """Member numbers and account references as names; a person the reader may not see stays "a member"."""

    members: Mapping[str, str]
    accounts: Mapping[str, str]
    capabilities: Mapping[str, str]

    def who(self, entry: Entry) -> str:
        return self.members.get(entry.person) or _("a member")

    def by(self, ref: str) -> str:
        if ref.startswith("member:"):
            return self.members.get(ref.removeprefix("member:")) or _("a member")
        return self.accounts.get(ref) or _("the system")


Line = tuple[str, str, str]  # strong part, rest of the sentence, tone


def event_of(entry: Entry, names: Names) -> Event:
    """The entry as one line of the time list; an unknown action shows its own name rather than nothing."""
    say = SENTENCES.get(entry.action)
    strong, rest, tone = say(entry, names) if say else (entry.action, "", "")
    return Event(seq=entry.seq, at=entry.at, kind=entry.action, strong=strong, sentence=rest, tone=tone)


def _percent(p: object) -> str:
    return "–" if p is None else f"{int(float(str(p)) * 1000) / 10:g}%"


def _opened(entry: Entry, names: Names) -> Line:
    return names.by(entry.actor), _("opened the incident"), "act"


def _solved(entry: Entry, _names: Names) -> Line:
    facts = entry.payload
    if facts["outcome"] == "timeout":
        return _("Not solved in time"), _("people can be picked by hand"), "warn"
    if facts.get("p_hat") is None:
        said = _("alert %(n)d people, lower limit %(p)s") % {
            "n": facts["proposed"],
            "p": _percent(facts["proposed_p_low"]),
        }
        return _("Plan solved:"), said, "bad" if facts["outcome"] == "shortfall" else "ok"
    tone = {"enough": "ok", "plan": "warn"}.get(str(facts["outcome"]), "bad")
    return _("Chance of enough in time"), _percent(facts["p_hat"]), tone


def _wave(entry: Entry, names: Names) -> Line:
    facts = entry.payload
    said = {
        "plan": _("approved the callout: %(n)d people"),
        "replacement": _("called %(n)d more"),
        "hand": _("picked %(n)d people by hand"),
    }[str(facts["origin"])]
    return names.by(entry.actor), said % {"n": facts["count"]}, "act"


def _replied(entry: Entry, names: Names) -> Line:
    facts = entry.payload
    answer, eta = facts["answer"], facts.get("eta_minutes")
    said, tone = {
        "accept": (_("is coming"), "ok"),
        "en_route": (_("has set out"), "ok"),
        "decline": (_("cannot come"), ""),
        "unclear": (_("answered unclearly"), "warn"),
    }[str(answer)]
    if answer == "accept" and eta is not None:
        said = _("is coming, in %(n)d min") % {"n": eta}
    if not facts["counted"]:
        said = f"{said} {REMARKS[str(facts['note'])]()}"
    return names.who(entry), said, tone


REMARKS: dict[str, Callable[[], str]] = {
    "closed": lambda: _("(after the end)"),
    "late": lambda: _("(too late to count)"),
    "overtaken": lambda: _("(arrived after a newer answer)"),
    "double": lambda: _("(again)"),
    "elsewhere": lambda: _("(but is on duty elsewhere)"),
}


def _checked_in(entry: Entry, names: Names) -> Line:
    point = entry.payload.get("point")
    said = (
        _("arrived at the scene")
        if entry.payload["where"] == "scene"
        else _("arrived at muster point %(p)s") % {"p": point}
    )
    return names.who(entry), said, "ok"


def _unit_confirmed(entry: Entry, names: Names) -> Line:
    facts = entry.payload
    said = _("brings %(said)d of %(called)d of the unit") % {"said": facts["said"], "called": facts["called"]}
    if facts["unnamed"]:
        remark = _("(not all by name)")
        said = f"{said} {remark}"
    return names.who(entry), said, "ok" if facts["said"] == facts["called"] else "warn"


def _called_directly(entry: Entry, names: Names) -> Line:
    said = _("did not confirm: %(n)d of the unit were called themselves") % {"n": entry.payload["count"]}
    return names.who(entry), said, "warn"


def _taken_back(entry: Entry, names: Names) -> Line:
    return names.by(entry.actor), _("took the check-in of %(name)s back") % {"name": names.who(entry)}, "warn"


def _plain(rest: Callable[[], str], tone: str = "") -> Callable[[Entry, Names], Line]:
    return lambda entry, names: (names.who(entry), rest(), tone)


def _order(rest: Callable[[], str], tone: str = "act") -> Callable[[Entry, Names], Line]:
    return lambda entry, names: (names.by(entry.actor), rest(), tone)


def _counted(rest: Callable[[], str], key: str, tone: str = "act") -> Callable[[Entry, Names], Line]:
    def say(entry: Entry, names: Names) -> Line:
        found = entry.payload.get(key, 0)
        number = len(found) if isinstance(found, list) else found
        return names.by(entry.actor), rest() % {"n": number}, tone

    return say


def _roll_call_closed(entry: Entry, _names: Names) -> Line:
    missing = len(entry.payload["missing"])
    if missing:
        return _("Roll call closed:"), _("%(n)d unaccounted for") % {"n": missing}, "bad"
    return _("Roll call closed:"), _("everyone accounted for"), "ok"


BROKEN: dict[str, Callable[[], str]] = {  # what was broken, and how, in an exercise
    "bridge": lambda: _("closed a bridge: %(name)s"),
    "village": lambda: _("cut a place off the network: %(name)s"),
    "gateway_down": lambda: _("let the SMS gateway fail"),
    "gateway_lossy": lambda: _("let the SMS gateway lose 30%% of the texts"),
    "gateway_slow": lambda: _("let the SMS gateway become slow"),
    "gateway_lying": lambda: _("let the SMS gateway report texts that it does not deliver"),
    "lane_solve": lambda: _("killed the process of the planner"),
    "lane_send": lambda: _("killed the process of the sender"),
}
MENDED: dict[str, Callable[[], str]] = {
    "bridge": lambda: _("opened the bridge again: %(name)s"),
    "village": lambda: _("brought a place back to the network: %(name)s"),
    "gateway": lambda: _("mended the SMS gateway"),
    "lane_solve": lambda: _("The planner is back after %(seconds)s s"),
    "lane_send": lambda: _("The sender is back after %(seconds)s s"),
}


def _local(entry: Entry) -> dict[str, object]:
    """What the sentence needs, with the English name of the bridge or place for who reads English."""
    facts = dict(entry.payload)
    return facts if in_chinese() or not facts.get("en") else {**facts, "name": facts["en"]}


def _broken(entry: Entry, names: Names) -> Line:
    return names.by(entry.actor), BROKEN[str(entry.payload["what"])]() % _local(entry), "bad"


def _mended(entry: Entry, names: Names) -> Line:
    what = str(entry.payload["what"])
    said = MENDED[what]() % _local(entry)
    return (said, "", "ok") if what.startswith("lane") else (names.by(entry.actor), said, "ok")


SENTENCES: dict[str, Callable[[Entry, Names], Line]] = {
    "incident.opened": _opened,
    "incident.closed": _order(lambda: _("closed the incident, everyone accounted for"), "ok"),
    "incident.reviewed": _order(lambda: _("signed the review"), "ok"),
    "incident.false_alarm": _order(lambda: _("marked it a false alarm")),
    "callout.plan_chosen": _order(lambda: _("chose another plan")),
    "callout.needs_set": _order(lambda: _("changed the needs")),
    "callout.policy_set": _order(lambda: _("changed how replacements are sent")),
    "callout.calling_set": _order(lambda: _("changed how people are called")),
    "callout.solved": _solved,
    "callout.approved": _wave,
    "callout.wave_sent": _wave,
    "callout.released": _counted(lambda: _("released %(n)d people early"), "count"),
    "callout.stood_down": _order(lambda: _("ordered the stand-down")),
    "unit.confirmed": _unit_confirmed,
    "unit.called_directly": _called_directly,
    "alert.replied": _replied,
    "alert.undelivered": _plain(lambda: _("could not be reached"), "warn"),
    "alert.checked_in": _checked_in,
    "alert.check_in_taken_back": _taken_back,
    "alert.released": _plain(lambda: _("was told not to come")),
    "alert.left": _plain(lambda: _("left the scene")),
    "alert.no_show": _plain(lambda: _("had accepted but did not come"), "warn"),
    "alert.no_answer": _plain(lambda: _("never answered")),
    "roll_call.started": _counted(lambda: _("started a roll call of %(n)d people"), "expected"),
    "roll_call.answered": _counted(lambda: _("roll call: %(n)d answered"), "alerts"),
    "roll_call.closed": _roll_call_closed,
    "exercise.broken": _broken,
    "exercise.mended": _mended,
}
