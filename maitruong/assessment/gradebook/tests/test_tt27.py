"""Circular 27/2020: worked examples, cells, tests by grade, and what must hold for every pupil."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maitruong.assessment.gradebook.rules import CellKind, tt27_2020
from maitruong.assessment.gradebook.rules.refusals import MarkRefused, NoSuchCell, NotALevel, NotAWholeMark
from maitruong.assessment.gradebook.rules.tt27_2020 import (
    QUALITIES_AND_COMPETENCES,
    Moment,
    Overall,
    QualityLevel,
    SubjectLevel,
    SubjectYear,
    Tt27Settings,
)
from maitruong.assessment.gradebook.tests.worked_examples import marks, table
from maitruong.foundation.kernel import formats

SUBJECTS = {
    1: ["TV", "TOAN", "DD", "TNXH", "GDTC", "NT", "HDTN"],
    3: ["TV", "TOAN", "NN1", "THCN", "DD", "TNXH", "GDTC", "NT", "HDTN"],
    4: ["TV", "TOAN", "NN1", "LSDL", "KH", "THCN", "DD", "GDTC", "NT", "HDTN"],
    5: ["TV", "TOAN", "NN1", "LSDL", "KH", "THCN", "DD", "GDTC", "NT", "HDTN"],
}
SUBJECT_LEVELS = {"T": SubjectLevel.T, "H": SubjectLevel.H, "C": SubjectLevel.C, "": None}
QUALITY_LEVELS = {"T": QualityLevel.T, "Đ": QualityLevel.D, "C": QualityLevel.C, "": None}


def spread(cell, codes, levels):
    """ "T; NT=H" as T for every code but H for NT."""
    default, *changed = (part.strip() for part in cell.split(";"))
    found = dict.fromkeys(codes, levels[default])
    for part in changed:
        code, _, level = part.partition("=")
        found[code] = levels[level]
    return found


def pupil(grade, levels="T", qualities="T", tests=""):
    codes = SUBJECTS[grade]
    subject_levels = spread(levels, codes, SUBJECT_LEVELS)
    tested = dict(zip(tt27_2020.tested_subjects(grade, Moment.END_OF_YEAR), marks(tests), strict=True))
    subjects = [SubjectYear(code, f"Môn {code}", subject_levels[code], tested.get(code)) for code in codes]
    return grade, subjects, spread(qualities, QUALITIES_AND_COMPETENCES, QUALITY_LEVELS)


@pytest.mark.parametrize("row", table("primary_overall"))
def test_result_and_title_of_the_year(row):
    given = pupil(int(row["grade"]), row["levels"], row["qualities"], row["tests"])

    overall = tt27_2020.overall_level(*given)
    title = tt27_2020.title(overall, outstanding=[row["outstanding"]] if row["outstanding"] else [])

    assert (overall.label if overall is not None else "") == row["overall"]
    assert (title.label if title else "") == row["title"]
    assert tt27_2020.explain_overall_level(*given).outcome == overall
    assert (
        tt27_2020.explain_title(overall, outstanding=[row["outstanding"]] if row["outstanding"] else []).outcome
        == title
    )


def test_clear_progress_is_enough_for_a_title_but_the_class_must_agree():
    assert tt27_2020.title(Overall.WELL, progressed=["Tự chủ và tự học"]) is not None
    assert tt27_2020.title(Overall.WELL, progressed=["Tự chủ và tự học"], endorsed=False) is None
    assert tt27_2020.title(Overall.COMPLETED, outstanding=["Toán"]) is None
    assert tt27_2020.title(None, outstanding=["Toán"]) is None


@pytest.mark.parametrize("grade", [1, 2, 3, 4, 5])
def test_tests_by_grade_and_moment(grade):
    at = {moment: tt27_2020.tested_subjects(grade, moment) for moment in Moment}

    assert at[Moment.END_TERM_ONE] == at[Moment.END_OF_YEAR]
    assert at[Moment.MID_TERM_ONE] == at[Moment.MID_TERM_TWO] == (("TV", "TOAN") if grade >= 4 else ())
    assert len(at[Moment.END_OF_YEAR]) == {1: 2, 2: 2, 3: 4, 4: 6, 5: 6}[grade]


@pytest.mark.parametrize(
    ("typed", "cell", "value", "shown"),
    [
        ("9", CellKind.TEST, 90, "9"),
        ("10,0", CellKind.TEST, 100, "10"),
        ("", CellKind.TEST, None, ""),
        ("t", CellKind.SUBJECT_LEVEL, 2, "T"),
        ("H", CellKind.SUBJECT_LEVEL, 1, "H"),
        ("c", CellKind.SUBJECT_LEVEL, 0, "C"),
        ("đ", CellKind.QUALITY_LEVEL, 1, "Đ"),
        ("d", CellKind.QUALITY_LEVEL, 1, "Đ"),
        ("", CellKind.QUALITY_LEVEL, None, ""),
    ],
)
def test_cells_take_what_the_circular_allows(typed, cell, value, shown):
    assert tt27_2020.check_mark(typed, cell=cell) == (value, shown, None)


def test_zero_is_allowed_with_a_warning():
    checked = tt27_2020.check_mark("0", cell=CellKind.TEST)
    assert checked.value == 0 and checked.warning


@pytest.mark.parametrize(
    ("typed", "cell", "refusal"),
    [
        ("8,5", CellKind.TEST, NotAWholeMark),  # P9
        ("8.5", CellKind.TEST, NotAWholeMark),
        ("11", CellKind.TEST, formats.MarkOutOfRange),
        ("Đ", CellKind.SUBJECT_LEVEL, NotALevel),
        ("H", CellKind.QUALITY_LEVEL, NotALevel),
        ("8", CellKind.SCORE, NoSuchCell),
        ("Đ", CellKind.COMMENT, NoSuchCell),
    ],
)
def test_cells_refuse_the_rest_in_words(typed, cell, refusal):
    with pytest.raises((MarkRefused, formats.MarkUnreadable)) as seen:
        tt27_2020.check_mark(typed, cell=cell)
    assert type(seen.value) is refusal
    assert seen.value.text and seen.value.advice


@pytest.mark.parametrize(
    ("one", "other", "up", "down"), [(90, 80, 90, 80), (90, 70, 80, 80), (100, 90, 100, 90), (0, 10, 10, 0)]
)
def test_two_parts_of_informatics_and_technology_make_one_whole_mark(one, other, up, down):
    assert tt27_2020.combined_test(one, other) == up  # P13
    assert tt27_2020.combined_test(one, other, settings=Tt27Settings(combined_test="down")) == down


def test_subject_with_a_required_test_may_not_simply_be_absent():
    grade, subjects, qualities = pupil(4, tests="9; 9; 9; 9; 9; 9")
    assert tt27_2020.overall_level(grade, subjects[1:], qualities) is None


def test_exempt_subject_and_excused_competence_are_left_out():
    grade, subjects, qualities = pupil(4, tests="9; 9; 9; 9; 9; 9")
    exempt = [SubjectYear("TV", "Tiếng Việt", None, exempt=True), *subjects[1:]]
    del qualities["the_chat"]

    assert tt27_2020.overall_level(grade, exempt, qualities) is None
    assert tt27_2020.overall_level(grade, exempt, qualities, excused={"the_chat"}) is Overall.EXCELLENT


def test_derivation_names_the_test_that_was_too_low():
    told = tt27_2020.explain_overall_level(*pupil(4, tests="9; 10; 9; 9; 8; 9"))

    assert told.shown == "Hoàn thành tốt"
    assert told.lines()[:5] == [
        "Đánh giá kết quả giáo dục: Hoàn thành tốt (Thông tư 27/2020/TT-BGDĐT, Điều 9)",
        "  Mức Hoàn thành xuất sắc: chưa đủ điều kiện (Thông tư 27/2020/TT-BGDĐT, Điều 9)",
        "    ✓ Mọi môn học, hoạt động đạt mức Hoàn thành tốt",
        "    ✓ Mọi phẩm chất, năng lực đạt mức Tốt",
        "    ✗ Mọi bài kiểm tra cuối năm từ 9 điểm trở lên: Môn KH 8",
    ]


def test_derivation_names_the_missing_test():
    told = tt27_2020.explain_overall_level(*pupil(4, tests="9; ; 9; 9; 8; 9"))
    assert [(s.condition, s.subject) for s in told.failed()] == [("Chưa có điểm kiểm tra cuối năm", "Toán")]


any_level = st.sampled_from([SubjectLevel.T] * 4 + [SubjectLevel.H, SubjectLevel.C])
any_quality = st.sampled_from([QualityLevel.T] * 8 + [QualityLevel.D, QualityLevel.C])
any_test = st.sampled_from([40, 50, 60, 70, 80, 90, 90, 100])


@given(st.data())
def test_overall_level_equals_the_table_read_word_by_word(data):
    grade = data.draw(st.sampled_from([1, 3, 4, 5]))
    codes = SUBJECTS[grade]
    levels = data.draw(st.lists(any_level, min_size=len(codes), max_size=len(codes)))
    qualities = {code: data.draw(any_quality) for code in QUALITIES_AND_COMPETENCES}
    tested = tt27_2020.tested_subjects(grade, Moment.END_OF_YEAR)
    tests = {code: data.draw(any_test) for code in tested}
    subjects = [SubjectYear(c, c, level, tests.get(c)) for c, level in zip(codes, levels, strict=True)]

    all_t = set(levels) == {SubjectLevel.T} and set(qualities.values()) == {QualityLevel.T}
    at_least_h = SubjectLevel.C not in levels and QualityLevel.C not in qualities.values()
    lowest = min(tests.values())
    expected = (
        Overall.EXCELLENT if all_t and lowest >= 90
        else Overall.WELL if all_t and lowest >= 70
        else Overall.COMPLETED if at_least_h and lowest >= 50
        else Overall.INCOMPLETE
    )  # fmt: skip

    assert tt27_2020.overall_level(grade, subjects, qualities) is expected
