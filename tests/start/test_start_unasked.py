"""The start page before anything was asked or chosen: what it leaves open, and what it calls things."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from muster.apps.people.models import ImportRun
from muster.apps.plans.shipped import templates
from tests.start.conftest import workbook
from tests.start.test_start_page import bring, page
from tests.world import World

pytestmark = pytest.mark.django_db


def test_plans_that_nobody_asked_are_not_being_computed(world: World):
    shown = page(world)
    assert shown.count("not asked yet") == len(templates())
    assert "being computed" not in shown
    assert "The other shipped plans" not in shown
    world.client_of("office_head").post("/start/ask/")
    assert page(world).count("being computed") >= len(templates())


def test_the_map_of_the_coordinates_has_to_be_chosen_and_is_named_afterwards(first_day: World, work):
    """A wrong one costs 600 m, so nothing is ticked beforehand, as on the page of imports."""
    radios = re.findall(r'<input type="radio" name="datum"[^>]*>', page(first_day))
    assert len(radios) == 3
    assert all("required" in one and "checked" not in one for one in radios)
    upload = SimpleUploadedFile("花名册.xlsx", workbook())
    assert first_day.client_of("office_head").post("/start/", {"file": upload}).status_code == 422
    assert not ImportRun.objects.exists()
    bring(first_day, workbook())
    work()
    (run,) = ImportRun.objects.all()
    for address in ("/start/", f"/people/import/{run.pk}/"):
        for language, words in (("en", "GPS or Tianditu (WGS-84)"), ("zh-hans", "卫星定位或天地图（WGS-84）")):
            shown = first_day.client_of("office_head", language=language).get(address).content.decode()
            assert words in shown, (address, language)
            assert " wgs84" not in shown, (address, language)
