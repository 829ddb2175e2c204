"""What a lead's number says of each of his people, held against listing every way in which it could be true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations, product

import pytest

from muster.apps.incidents.led import Group, reading, said_shares
from muster.apps.incidents.models import Alert
from muster.core.errors import InvalidInput

LEAD = 0
AT = datetime(2026, 10, 18, 6, 30, tzinfo=UTC)


def worlds(words: tuple[str, ...], number: int, cannot: frozenset[int]) -> list[frozenset[int]]:
    """Everybody who comes, in each way that fits what is known, who is named, and the number. The lead comes when anybody
    does, unless it is known of him that he does not."""
    no = {one for one, word in enumerate(words) if word == "no"} | cannot
    fits = []
    for coming in combinations(range(len(words)), number):
        comes = frozenset(coming)
        known = all(one in comes for one, word in enumerate(words) if word == "yes" and one not in no)
        led = LEAD in comes or LEAD in no or not comes
        if known and led and not comes & no:
            fits.append(comes)
    return fits


CASES = [
    (words, number, frozenset(cannot))
    for size in (1, 2, 3, 4)
    for words in product(("yes", "no", "open"), repeat=size)
    for number in range(size + 2)
    for count in range(size + 1)
    for cannot in combinations(range(size), count)
]


def test_every_number_of_every_small_unit_says_exactly_what_is_true_in_all_the_ways_it_can_be_true():
    assert len(CASES) > 7_000
    for words, number, cannot in CASES:
        fits, people = worlds(words, number, cannot), dict(enumerate(words))
        if not fits:
            with pytest.raises(InvalidInput):
                reading(people, LEAD, number, cannot)
            continue
        said = reading(people, LEAD, number, cannot)
        always = frozenset.intersection(*fits)
        never = frozenset(people) - frozenset.union(*fits)
        assert (said.comes, said.stays) == (always, never), (words, number, cannot)
        assert said.either == frozenset(people) - always - never
        for one in said.either:  # each is as likely as the share that the forecast uses
            share = sum(one in comes for comes in fits) / len(fits)
            assert share == pytest.approx((number - len(always)) / len(said.either))


@pytest.mark.parametrize(
    ("number", "cannot", "code"),
    [(5, (), "incidents.unit_too_many"), (4, (2,), "incidents.unit_names_differ"), (1, (), "incidents.unit_too_few")],
)
def test_each_refusal_names_the_figures(number, cannot, code):
    people = {0: "open", 1: "yes", 2: "open", 3: "open"}
    with pytest.raises(InvalidInput) as refused:
        reading(people, LEAD, number, cannot)
    assert refused.value.code == code
    assert refused.value.params["said"] == number


def test_of_a_unit_whose_lead_was_let_go_early_only_the_others_count():
    said = reading({1: "open", 2: "open"}, LEAD, 1)
    assert (said.comes, said.stays, said.either) == (frozenset(), frozenset(), frozenset({1, 2}))


def unit(said: int | None, *states: str, minutes: float = 5.0) -> list[Alert]:
    """A lead and his people in these states, unsaved; answers came `minutes` after the lead had said his number."""
    since = AT if said is not None else None
    lead = Alert(pk=1, member_id=101, state=states[0], unit_called_id=7, unit_said=said, unit_said_at=since)
    later = AT + timedelta(minutes=minutes)
    people = [
        Alert(pk=n, member_id=100 + n, state=state, through=lead, replied_at=later)
        for n, state in enumerate(states[1:], start=2)
    ]
    return [lead, *people]


@pytest.mark.parametrize(
    ("said", "states", "shares"),
    [
        (None, ("accepted", "queued", "queued"), {}),
        (3, ("accepted", "queued", "queued", "queued"), {102: 2 / 3, 103: 2 / 3, 104: 2 / 3}),
        (4, ("accepted", "queued", "queued", "queued"), {102: 1.0, 103: 1.0, 104: 1.0}),
        (1, ("accepted", "queued", "queued"), {102: 0.0, 103: 0.0}),
        (3, ("accepted", "accepted", "queued", "queued"), {103: 0.5, 104: 0.5}),
        (3, ("accepted", "declined", "queued", "queued"), {103: 1.0, 104: 1.0}),
        (3, ("accepted", "withdrawn", "queued", "queued"), {103: 0.5, 104: 0.5}),
        (2, ("accepted", "accepted", "checked_in", "queued"), {104: 0.0}),
        (0, ("declined", "queued"), {102: 0.0}),
    ],
)
def test_the_number_is_shared_by_those_it_leaves_open(said, states, shares):
    found = said_shares(unit(said, *states))
    assert {member: share for member, (share, _since) in found.items()} == pytest.approx(shares)


def test_a_number_that_names_nobody_makes_each_as_likely_as_the_share_of_the_ways_in_which_he_comes():
    states = {"yes": "accepted", "no": "declined", "open": "queued"}
    for words, number, cannot in CASES:
        fits = worlds(words, number, cannot)
        if cannot or not fits or not number or words[LEAD] != "yes":  # the number books its lead
            continue
        found = said_shares(unit(number, *(states[word] for word in words), minutes=-5))
        for one, word in enumerate(words):
            member = 101 + one
            assert (member in found) == (word == "open")
            if word == "open":
                assert found[member][0] == pytest.approx(sum(one in comes for comes in fits) / len(fits))


def test_who_had_withdrawn_before_the_number_was_said_is_no_part_of_it():
    found = said_shares(unit(3, "accepted", "withdrawn", "queued", "queued", minutes=-5))
    assert {share for share, _since in found.values()} == {1.0}


def test_who_was_told_early_not_to_come_is_not_counted():
    lead, released, *rest = unit(None, "accepted", "released", "queued")
    released.replied_at = None
    group = Group(lead, (lead, released, *rest))
    assert (group.called, group.coming) == (2, 1)
