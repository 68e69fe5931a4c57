"""Charts and maps: well-formed drawings that say their figures and never take "no data" for zero."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
from markupsafe import Markup

from maitruong.foundation.ui import charts


def parsed(drawing: Markup) -> ElementTree.Element:
    return ElementTree.fromstring(str(drawing))  # noqa: S314 our own drawing


def texts(drawing: Markup) -> list[str]:
    return [element.text or "" for element in parsed(drawing).iter("text")]


def test_stacked_bars_print_every_figure_and_link_to_their_rows() -> None:
    drawing = charts.stacked_bars(
        [charts.Bar("Khối 6", (31, 42, 24, 3), "/khoi/6/")], ["Tốt", "Khá", "Đạt", "Chưa đạt"], "Kết quả"
    )

    assert texts(drawing) == ["Khối 6", "31", "42", "24", "3"]
    link = parsed(drawing).find("a")
    assert link is not None
    assert link.attrib == {"href": "/khoi/6/", "aria-label": "Khối 6: Tốt 31; Khá 42; Đạt 24; Chưa đạt 3"}
    widths = [float(rect.attrib["width"]) + 1.5 for rect in parsed(drawing).iter("rect")]
    assert sum(widths) == pytest.approx(charts.WIDTH - charts.LABEL_WIDTH - charts.TAIL_WIDTH, abs=0.3)


def test_a_row_without_data_says_so_and_draws_no_bar() -> None:
    drawing = charts.stacked_bars([charts.Bar("Khối 10", (None, None))], ["Đạt", "Chưa đạt"], "Kết quả")

    assert texts(drawing) == ["Khối 10", "chưa có số liệu"]
    assert list(parsed(drawing).iter("rect")) == []


def test_a_zero_is_drawn_as_zero_and_no_data_is_hatched() -> None:
    drawing = charts.bars([charts.Bar("Có", (0,)), charts.Bar("Chưa", (None,))], "Trường")

    assert texts(drawing) == ["Có", "0", "Chưa", "chưa có số liệu"]
    fills = [rect.attrib.get("fill", "") for rect in parsed(drawing).iter("rect")]
    assert fills[0] == ""
    assert fills[1].startswith("url(#hatch-")


def test_a_gap_in_a_line_stays_a_gap() -> None:
    drawing = charts.line_chart([1, 2, None, 4, 3], ["a", "b", "c", "d", "e"], "Theo giờ")

    lines = [path for path in parsed(drawing).iter("path") if path.attrib["class"] == "line"]
    assert len(lines) == 2
    assert texts(drawing)[-1] == "3"


def test_a_line_with_nothing_known_draws_only_its_axes() -> None:
    drawing = charts.line_chart([None, None], ["6h", "7h"], "Theo giờ")

    assert [path.attrib["class"] for path in parsed(drawing).iter("path")] == ["rule"] * 5


def test_a_spark_of_one_value_is_nothing() -> None:
    assert charts.spark([5]) == ""
    assert charts.spark([None, 5]) == ""
    assert "spark__line" in charts.spark([5, 5, 5])


def test_a_map_hatches_places_without_data_and_names_every_place() -> None:
    ring = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0)]
    areas = [
        charts.Area("Xã Đường An", charts.path_of([ring]), "46%", charts.step_of(46, (40, 60, 75, 90)), "/xa/1/"),
        charts.Area("Phường Tân Hưng", charts.path_of([ring]), "", None),
    ]
    drawing = parsed(charts.choropleth(areas, "Bản đồ", width=20, height=20))

    assert [element.attrib["aria-label"] for element in drawing.iter() if "aria-label" in element.attrib][1:] == [
        "Xã Đường An: 46%",
        "Phường Tân Hưng: chưa có số liệu",
    ]
    paths = [path for path in drawing.iter("path") if path.attrib.get("d", "").startswith("M0 0l")]
    assert paths[0].attrib["class"] == "m2"
    assert paths[1].attrib["fill"].startswith("url(#hatch-")


def test_names_cannot_break_out_of_a_drawing() -> None:
    evil = '"><script>alert(1)</script>'
    drawings = [
        charts.bars([charts.Bar(evil, (1,), evil)], evil),
        charts.choropleth([charts.Area(evil, "M0 0", evil, 1, evil, (1, 1))], evil, width=1, height=1),
    ]

    assert all("<script" not in drawing for drawing in drawings)
    assert all(parsed(drawing) is not None for drawing in drawings)


@pytest.mark.parametrize(("value", "step"), [(None, None), (0, 0), (39.9, 0), (40, 1), (75, 3), (90, 4), (100, 4)])
def test_steps_begin_at_their_lower_bound(value: float | None, step: int | None) -> None:
    assert charts.step_of(value, (40, 60, 75, 90)) == step


def test_a_polygon_is_thinned_but_stays_closed_where_it_was() -> None:
    ring = [(x / 10, 0.0) for x in range(100)] + [(9.9, 10.0), (0.0, 10.0)]

    kept = charts.simplified(ring)

    assert len(kept) < 16
    assert kept[0] == (0.0, 0.0)
    assert charts.path_of([kept]).startswith("M0 0l") and charts.path_of([kept]).endswith("z")


def test_figures_are_written_the_vietnamese_way() -> None:
    assert charts.figure_text(1250000) == "1.250.000"
    assert charts.figure_text(7.25, 1) == "7,2"
    assert charts.figure_text(None) == ""
