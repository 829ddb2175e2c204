from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client

from muster.apps.incidents import reply_pages
from muster.apps.incidents.actions import presence, replies, units
from tests.reply.scene import T0, Scene, scene_of


class Clock:
    """The system's clock of the reply pages, to be set by a test."""

    def __init__(self) -> None:
        self.moment: datetime = T0 + timedelta(minutes=22)  # 14:27 in Beijing

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    for module in (reply_pages, replies, presence, units):
        monkeypatch.setattr(module, "now", made)
    reply_pages.wrong_addresses.clear()
    reply_pages.wrong_codes.clear()
    reply_pages.wrong_numbers.clear()
    return made


@pytest.fixture(autouse=True)
def _office(settings: object) -> None:
    settings.MUSTER_DESK_PHONE = "0731-0000 0119"
    settings.MUSTER_OFFICE_NAME = "天元应急"


@pytest.fixture
def scene(db: None) -> Scene:
    return scene_of()


@pytest.fixture
def phone() -> Client:
    """A member's telephone with an English browser, so that tests read in one language."""
    return Client(enforce_csrf_checks=True, headers={"Accept-Language": "en"})
