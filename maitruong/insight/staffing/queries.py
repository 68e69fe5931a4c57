"""Balances of the schools a scope reaches, with the names a page shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar
from maitruong.teaching.curriculum.rules import subjects_of

from . import balance, counts
from .balance import CLASS_TEACHER, PERIODS, OfSchool

ORDERS = {"": "Thiếu nhiều nhất", "thua": "Thừa nhiều nhất", "ten": "Theo tên"}


@dataclass(frozen=True)
class Row:
    """A school on the list."""

    name: str
    of: OfSchool


def period() -> tuple[int, dt.date]:
    """The present school year and the day the posts are counted on."""
    today = clock.today()
    return calendar.known().year_on(today), today


def schools(scope: Scope, *, name: str = "", order: str = "", periods: Mapping[str, int] = PERIODS) -> list[Row]:
    """Every school of the scope that has classes or teachers. Three statements."""
    year, day = period()
    found = balance.of_schools(
        counts.classes(scope, school_year=year, day=day),
        counts.teachers(scope, day=day),
        school_year=year,
        day=day,
        periods_of_a_teacher=periods,
    )
    units = organisations.units(list(found))
    wanted = vietnamese.fold(vietnamese.tidy(name))
    rows = [Row(units[school_id].name, one) for school_id, one in found.items() if school_id in units]
    rows = [row for row in rows if wanted in vietnamese.fold(row.name)]
    rows.sort(key=lambda row: vietnamese.collation_key(row.name))
    if order in ("", "thua"):
        sign = 1 if order == "" else -1
        rows.sort(key=lambda row: (not row.of.has_norm, sign * row.of.balance.surplus))
    return rows


def school(scope: Scope, school_id: int, *, periods: Mapping[str, int] = PERIODS) -> OfSchool:
    """One school, of which the caller has checked that the scope reaches it. Two statements."""
    year, day = period()
    found = balance.of_schools(
        counts.classes(scope, school_year=year, day=day, school_id=school_id),
        counts.teachers(scope, day=day, school_id=school_id),
        school_year=year,
        day=day,
        periods_of_a_teacher=periods,
    )
    return found.get(school_id, OfSchool(school_id))


def only_school(scope: Scope) -> int | None:
    """The one school of a scope that has no other."""
    return scope.school_ids[0] if scope.rows is not Rows.PROVINCE and len(scope.school_ids) == 1 else None


def subject_names() -> dict[str, str]:
    """Code → name, in the order of the programme from primary school up."""
    year, _ = period()
    names = {CLASS_TEACHER: "Giáo viên dạy nhiều môn (tiểu học)"}
    for grade in range(1, 13):
        for subject in subjects_of(grade, year):
            names.setdefault(subject.family, subject.name)
    return names | {"CN": "Công nghệ", "": "Chưa ghi môn"}
