"""A month's pay of somebody at a public school: coefficient, allowances, insurance, each line with where it comes from.

Coefficients are whole hundredths (2,34 is 234) and money is whole đồng: nothing is reckoned in fractions of either before the
line is complete, then half up to the đồng. Which table holds is told by the month that is paid, never by today.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from maitruong.foundation import reference
from maitruong.foundation.kernel import formats
from maitruong.foundation.regulations import in_force_on, regulation_by_day

from ..errors import NoIncentiveTold, NoSuchStep, NotReckonable
from .acts import ND182_2026, ND204_2004

INSURANCE_PER_MILLE: Final = 105
"""Of the employee: 8 % pension, 1,5 % health, 1 % unemployment."""
WORKING_DAYS: Final = 22
FIRST_YEARS: Final = 5


class Role(StrEnum):
    TEACHER = "teacher"
    MANAGER = "manager"
    SUPPORT = "support"


class SchoolKind(StrEnum):
    ORDINARY = "ordinary"
    SEMI_BOARDING = "semi_boarding"  # phổ thông dân tộc bán trú
    TALENT = "talent"
    BOARDING = "boarding"  # phổ thông dân tộc nội trú, phổ thông nội trú
    SPECIALISED = "specialised"
    PREPARATORY = "preparatory"
    DISABLED = "disabled"


class Area(StrEnum):
    ORDINARY = "ordinary"
    HARD = "hard"  # commune of area I or II of ethnic minorities and mountains, island or border commune
    HARDEST = "hardest"  # specially difficult


@dataclass(frozen=True)
class Job:
    """What a month's pay rests on.

    title: code of the professional title (V.07.05.15).   step: from 1.   level: of the school, key of reference education_level.
    position, reserved: allowance of a post and kept difference, as hundredths of a coefficient.   over_scale: percent beyond the
    last step.   taught_years: whole years that count for the teachers' seniority.   days_not_counted: working days of the month
    that bring no incentive.
    """

    title: str
    step: int
    level: str
    role: Role = Role.TEACHER
    school_kind: SchoolKind = SchoolKind.ORDINARY
    area: Area = Area.ORDINARY
    position: int = 0
    reserved: int = 0
    over_scale: int = 0
    taught_years: int = 0
    days_not_counted: int = 0

    def __post_init__(self) -> None:
        if min(self.position, self.reserved, self.over_scale, self.taught_years, self.days_not_counted) < 0:
            raise NotReckonable(what="có số âm trong hệ số, phần trăm, số năm hay số ngày")
        if self.days_not_counted > WORKING_DAYS:
            raise NotReckonable(what=f"một tháng tính {WORKING_DAYS} ngày, ghi {self.days_not_counted} ngày không tính")


@dataclass(frozen=True)
class Kept:
    """One line of the month. dong: whole đồng, negative where it is taken off.   why: how it was reckoned, in Vietnamese."""

    name: str
    dong: int
    why: str


@dataclass(frozen=True)
class Pay:
    """A month's pay before tax. gross: all lines but insurance; insured: what insurance is reckoned from."""

    lines: tuple[Kept, ...]
    gross: int
    insured: int
    insurance: int

    @property
    def before_tax(self) -> int:
        return self.gross - self.insurance


INCENTIVE_FROM: Final = dt.date(2026, 1, 1)


@regulation_by_day(
    "staff.salary",
    title="Lương theo chức danh và bậc",
    act=ND204_2004,
    article="Bảng lương số 3",
    first_day=dt.date(2019, 7, 1),
)
def salary(title: str, step: int, month: dt.date) -> int:
    """Coefficient of a title and step × the base salary of the month a day lies in, in whole đồng.

    Source: Decree 204/2004 (tables), the decrees of the base salary. Raises UnknownCode, NoSuchStep.
    >>> salary("V.07.05.15", 1, dt.date(2026, 9, 1))
    5920200
    """
    return _times(_coefficient(title, step, month.replace(day=1)), int(_base(month.replace(day=1))["dong_per_month"]))


# From the month on in which the house knows every part of it: what the incentive was before, it does not.
@regulation_by_day(
    "staff.monthly_pay",
    title="Lương tháng và phụ cấp",
    act=ND204_2004,
    article="Bảng lương số 3",
    first_day=INCENTIVE_FROM,
)
def monthly_pay(job: Job, month: dt.date) -> Pay:
    """The pay of the month a day lies in: every line in whole đồng, with how it came about.

    Coefficient, allowance of the post, over-scale seniority and kept difference, each times the base salary of the month; teachers'
    seniority on the first three; the professional incentive on all of these but seniority, which brings no insurance. Insurance of the
    employee is 10,5 % of what it is reckoned from: all but the incentive.
    Source: Decree 204/2004 (tables), the decrees of the base salary, Decree 182/2026. Raises UnknownCode, NoSuchStep, NotReckonable,
    NoIncentiveTold; NoRuleOnDay before 2026: half a pay is none.
    >>> monthly_pay(Job("V.07.05.15", 1, "UPPER_SECONDARY"), dt.date(2026, 9, 1)).before_tax
    7666659
    """
    first = month.replace(day=1)
    in_force_on("staff.incentive_percent", first)
    row = _base(first)
    base, times = int(row["dong_per_month"]), f"{formats.dong(int(row['dong_per_month']))} ({row['act']})"
    coefficient = _coefficient(job.title, job.step, first)
    if job.over_scale and next_step_on(job.title, job.step, first) is not None:
        raise NotReckonable(what=f"vượt khung chỉ có sau bậc cuối, đang ghi bậc {job.step}")
    over_scale = coefficient * job.over_scale  # of ten thousand
    table = f"{ND204_2004.name}, Bảng lương số 3"
    lines = [Kept("Lương theo hệ số", _times(coefficient, base), f"{_shown(coefficient)} ({table}) × {times}")]
    if job.position:
        lines.append(Kept("Phụ cấp chức vụ", _times(job.position, base), f"{_shown(job.position)} × {times}"))
    if over_scale:
        why = f"{job.over_scale} % của {_shown(coefficient)} × {times}"
        lines.append(Kept("Phụ cấp thâm niên vượt khung", _half_up(over_scale * base, 10_000), why))
    grounds = 100 * (coefficient + job.position) + over_scale
    if percent := seniority_percent(job.taught_years) if job.role is not Role.SUPPORT else 0:
        why = f"{percent} % của lương, phụ cấp chức vụ và vượt khung ({job.taught_years} năm)"
        lines.append(Kept("Phụ cấp thâm niên nhà giáo", _half_up(grounds * percent * base, 1_000_000), why))
    if job.reserved:
        lines.append(Kept("Hệ số chênh lệch bảo lưu", _times(job.reserved, base), f"{_shown(job.reserved)} × {times}"))
    insured = sum(line.dong for line in lines)
    lines.append(_incentive(job, first, base, grounds + 100 * job.reserved))
    insurance = _half_up(insured * INSURANCE_PER_MILLE, 1000)
    return Pay(tuple(lines), sum(line.dong for line in lines), insured, insurance)


@regulation_by_day(
    "staff.incentive_percent",
    title="Mức phụ cấp ưu đãi theo nghề",
    act=ND182_2026,
    article="Điều 3",
    first_day=INCENTIVE_FROM,
)
def incentive_percent(job: Job, month: dt.date) -> reference.Code:
    """The row of the highest professional incentive that applies: its percent, its name and its point of Điều 3.

    Source: Decree 182/2026/NĐ-CP, Điều 3; rates count from 1 January 2026 (older ones, 25-70 %, are not in the house).
    Raises NoIncentiveTold where the decree as we have it names no rate, as for a manager of an ordinary school.
    >>> incentive_percent(Job("V.07.03.29", 3, "PRIMARY", area=Area.HARD), dt.date(2026, 9, 1))["percent"]
    '60'
    """
    keys = [key for key, applies in _incentives(job).items() if applies]
    found = [reference.code("incentive_allowance", key, on=month) for key in keys]
    if not found:
        raise NoIncentiveTold(role=job.role, level=job.level)
    return max(found, key=lambda row: int(row["percent"]))


def _incentives(job: Job) -> dict[str, bool]:
    """Key of the list → whether it applies."""
    teacher = job.role is Role.TEACHER
    teaching = job.role is not Role.SUPPORT
    young = job.level in ("PRESCHOOL", "PRIMARY")
    secondary = job.level in ("LOWER_SECONDARY", "UPPER_SECONDARY")
    continuing = job.level == "CONTINUING"
    hard, hardest = job.area is Area.HARD, job.area is Area.HARDEST
    kind = job.school_kind
    return {
        "SUPPORT": job.role is Role.SUPPORT,
        "SECONDARY": teacher and secondary,
        "CONTINUING": teacher and continuing,
        "PRESCHOOL_PRIMARY": teacher and young,
        "SECONDARY_HARD": teacher and hard and (secondary or continuing),
        "TALENT_SEMI_BOARDING": teaching and kind in (SchoolKind.TALENT, SchoolKind.SEMI_BOARDING),
        "PRESCHOOL_PRIMARY_HARD": teacher and hard and young,
        "HARDEST": teaching and hardest,
        "BOARDING_SPECIALISED": teaching
        and kind in (SchoolKind.BOARDING, SchoolKind.SPECIALISED, SchoolKind.PREPARATORY),
        "DISABLED_ONLY": teaching and kind is SchoolKind.DISABLED,
        "HARDEST_TEACHER": teacher and hardest and (young or secondary),
    }


def _incentive(job: Job, month: dt.date, base: int, grounds: int) -> Kept:
    """Of a month with days that do not count: a twenty-second part for each day that does."""
    rule = in_force_on("staff.incentive_percent", month)
    row = rule(job, month)
    percent, counted = int(row["percent"]), WORKING_DAYS - job.days_not_counted
    dong = _half_up(grounds * percent * base * counted, 1_000_000 * WORKING_DAYS)
    part = f" × {counted}/{WORKING_DAYS} ngày" if job.days_not_counted else ""
    return Kept(
        "Phụ cấp ưu đãi theo nghề", dong, f"{percent} %{part}: {row.name} ({row['article']}, {ND182_2026.name})"
    )


def seniority_percent(taught_years: int) -> int:
    """Teachers' seniority: 5 % after five years, one more with each further year.

    >>> seniority_percent(4), seniority_percent(5), seniority_percent(12)
    (0, 5, 12)
    """
    return taught_years if taught_years >= FIRST_YEARS else 0


def next_step_on(title: str, step: int, since: dt.date, *, on: dt.date | None = None) -> dt.date | None:
    """The day the next step falls due, counted from the day the present one began; None on the last step.

    on: the day whose tables hold, where the step was counted already before its title's code was.
    Source: Decree 204/2004, Điều 7: three years a step in tables A, two in table B. A month without the day ends on its last one.
    Raises UnknownCode, NoSuchStep.
    >>> next_step_on("V.07.05.15", 3, dt.date(2024, 2, 29))
    datetime.date(2027, 2, 28)
    """
    on = on or since
    row = _step(title, step, on)
    if not any(
        other["step"] == str(step + 1) and other["scale"] == row["scale"]
        for other in reference.codes("salary_scale", on=on)
    ):
        return None
    year = since.year + int(row["years"])
    return since.replace(year=year, day=min(since.day, calendar.monthrange(year, since.month)[1]))


def _base(on: dt.date) -> reference.Code:
    return reference.code("base_salary", "BASE", on=on)


def _coefficient(title: str, step: int, on: dt.date) -> int:
    whole, _, part = _step(title, step, on)["coefficient"].partition(".")
    return 100 * int(whole) + int(part.ljust(2, "0"))


def _step(title: str, step: int, on: dt.date) -> reference.Code:
    scale = reference.code("staff_title", title, on=on)["salary_scale"]
    for row in reference.codes("salary_scale", on=on):
        if row["scale"] == scale and row["step"] == str(step):
            return row
    raise NoSuchStep(title=title, step=step, scale=scale)


def _times(hundredths: int, base: int) -> int:
    return _half_up(hundredths * base, 100)


def _half_up(dividend: int, divisor: int) -> int:
    return (2 * dividend + divisor) // (2 * divisor)


def _shown(hundredths: int) -> str:
    return f"{hundredths // 100},{hundredths % 100:02d}"
