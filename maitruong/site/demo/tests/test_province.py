"""The province from its plan, and a few of its eight hundred schools."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

import pytest

from maitruong.foundation.organisations import admin_units
from maitruong.site.demo.layout import KINDS, STAR_COMMUNE
from maitruong.site.demo.roster import Roster
from maitruong.site.demo.staffing import fixed_posts
from maitruong.site.demo.types import SCHOOL_KINDS
from maitruong.site.demo.world import World, digest_of


@pytest.fixture(scope="module")
def province() -> World:
    return World(seed=1, size="province")


def test_the_province_has_800_schools_in_all_114_communes(province):
    assert Counter(school.kind for school in province.schools) == KINDS
    assert sum(KINDS.values()) == 800
    assert {school.commune for school in province.schools} == {unit.code for unit in admin_units.communes("31")}
    assert [school.number for school in province.schools] == list(range(1, 801))


def test_no_commune_has_two_schools_of_one_name(province):
    names = Counter((school.commune, school.short_name) for school in province.schools)

    assert max(names.values()) == 1


def test_the_province_has_half_a_million_pupils_in_the_open_year(province):
    salt = province.layout.ability_salt
    pupils = sum(len(found.pupils) for school in province.schools for found in Roster(school, salt).open)

    assert pupils == 500_000


def test_the_province_has_23000_staff_and_a_teacher_for_every_preschool_class(province):
    assert sum(fixed_posts(school) + school.preschool_teachers for school in province.schools) == 23_000
    salt = province.layout.ability_salt
    for school in province.schools[:40]:
        assert school.kind != "MN" or school.preschool_teachers >= len(Roster(school, salt).open)


def test_a_school_is_the_same_in_another_process(province):
    plan = province.schools[700]

    assert digest_of(World(seed=1, size="province").school_copy(plan.number)) == province.digest(plan.number)


def test_citizen_numbers_of_different_schools_do_not_meet(province):
    found: set[str] = set()
    count = 0
    for number in (1, 2, 300, 301, 600, 799, 800):
        numbers = [line.split("\t")[4] for line in province.school_copy(number)["person"].splitlines()]
        count += len(numbers)
        found.update(numbers)

    assert len(found) == count


def test_the_people_of_the_page_are_in_the_province_too(province):
    star = province.layout.named("THCS Lê Chân")
    classes = [line.split("\t") for line in province.school_copy(star.number)["class"].splitlines()]

    assert star.commune == "11383"
    assert str(province.fixed.star_class) in {row[0] for row in classes if row[5] == "8A2"}
    assert set(SCHOOL_KINDS) >= {"mark"}


@pytest.mark.parametrize(
    ("scale", "schools", "pupils", "staff"),
    [(Fraction(1, 10), 80, 50_000, 2_300), (Fraction(1, 3), 267, 166_667, 7_667)],
)
def test_a_part_of_the_province_is_the_province_to_scale(scale, schools, pupils, staff):
    part = World(seed=1, size="province", scale=scale)
    salt = part.layout.ability_salt
    rosters = [Roster(school, salt) for school in part.schools]

    assert len(part.schools) == schools
    assert {school.kind for school in part.schools} == set(KINDS)
    assert sum(len(found.pupils) for roster in rosters for found in roster.open) == pupils
    assert sum(fixed_posts(school) + school.preschool_teachers for school in part.schools) == staff
    assert len({school.commune for school in part.schools}) == round(114 * scale)
    assert part.layout.named("THCS Lê Chân").commune == STAR_COMMUNE
    assert len(part.fixed.demo) == 11


def test_a_scaled_province_has_one_hash_whoever_makes_it_on_however_many_processes():
    scale = Fraction(1, 50)
    alone, again = (World(seed=1, size="province", scale=scale) for _ in range(2))

    summary = alone.summary(processes=1)
    assert again.summary(processes=2) == summary
    assert summary.scale == "1/50"
    assert World(seed=2, size="province", scale=scale).content_hash(processes=2) != summary.content_hash


def test_only_the_province_is_drawn_to_scale():
    with pytest.raises(ValueError, match="to scale"):
        World(seed=1, size="small", scale=Fraction(1, 2))
    with pytest.raises(ValueError, match="to scale"):
        World(seed=1, size="province", scale=Fraction(2))
