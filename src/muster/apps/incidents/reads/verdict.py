"""The verdict band: one number, what it means, and what to press."""

from __future__ import annotations

from collections import Counter

from muster.access.rights import Actor
from muster.apps.incidents.actions.sending import may_approve
from muster.apps.incidents.board import Proposal, Repair, Verdict
from muster.apps.incidents.models import Callout, NeedLine, SolveRun
from muster.apps.incidents.states import RUNNING, UNAPPROVED
from muster.apps.people.models import Capability, Member, Unit
from muster.apps.people.reads import visible_members
from muster.web.show import label

AT_RISK_POINTS = 0.05
NAMES_SHOWN = 6
HISTORY_POINTS = 60


def verdict_of(callout: Callout, actor: Actor, run: SolveRun | None, needs: list[NeedLine]) -> Verdict:
    """What the newest run says, in the viewer's rights."""
    by_order = {need.order: need.capability for need in needs}
    p = _shown_p(callout, run)
    return Verdict(
        word=_word(p, callout.target, run),
        p_low=p[0],
        p_hat=p[1],
        p_high=p[2],
        target=callout.target,
        solved_at=run.solved_at if run else None,
        solving=callout.wanted_seq > callout.solved_seq,
        history=_history(callout),
        conflict=tuple(
            by_order[order] for order in (run.shortfall.get("orders", []) if run else []) if order in by_order
        ),
        repairs=_repairs(run, by_order),
        proposal=proposal_of(callout, actor, run, by_order),
        measured=bool(run and run.certificate.get("measured")),
        without_channel=run.certificate.get("without_channel", "") if run else "",
    )


def _shown_p(callout: Callout, run: SolveRun | None) -> tuple[float | None, float | None, float | None]:
    """Before approval the promise of the proposal, afterwards the chance with those already alerted."""
    if run is None:
        return None, None, None
    if callout.state in UNAPPROVED:
        return run.proposed_p_low, run.proposed_p_hat, run.certificate.get("proposed", {}).get("p_high")
    return run.p_low, run.p_hat, run.p_high


def _word(p: tuple[float | None, float | None, float | None], target: float, run: SolveRun | None) -> str:
    low, hat, _ = p
    if hat is None or low is None:
        return "unknown"
    # the promise is kept while the best estimate holds the target; its lower limit is what was certified at approval
    if hat >= target or (run is not None and run.outcome == "enough"):
        return "enough"
    return "at_risk" if hat >= target - AT_RISK_POINTS else "short"


def _history(callout: Callout) -> tuple[tuple[float, float], ...]:
    """(minutes since T0, p) of at most HISTORY_POINTS runs since approval."""
    if callout.approved_at is None:
        return ()
    t0 = callout.incident.t0
    runs = callout.solve_runs.filter(at__gte=callout.approved_at).exclude(p_hat=None).order_by("id")
    points = [((at - t0).total_seconds() / 60, p) for at, p in runs.values_list("at", "p_hat")]
    step = max(1, -(-len(points) // HISTORY_POINTS))
    kept = points[::step]
    return tuple(kept if not points or kept[-1] == points[-1] else [*kept, points[-1]])


def _repairs(run: SolveRun | None, by_order: dict[int, Capability]) -> tuple[Repair, ...]:
    if run is None:
        return ()
    bits = {capability.bit: capability for capability in by_order.values()}
    return tuple(
        Repair(
            kind=one["kind"],
            capability=by_order.get(one["order"]) or bits.get(one["capability"]),
            amount=float(one["minutes"] or one["people"] or one["target"] or 0),
            p_low=one["p_low"],
        )
        for one in run.shortfall.get("repairs", [])
    )


def proposal_of(
    callout: Callout, actor: Actor, run: SolveRun | None, by_order: dict[int, Capability]
) -> Proposal | None:
    """Whom the newest run would alert now; None when nobody, or when that was already sent."""
    if run is None or not run.proposal or callout.state not in UNAPPROVED | RUNNING:
        return None
    if callout.waves.filter(solve_run_id__gte=run.pk).exists():
        return None
    ids = [member for member, _ in run.proposal]
    members = Member.objects.filter(pk__in=ids)
    towns = Counter(members.values_list("unit__path", flat=True))
    shown = visible_members(actor).filter(pk__in=ids[:NAMES_SHOWN]).values_list("name", flat=True)
    lines = Counter(order for _, order in run.proposal if order in by_order)
    why_not = may_approve(actor, callout)
    return Proposal(
        run_id=run.pk,
        count=len(ids),
        without_address=members.filter(phone_index="").count(),
        p_low=run.proposed_p_low,
        p_hat=run.proposed_p_hat,
        names=tuple(shown),
        by_line=tuple((by_order[order], lines[order]) for order in sorted(lines)),
        by_town=tuple(_by_town(towns)),
        may_approve=not why_not,
        why_not=why_not,
        by_order=tuple(sorted(lines.items())),
    )


def _by_town(paths: Counter[str]) -> list[tuple[str, int]]:
    """Counts by town (or team), most first, from the paths of the units served in."""
    names = {unit.path: label(unit) for unit in Unit.objects.filter(kind__in=["town", "team", "office"])}
    found: Counter[str] = Counter()
    for path, count in paths.items():
        parts = path.split("/")
        known = [names[key] for key in ("/".join(parts[:n]) for n in range(len(parts), 0, -1)) if key in names]
        found[known[0] if known else path] += count
    return found.most_common()
