"""The page that says how far the chances hold: every figure from the model in force, nothing hidden, nothing made up."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from muster.apps.plans import calibration
from muster.apps.plans.calibration_chart import LEFT, SIDE, curve
from muster.apps.service.models import ResponseModelRow
from muster.apps.service.reads.fitting import Fitted
from muster.planning.response_check import Bin, Check, check
from muster.planning.response_fit import fit
from tests.planning.test_response import MEMBERS, UNITS, invented
from tests.world import World

pytestmark = pytest.mark.django_db
ADDRESS = "/plans/calibration/"


@pytest.fixture(scope="module")
def learned() -> tuple[dict[str, Any], Check]:
    history, _, _ = invented(callouts=12, asked=60)
    members = np.arange(1, MEMBERS + 1, dtype=np.int64)
    body = Fitted(fit(history), members, np.arange(UNITS, dtype=np.int64), ("sms", "voice")).as_json()
    return body, check(history, 4, fits=2)


def in_force(world: World, body: dict[str, object], **more: object) -> ResponseModelRow:
    return ResponseModelRow.objects.create(
        version="abc123", fitted_at=world.now - timedelta(days=1), callouts=12, body={**body, **more}
    )


def page(world: World, language: str = "en") -> str:
    answer = world.client_of("office_head", language=language).get(ADDRESS)
    assert answer.status_code == 200
    return answer.content.decode()


def cells(body: str, table: str) -> list[list[str]]:
    found = re.search(rf'data-testid="{table}">(.*?)</table>', body, re.S)
    assert found is not None
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", found.group(1), re.S)
    return [
        [re.sub(r"<[^>]+>|\s+", " ", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.S)] for row in rows
    ]


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_without_a_model_it_says_that_everything_is_a_prior_and_still_shows_where_promises_break(
    world: World, language: str
) -> None:
    body = page(world, language)
    assert ("every chance is a prior" if language == "en" else "所有把握都是先验值") in body
    assert 'data-testid="estimates"' not in body
    assert 'data-testid="reliability"' not in body
    assert 'data-testid="coverage"' in body


def test_the_table_of_estimates_shows_each_figure_with_its_interval_and_what_certificates_use(
    world: World, learned: tuple[dict[str, Any], Check]
) -> None:
    in_force(world, learned[0], check=learned[1].to_dict())
    model = Fitted.of(ResponseModelRow.objects.get()).model
    rows = {row[0]: row[1:] for row in cells(page(world), "estimates") if row}
    town = rows["Answers that move together within a town, beyond that"]
    assert town[0] == f"{100 * model.rho_town:.1f}%"
    assert town[1].endswith(f"– {100 * model.rho_town_upper:.1f}%")
    assert town[2] == "upper limit"
    assert rows["Answers that move together in the whole district"][2] == "upper limit"
    assert rows["Lost by text message on a usual day"][0] == f"{100 * model.channels[0].usual.mean:.1f}%"
    assert rows["Bad days of telephone call"][0] == f"{100 * model.channels[1].bad_days.mean:.1f}%"
    stay_away = model.no_show
    assert rows["Accept and stay away"][:2] == [
        f"{100 * stay_away.mean:.1f}%", f"{100 * stay_away.low:.1f}% – {100 * stay_away.high:.1f}%"
    ]  # fmt: skip
    assert len(rows) == 2 + 2 * 3 + 1 + 2 + 1


def test_the_curve_its_bins_the_scores_and_the_parts_are_the_back_test_s(
    world: World, learned: tuple[dict[str, Any], Check]
) -> None:
    held = learned[1]
    in_force(world, learned[0], check=held.to_dict())
    body = page(world)
    assert body.count("<circle") == len(held.bins)
    bins = [row for row in cells(body, "bins") if row]
    assert [row[2] for row in bins] == [f"{100 * one.happened:.1f}%" for one in held.bins]
    assert cells(body, "scores")[1][1:] == [f"{held.brier:.4f}", f"{held.brier_pooled:.4f}"]
    parts = [row for row in cells(body, "parts") if row]
    assert len(parts) == sum(part is not None for part in held.parts)
    assert f"{held.turnouts_inside}<small>/ 8 callouts" in body


def test_members_without_calls_of_their_own_are_counted_as_standing_at_the_prior(
    world: World, learned: tuple[dict[str, Any], Check]
) -> None:
    known = [world.member(n).pk for n in (1, 2, 3)]
    body = dict(learned[0])
    body["members"] = [*known, *range(10**6, 10**6 + MEMBERS - 3)]
    model = dict(body["model"])
    model["seen"] = [2, 0, 5, *[1] * (MEMBERS - 3)]
    del model["version"]
    row = in_force(world, {**body, "model": model}, check=learned[1].to_dict())
    found = calibration.members_of(Fitted.of(row))
    active = sum(member.state == "active" for member in world.members)
    assert found == {"known": 2, "prior": active - 2}


def test_a_curve_outside_its_band_is_said_in_words_and_marked(
    world: World, learned: tuple[dict[str, Any], Check]
) -> None:
    held: dict[str, Any] = learned[1].to_dict()
    bins = [dict(one) for one in held["bins"]]
    bins[0]["happened"] = bins[0]["high"] + 0.05
    in_force(world, learned[0], check={**held, "bins": bins})
    body = page(world)
    assert "Does not hold" in body
    assert body.count('<circle class="c-low"') == 1


@pytest.mark.parametrize("kept", [None, {"bins": 3}])
def test_a_model_without_a_readable_check_shows_its_estimates_alone(
    world: World, learned: tuple[dict[str, Any], Check], kept: object
) -> None:
    in_force(world, learned[0], check=kept)
    body = page(world)
    assert 'data-testid="estimates"' in body
    assert 'data-testid="reliability"' not in body
    assert "too few past callouts" in body


def test_a_model_that_this_program_can_not_read_is_no_failure(world: World) -> None:
    in_force(world, {"model": {}, "members": [], "units": [], "channels": []})
    assert 'data-testid="estimates"' not in page(world)


def test_a_new_office_s_figures_are_marked_as_prior(world: World) -> None:
    from tests.planning.test_response import nothing

    fitted = Fitted(fit(nothing()), np.arange(MEMBERS), np.arange(UNITS), ("sms", "other"))
    rows = list(calibration.estimates(fitted))
    assert all(one.prior for one in rows)
    assert any("other" in one.name for one in rows)


def test_the_table_of_truths_is_the_shipped_one_and_says_where_it_breaks(world: World) -> None:
    shipped = calibration.coverage()
    rows = [row for row in cells(page(world), "coverage") if row]
    assert len(rows) == len(shipped["truths"]) == 4
    for row, one in zip(rows, shipped["truths"], strict=True):
        assert row[1] == f"{one['exercises']}"
        assert row[3] == f"{100 * one['share']:.1f}%"
        assert row[5].endswith("breaks" if one["refuted"] else "holds")


def test_the_page_is_linked_from_the_plans_and_closed_to_those_who_see_none(world: World) -> None:
    assert f'href="{ADDRESS}"' in world.client_of("auditor").get("/plans/").content.decode()
    assert world.client_of("town_officer").get(ADDRESS).status_code == 403


def bin_at(said: float, happened: float, half: float = 0.05) -> Bin:
    return Bin(50, said, happened, said - half, said + half, said - half / 2, said + half / 2)


def test_the_picture_puts_equal_shares_on_the_diagonal_within_its_frame() -> None:
    drawn = curve([bin_at(0.42, 0.42), bin_at(0.6, 0.55), bin_at(0.78, 0.9)])
    assert [tick.label for tick in drawn.ticks] == ["30%", "40%", "50%", "60%", "70%", "80%", "90%"]
    first = drawn.dots[0]
    # one scale on both axes: as far right of the left edge as above the floor, but for the frame's own proportions
    across = (first.x - LEFT) / (drawn.edge - LEFT)
    assert across == pytest.approx((drawn.floor - first.y) / (drawn.floor - drawn.top), abs=0.002)
    assert across == pytest.approx((0.42 - 0.3) / 0.6, abs=0.002)
    assert [dot.inside for dot in drawn.dots] == [True, True, False]
    assert all(LEFT <= dot.x <= drawn.edge and drawn.top <= dot.y <= drawn.floor < SIDE for dot in drawn.dots)
    assert drawn.band.endswith("Z")
    assert drawn.band.count("L") == 5


def test_certainties_stay_on_the_picture() -> None:
    drawn = curve([Bin(9, 0.02, 0.0, 0.0, 0.1, 0.0, 0.05), Bin(9, 0.99, 1.0, 0.95, 1.0, 0.97, 1.0)])
    assert (drawn.ticks[0].label, drawn.ticks[-1].label) == ("0%", "100%")
