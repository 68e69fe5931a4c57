"""The centre's pictures, made from figures: levels by grade, and the map of closed books."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup

from maitruong.foundation.kernel import formats
from maitruong.foundation.organisations import admin_units
from maitruong.foundation.organisations.admin_units.errors import NoMap
from maitruong.foundation.ui import charts

from .queries import LEVELS, CommuneRow

BREAKS = (20.0, 40.0, 60.0, 90.0)
LEGEND = [
    ("m1", "dưới 20%"),
    ("m2", "20–39"),
    ("m3", "40–59"),
    ("m4", "60–89"),
    ("m5", "từ 90%"),
    ("none", "chưa có sổ"),
]


def levels_by_grade(levels: dict[int, dict[str, int]], href: str) -> Markup:
    """Shares of the four levels in each grade, whole per cents printed in the bars."""
    shares = []
    for grade, counts in sorted(levels.items()):
        total = sum(counts.values())
        shares.append((grade, tuple(round(100 * counts.get(key, 0) / total) for key in LEVELS)))
    return _levels_by_grade(tuple(shares), href)


@lru_cache(maxsize=256)
def _levels_by_grade(shares: tuple[tuple[int, tuple[int, ...]], ...], href: str) -> Markup:
    """Drawn again only when a share changes."""
    bars = [charts.Bar(f"Khối {grade}", parts, f"{href}khoi={grade}") for grade, parts in shares]
    return charts.stacked_bars(bars, list(LEVELS.values()), "Kết quả học tập theo khối, phần trăm")


def closed_map(province: str, rows: list[CommuneRow], href: str) -> Markup | None:
    """The communes coloured by their share of closed books; None for a province without a map."""
    return _closed_map(province, tuple((row.code, row.closed_share) for row in rows), href)


@lru_cache(maxsize=16)
def _closed_map(province: str, shares: tuple[tuple[str, float | None], ...], href: str) -> Markup | None:
    """Drawn again only when a share changes: a hundred outlines cost more than all the figures of the page."""
    try:
        drawn = admin_units.commune_map(province)
    except NoMap:
        return None
    by_code = dict(shares)
    areas = []
    for shape in drawn.shapes:
        unit = admin_units.commune(shape.code)
        share = by_code.get(shape.code)
        areas.append(
            charts.Area(
                unit.full_name,
                shape.path,
                formats.percent(share / 100, 0) + " sổ đã khoá" if share is not None else "",
                charts.step_of(share, BREAKS),
                f"{href}{shape.code}" if shape.code in by_code else "",
            )
        )
    frames = [charts.Frame(i.x, i.y, i.width, i.height, "Ngoài khơi") for i in drawn.insets]
    return charts.choropleth(
        areas, "Tỉ lệ sổ điểm đã khoá theo xã, phường", width=drawn.width, height=drawn.height, frames=frames
    )
