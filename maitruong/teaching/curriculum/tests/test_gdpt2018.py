"""The programme of 2018: sums, kinds, and what a THPT pupil may choose."""

from itertools import combinations

import pytest

from maitruong.foundation.regulations import NoRuleInForce
from maitruong.foundation.regulations.register import HOUSE
from maitruong.teaching.curriculum.rules import (
    SubjectGroup,
    SubjectKind,
    SubjectUnknown,
    check_choice,
    periods,
    subject,
    subjects_of,
    yearly_total,
)

FOUR = ("VL", "HH", "SH", "TH")


@pytest.mark.parametrize(
    ("grade", "total"),
    [
        (1, 875),
        (2, 875),
        (3, 980),
        (4, 1050),
        (5, 1050),
        (6, 1015),
        (7, 1015),
        (8, 1032),
        (9, 1032),
        (10, 997),
        (11, 997),
        (12, 997),
    ],
)
def test_periods_of_a_year_add_up_to_the_programme(grade, total):
    assert yearly_total(grade, 2026) == total


@pytest.mark.parametrize(("grade", "weekly"), [(1, 25), (2, 25), (3, 28), (4, 30), (5, 30), (6, 29), (7, 29)])
def test_periods_of_a_week_are_whole_where_the_programme_says_so(grade, weekly):
    assert yearly_total(grade, 2026) == 35 * weekly


@pytest.mark.parametrize("grade", range(6, 10))
def test_thcs_has_eight_scored_and_four_comment_subjects(grade):
    kinds = [s.kind for s in subjects_of(grade, 2026) if s.group is SubjectGroup.COMPULSORY]
    assert (kinds.count(SubjectKind.SCORE), kinds.count(SubjectKind.COMMENT)) == (8, 4)


@pytest.mark.parametrize("grade", range(10, 13))
def test_thpt_has_five_scored_and_three_comment_subjects_and_nine_electives(grade):
    taught = subjects_of(grade, 2026)
    kinds = [s.kind for s in taught if s.group is SubjectGroup.COMPULSORY]
    assert (kinds.count(SubjectKind.SCORE), kinds.count(SubjectKind.COMMENT)) == (5, 3)
    electives = [s for s in taught if s.group is SubjectGroup.ELECTIVE]
    assert len({s.family for s in electives}) == 9
    assert {s.code for s in electives if s.kind is SubjectKind.COMMENT} == {"AN", "MT"}
    assert {s.periods_per_year for s in electives} == {70}


def test_no_subject_stands_twice_in_a_grade():
    for grade in range(1, 13):
        codes = [s.code for s in subjects_of(grade, 2026)]
        assert len(codes) == len(set(codes))


def test_periods_follow_the_grade():
    assert [periods("CN", grade) for grade in range(6, 10)] == [35, 35, 52, 52]
    assert [periods("TV", grade) for grade in range(1, 6)] == [420, 350, 245, 245, 245]
    assert subject("NN1", 2).group is SubjectGroup.OPTIONAL and subject("NN1", 3).group is SubjectGroup.COMPULSORY


@pytest.mark.parametrize(("code", "grade"), [("KHTN", 5), ("CNCN", 9), ("VL", 9), ("TNXH", 4), ("", 6)])
def test_subject_of_another_grade_is_refused(code, grade):
    with pytest.raises(SubjectUnknown):
        periods(code, grade)


def test_programme_came_grade_by_grade_without_gap():
    assert [flaw for flaw in HOUSE.flaws(until=2040) if flaw.topic.startswith("curriculum.")] == []
    assert subjects_of(12, 2024)
    with pytest.raises(NoRuleInForce):
        subjects_of(12, 2023)


def test_any_four_electives_with_clusters_on_the_compulsory_subjects_stand():
    electives = ("DL", "GDKTPL", "VL", "HH", "SH", "CNCN", "TH", "AN", "MT")
    for four in combinations(electives, 4):
        assert check_choice(four, ("NV", "TOAN", "LS")) == []
        assert check_choice(four, four[:3]) == []


@pytest.mark.parametrize(
    ("electives", "clusters", "codes"),
    [
        (("VL", "HH", "SH"), ("NV", "TOAN", "LS"), ["curriculum.electives_count"]),
        (("VL", "HH", "SH", "TH", "DL"), ("NV", "TOAN", "LS"), ["curriculum.electives_count"]),
        (("VL", "VL", "SH", "TH"), ("NV", "TOAN", "LS"), ["curriculum.elective_twice"]),
        (("VL", "HH", "CNCN", "CNNN"), ("NV", "TOAN", "LS"), ["curriculum.both_strands"]),
        (("VL", "HH", "SH", "LS"), ("NV", "TOAN", "LS"), ["curriculum.not_an_elective"]),
        (FOUR, ("NV", "TOAN"), ["curriculum.clusters_count"]),
        (FOUR, ("NV", "TOAN", "LS", "VL"), ["curriculum.clusters_count"]),
        (FOUR, ("NV", "TOAN", "DL"), ["curriculum.cluster_not_studied"]),
        (FOUR, ("NV", "TOAN", "TOAN"), ["curriculum.cluster_twice"]),
        (FOUR, ("NV", "TOAN", "NN1"), ["curriculum.no_cluster"]),
        (FOUR, ("NV", "TOAN", "GDTC"), ["curriculum.no_cluster"]),
        (FOUR, ("NV", "TOAN", "GDQPAN"), ["curriculum.no_cluster"]),
        (FOUR, ("NV", "TOAN", "XX"), ["curriculum.no_cluster"]),
        ((), (), ["curriculum.electives_count", "curriculum.clusters_count"]),
    ],
)
def test_choices_that_cannot_stand_say_why(electives, clusters, codes):
    problems = check_choice(electives, clusters)
    assert [problem.code for problem in problems] == codes
    assert all(problem.message for problem in problems)
