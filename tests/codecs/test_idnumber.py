"""Citizen numbers: GB 11643, the repairs that are made and the reasons that are given."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.codecs import idnumber
from muster.core.errors import InvalidInput
from tests.codecs.makers import make_id

DAYS = st.dates(date(1880, 1, 1), date(2199, 12, 31))


def refusal(text):
    with pytest.raises(InvalidInput) as caught:
        idnumber.parse(text)
    return caught.value.code


def test_the_example_of_the_standard():
    # GB 11643-1999, annex: 11010519491231002X.
    read = idnumber.parse("11010519491231002X")
    assert (read.value, read.birth_date, read.sex, read.fixed) == (
        "11010519491231002X",
        date(1949, 12, 31),
        idnumber.FEMALE,
        (),
    )
    assert idnumber.parse("440524188001010014").sex == idnumber.MALE


@given(DAYS, st.integers(0, 999))
def test_every_right_number_is_read(birth, serial):
    number = make_id(f"{birth:%Y%m%d}", f"{serial:03}")
    read = idnumber.parse(number)
    assert (read.value, read.birth_date, read.sex) == (number, birth, 1 if serial % 2 else 2)


@given(DAYS, st.integers(0, 999), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(birth, serial, place, shift):
    number = make_id(f"{birth:%Y%m%d}", f"{serial:03}")
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert refusal(wrong) in {"id_checksum", "id_date", "id_form"}


@given(DAYS, st.integers(0, 999), st.integers(0, 16))
def test_two_neighbours_exchanged_are_always_found(birth, serial, place):
    number = make_id(f"{birth:%Y%m%d}", f"{serial:03}")
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    if swapped != number:
        assert refusal(swapped) in {"id_checksum", "id_date", "id_form"}


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("11010519491231002x", ("id_lower_x",)),
        ("１１０１０５１９４９１２３１００２Ｘ", ("id_full_width",)),
        ("１１０１０５１９４９１２３１００２ｘ", ("id_full_width", "id_lower_x")),
        ("110105 19491231 002X", ("id_spaces",)),
        ("\u200b11010519491231002X", ("id_full_width",)),
        (" 11010519491231002X ", ()),
        ("'11010519491231002X", ()),
        ('="11010519491231002X"', ()),
    ],
)
def test_what_is_repaired_is_reported(text, fixed):
    read = idnumber.parse(text)
    assert (read.value, read.fixed) == ("11010519491231002X", fixed)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "id_blank"),
        ("   ", "id_blank"),
        ("110105491231002", "id_old_form"),
        ("1101054912310021", "id_form"),
        ("11010519491231002Y", "id_form"),
        ("1101051949123100XX", "id_form"),
        ("01010519491231002X", "id_form"),
        ("١١٠١٠٥١٩٤٩١٢٣١٠٠٢٣", "id_form"),
        ("110105194902300021", "id_date"),
        ("110105170001010021", "id_date"),
        ("110105194912310021", "id_checksum"),
    ],
)
def test_what_is_refused_has_its_reason(text, code):
    assert refusal(text) == code


@pytest.mark.parametrize(
    ("text", "destroyed"),
    [
        ("4.30211E+17", True),
        ("4,30211e+17", True),
        ("430211199001010000", True),
        ("430211199001010010", False),
        ("43021119900101000", False),
        ("abc", False),
    ],
)
def test_numbers_that_a_spreadsheet_destroyed_are_known(text, destroyed):
    assert idnumber.looks_destroyed(text) is destroyed


def test_a_file_that_leaves_the_house_holds_neither_area_nor_order_nor_birth_date():
    for value in ("43021119900101001X", "430211********001X"):
        assert idnumber.masked_for_file(value) == "43**************1X"
    assert idnumber.masked_for_file("") == ""
    assert idnumber.masked_for_file("4302") == "****"


def test_the_birth_date_is_masked():
    assert idnumber.masked("43021119900101001X") == "430211********001X"
    assert idnumber.masked("4302") == "****"


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2008, 2, 28), 7),
        (date(2009, 2, 28), 8),
        (date(2009, 3, 1), 9),
        (date(2012, 2, 29), 12),
    ],
)
def test_a_birthday_on_the_29th_of_february(day, age):
    assert idnumber.age_on(date(2000, 2, 29), day) == age
