"""Units of the demo province and the dated tree of who governs whom."""

from __future__ import annotations

from datetime import date

from maitruong.foundation.organisations import admin_units

from .layout import PROVINCE, commune_unit
from .plan import SchoolPlan
from .types import PlacementRow, UnitNameRow, UnitRow

DEPARTMENT = 1
BEGINS = date(2025, 7, 1)
_LAST_BEFORE, _FIRST_AFTER = date(2026, 6, 30), date(2026, 7, 1)


def units(schools: list[SchoolPlan]) -> list[UnitRow]:
    """The department, the committees of all communes, the schools, their campuses."""
    found = [_office(DEPARTMENT, "department", "H24.SGDDT", "Sở Giáo dục và Đào tạo Hải Phòng", "Sở GDĐT", None)]
    for commune in admin_units.communes(PROVINCE):
        name = f"{commune.kind[0].lower()}{commune.kind[1:]} {commune.name}"
        code = f"UBND.{commune.code}"
        found.append(
            _office(
                commune_unit(commune.code), "commune", code, f"Ủy ban nhân dân {name}", f"UBND {name}", commune.code
            )
        )
    for school in schools:
        found.append(_school(school))
        found += _campuses(school)
    return found


def _office(unit: int, kind: str, code: str, name: str, short_name: str, commune: str | None) -> UnitRow:
    return UnitRow(
        unit,
        kind,
        code,
        name,
        short_name,
        None,
        None,
        None,
        None,
        PROVINCE,
        commune,
        "",
        None,
        None,
        False,
        BEGINS,
        None,
    )


def school_code(school: SchoolPlan) -> str:
    """Province, commune, running number; opaque to everyone else."""
    return f"{PROVINCE}{school.commune}{school.number:03d}"


def _school(school: SchoolPlan) -> UnitRow:
    return UnitRow(
        school.unit_id,
        "school",
        school_code(school),
        school.name,
        school.short_name,
        school.kind,
        school.ownership,
        school.first_grade,
        school.grades[-1],
        PROVINCE,
        school.commune,
        admin_units.commune(school.commune).full_name,
        f"+84225{3_500_000 + school.number * 7:07d}",
        f"truong{school.number:04d}@haiphong.example",
        school.two_sessions,
        BEGINS,
        None,
    )


def _campuses(school: SchoolPlan) -> list[UnitRow]:
    place = ("Điểm trường chính", "Điểm trường lẻ")
    return [
        UnitRow(
            campus,
            "campus",
            f"{school_code(school)}.{index + 1}",
            f"{place[index]} {school.short_name}",
            place[index],
            None,
            None,
            None,
            None,
            PROVINCE,
            school.commune,
            admin_units.commune(school.commune).full_name,
            None,
            None,
            school.two_sessions,
            BEGINS,
            None,
        )
        for index, campus in enumerate(school.campus_ids())
    ]


def placements(schools: list[SchoolPlan]) -> list[PlacementRow]:
    found = [PlacementRow(DEPARTMENT, None, BEGINS, None, "")]
    found += [
        PlacementRow(commune_unit(commune.code), DEPARTMENT, BEGINS, None, "")
        for commune in admin_units.communes(PROVINCE)
    ]
    for school in schools:
        governor = DEPARTMENT if school.governor == "department" else commune_unit(school.governor)
        if school.governed_before:
            found.append(PlacementRow(school.unit_id, commune_unit(school.governed_before), BEGINS, _LAST_BEFORE, ""))
            decision = "Quyết định 1187/QĐ-UBND ngày 22/06/2026: chuyển giao trường về phường Lê Chân"
            found.append(PlacementRow(school.unit_id, governor, _FIRST_AFTER, None, decision))
        else:
            found.append(PlacementRow(school.unit_id, governor, BEGINS, None, ""))
        found += [PlacementRow(campus, school.unit_id, BEGINS, None, "") for campus in school.campus_ids()]
    return found


def names_of_units(schools: list[SchoolPlan]) -> list[UnitNameRow]:
    found = []
    for unit in units(schools):
        school = schools[unit.id - 1_001] if unit.kind == "school" else None
        begins = BEGINS
        if school and school.short_name_before:
            before = school.name.replace(school.short_name, school.short_name_before)
            found.append(UnitNameRow(unit.id, before, school.short_name_before, school.kind, BEGINS, _LAST_BEFORE))
            begins = _FIRST_AFTER
        found.append(UnitNameRow(unit.id, unit.name, unit.short_name, unit.school_type, begins, None))
    return found
