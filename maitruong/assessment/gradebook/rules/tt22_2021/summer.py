"""The summer after a failed year: what is assessed again, and the level that comes of it (Điều 14)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from maitruong.foundation.kernel import formats
from maitruong.foundation.regulations import Derivation, Step, regulation
from maitruong.foundation.regulations.acts import TT22_2021

from ..vocabulary import Kind, LearningLevel, SubjectResult
from .levels import counted_subjects, explain_learning_level, learning_level
from .settings import DEFAULT, Tt22Settings

_ARTICLE = "Điều 14"
_PASSED_FROM = 50


@regulation(
    "gradebook.retest_subjects", title="Môn được đánh giá lại trong kì nghỉ hè", act=TT22_2021, article=_ARTICLE
)
def retest_subjects(results: Iterable[SubjectResult], *, settings: Tt22Settings = DEFAULT) -> tuple[str, ...]:
    """Codes of the subjects a pupil may be assessed in again: scored ones below 5,0 and comment ones at Chưa đạt.

    results: of the year, averages in tenths. Only subjects that count towards the level.
    """
    counted = counted_subjects(results, settings)
    low = [subject for subject in counted.scored if subject.average is not None and subject.average < _PASSED_FROM]
    return tuple(subject.code for subject in (*low, *counted.failed_comments))


def after_retest(
    results: Iterable[SubjectResult], retests: Mapping[str, int], *, settings: Tt22Settings = DEFAULT
) -> list[SubjectResult]:
    """The year's results with those of the retest in their place: never averaged.

    retests: subject → tenths, or 1 Đạt / 0 Chưa đạt; a subject not taken again is not in it and keeps its result.
    """
    return [
        _replaced(subject, retests[subject.code], settings) if subject.code in retests else subject
        for subject in results
    ]


def _replaced(subject: SubjectResult, value: int, settings: Tt22Settings) -> SubjectResult:
    best = settings.retest_replace == "best"
    if subject.kind is Kind.COMMENT:
        return replace(subject, passed=bool(value) or (best and bool(subject.passed)))
    return replace(subject, average=max(value, subject.average or 0) if best else value)


def explain_level_after_retest(
    results: Sequence[SubjectResult], retests: Mapping[str, int], *, settings: Tt22Settings = DEFAULT
) -> Derivation:
    """Which results were replaced, and the level judged from the new ones."""
    told = explain_learning_level(after_retest(results, retests, settings=settings), settings=settings)
    steps = [
        Step("Kết quả đánh giá lại thay kết quả cả năm", None, subject.name, _shown(subject, retests[subject.code]))
        for subject in results
        if subject.code in retests
    ]
    return Derivation("Kết quả học tập sau đánh giá lại", told.outcome, told.shown, TT22_2021, _ARTICLE, (*steps, told))


def _shown(subject: SubjectResult, value: int) -> str:
    if subject.kind is Kind.COMMENT:
        return "Đạt" if value else "Chưa đạt"
    return f"{formats.average(subject.average)} → {formats.average(value)}"


@regulation(
    "gradebook.level_after_retest",
    title="Kết quả học tập sau đánh giá lại",
    act=TT22_2021,
    article=_ARTICLE,
    explain=explain_level_after_retest,
)
def level_after_retest(
    results: Sequence[SubjectResult], retests: Mapping[str, int], *, settings: Tt22Settings = DEFAULT
) -> LearningLevel:
    """Learning level of the year judged once more with the retests in place: for promotion only, titles stay as they were."""
    return learning_level(after_retest(results, retests, settings=settings), settings=settings)
