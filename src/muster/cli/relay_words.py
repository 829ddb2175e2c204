"""Sentences of the relay's commands; said at the relay, where no Django runs, and at the office."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from muster.core.units import to_beijing

SENTENCES = {
    "relay.no_keys": "%(path)s is no relay's folder: relay.json is missing or damaged. `muster relay keys` makes one.",
    "relay.running": "A relay already runs on %(path)s.",
    "relay.port_taken": "Port %(port)s is taken by another program; choose another one with --port.",
    "relay.half_tls": "Name both --certificate and --key, or neither.",
    "relay.language": "There is no language %(language)s here; choose zh or en.",
    "relay.no_link": "This system has no keys for a reply relay; make them with `muster relay keys FOLDER`.",
    "relay.form": "This is no file of the reply relay, or it was cut short on the way. Fetch it again.",
    "relay.kind": "This file goes in the other direction. Here the files of the other side are expected.",
    "relay.signature": "The signature is wrong: the file was changed on the way, or made with other keys. Fetch it again.",
}

TROUBLES = {
    "relay_no_keys": "MUSTER_RELAY_URL is set, but there are no keys for a relay, so answers by link do not arrive. "
    "Make them: muster relay keys FOLDER",
    "relay_silent": "The relay is silent: answers by link do not arrive. See whether it runs, and whether it can be reached.",
    "relay_refused": "The relay brought answers that can not be right: have it looked at, then muster relay status --seen",
    "relay_lost": "The relay lost answers: ask by telephone those who are silent, then muster relay status --seen",
}
CLOCK_SECONDS = 5  # what is less may be the way there and back


def status_lines(body: Mapping[str, Any]) -> Iterator[str]:
    """What `muster relay status` finds, in sentences; `body` is what it gives to programs."""
    trouble, no_relay = body["trouble"], body["taken_seq"] is None
    if trouble:
        yield TROUBLES.get(trouble, f"Something is wrong with the relay ({trouble}).")
    elif no_relay:
        yield "There is no reply relay. To set one up: muster relay keys FOLDER"
    else:
        yield "Nothing is wrong with the relay."
    if not no_relay:
        yield from _heard(body)
        yield from _taken(body)


def _heard(body: Mapping[str, Any]) -> Iterator[str]:
    if not body["heard_at"]:
        yield "It was never heard over the network."
    else:
        heard = to_beijing(datetime.fromisoformat(body["heard_at"]))
        yield f"Last heard {heard:%Y-%m-%d %H:%M:%S} (Beijing time)."
        ahead = body["clock_ahead_seconds"]
        if abs(ahead) < CLOCK_SECONDS:
            yield "Its clock goes with ours."
        else:
            yield f"Its clock is {abs(ahead)} s {'ahead of' if ahead > 0 else 'behind'} ours: set both by one time server."
    if body["last_error"]:
        yield f"The last try to reach it failed: {body['last_error']}."


def _taken(body: Mapping[str, Any]) -> Iterator[str]:
    yield f"Answers are taken up to number {body['taken_seq']}." if body["taken_seq"] else "No answer has come yet."
    if body["missing"]:
        gaps = (str(first) if first == last else f"{first} to {last}" for first, last in body["missing"])
        yield f"Missing are the answers with the numbers {', '.join(gaps)}."
    if body["refused"]:
        yield f"Refused answers: {body['refused']}."
