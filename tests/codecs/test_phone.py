"""Phone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.codecs import phone
from muster.core.errors import InvalidInput

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


@given(MOBILES)
def test_every_mobile_is_read_and_shown_again(number):
    read = phone.parse(number)
    assert (read.e164, read.kind, read.fixed) == ("+86" + number, "mobile", ())
    assert phone.national(read.e164) == number
    assert phone.parse(read.e164).e164 == read.e164


@given(MOBILES, st.lists(st.tuples(st.integers(0, 11), st.sampled_from([" ", "-", "\u3000", "–"])), min_size=1))
def test_spaces_and_dashes_anywhere_are_a_repair(number, marks):
    written = number
    for place, mark in marks:
        written = written[:place] + mark + written[place:]
    read = phone.parse(written)
    assert (read.e164, read.fixed) == ("+86" + number, ("phone_spaces",))


@pytest.mark.parametrize(
    ("text", "e164", "kind", "fixed"),
    [
        ("0731-28812345", "+8673128812345", "landline", ()),
        ("073128812345", "+8673128812345", "landline", ()),
        ("0731 28812345", "+8673128812345", "landline", ("phone_spaces",)),
        ("(0731)28812345", "+8673128812345", "landline", ("phone_spaces",)),
        ("0731-2881234", "+867312881234", "landline", ()),
        ("010-62345678", "+861062345678", "landline", ()),
        ("+86 138 1234 2071", "+8613812342071", "mobile", ("phone_spaces",)),
        ("008613812342071", "+8613812342071", "mobile", ()),
        ("8613812342071", "+8613812342071", "mobile", ()),
        # as dialled from abroad: area codes of two and three digits, subscribers of seven and eight
        ("+86 10 6234 5678", "+861062345678", "landline", ("phone_spaces",)),
        ("+86-21-6234-5678", "+862162345678", "landline", ("phone_spaces",)),
        ("+86 731 2881 2345", "+8673128812345", "landline", ("phone_spaces",)),
        ("+8673128812345", "+8673128812345", "landline", ()),
        ("008673128812345", "+8673128812345", "landline", ()),
        ("8673128812345", "+8673128812345", "landline", ()),
        ("+86 917 366 1234", "+869173661234", "landline", ("phone_spaces",)),
        ("+86 (0)731 28812345", "+8673128812345", "landline", ("phone_spaces",)),
        ("１３８１２３４２０７１", "+8613812342071", "mobile", ("phone_full_width",)),
        ("'13812342071", "+8613812342071", "mobile", ()),
    ],
)
def test_forms_that_are_understood(text, e164, kind, fixed):
    assert phone.parse(text) == phone.Phone(e164, kind, fixed)


LANDLINES = st.from_regex(r"(10|2[0-9])[2-9][0-9]{7}|[3-9][0-9]{2}[2-9][0-9]{6,7}", fullmatch=True)


@given(LANDLINES)
def test_every_landline_is_read_in_each_of_its_forms_and_shown_again(number):
    e164 = "+86" + number
    shown = phone.national(e164)
    for written in (e164, "0086" + number, "0" + number, shown, "+86 0" + number):
        read = phone.parse(written)
        assert (read.e164, read.kind) == (e164, "landline")


def test_a_landline_without_its_area_needs_one_named():
    assert phone.parse("28812345", "0731").e164 == "+8673128812345"
    with pytest.raises(InvalidInput, match="phone_invalid"):
        phone.parse("28812345")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_blank"),
        ("  ", "phone_blank"),
        ("12812342071", "phone_invalid"),
        ("138123420711", "phone_invalid"),
        ("1381234207", "phone_invalid"),
        ("01012345678", "phone_invalid"),
        ("١٣٨١٢٣٤٢٠٧١", "phone_invalid"),
        ("13812342071;13912342071", "phone_invalid"),
        ("+14155550100", "phone_invalid"),
        ("+8673112345678", "phone_invalid"),  # no subscriber's number begins with 1
        ("+86 731 288 123", "phone_invalid"),
        ("+86 20 2881 234", "phone_invalid"),  # eight digits where the area code has two
        ("---", "phone_invalid"),
    ],
)
def test_what_is_no_number_is_refused(text, code):
    with pytest.raises(InvalidInput) as caught:
        phone.parse(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("e164", "shown", "hidden"),
    [
        ("+8613812342071", "13812342071", "138****2071"),
        ("+8673128812345", "0731-28812345", "0731-****2345"),
        ("+861062345678", "010-62345678", "010-****5678"),
        ("+862162345678", "021-62345678", "021-****5678"),
        ("+14155550100", "+14155550100", "+14*****0100"),
        ("12345", "12345", "*****"),
    ],
)
def test_numbers_are_shown_in_full_or_masked(e164, shown, hidden):
    assert (phone.national(e164), phone.masked(e164)) == (shown, hidden)
