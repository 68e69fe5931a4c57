"""Charts and maps as SVG written by the server: pure functions from figures to Markup, no script, no inline style.

Drawings are 360 units wide, so that 12-unit letters stay readable at 390 px. Colours are classes of the kit's style
sheet. A value of None is "no data": it is hatched or left open and said in words, never drawn as zero.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from markupsafe import Markup, escape

Value = float | int | None
Place = Callable[[int, float], tuple[float, float]]

WIDTH = 360
LABEL_WIDTH = 58
TAIL_WIDTH = 26
BAR_HEIGHT = 22
BAR_STEP = 30
SERIES = ("c1", "c2", "c3", "c4")
MAP_STEPS = ("m1", "m2", "m3", "m4", "m5")
NO_DATA = "chưa có số liệu"
# Narrower parts of a stacked bar carry no figure: the last one's stands beside the bar, the others' in the table.
NARROWEST_LABELLED = 22


@dataclass(frozen=True)
class Bar:
    """One row of a bar chart. `parts` are shares of 100 for stacked bars, or one figure for plain bars."""

    label: str
    parts: tuple[Value, ...]
    href: str = ""


@dataclass(frozen=True)
class Area:
    """One place of a map: `path` is the d of an SVG path in the drawing's own units; `label_at` writes its name there.

    minor: the name is left out on a phone.   step: index of MAP_STEPS, None for no data (see `step_of`).
    """

    name: str
    path: str
    value_text: str
    step: int | None
    href: str = ""
    label_at: tuple[float, float] | None = None
    minor: bool = False


@dataclass(frozen=True)
class Frame:
    """A dashed box for a place drawn out of its true position, such as a far island."""

    x: float
    y: float
    width: float
    height: float
    label: str = field(default="")


def figure_text(value: Value, places: int = 0) -> str:
    """A number inside a drawing: comma as decimal sign, dots between thousands; nothing for None."""
    if value is None:
        return ""
    return f"{value:,.{places}f}".translate(str.maketrans(",.", ".,"))


def spark(values: Sequence[Value], height: int = 28) -> Markup:
    """A line without axes under a figure; decoration, so hidden from speech. Gaps stay gaps."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    low, span = min(known), (max(known) - min(known)) or 1
    step = 160 / (len(values) - 1)
    runs = _runs([(index * step, value) for index, value in enumerate(values)])
    drawn = Markup("")
    for run in runs:
        line = _polyline([(x, height - 4 - (value - low) / span * (height - 8)) for x, value in run])
        start, end = _n(run[0][0]), _n(run[-1][0])
        drawn += Markup(
            '<path class="spark__area" d="{0}L{2},{3}L{1},{3}Z"/><path class="spark__line" d="{0}"/>'
        ).format(line, start, end, height)
    return Markup(
        '<svg class="spark" viewBox="0 0 160 {}" preserveAspectRatio="none" aria-hidden="true">{}</svg>'
    ).format(height, drawn)


def stacked_bars(bars: Sequence[Bar], series: Sequence[str], label: str) -> Markup:
    """Shares of a whole, one bar a row; every figure is printed in its part, the last one beside the bar.

    series: the names of the parts, in order (at most four).
    """
    rows = Markup("").join(_stacked_row(bar, series, index * BAR_STEP) for index, bar in enumerate(bars))
    return _svg("chart", len(bars) * BAR_STEP, label, rows)


def bars(rows: Sequence[Bar], label: str, *, unit: str = "", places: int = 0) -> Markup:
    """One figure a row, longest first or as given; the figure stands after its bar."""
    known = [bar.parts[0] for bar in rows if bar.parts[0] is not None]
    most = max(known, default=0) or 1
    room = WIDTH - 110 - 70
    drawn = Markup("")
    for index, bar in enumerate(rows):
        drawn += _plain_row(bar, index * BAR_STEP, room, most, unit, places, _hatch_id(label))
    return _svg("chart", len(rows) * BAR_STEP, label, _hatch(label) + drawn)


def line_chart(
    points: Sequence[Value],
    ticks: Sequence[str],
    label: str,
    *,
    compare: Sequence[Value] = (),
    height: int = 170,
    places: int = 0,
) -> Markup:
    """A line over equal steps with an optional dashed one to compare with; the last known point is written out.

    ticks: words under the steps, "" where none.
    """
    top = _round_up(max([value for value in (*points, *compare) if value is not None], default=1))
    left, right, upper, base = 30, WIDTH - 12, 14, height - 26
    across = (right - left) / max(len(ticks) - 1, 1)

    def place(index: int, value: float) -> tuple[float, float]:
        return left + index * across, base - value / top * (base - upper)

    drawn = Markup("")
    for part in range(5):
        y = base - part / 4 * (base - upper)
        drawn += Markup(
            '<path class="rule" d="M{0} {1}H{2}"/><text x="{3}" y="{4}" text-anchor="end">{5}</text>'
        ).format(left, _n(y), right, left - 6, _n(y + 4), figure_text(top * part / 4, 0 if top >= 4 else 1))
    for index, tick in enumerate(ticks):
        if tick:
            anchor = "end" if index == len(ticks) - 1 else "middle"
            drawn += Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
                _n(left + index * across), height - 8, anchor, tick
            )
    drawn += _compared(compare, place) + _lines(points, place, base, places)
    return _svg("chart", height, label, drawn)


def choropleth(
    areas: Sequence[Area], label: str, *, width: float, height: float, frames: Sequence[Frame] = (), unit: float = 1
) -> Markup:
    """A map coloured in five steps of one hue; places without data are hatched; every place is a link to its list.

    unit: how many steps of the paths make one unit of the drawing; letters and hatching are sized by the latter.
    The name and the figure of each place are its accessible name and its tooltip, so colour is never alone.
    """
    shapes = Markup("").join(_area(area, _hatch_id(label)) for area in areas)
    boxes = Markup("").join(
        Markup('<rect class="inset" x="{}" y="{}" width="{}" height="{}" rx="4"/>').format(
            _n(box.x), _n(box.y), _n(box.width), _n(box.height)
        )
        for box in frames
    )
    names = Markup("").join(
        Markup('<text{} x="{}" y="{}" text-anchor="middle" aria-hidden="true">{}</text>').format(
            Markup(' class="minor"') if area.minor else "",
            _n(area.label_at[0] / unit),
            _n(area.label_at[1] / unit),
            area.name,
        )
        for area in areas
        if area.label_at
    )
    return Markup(
        '<svg class="map" viewBox="0 0 {} {}" role="group" aria-label="{}">{}<g transform="scale({})">{}{}</g>{}</svg>'
    ).format(_n(width / unit), _n(height / unit), label, _hatch(label, unit), f"{1 / unit:g}", shapes, boxes, names)


def step_of(value: Value, breaks: Sequence[float]) -> int | None:
    """Which of the five steps a value falls in. breaks: the four lower bounds of steps 2 to 5.

    >>> [step_of(value, (40, 60, 75, 90)) for value in (12, 40, 89.9, 100, None)]
    [0, 1, 3, 4, None]
    """
    return None if value is None else sum(value >= bound for bound in breaks)


def simplified(ring: Sequence[tuple[float, float]], nearest: float = 0.9) -> list[tuple[float, float]]:
    """A polygon with the points closer than `nearest` units to the point before them left out, rounded to 0.1 unit."""
    kept: list[tuple[float, float]] = []
    for x, y in ring:
        if not kept or (x - kept[-1][0]) ** 2 + (y - kept[-1][1]) ** 2 >= nearest**2:
            kept.append((round(x, 1), round(y, 1)))
    return kept if len(kept) >= 3 else [(round(x, 1), round(y, 1)) for x, y in ring[:3]]


def path_of(rings: Sequence[Sequence[tuple[float, float]]]) -> str:
    """The d of a path through closed rings, in relative steps of a tenth of a unit: about half the bytes."""
    return "".join(_relative(ring) for ring in rings if len(ring) >= 3)


def _relative(ring: Sequence[tuple[float, float]]) -> str:
    tenths = [(round(x * 10), round(y * 10)) for x, y in ring]
    steps = [((b[0] - a[0]) / 10, (b[1] - a[1]) / 10) for a, b in pairwise(tenths)]
    start = f"M{_n(tenths[0][0] / 10)} {_n(tenths[0][1] / 10)}l"
    return start + " ".join(f"{_n(dx)} {_n(dy)}" for dx, dy in steps).replace(" -", "-") + "z"


def _stacked_row(bar: Bar, series: Sequence[str], y: int) -> Markup:
    room = WIDTH - LABEL_WIDTH - TAIL_WIDTH
    row = Markup('<text x="0" y="{}">{}</text>').format(y + 15, bar.label)
    if any(part is None for part in bar.parts):
        return row + Markup('<text x="{}" y="{}">{}</text>').format(LABEL_WIDTH, y + 15, NO_DATA)
    total = sum(part or 0 for part in bar.parts) or 1
    x = float(LABEL_WIDTH)
    spoken = "; ".join(f"{name} {figure_text(part)}" for name, part in zip(series, bar.parts, strict=True))
    boxes = []
    for kind, part in zip(SERIES, bar.parts, strict=False):
        width = (part or 0) / total * room
        boxes.append(
            f'<rect class="{kind}" x="{_n(x)}" y="{y}" width="{_n(max(width - 1.5, 0.5))}" height="{BAR_HEIGHT}" rx="2"/>'
        )
        if width >= NARROWEST_LABELLED:
            boxes.append(
                f'<text class="on-{kind}" x="{_n(x + width / 2)}" y="{y + 15}" text-anchor="middle">{figure_text(part)}</text>'
            )
        x += width
    if (bar.parts[-1] or 0) / total * room < NARROWEST_LABELLED:
        boxes.append(f'<text class="value" x="{_n(x + 6)}" y="{y + 15}">{figure_text(bar.parts[-1])}</text>')
    return row + _linked(_written("".join(boxes)), bar.href, f"{bar.label}: {spoken}")


def _plain_row(bar: Bar, y: int, room: int, most: float, unit: str, places: int, hatch: str) -> Markup:
    value = bar.parts[0]
    row = Markup('<text x="0" y="{}">{}</text>').format(y + 15, bar.label)
    if value is None:
        box = Markup('<rect x="110" y="{}" width="40" height="{}" rx="2" fill="url(#{})"/>').format(
            y, BAR_HEIGHT, hatch
        )
        return row + box + Markup('<text x="158" y="{}">{}</text>').format(y + 15, NO_DATA)
    width = max(value / most * room, 1)
    words = figure_text(value, places) + unit
    box = Markup('<rect class="c1" x="110" y="{}" width="{}" height="{}" rx="2"/>').format(y, _n(width), BAR_HEIGHT)
    box += Markup('<text class="value" x="{}" y="{}">{}</text>').format(_n(110 + width + 6), y + 15, words)
    return row + _linked(box, bar.href, f"{bar.label}: {words}")


def _lines(points: Sequence[Value], place: Place, base: float, places: int) -> Markup:
    drawn = Markup("")
    last: tuple[float, float] | None = None
    for run in _runs(list(enumerate(points))):
        spots = [place(int(index), value) for index, value in run]
        line = _polyline(spots)
        drawn += Markup('<path class="area" d="{0}L{1},{3}L{2},{3}Z"/><path class="line" d="{0}"/>').format(
            line, _n(spots[-1][0]), _n(spots[0][0]), _n(base)
        )
        last = spots[-1]
        value = run[-1][1]
    if last:
        beyond = last[0] > WIDTH - 60
        drawn += Markup(
            '<circle class="dot" cx="{0}" cy="{1}" r="4.5"/><text class="value" x="{2}" y="{3}"{4}>{5}</text>'
        ).format(
            _n(last[0]),
            _n(last[1]),
            _n(last[0] + (-8 if beyond else 8)),
            _n(last[1] + (-8 if beyond else 14)),
            Markup(' text-anchor="end"') if beyond else "",
            figure_text(value, places),
        )
    return drawn


def _compared(points: Sequence[Value], place: Place) -> Markup:
    return Markup("").join(
        Markup('<path class="line-2" d="{}"/>').format(_polyline([place(int(index), value) for index, value in run]))
        for run in _runs(list(enumerate(points)))
    )


def _area(area: Area, hatch: str) -> Markup:
    said = f"{area.name}: {NO_DATA if area.step is None else area.value_text}"
    fill = f'fill="url(#{hatch})"' if area.step is None else f'class="{MAP_STEPS[area.step]}"'
    return _linked(_written(f'<path {fill} d="{escape(area.path)}"/>'), area.href, said)


def _linked(drawing: Markup, href: str, said: str) -> Markup:
    """The drawing as a link that says its figures; without an address as a picture that says them."""
    words = escape(said)
    if href:
        return _written(f'<a href="{escape(href)}" aria-label="{words}"><title>{words}</title>{escape(drawing)}</a>')
    return _written(f'<g role="img" aria-label="{words}"><title>{words}</title>{escape(drawing)}</g>')


def _written(text: str) -> Markup:
    """Text whose every part the caller escaped or made of numbers. Markup.format costs ten times as much: in a map of a hundred
    places, most of the page's time."""
    return Markup(text)  # noqa: S704


def _svg(kind: str, height: float, label: str, drawing: Markup) -> Markup:
    return Markup('<svg class="{}" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>').format(
        kind, WIDTH, _n(height), label, drawing
    )


def _hatch_id(label: str) -> str:
    """Each drawing brings its own pattern, so two on a page must not share an id."""
    return f"hatch-{zlib.crc32(label.encode()):x}"


def _hatch(label: str, scale: float = 1) -> Markup:
    """scale: units of the drawing to one unit of a 480 wide one, so that a large canvas is hatched, not filled."""
    return Markup(
        '<defs><pattern id="{}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45) scale({})">'
        '<path class="hatch" d="M0 0V6"/></pattern></defs>'
    ).format(_hatch_id(label), _n(scale))


def _runs(points: Sequence[tuple[float, Value]]) -> list[list[tuple[float, float]]]:
    """The stretches without a gap, each at least one point long."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, value in points:
        if value is None:
            runs.append([])
        else:
            runs[-1].append((x, value))
    return [run for run in runs if run]


def _polyline(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _round_up(value: float) -> float:
    """The next 1, 2, 4 or 8 times a power of ten: four even rules under a chart."""
    power = 10 ** (len(str(int(value))) - 1) if value >= 1 else 0.1
    return next((power * step for step in (1, 2, 4, 8) if power * step >= value), power * 10)


def _n(value: float) -> str:
    """A coordinate with at most one decimal and no trailing zero."""
    return f"{value:.1f}".removesuffix(".0")


__all__ = [
    "MAP_STEPS",
    "Area",
    "Bar",
    "Frame",
    "bars",
    "choropleth",
    "figure_text",
    "line_chart",
    "path_of",
    "simplified",
    "spark",
    "stacked_bars",
    "step_of",
]
