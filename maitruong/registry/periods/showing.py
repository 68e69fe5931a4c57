"""What the pages show of figures: main ones beside the period before, every other in its group, pupils by grade."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .labels import GIRLS, MAIN, grade_label, grouped, label
from .rules import ALL_GRADES, Change, Total, compare

_MOVES = ("moved.", "left.")


@dataclass(frozen=True)
class Line:
    """A figure with its name; `change` says what it was before."""

    label: str
    change: Change
    women: int | None = None


@dataclass(frozen=True)
class GradeLine:
    label: str
    classes: int
    pupils: int
    girls: int


@dataclass(frozen=True)
class Figures:
    main: tuple[Line, ...]
    groups: tuple[tuple[str, tuple[Line, ...]], ...]
    grades: tuple[GradeLine, ...]

    @property
    def odd(self) -> int:
        return sum(line.change.is_odd for line in self.main)

    @property
    def is_empty(self) -> bool:
        return not self.main


def figures(now: Iterable[Total], before: Iterable[Total] | None) -> Figures:
    """before: of the last signed figures of the period before; None where there are none."""
    told = list(now)
    values, earlier = _values(told), None if before is None else _values(before)
    # Who came and left since the period before is a change already; the change of a change says nothing.
    if earlier is not None:
        earlier = {key: n for key, n in earlier.items() if not key.startswith(_MOVES)}
    women = {one.key: one.women for one in told if one.grade == ALL_GRADES}
    every = [key for key in {*values, *(earlier or {})} if key != GIRLS]
    return Figures(
        main=tuple(Line(label(one.key), one) for one in _beside(MAIN, earlier, values)),
        groups=tuple(
            (title, tuple(Line(label(one.key), one, women.get(one.key)) for one in _beside(keys, earlier, values)))
            for title, keys in grouped(every)
        ),
        grades=tuple(_grades(told)),
    )


def _beside(keys: Iterable[str], before: dict[str, int] | None, now: dict[str, int]) -> list[Change]:
    return [Change(one.key, None, one.now) if one.key.startswith(_MOVES) else one for one in compare(keys, before, now)]


def _values(totals: Iterable[Total]) -> dict[str, int]:
    found = {}
    for one in totals:
        if one.grade == ALL_GRADES:
            found[one.key] = one.value
            if one.key == "pupils":
                found[GIRLS] = one.women
    return found


def _grades(totals: Sequence[Total]) -> Iterable[GradeLine]:
    by_grade: dict[int, dict[str, Total]] = {}
    for one in totals:
        if one.grade != ALL_GRADES and one.key in ("pupils", "classes"):
            by_grade.setdefault(one.grade, {})[one.key] = one
    for grade in sorted(by_grade):
        pupils, classes = (by_grade[grade].get(key) for key in ("pupils", "classes"))
        yield GradeLine(
            grade_label(grade),
            classes.value if classes else 0,
            pupils.value if pupils else 0,
            pupils.women if pupils else 0,
        )
