"""Conduct over the year from the two terms (Điều 8)."""

from __future__ import annotations

from maitruong.foundation.regulations import Derivation, Step, regulation
from maitruong.foundation.regulations.acts import TT22_2021

from ..vocabulary import Level

_ARTICLE = "Điều 8"
_FAIL, _PASS, _FAIR, _GOOD = Level

# Row: term two. Columns: term one Chưa đạt, Đạt, Khá, Tốt.
_YEAR = {
    _GOOD: (_FAIR, _FAIR, _GOOD, _GOOD),
    _FAIR: (_PASS, _FAIR, _FAIR, _FAIR),
    _PASS: (_PASS, _PASS, _PASS, _FAIR),
    _FAIL: (_FAIL, _FAIL, _FAIL, _FAIL),
}


def explain_conduct_year(term_one: Level | None, term_two: Level | None) -> Derivation:
    """Why the conduct of the year is what it is."""
    year = conduct_year(term_one, term_two)
    steps = tuple(
        Step(f"Kết quả rèn luyện {name}", None if level is not None else False, value=_shown(level))
        for name, level in (("học kì I", term_one), ("học kì II", term_two))
    )
    return Derivation("Kết quả rèn luyện cả năm", year, _shown(year), TT22_2021, _ARTICLE, steps)


@regulation(
    "gradebook.conduct_year",
    title="Kết quả rèn luyện cả năm",
    act=TT22_2021,
    article=_ARTICLE,
    explain=explain_conduct_year,
)
def conduct_year(term_one: Level | None, term_two: Level | None) -> Level | None:
    """Conduct (kết quả rèn luyện) of the year from the two terms; None while either is missing.

    >>> conduct_year(Level.FAIL, Level.GOOD).label
    'Khá'
    """
    if term_one is None or term_two is None:
        return None
    return _YEAR[term_two][term_one]


def _shown(level: Level | None) -> str:
    return "chưa có" if level is None else level.label
