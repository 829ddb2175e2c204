"""A home of its own for the kill test. Run: python sender_process.py prepare COUNT | send | show"""

from __future__ import annotations

import json
import sys
import threading

from muster.conf.setup import setup_django


def prepare(count: int) -> None:
    from django.core.management import call_command

    from muster.apps.channels.actions import queue_messages
    from muster.apps.channels.actions.outbox import Draft
    from muster.jobs.clock import now
    from tests.channels.cast import member_of

    call_command("migrate", verbosity=0)
    drafts = [Draft(f"alert:{n}", "alert", member_of(n), f"【办公室】集结，岗位{n}") for n in range(1, count + 1)]
    queue_messages(drafts, exercise=False, at=now())


def send() -> None:
    from muster.apps.channels.jobs import SEND_LANE
    from muster.jobs.lanes import run

    run(SEND_LANE, threading.Event())


def show() -> None:
    from muster.apps.channels.models import OutMessage

    rows = OutMessage.objects.values_list("client_id", "state", "member__phone_masked")
    print(json.dumps([list(row) for row in rows]))


if __name__ == "__main__":
    setup_django()
    if sys.argv[1] == "prepare":
        prepare(int(sys.argv[2]))
    else:
        {"send": send, "show": show}[sys.argv[1]]()
