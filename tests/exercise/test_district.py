"""The invented district: what must hold of it for any seed, and the same seed always giving the same district."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import KDTree
from shapely.geometry import Point, shape

from muster.codecs import idnumber, orgcode, phone
from muster.core.units import beijing_day
from muster.exercise.data import read
from muster.exercise.district.make import District, make_district
from muster.exercise.district.past import make_past
from muster.exercise.district.roads import make_roads

FEW = 150


@pytest.fixture(scope="module")
def district() -> District:
    return make_district()


def test_it_has_seven_towns_a_hundred_villages_six_teams_and_three_thousand_people(district: District) -> None:
    spec = read("district")
    assert (len(spec["towns"]), len(district.ground.villages), len(district.people)) == (7, 100, 3000)
    assert len(spec["teams"]) >= 6
    assert Counter(v.town for v in district.ground.villages) == {t["code"]: t["villages"] for t in spec["towns"]}
    assert len({v.stem for v in district.ground.villages}) == 100


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_every_person_of_any_seed_has_a_sound_and_single_identity(seed: int) -> None:
    district = make_district(seed, FEW)
    for person in district.people:
        parsed = idnumber.parse(person.id_number)
        assert (parsed.birth_date, str(parsed.sex)) == (person.birth_date, person.sex)
        assert 18 <= idnumber.age_on(person.birth_date, district.start.date()) < 56
        assert 1 < len(person.name) <= 4
        if person.phone:
            assert phone.parse(person.phone).kind == "mobile"
            assert person.phone.startswith("+8619900")
        else:
            assert phone.parse(phone.national(person.landline)).kind == "landline"
    assert len({p.id_number for p in district.people}) == FEW
    assert len({p.number for p in district.people}) == FEW
    phones = [p.phone for p in district.people if p.phone]
    assert len(set(phones)) == len(phones)
    assert all(not orgcode.parse(firm.code).warnings for firm in district.firms)


def test_capabilities_stand_in_the_measured_proportions(district: District) -> None:
    counts = Counter(h.capability for p in district.people for h in p.holdings)
    for slug, share in read("district")["capabilities"].items():
        expected = share * 3
        assert abs(counts[slug] - expected) < 4 * expected**0.5 + 1, slug
    assert 220 < counts["team_leader"] < 340


def test_certificates_are_mostly_good_some_lapsed_some_about_to_run_out(district: District) -> None:
    day = beijing_day(district.start)
    left = [(h.valid_to - day).days for p in district.people for h in p.holdings if h.valid_to is not None]
    assert 0.02 < sum(days < 0 for days in left) / len(left) < 0.09
    assert any(0 <= days <= 30 for days in left)
    for person in district.people:
        for holding in person.holdings:
            assert (holding.valid_to is not None) == (holding.capability in read("district")["certified"])


def test_about_seven_in_a_hundred_are_away_when_the_exercise_begins(district: District) -> None:
    away = sum(
        any(not a.cancelled and a.starts_at <= district.start < a.ends_at for a in p.away) for p in district.people
    )
    assert 0.05 < away / 3000 < 0.09
    assert all(a.starts_at < a.ends_at for p in district.people for a in p.away)


def test_every_unit_has_one_lead(district: District) -> None:
    units = Counter((p.team, -1) if p.team else ("", p.village) for p in district.people if p.is_lead)
    assert set(units.values()) == {1}
    served = {(p.team, -1) if p.team else ("", p.village) for p in district.people}
    assert set(units) == served


def test_villages_lie_in_their_towns_and_the_layers_are_sound_geojson(district: District) -> None:
    towns = {f["properties"]["code"]: shape(f["geometry"]) for f in district.ground.layers["towns"]["features"]}
    for village in district.ground.villages:
        assert towns[village.town].buffer(0.003).contains(Point(village.lon, village.lat)), village
    drawn_in_order = [
        "towns",
        "land",
        "river",
        "buildings",
        "tracks",
        "roads",
        "railway",
        "waterways",
        "villages",
        "centres",
    ]
    assert list(district.ground.layers) == drawn_in_order
    for slug in drawn_in_order:
        for feature in district.ground.layers[slug]["features"]:
            drawn = shape(feature["geometry"])
            assert drawn.is_valid
            assert not drawn.is_empty
            west, south, east, north = drawn.bounds
            assert 112.9 < west <= east < 113.2
            assert 27.5 < south <= north < 28.0


def test_houses_stand_among_houses_and_neither_in_water_nor_on_a_road(district: District) -> None:
    layers = {slug: [shape(f["geometry"]) for f in body["features"]] for slug, body in district.ground.layers.items()}
    named = [shape(f["geometry"]) for f in district.ground.layers["roads"]["features"] if "zh" in f["properties"]]
    houses, (_wood, _field, built, park) = layers["buildings"][0], layers["land"]
    assert 1000 < len(houses.geoms) < 6000
    assert houses.within(built.buffer(1e-5))
    for taken in (*layers["river"], park, *layers["railway"], *named):
        assert houses.intersection(taken).is_empty


def test_the_lanes_drawn_are_those_the_network_has(district: District) -> None:
    drawn = [shape(f["geometry"]) for f in district.ground.layers["tracks"]["features"]]
    graph = make_roads(district.ground, district.seed)
    ends = [line.coords[0] for lines in drawn for line in lines.geoms]
    away, _ = KDTree(np.column_stack([graph.lon, graph.lat])).query(ends)
    assert (away < 2e-6).mean() > 0.95  # a few lead nowhere: drawn, but no part of the network


def test_towns_do_not_overlap(district: District) -> None:
    shapes = [shape(f["geometry"]) for f in district.ground.layers["towns"]["features"]]
    for i, one in enumerate(shapes):
        for other in shapes[i + 1 :]:
            assert one.intersection(other).area < 1e-8


def test_the_same_seed_gives_the_same_district_and_another_seed_another() -> None:
    first, again = make_district(11, FEW), make_district.__wrapped__(11, FEW)
    assert (first.people, first.firms, first.patrol) == (again.people, again.firms, again.patrol)
    assert first.ground.layers == again.ground.layers
    assert make_district(12, FEW).people != first.people


def test_the_past_lies_before_the_exercise_and_tells_of_forty_callouts(district: District) -> None:
    past = make_past(district)
    assert len({row.ref for row in past}) == 40
    assert max(row.called_at for row in past) < district.start
    assert len({(row.ref, row.member) for row in past}) == len(past)
    for row in past:
        assert row.reply in ("accepted", "declined", "none")
        assert row.arrived_minutes is None or (row.reply == "accepted" and row.arrived_minutes > 0)
        assert row.reply_minutes is None or row.reply_minutes > 0
        assert row.delivered or (row.reply == "none" and row.arrived_minutes is None)
    accepted = sum(row.reply == "accepted" for row in past) / sum(row.delivered for row in past)
    assert 0.5 < accepted < 0.8


def test_nobody_stands_on_patrol_who_is_away_or_suspended(district: District) -> None:
    people = {p.number: p for p in district.people}
    assert len(district.patrol) == read("district")["committed_elsewhere"]
    assert not any(people[number].suspended or people[number].away for number in district.patrol)


def test_plans_ask_only_for_capabilities_and_places_the_district_has() -> None:
    spec = read("district")
    known = {*spec["capabilities"], "team_leader"}
    letters = {point["letter"] for point in spec["muster_points"]}
    sites = {point["slug"] for point in spec["points"]}
    plans = [*read("plans"), *read("plans_more")]
    assert len({plan["slug"] for plan in plans}) == len(plans) == 40
    assert (
        len({(plan["kind"], plan["site"]) for plan in plans}) == 40
    )  # or one would be proposed in another one's place
    for plan in plans:
        assert set(plan["needs"]) <= known
        assert set(plan["points"]) <= letters
        assert plan["site"] is None or plan["site"] in sites
    assert all(re.fullmatch(r"[a-z_]+", plan["slug"]) for plan in plans)
