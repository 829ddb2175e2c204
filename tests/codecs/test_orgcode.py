"""Credit codes of organisations: a wrong one warns and is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from muster.codecs import orgcode


@given(st.text(orgcode.ALPHABET, min_size=17, max_size=17))
def test_the_check_character_is_the_one_of_another_program(first):
    assert orgcode.check_character(first) == uscc.calc_check_digit(first)


def test_a_published_code_passes():
    assert orgcode.parse("91110000600037341L") == orgcode.OrgCode("91110000600037341L")


@pytest.mark.parametrize(
    ("text", "value", "warnings"),
    [
        ("", "", ()),
        ("  ", "", ()),
        ("９１１１００００６０００３７３４１ｌ", "91110000600037341L", ()),
        ("91110000600037341M", "91110000600037341M", ("orgcode_checksum",)),
        ("9111000060003734", "9111000060003734", ("orgcode_form",)),
        ("91110000600037341O", "91110000600037341O", ("orgcode_form",)),
    ],
)
def test_what_is_wrong_is_said_and_kept(text, value, warnings):
    assert orgcode.parse(text) == orgcode.OrgCode(value, warnings)
