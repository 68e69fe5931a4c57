"""Pay, evaluation and staffing: the worked examples of the regulations, and what must hold of any job."""

from __future__ import annotations

import datetime as dt
import doctest
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from maitruong.foundation import reference
from maitruong.foundation.regulations import NoRuleOnDay, in_force_on
from maitruong.foundation.regulations.register import HOUSE
from maitruong.registry.staff.errors import CriteriaIncomplete, NoIncentiveTold, NoSuchStep, NotReckonable
from maitruong.registry.staff.rules import (
    Area,
    Job,
    Kind,
    Role,
    SchoolKind,
    Standard,
    evaluation,
    excellent_at_most,
    incentive_percent,
    monthly_pay,
    needed_by_subject,
    next_step_on,
    norms,
    pay,
    salary,
    standard_overall,
    teachers_of_preschool,
    teachers_of_school,
)

SEPTEMBER = dt.date(2026, 9, 15)
UPPER = Job("V.07.05.15", 1, "UPPER_SECONDARY")
PRIMARY_HARD = Job("V.07.03.29", 3, "PRIMARY", area=Area.HARD)
E, G, P, F = Standard.EXCELLENT, Standard.GOOD, Standard.PASSED, Standard.FAILED
titles = some.sampled_from([row.key for row in reference.codes("staff_title", on=SEPTEMBER)])


@pytest.mark.parametrize("module", [pay, evaluation, norms])
def test_the_examples_in_the_docstrings_are_right(module) -> None:
    tried = doctest.testmod(module)

    assert tried.attempted and not tried.failed


@pytest.mark.parametrize(
    ("job", "salary", "incentive", "gross", "insurance", "before_tax"),
    [
        (UPPER, 5_920_200, 2_368_080, 8_288_280, 621_621, 7_666_659),
        (PRIMARY_HARD, 7_590_000, 4_554_000, 12_144_000, 796_950, 11_347_050),
        (replace(PRIMARY_HARD, days_not_counted=5), 7_590_000, 3_519_000, 11_109_000, 796_950, 10_312_050),
    ],
)
def test_worked_examples_of_a_month(
    job: Job, salary: int, incentive: int, gross: int, insurance: int, before_tax: int
) -> None:
    month = monthly_pay(job, SEPTEMBER)

    assert [line.dong for line in month.lines] == [salary, incentive]
    assert (month.gross, month.insurance, month.before_tax) == (gross, insurance, before_tax)


def test_every_line_says_where_it_comes_from() -> None:
    job = replace(UPPER, step=9, position=45, reserved=10, over_scale=7, taught_years=12)

    lines = monthly_pay(job, SEPTEMBER).lines

    assert [(line.name, line.dong) for line in lines] == [
        ("Lương theo hệ số", 12_599_400),  # 4,98
        ("Phụ cấp chức vụ", 1_138_500),  # 0,45
        ("Phụ cấp thâm niên vượt khung", 881_958),  # 7 % of 4,98
        ("Phụ cấp thâm niên nhà giáo", 1_754_383),  # 12 % of 4,98 + 0,45 + 0,3486: 1.754.382,96
        ("Hệ số chênh lệch bảo lưu", 253_000),
        ("Phụ cấp ưu đãi theo nghề", 5_949_143),  # 40 % of 5,8786: 5.949.143,2
    ]
    assert "Điều 3, khoản 5, điểm b, Nghị định 182/2026/NĐ-CP" in lines[-1].why


@pytest.mark.parametrize(
    ("day", "base"),
    [
        ("2023-06-30", 1_490_000),
        ("2023-07-01", 1_800_000),
        ("2024-07-31", 2_340_000),
        ("2026-06-30", 2_340_000),
        ("2026-07-01", 2_530_000),
    ],
)
def test_the_base_salary_is_that_of_the_month(day: str, base: int) -> None:
    assert salary("V.07.05.15", 1, dt.date.fromisoformat(day)) == 234 * base // 100


def test_a_month_whose_incentive_the_house_does_not_know_is_refused_and_not_paid_in_part() -> None:
    assert len(monthly_pay(UPPER, dt.date(2026, 1, 1)).lines) == 2
    with pytest.raises(NoRuleOnDay):
        monthly_pay(UPPER, dt.date(2025, 12, 31))
    for topic, day in (("staff.monthly_pay", dt.date(2025, 12, 31)), ("staff.salary", dt.date(2019, 6, 30))):
        with pytest.raises(NoRuleOnDay):
            in_force_on(topic, day)
    assert HOUSE.of_act("staff.monthly_pay", "nd204_2004")(UPPER, SEPTEMBER).before_tax == 7_666_659


@pytest.mark.parametrize(
    "changes",
    [{"days_not_counted": -3}, {"days_not_counted": 23}, {"position": -1}, {"over_scale": 7}, {"taught_years": -1}],
)
def test_a_job_that_cannot_be_is_refused(changes: dict[str, int]) -> None:
    with pytest.raises(NotReckonable):
        monthly_pay(replace(UPPER, **changes), SEPTEMBER)


def test_insurance_is_taken_from_all_but_the_incentive() -> None:
    month = monthly_pay(replace(UPPER, position=45, reserved=10), SEPTEMBER)

    assert month.insured == month.gross - month.lines[-1].dong == 289 * 2_530_000 // 100
    assert month.insurance == 767_729  # 10,5 % of 7.311.700 is 767.728,5


def test_classes_of_another_circular_or_below_none_are_refused() -> None:
    for teachers, classes in (
        (teachers_of_school, {Kind.NURSERY: 2}),
        (teachers_of_preschool, {Kind.LOWER_SECONDARY: 2}),
        (teachers_of_school, {Kind.LOWER_SECONDARY: -2}),
    ):
        with pytest.raises(NotReckonable):
            teachers(classes)
    with pytest.raises(NotReckonable):
        needed_by_subject({"TOAN": 95}, {}, periods_of_a_teacher=0)


@pytest.mark.parametrize(
    ("changes", "percent"),
    [
        ({"level": "PRIMARY"}, 45),
        ({"level": "PRESCHOOL", "area": Area.HARD}, 60),
        ({"level": "CONTINUING"}, 40),
        ({"area": Area.HARD}, 45),
        ({"level": "CONTINUING", "area": Area.HARD}, 45),
        ({"area": Area.HARDEST}, 80),
        ({"level": "CONTINUING", "area": Area.HARDEST}, 70),
        ({"role": Role.MANAGER, "area": Area.HARDEST}, 70),
        ({"role": Role.SUPPORT, "area": Area.HARDEST}, 20),
        ({"school_kind": SchoolKind.SEMI_BOARDING}, 60),
        ({"school_kind": SchoolKind.SPECIALISED, "role": Role.MANAGER}, 80),
        ({"school_kind": SchoolKind.SEMI_BOARDING, "area": Area.HARDEST}, 80),
        ({"school_kind": SchoolKind.DISABLED, "level": "PRIMARY"}, 80),
    ],
)
def test_the_highest_incentive_that_applies(changes: dict, percent: int) -> None:
    assert incentive_percent(replace(UPPER, **changes), SEPTEMBER)["percent"] == str(percent)


def test_what_the_regulations_do_not_tell_is_refused_and_never_guessed() -> None:
    with pytest.raises(NoIncentiveTold):
        monthly_pay(replace(UPPER, role=Role.MANAGER), SEPTEMBER)
    with pytest.raises(NoSuchStep):
        monthly_pay(replace(UPPER, step=10), SEPTEMBER)
    for title in ("15a.204", "V.07.03.07"):  # one the house never had, one that ended in 2021
        with pytest.raises(reference.UnknownCode):
            monthly_pay(replace(UPPER, title=title), SEPTEMBER)


@given(title=titles, step=some.integers(1, 7), years=some.integers(0, 40))
def test_a_higher_step_more_years_and_fewer_lost_days_never_pay_less(title: str, step: int, years: int) -> None:
    job = Job(title, step, "PRIMARY", taught_years=years)
    now = monthly_pay(job, SEPTEMBER)

    assert now.gross == sum(line.dong for line in now.lines) and 0 < now.insurance < now.gross
    for better in (
        replace(job, step=step + 1),
        replace(job, taught_years=years + 1),
        replace(job, position=20),
    ):
        assert monthly_pay(better, SEPTEMBER).before_tax >= now.before_tax
    assert monthly_pay(replace(job, days_not_counted=3), SEPTEMBER).gross < now.gross


@pytest.mark.parametrize(
    ("title", "step", "since", "due"),
    [
        ("V.07.05.15", 3, dt.date(2024, 9, 1), dt.date(2027, 9, 1)),
        ("V.07.05.15", 9, dt.date(2024, 9, 1), None),
        ("02.008", 4, dt.date(2025, 1, 15), dt.date(2027, 1, 15)),
    ],
)
def test_when_the_next_step_falls_due(title: str, step: int, since: dt.date, due: dt.date | None) -> None:
    assert next_step_on(title, step, since) == due


@pytest.mark.parametrize(
    ("criteria", "overall"),
    [
        ([E] * 15, E),
        ([G, G, *[E] * 8, E, E, G, G, G], E),  # ten excellent, 3-7 among them
        ([G, G, *[E] * 7, E, E, G, G, G, G], G),  # nine excellent
        ([E, E, G, *[E] * 12], G),  # the third criterion only good
        ([E] * 14 + [P], G),
        ([P, P, *[G] * 8, G, G, P, P, P], G),
        ([P, P, *[G] * 7, G, G, P, P, P, P], P),
        ([E, E, P, *[E] * 12], P),
        ([P] * 15, P),
        ([E] * 14 + [F], F),
    ],
)
def test_the_overall_level_of_the_standard_and_its_reasons(criteria: list[Standard], overall: Standard) -> None:
    assert standard_overall(criteria) is overall
    told = in_force_on("staff.standard_overall", SEPTEMBER).explain(criteria)
    assert told.outcome is overall and told.shown == overall.label
    if overall is not E:
        assert told.failed()


@given(some.lists(some.sampled_from(Standard), min_size=15, max_size=15), some.integers(0, 14))
def test_doing_better_in_one_criterion_never_lowers_the_level(criteria: list[Standard], at: int) -> None:
    better = [*criteria]
    better[at] = Standard(min(criteria[at] + 1, 3))

    assert standard_overall(better) >= standard_overall(criteria)


def test_a_standard_with_a_criterion_missing_is_not_judged() -> None:
    with pytest.raises(CriteriaIncomplete):
        standard_overall([E] * 14)


@given(some.integers(0, 5000))
def test_the_excellent_are_never_more_than_a_fifth_and_the_next_one_would_be(good_or_better: int) -> None:
    excellent = excellent_at_most(good_or_better)

    assert 5 * excellent <= good_or_better < 5 * (excellent + 1)


@pytest.mark.parametrize(
    ("classes", "teachers"),
    [
        ({Kind.PRIMARY_TWO_SESSIONS: 15}, 23),  # 22,5
        ({Kind.PRIMARY_ONE_SESSION: 10}, 12),
        ({Kind.LOWER_SECONDARY: 10}, 19),
        ({Kind.LOWER_SECONDARY: 11}, 21),  # 20,9
        ({Kind.UPPER_SECONDARY: 30}, 68),  # 67,5
        ({Kind.ETHNIC_BOARDING_LOWER: 8, Kind.ETHNIC_BOARDING_UPPER: 6}, 33),  # 17,6 and 14,4
        ({Kind.SPECIALISED: 33}, 103),  # 102,3
        ({}, 0),
    ],
)
def test_teachers_a_school_may_have(classes: dict[Kind, int], teachers: int) -> None:
    assert teachers_of_school(classes) == teachers


def test_subjects_nobody_teaches_and_teachers_without_a_subject_to_teach_are_told() -> None:
    found = needed_by_subject(
        {"TOAN": 95, "NGHE": 10}, {"TOAN": 4, "TIN": 2}, periods_of_a_teacher=19, reduced={"TOAN": 4}
    )

    assert {subject: (one.needed, one.there, one.surplus) for subject, one in found.items()} == {
        "NGHE": (1, 0, -1),
        "TIN": (0, 2, 2),
        "TOAN": (6, 4, -2),
    }


def test_of_every_topic_exactly_one_rule_holds_from_its_first_day_on() -> None:
    assert [flaw for flaw in HOUSE.flaws(until=2040) if flaw.topic.startswith("staff.")] == []
