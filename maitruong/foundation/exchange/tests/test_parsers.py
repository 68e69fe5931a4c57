"""Cells as schools write them."""

from __future__ import annotations

import datetime as dt
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maitruong.foundation.exchange import day_parsers, number_parsers, parsers
from maitruong.foundation.exchange.findings import Severity
from maitruong.foundation.exchange.parsers import Day

TODAY = dt.date(2026, 11, 22)
birth = day_parsers.day(earliest=dt.date(1990, 1, 1), latest=TODAY, two_digit_years_from=1927)
number = number_parsers.personal_number(today=TODAY, ages=range(2, 26))
parents_number = number_parsers.personal_number(today=TODAY, ages=range(14, 100), own=False)


def codes(findings: tuple) -> list[tuple[str, str]]:
    return [(finding.severity.value, finding.code) for finding in findings]


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        ("15/09/2013", Day(dt.date(2013, 9, 15)), []),
        (dt.date(2013, 9, 15), Day(dt.date(2013, 9, 15)), []),
        (dt.datetime(2013, 9, 15, 7), Day(dt.date(2013, 9, 15)), []),  # noqa: DTZ001 - cells know no zone
        ("2013-09-15", Day(dt.date(2013, 9, 15)), []),
        ("ngày 5 tháng 9 năm 2013", Day(dt.date(2013, 9, 5)), []),
        (41306.0, Day(dt.date(2013, 2, 1)), [("fixed", "date.number")]),
        (1092013.0, Day(dt.date(2013, 9, 1)), [("fixed", "date.eight_digits")]),
        (20130915.0, Day(dt.date(2013, 9, 15)), [("fixed", "date.eight_digits")]),
        ("20130915", Day(dt.date(2013, 9, 15)), [("fixed", "date.eight_digits")]),
        ("20131315", None, [("error", "date.not_in_calendar")]),
        ("5/9/13", Day(dt.date(2013, 9, 5)), [("fixed", "date.short_year")]),
        ("2013", Day(dt.date(2013, 1, 1), "year"), []),
        (2013.0, Day(dt.date(2013, 1, 1), "year"), []),
        ("05/2013", Day(dt.date(2013, 5, 1), "month"), []),
        ("00/00/2013", Day(dt.date(2013, 1, 1), "year"), []),
        ("00/5/2013", Day(dt.date(2013, 5, 1), "month"), []),
        (dt.date(1905, 7, 5), Day(dt.date(2013, 1, 1), "year"), [("fixed", "date.year_as_day")]),
        ("31/02/2013", None, [("error", "date.not_in_calendar")]),
        ("15/09/2031", None, [("error", "date.out_of_range")]),
        ("15/09/0213", None, [("error", "date.out_of_range")]),
        ("hôm qua", None, [("error", "date.unreadable")]),
        (True, None, [("error", "date.unreadable")]),
    ],
)
def test_birth_dates(raw: object, value: Day | None, said: list) -> None:
    parsed, findings = birth(raw)  # type: ignore[arg-type]

    assert (parsed, codes(findings)) == (value, said)


def test_name_of_words_capitalised_differently_is_suggested_in_usual_writing() -> None:
    said = [parsers.person_name(name)[1][0].suggestion for name in ("TRẦN văn LONG", "H'mok NIÊ", "Lò A PÁO-sử")]

    assert said == ["Trần Văn Long", "H'mok Niê", "Lò A Páo-Sử"]


def test_american_date_is_not_guessed_but_suggested() -> None:
    value, (finding,) = birth("12/31/2013")

    assert value is None
    assert finding.suggestion == "31/12/2013"


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        ("020215001234", "020215001234", []),
        ("020 215 001 234", "020215001234", []),
        ("'020215001234", "020215001234", [("fixed", "text.apostrophe")]),
        (20215001234.0, "020215001234", [("fixed", "personal_id.lost_zeros")]),
        (1215012345.0, "001215012345", [("fixed", "personal_id.lost_zeros")]),
        ("20215001234", None, [("error", "personal_id.length")]),
        ("020415001234", None, [("error", "personal_id.born_in_future")]),
        ("003215001234", None, [("error", "personal_id.unknown_place")]),
        ("020190001234", None, [("error", "personal_id.implausible_age")]),
        ("2.02150E+10", None, [("error", "personal_id.rounded")]),
        ("không có", None, [("error", "personal_id.not_digits")]),
        (123456789.0, None, [("error", "personal_id.length")]),
        (dt.date(2013, 9, 15), None, [("error", "personal_id.not_digits")]),
    ],
)
def test_personal_numbers(raw: object, value: str | None, said: list) -> None:
    parsed, findings = number(raw)  # type: ignore[arg-type]

    assert (parsed, codes(findings)) == (value, said)


def test_text_that_lost_a_zero_is_suggested_not_changed() -> None:
    assert number("20215001234")[1][0].suggestion == "020215001234"


def test_wrong_number_of_a_parent_leaves_the_cell_empty_and_the_child_in() -> None:
    value, (finding,) = parents_number("123")

    assert value is None
    assert finding.severity is Severity.WARNING and "để trống" in finding.message


@pytest.mark.parametrize(
    ("raw", "value", "said"),
    [
        ("Nông Đức Dũng", "Nông Đức Dũng", []),
        (unicodedata.normalize("NFD", "Nguyễn Thị Ánh"), "Nguyễn Thị Ánh", [("fixed", "text.composed")]),
        ("NguyÔn ThÞ Hång", "Nguyễn Thị Hồng", [("fixed", "text.old_font")]),
        ("Nguyeãn Thò Hoàng", "Nguyễn Thị Hồng", [("fixed", "text.old_font")]),
        ("  Lê\u00a0 Văn \u200bAn ", "Lê Văn An", [("fixed", "text.spaces")]),
        ("NGUYỄN VĂN AN", "Nguyễn Văn An", [("fixed", "name.capitals")]),
        ("H'BIA NIÊ KDĂM", "H'Bia Niê Kdăm", [("fixed", "name.capitals")]),
        ("nguyễn thị hoa", "Nguyễn Thị Hoa", [("fixed", "name.capitals")]),
        ("TRẦN văn LONG", "TRẦN văn LONG", [("warning", "name.mixed_capitals")]),
        ("NguyỄn Thị Hoa", "NguyỄn Thị Hoa", [("warning", "name.mixed_capitals")]),
        ("Y Jhơn H'mok", "Y Jhơn H'mok", []),
        ("Anna McDonald", "Anna McDonald", []),
        ("Anna MCDonald", "Anna MCDonald", [("warning", "name.mixed_capitals")]),
        ("Hạ", "Hạ", []),
        ("Nguyễn Văn An 2", "Nguyễn Văn An 2", [("warning", "name.digits")]),
        ("Nguyễn <b>An</b>", None, [("error", "name.strange_sign")]),
        ("=1+1", None, [("error", "cell.formula")]),
        ("@SUM(A1)", None, [("error", "cell.formula")]),
        ("12345", None, [("error", "name.no_letters")]),
        ("x" * 151, None, [("error", "name.too_long")]),
    ],
)
def test_names(raw: str, value: str | None, said: list) -> None:
    parsed, findings = parsers.person_name(raw)

    assert (parsed, codes(findings)) == (value, said)


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ("6A1", "6A1"),
        ("lớp 6 a1", "6A1"),
        ("6A 10", "6A10"),
        ("10 Toán", "10 Toán"),
        ("6.1", "6.1"),
        (6.1, "6.1"),
        ("Lớp Lá 1", "Lá 1"),
        (dt.date(2026, 1, 6), None),
    ],
)
def test_class_names(raw: object, value: str | None) -> None:
    assert parsers.class_name(raw)[0] == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "value"),
    [("Nam", "male"), ("NỮ", "female"), ("nu", "female"), ("1", None), (0.0, None), ("khác", None)],
)
def test_sex_is_never_read_from_a_number(raw: object, value: str | None) -> None:
    assert parsers.sex(raw)[0] == value  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("raw", "value"),
    [("x", True), ("X", True), ("có", True), ("✓", True), (1.0, True), (True, True), ("không", False), (0.0, False)],
)
def test_flags(raw: object, value: bool) -> None:
    assert parsers.flag(raw)[0] is value  # type: ignore[arg-type]


def test_phones_keep_the_first_of_several_and_get_their_zero_back() -> None:
    assert number_parsers.phone("0912 345 678; 0987654321")[0] == "+84912345678"
    assert number_parsers.phone(912345678.0)[0] == "+84912345678"
    assert number_parsers.phone("01631234567")[1][-1].suggestion == "0331 234 567"
    assert number_parsers.phone("113")[0] is None


def test_number_of_a_code_list_is_taken_only_where_both_lists_agree() -> None:
    ethnic = parsers.coded(
        {"tay": "TAY", "hmong": "MONG"},
        what="dân tộc",
        titles={"TAY": "Tày", "MONG": "Mông"},
        required=True,
        numbers={"2": ("TAY", "Tày")},
    )

    assert ethnic("Tày")[0] == "TAY"
    assert ethnic("H'Mông")[0] == "MONG"
    assert ethnic("02") == ("TAY", ethnic("02")[1])
    assert codes(ethnic("04")[1]) == [("error", "code.number_unclear")]
    assert codes(ethnic("Tầy à")[1]) == [("error", "code.unknown")]
    assert ethnic("Tầy à")[1][0].suggestion == "Tày"


@given(st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs"]), max_size=40))
def test_any_text_becomes_tidy_text_and_tidying_again_changes_nothing(raw: str) -> None:
    once, findings = parsers.clean_text(raw)

    assert unicodedata.is_normalized("NFC", once)
    assert once == " ".join(once.split())
    assert once == raw or findings
    assert parsers.clean_text(once) == (once, ())


@given(st.dates(dt.date(1990, 1, 1), TODAY))
def test_every_way_of_writing_a_day_reads_the_same(day: dt.date) -> None:
    ways = [f"{day:%d/%m/%Y}", f"{day.day}-{day.month}-{day.year}", f"{day:%d.%m.%Y}", day.isoformat(), day]

    assert {birth(way)[0] for way in ways} == {Day(day)}
    assert birth(float((day - dt.date(1899, 12, 30)).days))[0] == Day(day)


@given(st.one_of(st.text(max_size=30), st.floats(), st.booleans(), st.dates(), st.none(), st.integers()))
def test_no_cell_breaks_a_parser(raw: object) -> None:
    readers = [birth, number, parsers.person_name, parsers.sex, parsers.flag, number_parsers.phone, parsers.email]
    readers += [parsers.class_name, parsers.text(), day_parsers.year(earliest=1900, latest=2020)]
    for parse in readers:
        if not parsers.is_blank(raw):  # type: ignore[arg-type]
            value, findings = parse(raw)  # type: ignore[arg-type]
            assert value is not None or findings
