"""A callout that is over, in an exercise home that does not run yet: for the pictures of the pages that look back.

    MUSTER_HOME=HOME python tools/finished_callout.py     prints the number of its incident

Opened six hours before the home's own time, short in one capability, with no-shows, failed texts and a late one.
"""

from __future__ import annotations

import random
import sys
from datetime import datetime, timedelta

from muster.conf.setup import setup_django

SEED = 20270703
HOURS_BEFORE = 6
REASON = "at_work"


def main() -> None:
    setup_django()
    from muster.jobs import clock  # models can be had once Django is set up

    now = clock.now()
    number = play(now - timedelta(hours=HOURS_BEFORE))
    clock.set_virtual(now, 0.0)
    sys.stdout.write(f"{number}\n")


def play(start: datetime) -> int:
    """From the call to the closing; everything through the actions that the pages use."""
    from muster.access.middleware import actor_of
    from muster.access.models import Account
    from muster.apps.incidents import actions
    from muster.apps.incidents.jobs import solve_step
    from muster.apps.incidents.models import Alert, Incident
    from muster.apps.plans.models import Site
    from muster.jobs import clock

    chance = random.Random(SEED)
    commander = actor_of(Account.objects.filter(role="commander").earliest("pk").user)
    site = Site.objects.filter(live_zone=True).earliest("pk")
    clock.set_virtual(start, 0.0)
    incident = actions.open_incident(
        commander, title="牵引变电所火灾（上一次演练）", kind="accident.fire", place=site.zh, lon=site.lon, lat=site.lat,
        reporter="", reporter_phone="", mode="exercise", site=site,
    )  # fmt: skip
    clock.set_virtual(start + timedelta(minutes=7), 0.0)
    while solve_step():
        continue
    callout = Incident.objects.get(pk=incident.pk).callout
    actions.approve(commander, callout, callout.solve_runs.latest("pk").pk)
    alerts = list(Alert.objects.filter(callout=callout).select_related("member", "need__capability").order_by("pk"))
    fates = plan_fates(alerts, chance)
    for minute, act, alert in sorted(fates, key=lambda fate: (fate[0], fate[2].pk)):
        clock.set_virtual(start + timedelta(minutes=minute), 0.0)
        if act == "come":
            actions.check_in(commander, alert)
        else:
            told = {"eta_minutes": 25} if act == "accept" else {"reason": REASON}
            actions.record_reply(alert, answer=act, channel="sms", by=f"member:{alert.member.number}", **told)
    finish(commander, incident, start)
    spoil_texts(alerts)
    return incident.pk


def plan_fates(alerts: list[object], chance: random.Random) -> list[tuple[float, str, object]]:
    """(minute, what, who): two thirds accept, nine of ten of them come; nobody comes of one line's last three people."""
    fates: list[tuple[float, str, object]] = []
    orders = [alert.need.order for alert in alerts if alert.need]
    thin = [alert.pk for alert in alerts if alert.need and alert.need.order == max(orders)][2:]
    for alert in alerts:
        drawn, answered = chance.random(), 9 + chance.expovariate(1 / 6)
        if drawn < 0.14:
            fates.append((answered, "decline", alert))
        elif drawn < 0.8:
            fates.append((answered, "accept", alert))
            if alert.pk not in thin and chance.random() < 0.93:
                fates.append((answered + 12 + chance.lognormvariate(2.6, 0.5), "come", alert))
    return fates


def finish(commander: object, incident: object, start: datetime) -> None:
    from muster.apps.incidents import actions
    from muster.apps.incidents.models import Alert, Incident
    from muster.jobs import clock

    callout = Incident.objects.get(pk=incident.pk).callout
    clock.set_virtual(start + timedelta(minutes=120), 0.0)
    here = list(Alert.objects.filter(callout=callout, state="checked_in").values_list("pk", flat=True))
    call = actions.start_roll_call(commander, callout)
    clock.set_virtual(start + timedelta(minutes=122, seconds=10), 0.0)
    actions.answer_roll_call(commander, call, here)
    actions.close_roll_call(commander, call)
    clock.set_virtual(start + timedelta(minutes=150), 0.0)
    actions.stand_down(commander, Incident.objects.get(pk=incident.pk).callout)
    clock.set_virtual(start + timedelta(minutes=190), 0.0)
    actions.leave(commander, Incident.objects.get(pk=incident.pk).callout, here)
    actions.close_incident(commander, Incident.objects.get(pk=incident.pk))


def spoil_texts(alerts: list[object]) -> None:
    """What came of the texts: no gateway has run here, so it is written down as one would have reported it."""
    from muster.apps.channels.models import OutMessage
    from muster.apps.incidents.models import Alert

    refs = [alert.ref for alert in alerts]
    rows = OutMessage.objects.filter(ref__in=refs, kind="alert", channel="sms")
    rows.update(state="delivered")
    rows.filter(ref__in=refs[3::40]).update(state="failed")
    for alert in alerts:
        late = timedelta(minutes=4 if alert in alerts[5:8] else 0, seconds=2)
        Alert.objects.filter(pk=alert.pk, channel="sms").update(sent_at=alert.alerted_at + late)


if __name__ == "__main__":
    main()
