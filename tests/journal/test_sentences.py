from __future__ import annotations

from muster.journal import sentences
from muster.journal.models import Entry


def test_an_act_is_told_with_its_values() -> None:
    entry = Entry(action="account.role_set", payload={"before": "auditor", "role": "commander"})
    assert "auditor" in sentences.sentence(entry)
    assert "commander" in sentences.sentence(entry)
    assert "Duty commander" in sentences.sentence(entry, {"commander": "Duty commander"})


def test_a_value_that_is_missing_leaves_a_dash() -> None:
    assert "–" in sentences.words_of("account.role_set")


def test_an_act_nobody_put_into_words_shows_its_code() -> None:
    entry = Entry(action="odd.act", payload={"b": 2, "a": 1})
    assert sentences.sentence(entry) == sentences.words_of("odd.act") == "odd.act"
    assert sentences.details(entry) == [("a", "1"), ("b", "2")]


def test_parts_register_words_for_their_acts(monkeypatch: object) -> None:
    monkeypatch.setattr(sentences, "_ACTS", dict(sentences._ACTS))
    sentences.register({"odd.act": "Something odd, %(n)s times"})
    assert sentences.sentence(Entry(action="odd.act", payload={"n": 3})) == "Something odd, 3 times"
