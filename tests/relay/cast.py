"""Two links, two keys, and a page as the core would send it."""

from __future__ import annotations

from datetime import UTC, datetime

from muster.codecs import relay

TOKEN = "LinkOfTheFirstMember22"
OTHER = "LinkOfAnotherMember-22"
CORE = "11" * 32
RELAY = "22" * 32
PAGE = relay.Page(
    face="ask",
    exercise=False,
    title="变电站周边火灾 <b>",
    kind=("火灾", "Fire"),
    point=("A 栗雨广场", "A Liyu Square"),
    address="栗雨路1号",
    role=("灭火支援", "Fire support"),
    desk_phone="0731-000 0000",
    due_at=datetime(2026, 7, 14, 6, 50, tzinfo=UTC),
)
