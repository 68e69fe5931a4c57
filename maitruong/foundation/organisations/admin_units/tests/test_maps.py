from __future__ import annotations

import re

import pytest

from maitruong.foundation.organisations import admin_units
from maitruong.foundation.organisations.admin_units import catalogue
from maitruong.foundation.organisations.admin_units.errors import NoMap

PATH = re.compile(r"(M-?\d+ -?\d+l(-?\d+[ -]-?\d+ ?|[ -]?\d+[ -]\d+)+z)+")


def corners(path: str) -> list[tuple[int, int]]:
    """All corners of a path, absolute."""
    found: list[tuple[int, int]] = []
    for ring in path.split("z")[:-1]:
        numbers = [int(number) for number in re.findall(r"-?\d+", ring)]
        x, y = numbers[:2]
        found.append((x, y))
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + dx, y + dy
            found.append((x, y))
    return found


def test_every_commune_of_hai_phong_is_drawn_once_and_inside_the_canvas():
    drawing = admin_units.commune_map("31")

    assert sorted(shape.code for shape in drawing.shapes) == sorted(unit.code for unit in admin_units.communes("31"))
    for shape in drawing.shapes:
        assert PATH.fullmatch(shape.path), shape.code
        assert len(corners(shape.path)) >= 3
        assert all(0 <= x <= drawing.width and 0 <= y <= drawing.height for x, y in corners(shape.path)), shape.code


def test_the_label_of_a_commune_stands_within_its_outline():
    for shape in admin_units.commune_map("31").shapes:
        xs, ys = zip(*corners(shape.path), strict=True)
        assert min(xs) <= shape.x <= max(xs), shape.code
        assert min(ys) <= shape.y <= max(ys), shape.code


def test_the_far_island_lies_in_its_frame_and_nothing_else_does():
    drawing = admin_units.commune_map("31")
    (inset,) = drawing.insets

    assert inset.codes == ("11948",)
    for shape in drawing.shapes:
        inside = [
            inset.x <= x <= inset.x + inset.width and inset.y <= y <= inset.y + inset.height
            for x, y in corners(shape.path)
        ]
        assert all(inside) if shape.code in inset.codes else not any(inside)


def test_the_map_is_small_enough_to_send():
    assert (catalogue.DATA / "map_31.csv").stat().st_size < 110_000


@pytest.mark.parametrize("province", ["20", "99", "../31", ""])
def test_a_province_without_a_map_is_told_so(province):
    with pytest.raises(NoMap):
        admin_units.commune_map(province)
