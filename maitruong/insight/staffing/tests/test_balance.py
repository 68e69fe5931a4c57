"""Surplus and shortage from classes and posts; the worked figures are reckoned by hand beside each."""

from __future__ import annotations

import datetime as dt

from maitruong.insight.staffing.balance import CLASS_TEACHER, OfSchool, of_schools, together
from maitruong.insight.staffing.counts import Classes
from maitruong.registry.staff.rules import Balance, Kind

DAY = dt.date(2026, 11, 20)


def some(grade: int, number: int, **other: object) -> Classes:
    given = {
        "school_id": 1,
        "school_type": "THCS",
        "levels": ("03",),
        "electives": frozenset(),
        "clusters": frozenset(),
        "two_sessions": False,
        "led": "",
    }
    return Classes(grade=grade, number=number, **{**given, **other})  # type: ignore[arg-type]


def reckoned(classes: list[Classes], teachers: list[tuple[int, str, int]]) -> OfSchool:
    return of_schools(classes, teachers, school_year=2026, day=DAY)[1]


def test_a_lower_secondary_school_by_its_classes() -> None:
    # 12 classes x 1,90 = 22,8: 23 teachers; 20 are there.
    found = reckoned([some(6, 6), some(9, 6)], [(1, "TOAN", 20)])

    assert [(row.kind, row.classes, row.norm, row.needed) for row in found.kinds] == [
        (Kind.LOWER_SECONDARY, 12, 190, 23)
    ]
    assert found.balance == Balance(23, 20) and found.balance.surplus == -3


def test_kinds_of_one_school_are_rounded_up_each_for_itself() -> None:
    # 3 x 1,5 = 4,5: 5; 3 x 1,2 = 3,6: 4; 2 x 1,9 = 3,8: 4.
    found = reckoned([some(1, 3, two_sessions=True), some(2, 3), some(6, 2)], [])

    assert {row.kind: row.needed for row in found.kinds} == {
        Kind.PRIMARY_TWO_SESSIONS: 5,
        Kind.PRIMARY_ONE_SESSION: 4,
        Kind.LOWER_SECONDARY: 4,
    }


def test_periods_of_a_subject_and_what_leading_a_class_lets_off() -> None:
    # Toán 140 a year x 10 classes = 40 a week; three of them led by its teachers: 12 let off. 52 / 19 = 2,7: 3 needed.
    found = reckoned([some(8, 7), some(8, 3, led="TOAN")], [(1, "TOAN", 2), (1, "NV", 3)])

    assert found.periods["TOAN"] == 1400 and found.let_off["TOAN"] == 3 * 4 * 35
    assert found.subjects["TOAN"] == Balance(3, 2)
    # Ngữ văn 40 a week, nobody leads: 40 / 19 = 2,1: 3.
    assert found.subjects["NV"] == Balance(3, 3)


def test_what_everybody_teaches_is_told_and_nobody_is_missing_for_it() -> None:
    found = reckoned([some(6, 2)], [])

    assert "HDTNHN" not in found.subjects and "GDDP" not in found.subjects
    assert found.shared == 2 * (105 + 35)


def test_a_teacher_of_physics_teaches_natural_science_where_there_are_lower_classes() -> None:
    lower = reckoned([some(6, 4)], [(1, "VL", 1), (1, "KHTN", 1)])
    upper = reckoned([some(10, 4, electives=frozenset({"VL"}))], [(1, "VL", 1)])
    both = reckoned([some(6, 4), some(10, 4, electives=frozenset({"VL"}))], [(1, "VL", 1), (1, "KHTN", 1)])

    assert lower.subjects["KHTN"].there == 2 and "VL" not in lower.subjects
    assert upper.subjects["VL"].there == 1 and upper.periods["VL"] == 4 * 70
    assert both.periods["KHTN"] == 4 * 140 + 4 * 70 and both.subjects["KHTN"].there == 2


def test_a_cluster_adds_its_periods() -> None:
    found = reckoned([some(10, 2, electives=frozenset({"VL"}), clusters=frozenset({"VL"}))], [])

    assert found.periods["VL"] == 2 * (70 + 35)


def test_in_primary_school_one_teacher_teaches_most() -> None:
    found = reckoned([some(4, 2, led="TV")], [(1, "", 2), (1, "TOAN", 1), (1, "GDTC", 1)])

    # Grade 4 without Ngoại ngữ, GDTC, Nghệ thuật, Tin học và Công nghệ: 245 + 175 + 35 + 70 + 70 + 105 (trải nghiệm is its own).
    assert found.periods[CLASS_TEACHER] == 2 * (245 + 175 + 35 + 70 + 70 + 105)
    assert found.subjects[CLASS_TEACHER].there == 3 and found.subjects["GDTC"].there == 1
    assert found.let_off[CLASS_TEACHER] == 2 * 4 * 35


def test_continuing_classes_have_no_norm_here_but_periods() -> None:
    found = reckoned([some(10, 3, levels=("05",), school_type="GDTX")], [(1, "TOAN", 1)])

    assert found.kinds == [] and found.outside == 3 and found.periods["TOAN"] == 3 * 105


def test_a_preschool_has_no_subjects() -> None:
    found = reckoned([some(-4, 3, levels=("01",)), some(-1, 9, levels=("01",))], [(1, "", 20)])

    assert {row.kind: row.needed for row in found.kinds} == {Kind.NURSERY: 8, Kind.KINDERGARTEN: 20}
    assert found.subjects == {} and found.balance.surplus == -8


def test_teachers_without_a_subject_are_told() -> None:
    found = reckoned([some(6, 2)], [(1, "", 3)])

    assert found.unsaid == 3 and found.there == 3 and "" not in found.subjects


def test_surplus_here_does_not_fill_a_gap_there() -> None:
    one, other = (
        OfSchool(number, subjects={"TOAN": balance}) for number, balance in ((1, Balance(5, 3)), (2, Balance(2, 4)))
    )

    assert together([one, other]) == {"TOAN": (Balance(7, 7), 2, 2)}
