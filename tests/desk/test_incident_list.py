"""The list of incidents: what it finds, what it counts, and the map beside it."""

import json
from datetime import timedelta

import pytest

from muster.apps.incidents import actions
from muster.apps.incidents.models import Incident
from tests.callout_pages.cast import NOON, alerts_of, fresh, make_district
from tests.callout_pages.conftest import district, noon
from tests.callout_pages.markup import part

__all__ = ["NOON", "district", "make_district", "noon"]


@pytest.fixture
def several(district, noon):
    """A fire that is filling, a flood just reported, and an old false alarm."""
    old = district.open(title="误报的烟雾", place="泰山路")
    actions.mark_false_alarm(district.actors["duty_officer"], old)
    Incident.objects.filter(pk=old.pk).update(t0=NOON - timedelta(days=9))
    fire = district.approved()
    district.arrive(alerts_of(fire)[:2])
    flood = district.open(
        title="河堤渗水", place="雷打石镇", kind="natural.flood", site=None, lon=113.0, lat=27.7, mode="actual"
    )
    Incident.objects.filter(pk=fire.pk).update(t0=NOON - timedelta(minutes=95))
    return district, fresh(fire), flood, old


def order(page, *incidents):
    return sorted(incidents, key=lambda one: page.index(f'id="incident-{one.pk}"'))


def test_open_ones_stand_first_with_the_time_since_and_who_is_there(several):
    district, fire, flood, old = several
    page = district.page("duty_officer", "/incidents/")
    assert order(page, old, fire, flood) == [flood, fire, old]
    rows = part(page, "incidents")
    assert "2 here, 0 coming" in rows
    assert "1 h 35 min ago" in rows
    assert f'href="/duty/{fire.pk}/"' in page
    assert f'href="/review/{old.pk}/"' in page
    chinese = part(district.page("duty_officer", "/incidents/", "zh-hans"), "incidents")
    assert "9 days ago" in rows
    assert "到场 2 人" in chinese
    assert "1 小时 35 分钟前" in chinese
    assert " style=" not in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state=open", {"fire", "flood"}),
        ("?state=over", {"old"}),
        ("?q=河堤", {"flood"}),
        ("?q=雷打石", {"flood"}),
        ("?q=变电 牵引", {"fire"}),
        ("?q=变电 雷打石", set()),
        ("?kind=natural.flood", {"flood"}),
        ("?state=nonsense&kind=nonsense&page=zzz", {"fire", "flood", "old"}),
        ("?q=%25%27", set()),
    ],
)
def test_what_is_searched_is_found(several, query, found):
    district, *incidents = several
    page = district.page("auditor", "/incidents/" + query)
    names = dict(zip(("fire", "flood", "old"), incidents, strict=True))
    assert {name for name, one in names.items() if f'id="incident-{one.pk}"' in page} == found
    if not found:
        assert "No incident matches" in page


def test_the_tabs_count_the_same_search(several):
    district, *_ = several
    page = district.page("duty_officer", "/incidents/?q=烟雾&state=open")
    assert "No incident matches" in page
    assert 'id="state-over"><b>1</b>' in page
    assert 'id="state-open" class="active" aria-current="true"><b>0</b>' in page


def test_the_map_numbers_them_as_the_list_does_and_holds_nobody(several):
    district, fire, flood, _old = several
    told = json.loads(district.page("duty_officer", "/incidents/map.json?state=open"))
    assert [(point["letter"], point["zh"], point["arrived"]) for point in reversed(told["points"])] == [
        ("1", flood.title, 0), ("2", fire.title, 2),
    ]  # fmt: skip
    assert told["people"]["features"] == []
    assert [site["at"] for site in told["sites"]] == [[fire.site.lon, fire.site.lat]], (
        "one site with flags, none for the flood"
    )
    assert set(told["sites"][0]["flags"]) == {"live_zone", "controlled_airspace"}


def test_many_are_paged_and_numbered_on(district, noon):
    for number in range(52):
        district.open(title=f"事件 {number}")
    page = district.page("duty_officer", "/incidents/?page=2&q=事件")
    assert '<b class="pin-number">51</b>' in page
    assert "2 / 2" in page
    assert "page=1" in page
    told = json.loads(district.page("duty_officer", "/incidents/map.json?page=2&q=事件"))
    assert [point["letter"] for point in told["points"]] == ["52", "51"]


def test_an_empty_system_says_so_and_strangers_are_sent_away(district):
    assert "No incident has been opened yet" in district.page("duty_officer", "/incidents/")
    assert district.client("member").get("/incidents/").status_code == 403
    assert 'id="all-incidents"' in district.page("duty_officer", "/duty/")
