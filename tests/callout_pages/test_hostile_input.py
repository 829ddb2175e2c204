"""Whatever is posted or asked: a sentence that says so, never an error page of the server."""

from __future__ import annotations

import pytest

from muster.apps.incidents import actions

HUGE = "9" * 5000
NASTY = (
    HUGE,
    "-" + HUGE,
    "1e999",
    "nan",
    "²",
    "٣",
    "\x00",
    "a\x00b",
    "' OR 1=1 --",
    "2147483648",
    "9" * 15,
    "9" * 19,
    "",
)
NUMBERS = {
    "new": ("lon", "lat", "spot", "when", "mode", "kind"),
    "needs": ("capability", "people", "due_minutes", "remove_row"),
    "plan": ("plan",),
    "policy": ("policy",),
    "approve": ("run", "reason"),
    "pick": ("capability", "member", "unit", "town", "q", "reason"),
    "reply": ("quick", "answer", "eta_minutes", "reason", "text"),
    "call-list": ("message",),
    "check-in": ("alert", "take_back", "where", "point", "reason"),
    "roll-call": ("alert", "take_back", "remark", "accounted"),
    "release": ("alert",),
    "leave": ("alert",),
}
VALID = {
    "title": "火灾",
    "kind": "accident.fire",
    "place": "河边",
    "spot": "",
    "lon": "113",
    "lat": "27",
    "mode": "exercise",
}
BUTTONS = {
    "pick": ({"weigh": "1"}, {"send": "1"}),
    "needs": ({}, {"add_row": "1"}),
    "reply": ({}, {"answer": "accept"}),
}


def path_of(page: str, incident, alert) -> str:
    base = f"/incidents/{incident.pk}"
    return {"new": "/incidents/new/", "reply": f"{base}/reply/{alert.pk}/"}.get(page, f"{base}/{page}/")


@pytest.mark.parametrize("page", NUMBERS)
def test_posted_nonsense_is_answered_with_a_sentence(district, page):
    incident, (alert, other) = district.called(district.members[1], district.members[2])
    district.arrive([other])
    actions.start_roll_call(district.actors["duty_officer"], incident.callout)
    path = path_of(page, incident, alert)
    for field in NUMBERS[page]:
        for value in NASTY:
            for button in BUTTONS.get(page, ({},)):
                given = {**(VALID if page == "new" else {}), **button, field: value}
                answer = district.post("commander", path, given)
                assert answer.status_code < 500, (field, value[:20], answer.status_code)
                assert b"Traceback" not in answer.content


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("people", "state"), ("people", "unit"), ("people", "q"), ("people", "all"), ("check-in", "point"),
        ("check-in", "where"), ("check-in", "q"), ("log", "before"), ("pick", "q"), ("pick", "capability"),
        ("pick", "town"), ("pick", "member"), ("approve", "run"),
    ],
)  # fmt: skip
def test_asked_nonsense_too(district, page, field):
    incident, (alert, _other) = district.called(district.members[1], district.members[2])
    for value in NASTY:
        answer = district.clients["commander"].get(path_of(page, incident, alert), {field: value})
        assert answer.status_code < 500, (field, value[:20])
    for address in ("/duty/", f"/duty/{incident.pk}/"):
        assert district.clients["commander"].get(address, {"all": "a\x00b"}).status_code in (200, 302, 400)


@pytest.mark.parametrize("number", [HUGE, "9" * 19, "9" * 15, "0"])
def test_numbers_in_addresses_that_no_row_has_are_not_found(district, number):
    for path in (f"/duty/{number}/", f"/duty/{number}/map.json", f"/incidents/{number}/people/", f"/review/{number}/"):
        assert district.clients["commander"].get(path).status_code == 404, path[:40]


def test_a_plan_with_a_huge_number_is_a_plan_that_does_not_exist(district):
    incident = district.open()
    assert district.post("duty_officer", f"/incidents/{incident.pk}/plan/", {"plan": HUGE}).status_code == 404
