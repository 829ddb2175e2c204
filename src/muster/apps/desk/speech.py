"""The board in words: what a person on the desk would say, and which one act comes next. Pure but for the language."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from muster.access.rights import Actor, Right
from muster.apps.incidents.board import Board, LineView, Proposal, Repair, heads_short
from muster.web import show

UNAPPROVED = {"draft", "recommended"}
OVER = {"stood_down", "closed"}
ENDED = {"closed", "reviewed", "false_alarm"}
ALMOST_ALWAYS = 0.995


@dataclass(frozen=True, slots=True)
class Verdict:
    """The middle of the band: `lead` and the part in the colour of the word, then what it means."""

    lead: str
    strong: str
    meaning: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Act:
    """The one filled button of the page; `why` is said above it where no proposal explains it."""

    word: str
    url: str
    why: str = ""


def odds(p: float) -> tuple[int, int]:
    """A chance as "about k times in n": n is 10, 20 or 100, and k never says never or always."""
    value = Decimal(str(p))
    if value >= Decimal("0.985"):
        return min(99, int(value * 100)), 100
    size = 20 if value >= Decimal("0.9") else 10
    times = int((value * size).quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return min(size - 1, max(1, times)), size


def odds_words(board: Board) -> str:
    """What the chance means, in times out of ten."""
    p = board.verdict.p_hat
    if p is None:
        return ""
    if p < 0.05:
        return _("As things stand, it hardly ever works: less than once in 10 times.")
    if p >= ALMOST_ALWAYS:
        return _("As things stand, all %(posts)s posts are filled in time almost always.") % {
            "posts": show.count(board.posts)
        }
    times, size = odds(p)
    return _("As things stand, about %(k)s times in %(n)s all %(posts)s posts are filled in time.") % {
        "k": times,
        "n": size,
        "posts": show.count(board.posts),
    }


def shortest(board: Board) -> str:
    """The line that lacks most heads, and how many more lines are not safe: "Drone pilot: 1 short".

    Of the lines that the needs board marks: heads against what is expected there, or against who is there once it is
    counted; "may be short" where enough are expected and too often fewer come."""
    lacking = sorted(_lacking(board), key=lambda pair: (-pair[1], pair[0].p or 0.0))
    if not lacking:
        return ""
    line, n = lacking[0]
    said = _("%(capability)s: %(n)s short") if n else _("%(capability)s: may be short")
    more = _(", and %(n)s more lines") % {"n": len(lacking) - 1} if len(lacking) > 1 else ""
    return said % {"capability": show.label(line.capability), "n": show.count(n)} + more


def _lacking(board: Board) -> list[tuple[LineView, int]]:
    """Lines that are short or at risk, each with the heads it lacks; 0 where enough are expected."""
    if board.verdict.measured:
        return [(line, line.people - line.on_scene) for line in board.lines if line.on_scene < line.people]
    marked = [line for line in board.lines if line_word(line, board.verdict.target) in ("short", "at_risk")]
    return [(line, heads_short(line.people, line.expected)) for line in marked]


def minutes_left(board: Board) -> int:
    """Minutes until the next line that still waits for people is due; 0 when all have passed."""
    due = [line.due_at for line in board.lines if line.on_scene < line.people and line.due_at > board.now]
    return int((min(due) - board.now).total_seconds() // 60) if due else 0


def verdict_words(board: Board) -> Verdict:
    """Heading and meaning of the verdict band."""
    if board.incident_state in ENDED:
        return Verdict(_("The incident is closed."), "", (_("The review has the whole story."),))
    if board.state in OVER:
        left = board.people.checked_in
        said = _("%(n)s people are still signed in; sign them out as they leave.") % {"n": show.count(left)}
        return Verdict(_("Stood down."), "", (said if left else _("Everybody has left."),))
    if not board.lines:
        return Verdict(_("No needs yet:"), _("say who is needed"), (_("Choose a plan or write the needs."),))
    if board.state in UNAPPROVED:
        return _before_approval(board)
    if board.verdict.measured:
        return _measured(board)
    return _running(board)


def _before_approval(board: Board) -> Verdict:
    nothing_sent = _("Nothing has been sent yet.")
    if board.verdict.proposal is None and board.verdict.p_hat is None:
        waiting = _("You need not wait: people can be picked by hand and alerted at any time.")
        return Verdict(_("The plan is being computed."), "", (nothing_sent, waiting))
    if board.verdict.word == "enough":
        return Verdict(_("Ready for approval."), "", (_promise(board), nothing_sent))
    return Verdict(_("Even the best choice is not enough."), shortest(board), (_promise(board), *_rivals(board)))


def _promise(board: Board) -> str:
    if board.verdict.p_hat is None:
        return ""
    if board.verdict.p_hat >= ALMOST_ALWAYS:
        return _("Called this way, all %(posts)s posts are filled in time almost always.") % {
            "posts": show.count(board.posts)
        }
    times, size = odds(board.verdict.p_hat)
    return _("Called this way, about %(k)s times in %(n)s all %(posts)s posts are filled in time.") % {
        "k": times,
        "n": size,
        "posts": show.count(board.posts),
    }


def _rivals(board: Board) -> tuple[str, ...]:
    if len(board.verdict.conflict) < 2:
        return ()
    names = _(", ").join(show.label(capability) for capability in board.verdict.conflict)
    return (_("These compete for the same people: %(names)s.") % {"names": names},)


def _measured(board: Board) -> Verdict:
    filled = sum(min(line.on_scene, line.people) for line in board.lines)
    said = _("%(here)s of %(posts)s posts are filled; this is counted, not forecast.") % {
        "here": show.count(filled),
        "posts": show.count(board.posts),
    }
    if filled >= board.posts:
        return Verdict(_("Everyone needed is there."), "", (said,))
    return Verdict(_("Time is up:"), shortest(board) or _("not all posts are filled"), (said,))


def _running(board: Board) -> Verdict:
    word, means = board.verdict.word, odds_words(board)
    if word == "unknown":
        waiting = _("You need not wait: people can be picked by hand and alerted at any time.")
        return Verdict(_("Being computed; do not go by the number alone."), "", (waiting,))
    if word == "enough":
        return Verdict(_("Enough are coming."), "", (means, _enough_and(board)))
    left = _("%(n)s minutes are left to mend it.") % {"n": minutes_left(board)}
    if word == "at_risk":
        return Verdict(_("Just below the target."), shortest(board), (means, left))
    return Verdict(_("Not enough:"), shortest(board) or _("the target is missed"), (means, *_rivals(board), left))


def _enough_and(board: Board) -> str:
    """What to do while the estimate holds the target: nothing, or, with a lower limit below it, a few more to be sure."""
    proposal = board.verdict.proposal
    if proposal is None:
        return _("Nothing to do; the next answer is counted at once.")
    return _("The lower limit is still below the target: %(n)s more people would make it safe.") % {
        "n": show.count(proposal.count)
    }


def proposal_words(board: Board, proposal: Proposal) -> str:
    """Heading of the proposal: whom to call."""
    n = show.count(proposal.count)
    if board.state in UNAPPROVED:
        return _("Call %(n)s people") % {"n": n}
    if len({capability.pk for capability, _n in proposal.by_line}) == 1:
        return _("Call %(n)s more: %(capability)s") % {"n": n, "capability": show.label(proposal.by_line[0][0])}
    return _("Call %(n)s more people") % {"n": n}


def holds(board: Board) -> bool:
    """Whether what is proposed keeps the promise: its lower limit reaches the target. Only then it is called certified."""
    proposal = board.verdict.proposal
    return proposal is not None and proposal.p_low is not None and proposal.p_low >= board.verdict.target


def channel_words(board: Board) -> str:
    """What the proposal, or its absence, assumes while the gateway takes nothing; "" while it takes texts."""
    if board.verdict.without_channel != "sms" or board.state in OVER or board.incident_state in ENDED:
        return ""
    if board.state in UNAPPROVED:
        return _(
            "The SMS gateway takes nothing: whoever is called by text does not count. Approve and telephone the list."
        )
    if board.verdict.proposal is not None:
        return _("The SMS gateway takes nothing: only people who are called by telephone count here.")
    if board.verdict.word == "enough":
        return ""
    return _("No repair by text while the SMS gateway takes nothing: telephone the call list, or wait until it works.")


def proposal_names(proposal: Proposal) -> str:
    """The first names of a proposal, and how many more."""
    names = _(", ").join(proposal.names)
    more = proposal.count - len(proposal.names)
    if more > 0 and names:
        return _("%(names)s and %(n)s more") % {"names": names, "n": show.count(more)}
    return names


def repair_words(repair: Repair) -> str:
    """One other way out of a shortfall."""
    n = show.expected(repair.amount)
    capability = show.label(repair.capability)
    texts = {
        "more_minutes": _("allow %(n)s minutes more for %(capability)s"),
        "fewer_people": _("do with %(n)s fewer: %(capability)s"),
        "lower_target": _("accept a target of %(target)s"),
        "train": _("train %(n)s more: %(capability)s"),
    }
    return texts[repair.kind] % {"n": n, "capability": capability, "target": show.chance(repair.amount)}


def main_act(board: Board, actor: Actor) -> Act | None:
    """The one act that comes next for this viewer, if any."""
    home = f"/incidents/{board.incident_id}"
    if board.incident_state in ENDED:
        return Act(_("To the review"), f"/review/{board.incident_id}/") if actor.may(Right.SEE_REVIEW) else None
    if board.state in OVER:
        return _ending_act(board, actor, home)
    proposal = board.verdict.proposal
    if proposal is not None and proposal.may_approve:
        return Act(_approve_words(board, proposal), f"{home}/approve/?run={proposal.run_id}")
    if proposal is None and board.releasable and actor.may(Right.RELEASE):
        spared = _("They accepted, but enough are coming without them. Telling them now spares them the way.")
        return Act(_("Release %(n)s early") % {"n": show.count(board.releasable)}, f"{home}/release/", spared)
    if not board.lines and actor.may(Right.PROPOSE):
        return Act(_("Set the needs"), f"{home}/needs/")
    unhelped = proposal is None and board.verdict.word in ("short", "at_risk") and not board.verdict.measured
    waits = board.people.silent or board.people.undelivered  # somebody is there to be telephoned
    if unhelped and board.verdict.without_channel and board.lines and waits and actor.may(Right.RECORD):
        return Act(_("To the call list"), f"{home}/call-list/")
    if proposal is None and board.verdict.word == "short" and not board.verdict.measured and actor.may(Right.PROPOSE):
        alone = _("The planner finds nobody more who would help. A person may know somebody it does not.")
        return Act(_("Pick people by hand"), f"{home}/pick/", alone)
    return None


def _ending_act(board: Board, actor: Actor, home: str) -> Act | None:
    if board.people.checked_in and actor.may(Right.RECORD):
        return Act(_("Sign people out"), f"{home}/leave/")
    return Act(_("Close the incident"), f"{home}/close/") if actor.may(Right.STAND_DOWN) else None


def _approve_words(board: Board, proposal: Proposal) -> str:
    first = board.state in UNAPPROVED
    said = _("Approve: call %(n)s") if first else _("Approve: call %(n)s more")
    words = said % {"n": show.count(proposal.count)}
    return _("Exercise · %(act)s") % {"act": words} if board.exercise else words


def line_word(line: LineView, target: float) -> str:
    """Enough, at risk or short, for one line of the needs board."""
    if line.on_scene >= line.people:
        return "enough"
    if line.p is None:
        return "unknown"
    if line.short:
        return "short"
    if line.p >= target:
        return "enough"
    return "at_risk" if line.p >= target - 0.05 else "short"
