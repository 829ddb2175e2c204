"""Taking a wrong check-in back at one press, on the name list and during a roll call."""

from muster.apps.incidents import actions
from muster.apps.incidents.models import CheckIn
from muster.journal.models import Entry
from tests.callout_pages.markup import part


def base(incident) -> str:
    return f"/incidents/{incident.pk}"


def test_one_press_beside_the_name_takes_a_check_in_back(district):
    incident, (wrong, right) = district.called(district.members[1], district.members[2])
    district.arrive([wrong, right])
    path = f"{base(incident)}/check-in/"
    page = district.page("duty_officer", path)
    assert f'name="take_back" value="{wrong.pk}"' in page
    answer = district.post(
        "duty_officer", path, {"take_back": wrong.pk, "reason": "点错", "where": "scene", "point": "A"}
    )
    assert answer.url == f"{path}?where=scene&point=A"
    assert list(CheckIn.objects.values_list("alert", flat=True)) == [right.pk]
    page = district.page("duty_officer", path)
    assert f"Taken back: {wrong.member.name} was not here." in page
    assert f'name="alert" value="{wrong.pk}"' in page
    log = district.page("duty_officer", f"{base(incident)}/log/")
    assert f"took the check-in of {wrong.member.name} back" in log


def test_ticks_beside_the_pressed_button_check_nobody_in(district):
    incident, (wrong, ticked) = district.called(district.members[1], district.members[2])
    district.arrive([wrong])
    district.post("duty_officer", f"{base(incident)}/check-in/", {"take_back": wrong.pk, "alert": [ticked.pk]})
    assert CheckIn.objects.count() == 0


def test_who_was_never_here_leaves_the_roll_call(district):
    incident, (wrong, right) = district.called(district.members[1], district.members[2])
    district.arrive([wrong, right])
    actions.start_roll_call(district.actors["duty_officer"], incident.callout)
    path = f"{base(incident)}/roll-call/"
    answer = district.post("duty_officer", path, {"take_back": wrong.pk})
    assert answer.url == path
    missing = part(district.clients["duty_officer"].get(path), "missing")
    assert right.member.name in missing
    assert wrong.member.name not in missing


def test_a_town_officer_and_strange_numbers_take_nothing_back(district):
    incident, (mine, other) = district.called(district.members[1], district.members[61])
    district.arrive([mine, other])
    path = f"{base(incident)}/check-in/"
    for wanted in (other.pk, "x", "9" * 5000, ""):
        assert district.post("town_officer", path, {"take_back": wanted}).status_code == 404
    assert district.post("auditor", path, {"take_back": mine.pk}).status_code == 403
    assert CheckIn.objects.count() == 2
    assert district.post("town_officer", path, {"take_back": mine.pk}).status_code == 302


def test_a_check_in_that_stands_is_refused_with_what_to_do(district):
    incident, (alert, _other) = district.called(district.members[1], district.members[2])
    district.arrive([alert])
    actions.leave(district.actors["duty_officer"], incident.callout, [alert.pk])
    district.arrive([alert])
    answer = district.post("duty_officer", f"{base(incident)}/check-in/", {"take_back": alert.pk})
    assert answer.status_code == 409
    assert "Sign the person out" in answer.content.decode()
    assert not Entry.objects.filter(action="alert.check_in_taken_back").exists()
