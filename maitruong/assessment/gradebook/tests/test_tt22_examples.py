"""Every worked example of Circular 22/2021 comes out of the plain function and of its derivation alike."""

import pytest

from maitruong.assessment.gradebook.rules import CellKind, Kind, tt22_2021
from maitruong.assessment.gradebook.rules.refusals import MarkRefused, NoSuchCell, NotAComment, PeriodsRefused
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings
from maitruong.assessment.gradebook.tests.worked_examples import LEVELS, PASSED, entries, marks, subjects, table
from maitruong.foundation.kernel import formats


def settings_of(row) -> Tt22Settings:
    return Tt22Settings.from_id(f"tt22_2021:{row['settings']}" if row["settings"] else "tt22_2021")


@pytest.mark.parametrize("row", table("term_average"))
def test_term_average(row):
    given = {
        "regular": marks(row["regular"]),
        "midterm": formats.parse_mark(row["midterm"]),
        "final": formats.parse_mark(row["final"]),
        "needed": int(row["needed"]),
        "cluster": formats.parse_mark(row["cluster"]),
        "cluster_needed": bool(row["cluster"]),
    }

    result = tt22_2021.term_average(**given)

    assert formats.average(result.tenths) == row["average"]
    assert result.provisional == (row["provisional"] == "yes")
    assert tt22_2021.explain_term_average(**given).outcome == result


@pytest.mark.parametrize("row", table("year_average"))
def test_year_average(row):
    one, two = formats.parse_mark(row["term_one"]), formats.parse_mark(row["term_two"])
    terms = tuple(int(term) for term in row["terms"].split("+"))

    assert formats.average(tt22_2021.year_average(one, two, terms=terms)) == row["average"]
    assert formats.average(tt22_2021.explain_year_average(one, two, terms=terms).outcome) == row["average"]


@pytest.mark.parametrize("row", table("comment_subjects", topic="term"))
def test_comment_subject_over_a_term(row):
    *regular, midterm, final = (PASSED[text] for text in entries(row["entries"]))
    given = {"needed": int(row["needed"]), "closed": row["closed"] == "yes"}

    result = tt22_2021.comment_term(regular, midterm, final, **given)

    assert result.passed is PASSED[row["result"]]
    assert tt22_2021.explain_comment_term(regular, midterm, final, **given).outcome == result


@pytest.mark.parametrize(
    ("entries_given", "closed", "result"),
    [
        ((True, None, True, True), False, (None, True)),
        ((False, None, None, None), False, (False, True)),
        ((False, None, None, None), True, (False, False)),
        ((True, None, True, True), True, (False, False)),
        ((True, True, True, True), False, (True, False)),
    ],
)
def test_comment_result_is_provisional_while_the_book_is_open_and_something_is_owed(entries_given, closed, result):
    *regular, midterm, final = entries_given
    assert tt22_2021.comment_term(regular, midterm, final, needed=2, closed=closed) == result


@pytest.mark.parametrize("row", table("comment_subjects", topic="year"))
def test_comment_subject_over_the_year(row):
    terms = tuple(int(term) for term in row["terms"].split("+"))
    one, two = PASSED[row["term_one"]], PASSED[row["term_two"]]

    assert tt22_2021.comment_year(one, two, terms=terms) is PASSED[row["result"]]
    assert tt22_2021.explain_comment_year(one, two, terms=terms).outcome is PASSED[row["result"]]


@pytest.mark.parametrize("row", table("learning_level"))
def test_learning_level(row):
    results = subjects(row["scores"], row["comments"], row["left_out"])

    found = tt22_2021.learning_level(results, settings=settings_of(row))

    assert (found.before, found.level) == (LEVELS.get(row["before"]), LEVELS.get(row["level"]))
    assert (found.raised_by is not None) == (row["before"] != row["level"])
    assert tt22_2021.explain_learning_level(results, settings=settings_of(row)).outcome == found


@pytest.mark.parametrize("row", table("conduct_year"))
def test_conduct_of_the_year(row):
    one, two = LEVELS.get(row["term_one"]), LEVELS.get(row["term_two"])

    assert tt22_2021.conduct_year(one, two) == LEVELS.get(row["year"])
    assert tt22_2021.explain_conduct_year(one, two).outcome == LEVELS.get(row["year"])


@pytest.mark.parametrize("row", table("awards"))
def test_title_of_the_year(row):
    results = subjects(row["scores"], "Đ x4", row["left_out"])
    levels = {"learning": LEVELS[row["learning"]], "conduct": LEVELS.get(row["conduct"])}

    award = tt22_2021.awards(results, **levels)

    assert (award.label if award else "") == row["award"]
    assert tt22_2021.explain_awards(results, **levels).outcome == award


@pytest.mark.parametrize(
    ("periods", "needed"), [(1, 2), (35, 2), (36, 3), (52, 3), (70, 3), (71, 4), (105, 4), (140, 4)]
)
def test_regular_marks_follow_the_periods_of_the_curriculum(periods, needed):
    assert tt22_2021.regular_marks_needed(Kind.SCORE, periods) == needed
    assert tt22_2021.explain_regular_marks_needed(Kind.SCORE, periods).outcome == needed
    assert tt22_2021.regular_marks_needed(Kind.COMMENT, periods) == 2


@pytest.mark.parametrize("periods", [0, -35])
def test_a_subject_without_periods_is_refused(periods):
    with pytest.raises(PeriodsRefused):
        tt22_2021.regular_marks_needed(Kind.SCORE, periods)


@pytest.mark.parametrize(
    ("typed", "cell", "value", "shown"),
    [
        ("7,5", CellKind.SCORE, 75, "7,5"),
        ("8.0", CellKind.SCORE, 80, "8"),
        ("0", CellKind.SCORE, 0, "0"),
        ("", CellKind.SCORE, None, ""),
        ("đ", CellKind.COMMENT, 1, "Đ"),
        ("Đạt", CellKind.COMMENT, 1, "Đ"),
        (" cđ ", CellKind.COMMENT, 0, "CĐ"),
        ("Chưa  đạt", CellKind.COMMENT, 0, "CĐ"),
        ("", CellKind.COMMENT, None, ""),
    ],
)
def test_cells_take_what_the_circular_allows(typed, cell, value, shown):
    assert tt22_2021.check_mark(typed, cell=cell) == (value, shown, None)


@pytest.mark.parametrize(
    ("typed", "cell", "refusal"),
    [
        ("7,55", CellKind.SCORE, formats.MarkTooPrecise),
        ("11", CellKind.SCORE, formats.MarkOutOfRange),
        ("Đ", CellKind.SCORE, formats.MarkUnreadable),
        ("8", CellKind.COMMENT, NotAComment),
        ("T", CellKind.SUBJECT_LEVEL, NoSuchCell),
        ("9", CellKind.TEST, NoSuchCell),
    ],
)
def test_cells_refuse_the_rest_in_words(typed, cell, refusal):
    with pytest.raises((MarkRefused, formats.MarkUnreadable)) as seen:
        tt22_2021.check_mark(typed, cell=cell)
    assert type(seen.value) is refusal
    assert seen.value.text and seen.value.advice


def test_mark_outside_the_scale_is_our_own_mistake():
    with pytest.raises(ValueError, match="tenths"):
        tt22_2021.term_average([80, 101], 80, 80, needed=2)


def test_clusters_are_recorded_in_the_terms_the_school_chose():
    assert [Tt22Settings().records_cluster_in(term) for term in (1, 2)] == [False, True]
    assert [Tt22Settings(cluster_terms="1+2").records_cluster_in(term) for term in (1, 2)] == [True, True]


def test_one_term_subject_may_be_left_without_a_year_result():
    none = Tt22Settings(one_term_result="none")
    assert tt22_2021.year_average(None, 74, terms=(2,), settings=none) is None
    assert tt22_2021.comment_year(True, None, terms=(1,), settings=none) is None
