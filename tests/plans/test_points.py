"""Muster points and sites: an office enters its own, in the coordinates of the map it has, and then writes its plans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.apps.people.models import Unit
from muster.apps.plans import actions
from muster.apps.plans.actions.places import _made_slug, _place
from muster.apps.plans.models import MusterPoint, Plan, Site
from muster.core.datum import from_wgs84
from muster.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from muster.core.geo import distance_km
from muster.journal.models import Entry
from tests.callout_pages.markup import fields_of, sentences_of
from tests.plans.test_plan_actions import given_plan

PATH = "/plans/points/"
LON, LAT = 113.05, 27.8


def enter(district, **changes) -> MusterPoint:
    values = {"letter": "K", "zh": "市民广场", "en": "Civic square", "address": "长江北路 1 号", "lon": LON, "lat": LAT,
              "datum": "wgs84"}  # fmt: skip
    return actions.save_muster_point(district.actors["duty_officer"], **{**values, **changes})


def enter_site(district, **changes) -> Site:
    values = {"zh": "加油站", "en": "Petrol station", "lon": LON, "lat": LAT, "datum": "wgs84"}
    return actions.save_site(district.actors["duty_officer"], **{**values, **changes})


def typed(kind: str, **changes) -> dict[str, object]:
    values = {"zh": "市民广场", "en": "", "lon": "113.05", "lat": "27.8", "datum": "gcj02"}
    own = {"letter": "K", "address": ""} if kind == "point" else {"slug": ""}
    return {**{f"{kind}-{name}": value for name, value in {**values, **own, **changes}.items()}, "save": kind}


def words() -> list[str]:
    return list(Entry.objects.filter(stream__name="plans").order_by("seq").values_list("action", flat=True))


def test_an_entered_point_is_kept_and_journaled(district):
    point = enter(district, letter=" k ")
    assert (point.letter, point.zh, point.lon, point.lat) == ("K", "市民广场", LON, LAT)
    entry = Entry.objects.get(stream__name="plans", action="point.entered")
    assert entry.actor == district.actors["duty_officer"].ref
    assert entry.payload["letter"] == "K"


def test_an_office_without_any_place_enters_one_on_the_page_and_then_writes_a_plan(district):
    district.plan.needs.all().delete()
    district.plan.delete()
    MusterPoint.objects.all().delete()
    page = district.page("duty_officer", PATH)
    assert "No muster point is entered yet" in page
    answer = district.post("duty_officer", PATH, typed("point"))
    assert (answer.status_code, answer.url) == (302, PATH)
    points = list(MusterPoint.objects.all())
    plan = actions.write_plan(district.actors["duty_officer"], given_plan(district, muster_points=points))
    assert [point.letter for point in plan.muster_points.all()] == ["K"]


@pytest.mark.parametrize("datum", ["wgs84", "gcj02", "bd09"])
def test_coordinates_of_every_map_come_to_the_same_spot(district, datum):
    lon, lat = from_wgs84(LON, LAT, datum)
    point = enter(district, lon=lon, lat=lat, datum=datum)
    assert distance_km(point.lon, point.lat, LON, LAT) < 0.001


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"lon": 27.8, "lat": 113.05}, "plans.place_swapped"),
        ({"lon": 2.35, "lat": 48.86}, "plans.place_outside"),
        ({"lon": 1e308, "lat": -1e308}, "plans.place_outside"),
        ({"lon": float("nan")}, "plans.place_outside"),
        ({"lon": 117.05}, "plans.place_far"),
        ({"datum": "mars"}, "geo.datum_unknown"),
        ({"zh": "  "}, "plans.place_name_blank"),
        ({"address": "长" * 121}, "plans.place_text_long"),
        ({"letter": "0"}, "plans.point_letter"),
        ({"letter": "甲"}, "plans.point_letter"),
        ({"letter": "A"}, "plans.point_letter_taken"),
    ],
)
def test_nonsense_is_refused_with_its_own_code(district, changes, code):
    before = MusterPoint.objects.count()
    with pytest.raises(InvalidInput) as error:
        enter(district, **changes)
    assert error.value.code == code
    assert MusterPoint.objects.count() == before
    assert "point.entered" not in words()


def test_units_without_a_position_refuse_no_point(district):
    Unit.objects.update(lon=None, lat=None)
    assert enter(district, lon=121.5, lat=31.2).lon == 121.5


@given(lon=st.floats(), lat=st.floats(), datum=st.sampled_from(["wgs84", "gcj02", "bd09"]))
def test_no_pair_of_numbers_breaks_the_reading_of_a_point(lon, lat, datum):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("muster.apps.plans.actions.places._nearest_unit_km", lambda lon, lat: 0.0)
        try:
            said: str | tuple[float, float] = _place(lon, lat, datum)
        except InvalidInput as error:
            said = error.code
    if isinstance(said, str):
        assert said in {"plans.place_swapped", "plans.place_outside"}
    else:
        assert distance_km(*said, lon, lat) < 3


@pytest.mark.parametrize("role", ["town_officer", "auditor", "member", "system_admin"])
def test_who_may_not_write_plans_changes_no_place(district, role):
    actor, point = district.actors[role], district.points[0]
    values = {"zh": "别处", "lon": LON, "lat": LAT, "datum": "wgs84"}
    for act in (
        lambda: actions.save_muster_point(actor, letter="K", **values),
        lambda: actions.remove_muster_point(actor, point),
        lambda: actions.save_site(actor, **values),
        lambda: actions.remove_site(actor, district.site),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_moving_a_point_takes_the_pre_authorisation_of_its_plans_but_a_new_name_does_not(district):
    point = enter(district)
    plan = actions.write_plan(district.actors["office_head"], given_plan(district, muster_points=[point]))
    actions.pre_authorise(district.actors["office_head"], plan)
    enter(district, point=point, zh="市民广场北门")
    assert Plan.objects.get(pk=plan.pk).pre_authorised_at is not None
    enter(district, point=point, lon=LON + 0.01)
    assert Plan.objects.get(pk=plan.pk).pre_authorised_at is None
    assert words()[-2:] == ["point.changed", "plan.authority_withdrawn"]


def test_a_point_of_a_plan_or_a_callout_stays_an_unused_one_goes(district):
    actor, point = district.actors["duty_officer"], enter(district)
    plan = actions.write_plan(actor, given_plan(district, muster_points=[point]))
    with pytest.raises(Conflict) as error:
        actions.remove_muster_point(actor, point)
    assert (error.value.code, error.value.params["plan"]) == ("plans.point_in_plan", plan.zh)
    actions.write_plan(actor, given_plan(district), plan=plan)
    incident = district.open()
    incident.callout.muster_points.add(point)
    with pytest.raises(Conflict, match=r"plans\.point_in_use"):
        actions.remove_muster_point(actor, point)
    incident.callout.muster_points.remove(point)
    actions.remove_muster_point(actor, point)
    assert not MusterPoint.objects.filter(letter="K").exists()
    assert words()[-1] == "point.removed"


def test_the_letter_of_a_point_people_were_called_to_is_fixed_that_of_a_plans_point_is_not(district):
    point = enter(district)
    actions.write_plan(district.actors["duty_officer"], given_plan(district, muster_points=[point]))
    assert enter(district, point=point, letter="L").letter == "L"
    district.open().callout.muster_points.add(point)
    with pytest.raises(Conflict, match=r"plans\.point_letter_used"):
        enter(district, point=point, letter="M")
    assert enter(district, point=point, letter="L", zh="东门").zh == "东门"


def test_a_point_that_somebody_else_removed_is_said_to_be_gone(district):
    point = enter(district)
    MusterPoint.objects.filter(pk=point.pk).delete()
    with pytest.raises(NotFound):
        enter(district, point=point)


def test_a_site_is_named_after_its_name_and_namesakes_get_a_number(district):
    assert enter_site(district).slug == "petrol-station"
    assert enter_site(district).slug == "petrol-station-2"
    assert enter_site(district, en="").slug == "jiayouzhan"
    assert enter_site(district, slug="gas_1").slug == "gas_1"


@given(zh=st.text(min_size=1, max_size=60), en=st.text(max_size=80))
def test_every_name_gives_a_short_name_that_fits(zh, en):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("muster.apps.plans.actions.places._slugs_like", lambda stem: {stem})
        slug = _made_slug(Site(zh=zh, en=en))
    assert slug.endswith("-2")
    assert len(slug) <= 40
    assert all(mark in "abcdefghijklmnopqrstuvwxyz0123456789-_" for mark in slug)


@pytest.mark.parametrize(
    ("slug", "code"), [("With Space", "plans.site_slug"), ("x" * 41, "plans.site_slug"), ("", "")], ids=str
)
def test_short_names_are_plain_or_left_out(district, slug, code):
    if not code:
        assert enter_site(district, slug=slug).slug
        return
    with pytest.raises(InvalidInput, match=code):
        enter_site(district, slug=slug)


def test_a_changed_site_keeps_its_short_name_and_takes_the_flags(district):
    site = enter_site(district)
    changed = enter_site(district, site=site, en="Filling station", live_zone=True, controlled_airspace=True)
    assert (changed.pk, changed.slug, changed.live_zone, changed.controlled_airspace) == (
        site.pk,
        site.slug,
        True,
        True,
    )
    with pytest.raises(InvalidInput, match=r"plans\.site_slug_taken"):
        enter_site(district, slug=site.slug)


def test_a_site_that_an_incident_names_stays_an_unused_one_goes(district):
    actor, site = district.actors["duty_officer"], enter_site(district)
    incident = district.open(site=site)
    with pytest.raises(Conflict, match=r"plans\.site_in_use"):
        actions.remove_site(actor, site)
    actions.remove_site(actor, enter_site(district))
    assert list(Site.objects.filter(zh="加油站")) == [incident.site]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"lon": "27.8", "lat": "113.05"}, "Longitude and latitude seem to be exchanged"),
        ({"lon": "117.05"}, "km from the nearest unit"),
        ({"lon": "east"}, "Enter a number"),
        ({"datum": ""}, "This field is required"),
        ({"letter": "A"}, "Another muster point has the letter A"),
        ({"zh": ""}, "Nothing is saved yet"),
    ],
)
def test_mistakes_are_sentences_and_nothing_typed_is_lost(district, changes, sentence):
    before = MusterPoint.objects.count()
    answer = district.post("duty_officer", PATH, typed("point", address="东门", **changes))
    assert answer.status_code == 422
    assert sentence in " ".join(sentences_of(answer))
    assert fields_of(answer)["point-address"] == ["东门"]
    assert MusterPoint.objects.count() == before


def test_the_chosen_place_stands_in_its_form_and_is_changed_there(district):
    point = enter(district, en="")
    path = f"{PATH}?point={point.pk}"
    fields = fields_of(district.clients["duty_officer"].get(path))
    assert (fields["point-letter"], fields["point-en"], fields["point-datum"]) == (["K"], [""], ["wgs84"])
    assert float(fields["point-lon"][0]) == LON
    sent = typed("point", zh="西门", lon=fields["point-lon"][0], datum="wgs84")
    assert district.post("duty_officer", path, sent).status_code == 302
    assert MusterPoint.objects.get(pk=point.pk).zh == "西门"


def test_sites_are_entered_changed_and_removed_on_the_page(district):
    district.post("commander", PATH, {**typed("site", zh="变电所"), "site-live_zone": "on"})
    site = Site.objects.get(zh="变电所")
    assert (site.slug, site.live_zone, site.controlled_airspace) == ("biandiansuo", True, False)
    path = f"{PATH}?site={site.pk}"
    assert 'name="site-live_zone" class="form-check-input" id="id_site-live_zone" checked' in district.page(
        "commander", path
    )
    assert district.post("commander", path, {"remove": "site"}).status_code == 302
    assert not Site.objects.filter(pk=site.pk).exists()


def test_a_point_in_use_says_on_the_page_why_it_stays(district):
    path = f"{PATH}?point={district.points[0].pk}"
    answer = district.post("duty_officer", path, {"remove": "point"})
    assert answer.status_code == 422
    assert any(district.plan.zh in said for said in sentences_of(answer))


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_readers_see_both_tables_without_forms_and_the_list_of_plans_leads_there(district, language):
    page = district.page("auditor", PATH, language)
    point = district.points[0]
    assert (point.en if language == "en" else point.zh) in page
    assert "point-form" not in page
    assert district.post("auditor", PATH, typed("point"), language).status_code == 403
    assert f'href="{PATH}"' in district.page("auditor", "/plans/", language)


@pytest.mark.parametrize(("query", "status"), [("?point=x", 404), ("?site=99999", 404), ("?point=", 404)])
def test_places_that_do_not_exist_are_not_found(district, query, status):
    assert district.clients["duty_officer"].get(PATH + query).status_code == status


@pytest.mark.parametrize("sent", [{}, {"save": "town"}, {"remove": "point"}])
def test_a_tampered_form_is_refused_calmly(district, sent):
    assert district.post("duty_officer", PATH, sent).status_code == 400


def test_short_names_for_programs_are_not_shown_to_people(district):
    site = enter_site(district)
    page = district.page("commander", PATH)
    assert "Petrol station" in page
    assert site.slug not in page
