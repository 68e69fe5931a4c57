"""Telephone numbers and school years."""

import datetime as dt

import pytest

from maitruong.foundation.kernel import phones
from maitruong.foundation.kernel.school_year import SchoolYear, SchoolYearRefused


@pytest.mark.parametrize(
    "text",
    ["+84 912345678", "84912345678", "912345678", "0912.345.678", "(0912) 345-678", "0084912345678", "+84 0912345678"],
)
def test_ways_to_write_a_mobile_number_give_one_number(text):
    assert phones.normalise(text) == "+84912345678"


@pytest.mark.parametrize(
    ("text", "stored", "shown"),
    [
        ("0205 3812345", "+842053812345", "0205 3812 345"),
        ("02438693333", "+842438693333", "024 38693 333"),
        ("0359123456", "+84359123456", "0359 123 456"),
    ],
)
def test_landlines_and_new_mobile_prefixes_are_read_and_shown(text, stored, shown):
    assert phones.normalise(text) == stored
    assert phones.show(stored) == shown
    assert phones.normalise(shown) == stored


@pytest.mark.parametrize(
    "text", ["", "113", "0312345678", "0512345678", "09123456789", "091234567", "024123456", "abc", "0712345678"]
)
def test_numbers_that_cannot_be_called_are_refused(text):
    with pytest.raises(phones.PhoneRefused):
        phones.normalise(text)


def test_numbers_of_before_2018_are_refused_with_the_number_of_today():
    with pytest.raises(phones.OldMobileNumber) as seen:
        phones.normalise("01692345678")
    assert "0392 345 678" in seen.value.advice


def test_school_year_is_written_and_read():
    year = SchoolYear(2026)
    assert year.label == str(year) == "2026-2027"
    assert SchoolYear.parse("2026-2027") == SchoolYear.parse(" 2026 – 2027 ") == year
    assert year.previous < year < year.next and int(year) == 2026


@pytest.mark.parametrize("text", ["2026", "2026-2028", "2027-2026", "26-27", ""])
def test_school_year_that_is_no_year_is_refused(text):
    with pytest.raises(SchoolYearRefused):
        SchoolYear.parse(text)


def test_a_day_belongs_to_the_year_that_began_last_august():
    assert SchoolYear.containing(dt.date(2026, 8, 1)) == SchoolYear(2026)
    assert SchoolYear.containing(dt.date(2026, 7, 31)) == SchoolYear(2025)
