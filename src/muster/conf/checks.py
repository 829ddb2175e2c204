"""What `muster check deploy` and the system page look at: each look returns findings, said in words by `check_words`.

`wrong` has to be put right (exit code 1); `advice` is what a careful department would still do; `good` is said too, so
that nobody wonders whether it was looked at.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import DatabaseError
from django.db.models import Max

from muster.apps.channels import order
from muster.apps.channels.gates import gateway_url
from muster.conf import aside, follow, keeping, pair, retention, tls
from muster.conf.first_start import is_ready
from muster.conf.real_time import utc_now
from muster.conf.unpack import DATABASE, MAP_FILE, MAPS
from muster.core.errors import InvalidInput, MusterError
from muster.jobs import lock
from muster.jobs.clock import is_exercise_home
from muster.journal import heads
from muster.journal.models import Entry, Stream
from muster.journal.verify import head_fits

Level = Literal["wrong", "advice", "good"]
PRIVATE_FILES = ("secrets.json", "journal.heads", DATABASE, pair.FILE, "tls/server.key", "tls/ca.key")
LEAST_BYTES = 2**30
BACKUP_HOURS = 26
SILENT_SECONDS = 30.0  # of a second machine that fetches every second
STATIC_FILES = ("vendor/htmx/htmx.min.js", "vendor/tabler/tabler.min.css", "vendor/maplibre/maplibre-gl.mjs")


@dataclass(frozen=True, slots=True)
class Finding:
    """`code` names the sentence in `check_words.WORDS`, `params` fill it."""

    code: str
    level: Level
    params: dict[str, object] = field(default_factory=dict)


Found = Iterator[Finding]


def files(home: Path) -> Found:
    """Only the owner may read what opens everything, and the program runs as the owner."""
    odd = [name for name in PRIVATE_FILES if (home / name).exists() and _open_to_others(home / name)]
    if _open_to_others(home):
        odd.insert(0, str(home))
    if odd:
        yield Finding("files.open", "wrong", {"files": ", ".join(odd), "home": home})
    elif home.stat().st_uid != os.getuid():
        yield Finding("files.owner", "wrong", {"home": home})
    else:
        yield Finding("files.good", "good")


def _open_to_others(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def disk(home: Path) -> Found:
    """Room for three more copies of the database, and a gigabyte at least."""
    database = home / DATABASE
    needed = max(LEAST_BYTES, 3 * database.stat().st_size if database.exists() else 0)
    free = shutil.disk_usage(home).free
    params = {"free": f"{free / 2**30:.1f}", "needed": f"{needed / 2**30:.1f}", "home": home}
    yield Finding("disk.full", "wrong", params) if free < needed else Finding("disk.good", "good", params)
    if not is_exercise_home():
        yield from _maps_in_backups(home, needed)


def _maps_in_backups(home: Path, needed: int) -> Found:
    """Maps go whole into every scheduled backup: room for all that are kept, less what those that are there take up."""
    maps = sum(file.stat().st_size for file in (home / MAPS).glob("*") if MAP_FILE.fullmatch(f"{MAPS}/{file.name}"))
    try:
        keep = retention.parse_keep(os.environ.get("MUSTER_BACKUP_KEEP") or "7,5,12")
    except MusterError:
        keep = retention.Keep()  # said by `backups`
    archives = keep.daily + keep.weekly + keep.monthly
    to_come = maps * archives - sum(file.stat().st_size for file in keeping.backups().values())
    folder = keeping.backup_folder()
    place = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    if place.stat().st_dev == home.stat().st_dev:
        to_come += needed
    free = shutil.disk_usage(place).free
    if maps and free < to_come:
        gigabytes = {"maps": maps, "free": free, "needed": to_come}
        words = {name: f"{size / 2**30:.1f}" for name, size in gigabytes.items()}
        yield Finding("disk.maps", "wrong", {**words, "archives": archives, "folder": folder})


def database(_home: Path) -> Found:
    """Reachable, with the tables of this program, and the marks of the journal fit."""
    try:
        if not is_ready():
            yield Finding("database.old", "wrong")
            return
        marks, streams = heads.noted(), list(Stream.objects.order_by("name"))
        broken = [each.name for each in streams if not head_fits(each, marks.get(each.name, {}))]
        broken += sorted(set(marks) - {each.name for each in streams})
    except DatabaseError as error:
        yield Finding("database.away", "wrong", {"said": " ".join(str(error).split())[:200]})
        return
    if broken:
        yield Finding("journal.broken", "wrong", {"streams": ", ".join(broken[:5])})
    else:
        yield Finding("database.good", "good")


def clock(_home: Path) -> Found:
    """The clock must not be behind what has been written already."""
    if is_exercise_home():
        return
    try:
        newest = Entry.objects.aggregate(at=Max("at"))["at"]
    except DatabaseError:
        return  # said by `database`
    ahead = (newest - utc_now()).total_seconds() if newest else 0.0
    if ahead > pair.CLOCK_SECONDS:
        yield Finding("clock.behind", "wrong", {"minutes": f"{ahead / 60:.1f}"})
    else:
        yield Finding("clock.good", "good")


def zone(_home: Path) -> Found:
    try:
        ZoneInfo(settings.TIME_ZONE)
    except ZoneInfoNotFoundError:
        yield Finding("zone.missing", "wrong", {"zone": settings.TIME_ZONE})
    if sys.version_info[:2] != (3, 11):
        yield Finding("python.other", "advice", {"version": sys.version.split()[0]})


def certificate(home: Path) -> Found:
    """HTTPS, and not about to end."""
    if tls.files(home) is None:
        if not settings.SECURE:
            yield Finding("tls.none", "advice")
        return
    try:
        shown = tls.show(home)
    except MusterError:
        yield Finding("tls.unreadable", "wrong", {"home": home})
        return
    params = {"days": shown.days_left(utc_now()), "until": f"{shown.not_after:%Y-%m-%d}", "issuer": shown.issuer}
    if shown.not_after <= utc_now():
        yield Finding("tls.expired", "wrong", params)
    elif params["days"] < tls.WARN_DAYS:
        yield Finding("tls.ends_own" if shown.own else "tls.ends", "wrong", params)
    else:
        yield _shown_to_browsers(home, params)


def _shown_to_browsers(home: Path, params: dict[str, object]) -> Finding:
    """A certificate helps nobody while the system that runs was started before it came."""
    address = lock.address(home)
    if address.startswith("http://"):
        return Finding("tls.not_shown", "wrong", {"address": address})
    return Finding("tls.good", "good", params)


def backups(home: Path) -> Found:
    """Young, made without failure, and not on the disk that would die with the data."""
    if is_exercise_home():
        return
    folder = keeping.backup_folder()
    for name, parse, usual in (
        ("MUSTER_BACKUP_KEEP", retention.parse_keep, "7,5,12"),
        ("MUSTER_BACKUP_AT", retention.parse_at, "02:30"),
        ("MUSTER_DAILY_AT", retention.parse_at, "07:30"),
        ("MUSTER_PROVE_AT", retention.parse_at, "03:10"),
    ):
        try:
            parse(os.environ.get(name) or usual)
        except MusterError:
            yield Finding("backups.setting", "wrong", {"name": name, "value": os.environ[name]})
    failed, newest = keeping.last_failure(), max(keeping.backups(), default=None)
    if failed:
        yield Finding("backups.failed", "wrong", {"said": failed[1][:200], "folder": folder})
    elif newest is None:
        yield Finding("backups.none", "wrong", {"folder": folder})
    elif utc_now() - newest > timedelta(hours=BACKUP_HOURS):
        yield Finding(
            "backups.old", "wrong", {"hours": int((utc_now() - newest).total_seconds() // 3600), "folder": folder}
        )
    else:
        yield Finding("backups.good", "good", {"count": len(keeping.backups()), "folder": folder})
    if newest is not None and folder.stat().st_dev == home.stat().st_dev:
        yield Finding("backups.same_disk", "advice", {"folder": folder})


def program(_home: Path) -> Found:
    """Front-end files and the Chinese texts are there."""
    missing = [name for name in STATIC_FILES if finders.find(name) is None]
    if not any((Path(folder) / "zh_Hans/LC_MESSAGES/django.mo").exists() for folder in settings.LOCALE_PATHS):
        missing.append("django.mo")
    yield (
        Finding("program.missing", "wrong", {"files": ", ".join(missing)})
        if missing
        else Finding("program.good", "good")
    )


def outside(_home: Path) -> Found:
    """Gateway, names, and addresses people type."""
    if not settings.MUSTER_SMS_URL:
        yield Finding("gateway.none", "advice")
    elif settings.MUSTER_SMS_URL.rstrip("/") == settings.MUSTER_EXERCISE_SMS_URL.rstrip("/"):
        yield Finding("gateway.same", "wrong")
    else:
        yield Finding("gateway.good", "good")
    if not (settings.MUSTER_OFFICE_NAME and settings.MUSTER_DESK_PHONE):
        yield Finding("office.unnamed", "advice")
    if set(settings.ALLOWED_HOSTS) <= {"localhost", "127.0.0.1", "[::1]"}:
        yield Finding("hosts.local", "advice")


def second(home: Path) -> Found:
    """The second machine follows, and its clock is right."""
    if pair.read(home) is None or not (home / pair.SEEN).exists():
        if not is_exercise_home():
            yield Finding("second.none", "advice")
        return
    seen = json.loads((home / pair.SEEN).read_text(encoding="utf-8"))
    silent = (utc_now() - datetime.fromisoformat(seen["at"])).total_seconds()
    if silent > SILENT_SECONDS:
        yield Finding("second.silent", "wrong", {"minutes": f"{silent / 60:.1f}"})
    elif abs(seen["offset_seconds"]) > pair.CLOCK_SECONDS:
        yield Finding("second.clock", "wrong", {"seconds": f"{abs(seen['offset_seconds']):.1f}"})
    else:
        yield Finding("second.good", "good", {"seconds": f"{max(0.0, silent):.0f}"})


def channels(_home: Path) -> Found:
    """Order and prices can be read, and each channel of the order has a gateway. A slip in them keeps no callout back,
    so nobody would notice it otherwise."""
    bad = False
    for name, parse in (("MUSTER_CHANNELS", order.parse), ("MUSTER_PRICES", order.parse_prices)):
        try:
            parse(getattr(settings, name))
        except InvalidInput as error:
            bad = True
            yield Finding("channels.unreadable", "wrong", {"setting": name, "entry": error.params["entry"]})
    if bad:
        return
    exercise = is_exercise_home()
    used = [step.channel for step in order.steps() if step.channel != order.CALL_LIST]
    without = [name for name in used if name != "sms" and not gateway_url(exercise, name)]
    if without:
        yield Finding("channels.no_gateway", "wrong", {"channels": ", ".join(without)})
    else:
        yield Finding("channels.good", "good", {"channels": ", ".join(used) or order.CALL_LIST})


def following(home: Path) -> Found:
    """On the second machine itself there is nothing but the copy."""
    state = follow.read_state(home)
    age = (utc_now() - datetime.fromisoformat(state.at)).total_seconds() if state else None
    if state is None or age is None or age > SILENT_SECONDS:
        yield Finding("copy.old", "wrong", {"minutes": "–" if age is None else f"{age / 60:.1f}"})
    elif state.clock_is_wrong:
        yield Finding("second.clock", "wrong", {"seconds": f"{abs(state.offset_seconds):.1f}"})
    else:
        yield Finding("copy.good", "good", {"seconds": f"{max(0.0, age):.0f}"})


def ports(port: int) -> Found:
    """Muster answers, or its port is free for it."""
    home = Path(settings.HOME)
    running = lock.read(home / lock.FILE) if lock.is_held(home) else {}
    if running:
        yield Finding("port.running", "good", {"address": running.get("address", "")})
        return
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            yield Finding("port.taken", "wrong", {"port": port})
            return
    yield Finding("port.free", "advice", {"port": port})


LOOKS: tuple[Callable[[Path], Found], ...] = (
    files, disk, database, clock, zone, certificate, backups, program, outside, channels, second,
)  # fmt: skip


def look() -> list[Finding]:
    """Everything, worst first."""
    home = Path(settings.HOME)
    looks = (files, disk, following) if aside.is_second_machine(home) else LOOKS
    found = [finding for each in looks for finding in each(home)]
    if (home / pair.FENCED).exists():
        found.append(Finding("pair.fenced", "wrong"))
    order = {"wrong": 0, "advice": 1, "good": 2}
    return sorted(found, key=lambda finding: order[finding.level])
