from __future__ import annotations

import unicodedata
from datetime import date
from itertools import combinations

import pytest

from maitruong.foundation import reference
from maitruong.foundation.kernel import personal_id

TODAY = date(2026, 11, 21)
COUNTS_TODAY = {
    "base_salary": 1,
    "disability": 6,
    "disability_level": 3,
    "education_level": 5,
    "ethnic_group": 56,
    "facility": 20,
    "reporting_period": 3,
    "grade": 18,
    "identity_document": 8,
    "incentive_allowance": 11,
    "ownership": 3,
    "policy_group": 21,
    "priority_area": 5,
    "province_63": 0,
    "relation": 9,
    "religion": 19,
    "salary_scale": 47,
    "school_type": 23,
    "staff_title": 28,
    "student_status": 10,
}


def test_every_list_is_counted():
    assert set(reference.lists()) == set(COUNTS_TODAY)


@pytest.mark.parametrize(("list_name", "count"), COUNTS_TODAY.items())
def test_a_list_has_as_many_codes_in_force_as_the_law_names(list_name, count):
    assert len(reference.codes(list_name, on=TODAY)) == count


def test_the_63_provinces_held_until_the_merger_and_no_day_longer():
    assert len(reference.codes("province_63", on=date(2025, 6, 30))) == 63
    assert reference.codes("province_63", on=date(2025, 7, 1)) == ()


def test_hue_changed_its_name_half_a_year_before_the_merger():
    assert reference.code("province_63", "046", on=date(2024, 12, 31)).name == "Thừa Thiên Huế"
    assert reference.code("province_63", "046", on=date(2025, 1, 1)).name == "Huế"


def test_the_63_provinces_are_the_places_of_the_citizen_number():
    assert {row.key for row in reference.codes("province_63", on=date(2025, 6, 30))} == set(personal_id.BIRTH_PLACES)


@pytest.mark.parametrize(
    ("old", "new"), [("015", "15"), ("010", "15"), ("027", "24"), ("030", "31"), ("045", "44"), ("020", "20")]
)
def test_a_province_leads_to_its_successor_by_code_and_not_by_name(old, new):
    assert reference.code("province_63", old, on=date(2025, 6, 30))["successor"] == new


def test_no_key_holds_twice_on_one_day():
    for list_name in reference.lists():
        by_key: dict[str, list[reference.Code]] = {}
        for row in reference.catalogue._rows(list_name):
            by_key.setdefault(row.key, []).append(row)
        for rows in by_key.values():
            for one, other in combinations(rows, 2):
                starts = [row.valid_from or date.min for row in (one, other)]
                ends = [row.valid_to or date.max for row in (one, other)]
                assert max(starts) > min(ends), (list_name, one.key)


def test_every_period_is_forward():
    for list_name in reference.lists():
        for row in reference.catalogue._rows(list_name):
            assert (row.valid_from or date.min) <= (row.valid_to or date.max), (list_name, row.key)


def test_the_files_are_in_nfc_and_without_stray_space():
    for path in reference.catalogue.FOLDER.glob("*.csv"):
        text = path.read_text(encoding="utf-8")
        assert text == unicodedata.normalize("NFC", text), path.name
        assert "  " not in text, path.name
        assert " ," not in text, path.name


def test_the_two_schemes_of_ethnic_codes_are_kept_apart():
    assert reference.by("ethnic_group", "code_1979", "04").key == "HOA"
    assert reference.by("ethnic_group", "code_census", "04").key == "MUONG"
    assert reference.by("ethnic_group", "code_1979", "06").key == "MUONG"
    for scheme in ("code_1979", "code_census"):
        held = [row[scheme] for row in reference.codes("ethnic_group", on=TODAY) if row[scheme]]
        assert len(held) == len(set(held))


def test_sixteen_ethnic_groups_are_very_small():
    assert sum(row["very_small"] == "1" for row in reference.codes("ethnic_group", on=TODAY)) == 16


def test_sixteen_religions_are_recognised():
    assert sum(row["recognised"] == "1" for row in reference.codes("religion", on=TODAY)) == 16


@pytest.mark.parametrize(
    ("list_name", "written", "key"),
    [
        ("ethnic_group", "tày", "TAY"),
        ("ethnic_group", "H'Mông", "MONG"),
        ("ethnic_group", "Khơ me", "KHMER"),
        ("ethnic_group", "kinh", "KINH"),
        ("religion", "PHẬT GIÁO", "BUDDHISM"),
        ("religion", "Thien chua", None),
        ("relation", "Mẹ", "MOTHER"),
    ],
)
def test_a_written_name_finds_its_code_without_marks(list_name, written, key):
    found = reference.match(list_name, written, on=TODAY)

    assert (found and found.key) == key


def test_a_document_that_ended_is_not_offered_any_more():
    held_in_2024 = {row.key for row in reference.codes("identity_document", on=date(2024, 12, 31))}
    held_in_2025 = {row.key for row in reference.codes("identity_document", on=date(2025, 1, 1))}

    assert held_in_2024 - held_in_2025 == {"OLD_ID_CARD"}


def test_an_unknown_list_names_the_known_ones():
    with pytest.raises(reference.UnknownList) as refusal:
        reference.codes("dan_toc")

    assert "ethnic_group" in refusal.value.advice


def test_an_unknown_or_ended_code_says_the_day():
    with pytest.raises(reference.UnknownCode) as refusal:
        reference.code("identity_document", "OLD_ID_CARD", on=date(2026, 9, 5))

    assert "05/09/2026" in refusal.value.text


def test_every_grade_and_type_names_a_level_of_the_list():
    levels = {row.key for row in reference.codes("education_level", on=TODAY)}
    grades = [row.key for row in reference.codes("grade", on=TODAY)]

    assert {row["level"] for row in reference.codes("grade", on=TODAY)} <= levels
    for row in reference.codes("school_type", on=TODAY):
        assert set(row["levels"].split()) <= levels
        assert row["managed_by"] in ("commune", "department")
        assert not row["first_grade"] or grades.index(row["first_grade"]) <= grades.index(row["last_grade"])
