"""What the books say after a run: read-only questions to the database, from a process of its own.

`python -m muster.exercise.audit INCIDENT` under MUSTER_HOME prints JSON. Nothing here uses the system's own rules for
qualification, availability or pay: the engine judges these rows against what it knows of the district itself.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from muster.conf.setup import setup_django
from muster.core.errors import Unavailable


def _minutes(moment: Any, t0: Any) -> float | None:
    return None if moment is None else (moment - t0).total_seconds() / 60.0


def facts(incident_id: int) -> dict[str, Any]:
    """Alerts with posts and times, need lines, messages, and turns of duty as [number, exercise, start, end or None]; all
    times in minutes from T0."""
    from muster.apps.channels.models import OutMessage
    from muster.apps.incidents.models import Incident
    from muster.apps.service.models import Attendance

    incident = Incident.objects.get(pk=incident_id)
    callout, t0 = incident.callout, incident.t0
    lines = {need.pk: need for need in callout.needs.select_related("capability")}
    alerts = [
        {
            "number": a.member.number, "need": lines[a.need_id].capability.slug if a.need_id else "",
            "post": lines[a.post_id].order if a.post_id else None, "state": a.state, "channel": a.channel,
            "alerted": _minutes(a.alerted_at, t0), "checked_in": _minutes(a.checked_in_at, t0),
            "released": _minutes(a.released_at, t0), "wave": a.wave.number,
        }
        for a in callout.alerts.select_related("member", "wave").order_by("member__number")
    ]  # fmt: skip
    turns = Attendance.objects.filter(ref=callout.ref).select_related("member")
    refs = [a.ref for a in callout.alerts.all()]
    messages = [m for m in OutMessage.objects.all().iterator() if m.ref in set(refs)]
    return {
        "mode": incident.mode, "state": incident.state, "callout_state": callout.state, "t0": t0.isoformat(),
        "stated_p": callout.stated_p, "target": callout.target, "approved": _minutes(callout.approved_at, t0),
        "lines": [
            {"order": n.order, "capability": n.capability.slug, "people": n.people, "due": n.due_minutes}
            for n in lines.values()
        ],
        "alerts": alerts,
        "turns": sorted([t.member.number, t.exercise, _minutes(t.starts_at, t0), _minutes(t.ends_at, t0)] for t in turns),
        "messages": len(messages), "not_exercise": sum(not m.exercise for m in messages),
    }  # fmt: skip


def ask(environment: dict[str, str], incident_id: int) -> dict[str, Any]:
    """Run the audit in a process with that environment. Unavailable "exercise.audit_failed"."""
    command = [sys.executable, "-m", "muster.exercise.audit", str(incident_id)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable("exercise.audit_failed", said=(done.stderr.strip().splitlines() or ["?"])[-1][:300])
    return dict(json.loads(done.stdout))


def journal_holds(environment: dict[str, str], folder: Path) -> bool:
    """What `muster check journal` says of the home."""
    command = [sys.executable, "-m", "muster.cli.main", "check", "journal"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    return done.returncode == 0


if __name__ == "__main__":
    setup_django()
    sys.stdout.write(json.dumps(facts(int(sys.argv[1]))))
