"""Circular 27/2020, Điều 11: a pupil who did not complete the year is helped, then assessed once more in what failed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from maitruong.foundation.regulations import regulation
from maitruong.foundation.regulations.acts import TT27_2020

from .tt27_2020 import (
    QUALITIES_AND_COMPETENCES,
    Moment,
    Overall,
    QualityLevel,
    SubjectLevel,
    SubjectYear,
    overall_level,
    tested_subjects,
)

_ARTICLE = "Điều 11"
_DONE_FROM = 50
Again = Mapping[str, tuple[int | None, int | None]]


@regulation("gradebook.support_asked", title="Nội dung được đánh giá bổ sung", act=TT27_2020, article=_ARTICLE)
def support_asked(
    grade: int, subjects: Iterable[SubjectYear], qualities: Mapping[str, QualityLevel | None]
) -> tuple[str, ...]:
    """Codes of what stands in the way: subjects at C or with a test below 5, qualities and competences at C."""
    tested = tested_subjects(grade, Moment.END_OF_YEAR)
    failed = [s.code for s in subjects if not s.exempt and (s.level == SubjectLevel.C or _low(s, tested))]
    return (*failed, *(code for code in QUALITIES_AND_COMPETENCES if qualities.get(code) == QualityLevel.C))


def _low(subject: SubjectYear, tested: Sequence[str]) -> bool:
    return subject.code in tested and subject.test is not None and subject.test < _DONE_FROM


@regulation(
    "gradebook.primary_after_support", title="Kết quả giáo dục sau đánh giá bổ sung", act=TT27_2020, article=_ARTICLE
)
def primary_after_support(
    grade: int, subjects: Iterable[SubjectYear], qualities: Mapping[str, QualityLevel | None], again: Again
) -> Overall | None:
    """Result of the year judged once more. again: code → (level, test in tenths; None where there is none).

    Never above Hoàn thành: the help brings a pupil to the end of the programme, it gives no title.
    """
    judged = overall_level(
        grade,
        [_again(subject, again[subject.code]) if subject.code in again else subject for subject in subjects],
        {code: _level(again[code][0]) if code in again else level for code, level in qualities.items()},
    )
    return judged if judged is None else min(judged, Overall.COMPLETED)


def _again(subject: SubjectYear, found: tuple[int | None, int | None]) -> SubjectYear:
    level, test = found
    return replace(
        subject,
        level=subject.level if level is None else SubjectLevel(level),
        test=subject.test if test is None else test,
    )


def _level(level: int | None) -> QualityLevel | None:
    return None if level is None else QualityLevel(level)
