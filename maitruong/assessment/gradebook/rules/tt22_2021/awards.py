"""Titles at the end of the year (Điều 15)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from maitruong.foundation.regulations import Derivation, Step, regulation
from maitruong.foundation.regulations.acts import TT22_2021

from ..vocabulary import Award, Level, SubjectResult
from .levels import counted_subjects, strong_subjects
from .settings import DEFAULT, Tt22Settings

_ARTICLE = "Điều 15"
_EXCELLENT_FROM = 90


class _Facts(NamedTuple):
    strong: int
    asked: int
    award: Award | None


def _facts(
    results: Iterable[SubjectResult], learning: Level | None, conduct: Level | None, settings: Tt22Settings
) -> _Facts:
    counted = counted_subjects(results, settings)
    strong = strong_subjects(counted, _EXCELLENT_FROM)
    if learning != Level.GOOD or conduct != Level.GOOD:
        return _Facts(strong, counted.asked, None)
    return _Facts(strong, counted.asked, Award.EXCELLENT if strong >= counted.asked else Award.GOOD)


def explain_awards(
    results: Iterable[SubjectResult],
    *,
    learning: Level | None,
    conduct: Level | None,
    settings: Tt22Settings = DEFAULT,
) -> Derivation:
    """Why a pupil has, or has not, a title."""
    facts = _facts(results, learning, conduct, settings)
    steps = (
        Step("Kết quả rèn luyện cả năm mức Tốt", conduct == Level.GOOD, value=conduct.label if conduct is not None else ""),
        Step("Kết quả học tập cả năm mức Tốt", learning == Level.GOOD, value=learning.label if learning is not None else ""),
        Step(f"Xuất sắc: ít nhất {facts.asked} môn cả năm từ 9,0 trở lên", facts.strong >= facts.asked,
             value=f"có {facts.strong} môn"),
    )  # fmt: skip
    shown = facts.award.label if facts.award else "không có danh hiệu"
    return Derivation("Danh hiệu cuối năm", facts.award, shown, TT22_2021, _ARTICLE, steps)


@regulation("gradebook.awards", title="Danh hiệu cuối năm", act=TT22_2021, article=_ARTICLE, explain=explain_awards)
def awards(
    results: Iterable[SubjectResult],
    *,
    learning: Level | None,
    conduct: Level | None,
    settings: Tt22Settings = DEFAULT,
) -> Award | None:
    """The one title of the year, the highest reached: Học sinh Xuất sắc, Học sinh Giỏi, or None.

    results: year averages in tenths, before any retest. learning: the level after khoản 3; conduct: of the year.
    """
    return _facts(results, learning, conduct, settings).award
