"""What twelve digits say, and what they do not."""

import datetime as dt

import pytest

from maitruong.foundation.kernel import personal_id as pid
from maitruong.foundation.kernel.personal_id import Level, Severity

TODAY = dt.date(2026, 11, 21)


def codes(number, **known):
    return [finding.code for finding in pid.check(number, today=TODAY, **known)]


@pytest.mark.parametrize(
    ("number", "place", "sex", "year"),
    [
        ("020215001234", "Lạng Sơn", "male", 2015),
        ("037190000001", "Ninh Bình", "female", 1990),
        ("001099012345", "Hà Nội", "male", 1999),
        ("006306000123", "Bắc Kạn", "female", 2006),
        ("020315009999", "Lạng Sơn", "female", 2015),
    ],
)
def test_worked_numbers_are_read_and_have_no_findings(number, place, sex, year):
    seen = pid.decode(number)
    assert (seen.place, seen.sex, seen.birth_year) == (place, sex, year)
    assert codes(number) == []


def test_there_are_63_places():
    assert len(pid.BIRTH_PLACES) == 63 and list(pid.BIRTH_PLACES) == sorted(pid.BIRTH_PLACES)


@pytest.mark.parametrize(
    ("number", "level", "code"),
    [
        ("02021500123", Level.FORMAT, "personal_id.length"),
        ("0202150012345", Level.FORMAT, "personal_id.length"),
        ("", Level.FORMAT, "personal_id.not_digits"),
        ("02021500123A", Level.FORMAT, "personal_id.not_digits"),
        ("٠٢٠٢١٥٠٠١٢٣٤", Level.FORMAT, "personal_id.length"),
        ("003215001234", Level.PLACE, "personal_id.unknown_place"),
        ("000215001234", Level.PLACE, "personal_id.unknown_place"),
        ("020415001234", Level.CENTURY, "personal_id.born_in_future"),
        ("020227001234", Level.CENTURY, "personal_id.born_in_future"),
    ],
)
def test_each_level_answers_for_itself(number, level, code):
    found = pid.check(number, today=TODAY)
    assert [(f.level, f.code, f.severity) for f in found] == [(level, code, Severity.ERROR)]


def test_two_levels_are_reported_together():
    assert codes("003415001234") == ["personal_id.unknown_place", "personal_id.born_in_future"]


def test_birth_abroad_is_a_note_not_an_error():
    found = pid.check("123215001234", today=TODAY)
    assert [(f.code, f.severity) for f in found] == [("personal_id.foreign_birth_place", Severity.NOTE)]


def test_difference_to_the_profile_is_a_warning():
    found = pid.check("020 215 001.234", today=TODAY, born=dt.date(2014, 3, 1), sex="female")
    assert [f.code for f in found] == ["personal_id.birth_year_differs", "personal_id.sex_differs"]
    assert {f.severity for f in found} == {Severity.WARNING}
    assert codes("020215001234", born=dt.date(2015, 12, 31), sex="male") == []


def test_age_of_a_learner_is_asked_only_when_given():
    assert codes("037190000001", ages=range(3, 25)) == ["personal_id.implausible_age"]
    assert codes("020215001234", ages=range(3, 25)) == []


def test_lost_zero_is_guessed_in_the_message():
    assert "Excel" in pid.check("20215001234", today=TODAY)[0].message


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mẹ đưa CCCD 020215001234 để đối chiếu", "mẹ đưa CCCD 020******234 để đối chiếu"),
        ("020 215 001 234", "020******234"),
        ("0202.1500.1234, 0202-1500-1235", "020******234, 020******235"),
        ("số020215001234", "số020******234"),
        ("CMND số 031234567", "CMND số 031***567"),
        ("giấy chứng minh nhân dân: 031234567.", "giấy chứng minh nhân dân: 031***567."),
        ("Quyết định 123456789 ngày 05/10/2026", "Quyết định 123456789 ngày 05/10/2026"),
        ("gọi 0912345678, thu 1.250.000 đ", "gọi 0912345678, thu 1.250.000 đ"),
        ("mã 1234567890123", "mã 1234567890123"),
        ("điểm 7 8 9 10 8 7 6 5 4", "điểm 7 8 9 10 8 7 6 5 4"),
        ("", ""),
    ],
)
def test_a_number_somebody_typed_is_kept_by_its_ends(typed: str, kept: str) -> None:
    assert pid.veiled(typed) == kept and pid.veiled(kept) == kept


def test_identifiers_that_hold_twelve_digits_are_no_numbers_of_people() -> None:
    uuid, digest = "0b2c6a7e-1d2f-4a3b-8c4d-123456789012", "abc020215001234def"
    told = {"consent": uuid, "hash": digest, "rows": [["020215001234", 20215001234]], "file": "ds 020215001234.xlsx"}

    assert pid.veiled_values(told) == {
        "consent": uuid,
        "hash": digest,
        "rows": [["020******234", 20215001234]],
        "file": "ds 020******234.xlsx",
    }
