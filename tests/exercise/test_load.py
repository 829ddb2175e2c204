"""The district in the database of an exercise home, and nowhere else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from muster.apps.people.models import AwayNotice, Capability, Employer, Holding, Member, Unit
from muster.apps.plans.models import MapLayer, MusterPoint, Plan, PlanNeed, Site
from muster.apps.service.models import Commitment, PastAlert, ResponseModelRow
from muster.conf.first_start import prepare
from muster.core.errors import Conflict, InvalidInput
from muster.core.units import beijing_day
from muster.exercise.district.load import load_district
from muster.exercise.district.make import District, make_district
from muster.exercise.scenario import load_scenario, next_start
from muster.jobs.clock import MARKER

pytestmark = pytest.mark.django_db
COUNT = 400


@pytest.fixture
def district() -> District:
    return make_district(3, COUNT)


@pytest.fixture
def exercise_home(settings: Any, tmp_path: Path) -> Path:
    settings.HOME = tmp_path
    (tmp_path / MARKER).touch()
    prepare()
    return tmp_path


def test_a_real_home_is_left_alone(settings: Any, tmp_path: Path, district: District) -> None:
    settings.HOME = tmp_path
    with pytest.raises(Conflict, match="not_an_exercise_home"):
        load_district(district)
    assert not Member.objects.exists()


@pytest.mark.usefixtures("exercise_home")
def test_everything_of_the_district_stands_in_its_register(district: District) -> None:
    load_district(district)
    assert Member.objects.count() == COUNT
    assert Unit.objects.filter(kind="village").count() == 100
    assert Unit.objects.filter(kind="town").count() == 7
    assert Holding.objects.count() == sum(len(p.holdings) for p in district.people)
    assert AwayNotice.objects.count() == sum(len(p.away) for p in district.people)
    assert Employer.objects.count() == len(district.firms)
    assert Commitment.objects.filter(ends_at=None).count() == len(district.patrol)
    assert MusterPoint.objects.count() == 7
    assert Site.objects.filter(live_zone=True).get().slug == "substation"
    assert next(iter(MapLayer.objects.order_by("order").values_list("slug", flat=True))) == "towns"
    assert PastAlert.objects.count() > 1000
    assert ResponseModelRow.objects.count() == 1


@pytest.mark.usefixtures("exercise_home")
def test_sealed_numbers_come_back_and_paths_are_whole(district: District) -> None:
    load_district(district)
    person = next(p for p in district.people if p.phone and p.team)
    member = Member.objects.select_related("unit", "home_unit").get(number=person.number)
    assert (member.phone, member.id_number) == (person.phone, person.id_number)
    assert member.unit.kind == "team"
    assert member.home_unit is not None
    for unit in Unit.objects.exclude(parent=None).select_related("parent"):
        assert unit.parent is not None
        assert unit.path == f"{unit.parent.path}/{unit.code}"


@pytest.mark.usefixtures("exercise_home")
def test_the_plan_of_the_scenario_is_there_and_pre_authorised(district: District) -> None:
    load_district(district)
    plan = Plan.objects.get(site__slug=load_scenario("S1").site)
    assert plan.pre_authorised_at is not None
    assert sum(PlanNeed.objects.filter(plan=plan).values_list("people", flat=True)) == 206
    assert Plan.objects.count() == 40
    certified = set(Capability.objects.filter(needs_certificate=True).values_list("slug", flat=True))
    dated = set(Holding.objects.exclude(valid_to=None).values_list("capability__slug", flat=True))
    assert dated <= certified


@pytest.mark.usefixtures("exercise_home")
def test_it_is_loaded_once(district: District) -> None:
    load_district(district)
    with pytest.raises(Conflict, match="home_not_empty"):
        load_district(district)


def test_the_engines_page_does_not_exist_in_a_real_home() -> None:
    assert not apps.is_installed("muster.exercise")
    assert Client().get("/exercise/idle").status_code == 404


def test_a_second_run_in_a_home_starts_a_week_later_at_the_same_hour(tmp_path: Path) -> None:
    first = load_scenario("S1")
    assert next_start(first, tmp_path).start == first.start
    second = next_start(first, tmp_path)
    assert (second.start - first.start).days == 7
    assert beijing_day(second.start) != beijing_day(first.start)
    assert second.start.time() == first.start.time()
    assert next_start(first, tmp_path, count=False).start == next_start(first, tmp_path, count=False).start


def test_scenarios_are_known_by_several_names_and_unknown_ones_refused() -> None:
    assert load_scenario("s1") == load_scenario("S1_substation_fire_2018")
    with pytest.raises(InvalidInput):
        load_scenario("S9")


ENGLISH = re.compile(r"[A-ZÜ][a-zü]+('[aeo][a-z]+)?")


@pytest.mark.usefixtures("exercise_home")
def test_every_place_of_the_district_has_an_english_name_that_can_be_read_aloud(district: District) -> None:
    load_district(district)
    villages = Unit.objects.filter(kind="village").values_list("name", "name_en", "place")
    for name, english, place in villages:
        stem, _, kind = english.rpartition(" ")
        assert ENGLISH.fullmatch(stem), english
        assert kind == {"村": "Village", "区": "Community"}[place[-1]], (name, english)
        assert len(re.findall("[aeiouü]+", stem)) >= 2, english  # two characters, two syllables
    units = dict(Unit.objects.values_list("name", "name_en"))
    assert units["石塘连"] == "Shitang Village"
    assert units["长冲连"] == "Changchong Village"
    assert all(re.fullmatch(r"[A-Z][A-Za-z' ü]+", english) for english in units.values()), units
    for layer in MapLayer.objects.all():
        for feature in layer.geojson["features"]:
            said = feature["properties"]
            assert bool(said.get("zh")) == bool(said.get("en")), said
            assert re.fullmatch(r"([A-Z][A-Za-zü' -]+)?", said.get("en", "")), said
