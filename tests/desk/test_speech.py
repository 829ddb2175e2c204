"""The duty page in words: what is said in every state, and that there is never more than one main act."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.template.loader import render_to_string
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from muster.access.rights import Actor
from muster.apps.desk import regions, speech
from muster.apps.incidents.board import Board, PeopleCounts, Repair, heads_short
from muster.web.icons import icon
from tests.desk.sample_board import CAPABILITIES, COMMANDER, DUTY_OFFICER, board, lines, proposal, verdict

TOWN = Actor("account:4", "", "town_officer", unit_path="office/t1")
AUDITOR = Actor("account:5", "", "auditor")
CALM = {"word": "enough", "proposal": None, "repairs": ()}


@pytest.fixture(autouse=True)
def _english():
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("p", "times", "size"),
    [
        (0.39, 4, 10),
        (0.956, 19, 20),
        (0.9849, 19, 20),
        (0.985, 98, 100),
        (0.9999, 99, 100),
        (0.06, 1, 10),
        (0.89, 9, 10),
    ],
)
def test_a_chance_in_times_out_of_ten(p: float, times: int, size: int) -> None:
    assert speech.odds(p) == (times, size)


@given(st.floats(0, 1))
def test_odds_never_say_never_or_always_and_are_near_the_chance(p: float) -> None:
    times, size = speech.odds(p)
    assert 0 < times < size
    assert abs(times / size - min(0.99, max(0.1, p))) <= 0.06


def test_the_short_board_of_the_picture() -> None:
    said = speech.verdict_words(board())
    assert (said.lead, said.strong) == ("Not enough:", "Drone pilot: 1 short")
    assert said.meaning[0] == "As things stand, about 4 times in 10 all 206 posts are filled in time."
    assert said.meaning[-1] == "17 minutes are left to mend it."


def test_in_chinese_it_reads_as_a_person_would_say() -> None:
    with translation.override("zh-hans"):
        said = speech.verdict_words(board())
        assert (said.lead, said.strong) == ("还不够：", "无人机操作差 1 名")
        assert said.meaning[0] == "照现在的答复，10 次里约 4 次能按时凑齐 206 人。"
        assert speech.proposal_words(board(), proposal()) == "再召 3 名无人机操作"


def changed(**by_slug: dict[str, object]) -> Board:
    """The board of the picture with these lines otherwise."""
    rows = tuple(replace(line, **by_slug.get(line.capability.slug, {})) for line in lines())
    return board(lines=rows)


def test_the_line_that_lacks_most_heads_is_named_and_only_lines_that_are_not_safe_are_counted() -> None:
    """28 of 120 have accepted: "1 short" for the first line of the plan would be read as nearly there."""
    empty = changed(fire={"expected": 30.2, "p": 0.0002, "missing": 90}, drone={"p": 0.0001})
    assert speech.shortest(empty) == "Fire-ground support: 90 short, and 1 more lines"
    filled = changed(
        drone={"on_scene": 2, "missing": 0, "p": 0.2},
        medic={"expected": 4.4, "p": 0.3, "missing": 2},
        leader={"p": 0.92},
        radio={"on_scene": 4, "p": 0.1},
    )
    assert speech.shortest(filled) == "Medic: 2 short, and 1 more lines"
    with translation.override("zh-hans"):
        assert speech.shortest(filled) == "医疗救护差 2 名，另有 1 项也吃紧"
    assert speech.shortest(changed(drone={"on_scene": 2, "missing": 0})) == ""


def test_a_line_where_enough_are_expected_may_be_short_and_is_not_told_as_one_head_short() -> None:
    doubtful = changed(drone={"expected": 2.3, "p": 0.41, "missing": 0})
    assert speech.shortest(doubtful) == "Drone pilot: may be short"
    with translation.override("zh-hans"):
        assert speech.shortest(doubtful) == "无人机操作可能不够"


def test_once_time_is_up_heads_are_counted_by_who_is_there() -> None:
    over = board(lines=lines()[5:6], verdict=verdict(measured=True))
    assert speech.verdict_words(over).strong == "Drone pilot: 2 short"


@pytest.mark.parametrize(("people", "expected", "heads"), [(120, 28.0, 92), (2, 1.3, 1), (2, 2.0, 0), (4, 3.999, 1)])
def test_heads_short_are_whole_and_rounded_up(people: int, expected: float, heads: int) -> None:
    assert heads_short(people, expected) == heads


def test_from_995_in_a_thousand_it_is_almost_always() -> None:
    """ ">99.9%" and "about 99 times in 100" do not stand side by side."""
    assert "almost always" in speech.odds_words(board(verdict=verdict(p_hat=0.9991)))
    assert "99 times in 100" in speech.odds_words(board(verdict=verdict(p_hat=0.9949)))
    with translation.override("zh-hans"):
        assert "几乎每次" in speech.odds_words(board(verdict=verdict(p_hat=0.995)))
        ready = board(state="recommended", verdict=verdict(word="enough", p_hat=0.9991))
        assert "几乎每次" in speech.verdict_words(ready).meaning[0]


def test_rivals_are_named() -> None:
    rivals = verdict(conflict=(CAPABILITIES["drone"], CAPABILITIES["radio"]))
    assert "Drone pilot, Communications" in " ".join(speech.verdict_words(board(verdict=rivals)).meaning)


@pytest.mark.parametrize(
    ("changes", "lead"),
    [
        ({"incident_state": "closed"}, "The incident is closed."),
        ({"state": "stood_down"}, "Stood down."),
        ({"lines": ()}, "No needs yet:"),
        ({"state": "draft", "verdict": verdict(p_hat=None, p_low=None, proposal=None)}, "The plan is being computed."),
        ({"state": "recommended", "verdict": verdict(word="enough", p_hat=0.956)}, "Ready for approval."),
        ({"state": "recommended", "verdict": verdict(p_hat=0.6)}, "Even the best choice is not enough."),
        ({"state": "recommended", "verdict": verdict(p_hat=None)}, "Even the best choice is not enough."),
        (
            {"verdict": verdict(word="unknown", p_hat=None, p_low=None)},
            "Being computed; do not go by the number alone.",
        ),
        ({"verdict": verdict(p_hat=0.968, p_low=0.962, **CALM)}, "Enough are coming."),
        ({"verdict": verdict(word="at_risk", p_hat=0.914)}, "Just below the target."),
        ({"verdict": verdict(measured=True)}, "Time is up:"),
    ],
)
def test_every_state_has_its_heading(changes: dict[str, object], lead: str) -> None:
    assert speech.verdict_words(board(**changes)).lead == lead


def test_a_filled_board_is_told_as_a_count() -> None:
    full = tuple(replace(line, on_scene=line.people) for line in lines())
    said = speech.verdict_words(board(lines=full, verdict=verdict(measured=True, **CALM)))
    assert said.lead == "Everyone needed is there."
    assert said.meaning == ("206 of 206 posts are filled; this is counted, not forecast.",)


def test_a_hopeless_chance_is_said_plainly() -> None:
    assert "hardly ever" in speech.odds_words(board(verdict=verdict(p_hat=0.01)))
    assert speech.odds_words(board(verdict=verdict(p_hat=None))) == ""


def test_after_stand_down_those_still_there_are_counted() -> None:
    said = speech.verdict_words(board(state="stood_down"))
    assert said.meaning == ("4 people are still signed in; sign them out as they leave.",)
    gone = speech.verdict_words(board(state="stood_down", people=PeopleCounts(called=362)))
    assert gone.meaning == ("Everybody has left.",)


def test_minutes_left_count_to_the_next_line_that_still_waits() -> None:
    assert speech.minutes_left(board()) == 17
    full = tuple(replace(line, on_scene=line.people) for line in lines())
    assert speech.minutes_left(board(lines=full)) == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Call 3 more: Drone pilot"),
        ({"by_line": ((CAPABILITIES["drone"], 3), (CAPABILITIES["medic"], 2)), "count": 5}, "Call 5 more people"),
    ],
)
def test_follow_up_proposals(changes: dict[str, object], words: str) -> None:
    assert speech.proposal_words(board(), proposal(**changes)) == words


def test_first_proposals_and_their_names() -> None:
    assert speech.proposal_words(board(state="recommended"), proposal(count=1362)) == "Call 1,362 people"
    assert speech.proposal_names(proposal()) == "罗一鸣, 汤怀瑾, 易南星"
    assert speech.proposal_names(proposal(count=8)) == "罗一鸣, 汤怀瑾, 易南星 and 5 more"
    assert speech.proposal_names(proposal(names=())) == ""


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        ("more_minutes", 7, "allow 7 minutes more for Drone pilot"),
        ("fewer_people", 2, "do with 2 fewer: Drone pilot"),
        ("lower_target", 0.9, "accept a target of 90.0%"),
        ("train", 6, "train 6 more: Drone pilot"),
    ],
)
def test_repairs_in_words(kind: str, amount: float, said: str) -> None:
    assert speech.repair_words(Repair(kind, CAPABILITIES["drone"], amount, 0.9)) == said


@pytest.mark.parametrize(
    ("changes", "actor", "url"),
    [
        ({}, COMMANDER, "/incidents/3/approve/?run=7"),
        ({"verdict": verdict(proposal=proposal(may_approve=False))}, DUTY_OFFICER, None),
        ({"verdict": verdict(**CALM), "releasable": 29}, COMMANDER, "/incidents/3/release/"),
        ({"verdict": verdict(**CALM), "releasable": 29}, DUTY_OFFICER, None),
        ({"verdict": verdict(**CALM)}, COMMANDER, None),
        ({"lines": (), "verdict": verdict(**CALM)}, DUTY_OFFICER, "/incidents/3/needs/"),
        ({"verdict": verdict(proposal=None)}, DUTY_OFFICER, "/incidents/3/pick/"),
        ({"verdict": verdict(proposal=None)}, TOWN, None),
        ({"verdict": verdict(proposal=None, measured=True)}, COMMANDER, None),
        ({"state": "stood_down"}, DUTY_OFFICER, "/incidents/3/leave/"),
        ({"state": "stood_down", "people": PeopleCounts()}, COMMANDER, "/incidents/3/close/"),
        ({"state": "stood_down", "people": PeopleCounts()}, DUTY_OFFICER, None),
        ({"incident_state": "closed"}, AUDITOR, "/review/3/"),
        ({"incident_state": "closed"}, TOWN, None),
    ],
)
def test_the_one_main_act(changes: dict[str, object], actor: Actor, url: str | None) -> None:
    act = speech.main_act(board(**changes), actor)
    assert (act.url if act else None) == url


def test_the_button_of_an_exercise_says_so() -> None:
    assert speech.main_act(board(), COMMANDER).word == "Exercise · Approve: call 3 more"
    assert speech.main_act(board(exercise=False), COMMANDER).word == "Approve: call 3 more"
    assert speech.main_act(board(exercise=False, state="recommended"), COMMANDER).word == "Approve: call 3"


def test_lines_have_their_own_word() -> None:
    line = lines()[0]
    target = 0.95
    assert speech.line_word(replace(line, on_scene=120, p=0.1), target) == "enough"
    assert speech.line_word(replace(line, p=None), target) == "unknown"
    assert speech.line_word(replace(line, missing=2), target) == "short"
    assert speech.line_word(replace(line, p=0.96), target) == "enough"
    assert speech.line_word(replace(line, p=0.92), target) == "at_risk"
    assert speech.line_word(replace(line, p=0.7), target) == "short"


def test_an_estimate_that_holds_with_a_limit_that_does_not_is_one_sentence_and_not_two() -> None:
    held = board(verdict=verdict(word="enough", p_hat=0.957, p_low=0.944, repairs=(), conflict=()))
    said = speech.verdict_words(held)
    assert said.lead == "Enough are coming."
    assert said.meaning[1] == "The lower limit is still below the target: 3 more people would make it safe."
    with translation.override("zh-hans"):
        assert speech.verdict_words(held).meaning[1] == "下限还没到目标：再叫3人就稳妥了。"
    for language in ("en", "zh-hans"):
        with translation.override(language):
            shown = regions.render(held, COMMANDER)["verdict"]
        assert "Nothing to do" not in shown
        assert "不用做什么" not in shown
        assert ("To be on the safe side" in shown) or ("稳妥起见" in shown)


def test_two_lines_that_ask_for_the_same_capability_have_each_their_own_figure() -> None:
    first, second = replace(lines()[5], order=6), replace(lines()[5], order=7, people=9)
    drone = CAPABILITIES["drone"]
    twice = proposal(count=11, by_line=((drone, 3), (drone, 8)), by_order=((6, 3), (7, 8)))
    shown = regions.context(
        board(state="recommended", lines=(first, second), verdict=verdict(proposal=twice)), COMMANDER
    )
    assert [row.to_call for row in shown["rows"]] == [3, 8]
    assert speech.proposal_words(board(), twice) == "Call 11 more: Drone pilot"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_does_not_reach_the_target_is_never_called_certified(language: str) -> None:
    weak = board(verdict=verdict(proposal=proposal(count=682, p_low=0.05, p_hat=0.06)))
    near = board(verdict=verdict(proposal=proposal(p_low=0.948, p_hat=0.955)))
    with translation.override(language):
        for shown in (weak, near):
            html = regions.render(shown, COMMANDER)["verdict"]
            wall = wall_board_html(shown)
            assert "tag-ok" not in html.split('class="next"')[1]
            assert "tag-warn" in html.split('class="next"')[1]
            assert ("Best that can be done" in html) or ("眼下最多能做到" in html)
            assert str(icon("shield-check", 24)) not in wall
            assert 'class="ok"' not in wall
        assert "tag-ok" in regions.render(board(), COMMANDER)["verdict"].split('class="next"')[1]
        assert str(icon("shield-check", 24)) in wall_board_html(board())


def wall_board_html(shown: Board) -> str:
    values = {**regions.context(shown, COMMANDER), "meaning": []}
    return render_to_string("desk/wall/_verdict.html", values)
