"""What a class studies under the general and under the continuing programme."""

from __future__ import annotations

import pytest

from maitruong.teaching.curriculum.rules import Programme, SubjectKind, programme_of, studied

CHOSEN = ["VL", "HH", "SH", "TH"]


def test_a_continuing_class_has_seven_scored_subjects_and_two_that_are_commented() -> None:
    taught = studied(10, 2026, electives=CHOSEN, programme=Programme.CONTINUING)

    assert {s.code for s in taught if s.kind is SubjectKind.SCORE} == {"NV", "TOAN", "LS", *CHOSEN}
    assert {s.code for s in taught if s.kind is SubjectKind.COMMENT} == {"HDTNHN", "GDDP"}


def test_a_foreign_language_is_studied_where_the_centre_offers_it() -> None:
    taught = studied(10, 2026, electives=[*CHOSEN, "NN1"], programme=Programme.CONTINUING)

    assert "NN1" in {s.code for s in taught}


def test_the_same_choice_at_a_general_school_keeps_all_that_is_compulsory() -> None:
    codes = {s.code for s in studied(10, 2026, electives=CHOSEN)}

    assert codes >= {"NV", "TOAN", "LS", "NN1", "GDTC", "GDQPAN", "HDTNHN", "GDDP", *CHOSEN} and "DL" not in codes


@pytest.mark.parametrize(
    ("levels", "grade", "programme"),
    [
        (("05",), 10, Programme.CONTINUING),
        (("05",), 12, Programme.CONTINUING),
        (("04",), 10, Programme.GENERAL),
        (("04", "05"), 10, Programme.GENERAL),
        (("05",), 9, Programme.GENERAL),
        ((), 10, Programme.GENERAL),
    ],
)
def test_the_schools_level_and_the_grade_say_which_programme(
    levels: tuple[str, ...], grade: int, programme: Programme
) -> None:
    assert programme_of(levels, grade) is programme
