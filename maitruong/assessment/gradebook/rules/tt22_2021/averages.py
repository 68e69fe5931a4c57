"""Averages and comment results of one subject: term and year (Điều 9, khoản 1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from maitruong.foundation.kernel import formats
from maitruong.foundation.regulations import Derivation, Step, regulation
from maitruong.foundation.regulations.acts import TT22_2021

from ..rounding import half_up
from ..vocabulary import BOTH_TERMS, CommentTerm, TermAverage
from .settings import DEFAULT, Tt22Settings

_ARTICLE = "Điều 9, khoản 1"
_MIDTERM_WEIGHT, _FINAL_WEIGHT = 2, 3
_TERM_NAMES = {1: "Học kì I", 2: "Học kì II"}
_PASSED = {True: "Đạt", False: "Chưa đạt", None: "chưa có"}


# --- scored subjects, one term ---------------------------------------------------------------------------------------


class _Term(NamedTuple):
    """Everything the average of a term is made of; both the plain function and the derivation read it."""

    recorded: tuple[int, ...]
    cluster: int | None
    owed: int
    weighted: int
    divisor: int
    result: TermAverage


def _term(
    regular: Sequence[int | None],
    midterm: int | None,
    final: int | None,
    needed: int,
    cluster: int | None,
    cluster_needed: bool,
) -> _Term:
    recorded = tuple(mark for mark in regular if mark is not None)
    owed = max(needed - len(recorded), 0) + (cluster_needed and cluster is None)
    counted = recorded if cluster is None else (*recorded, cluster)
    for tenths in (*counted, midterm, final):
        if tenths is not None and not 0 <= tenths <= 100:
            raise ValueError(f"a mark in tenths lies between 0 and 100, not {tenths}")
    if midterm is None or final is None:
        return _Term(recorded, cluster, owed, 0, 0, TermAverage(None, True))
    weighted = sum(counted) + _MIDTERM_WEIGHT * midterm + _FINAL_WEIGHT * final
    divisor = len(counted) + _MIDTERM_WEIGHT + _FINAL_WEIGHT
    return _Term(recorded, cluster, owed, weighted, divisor, TermAverage(half_up(weighted, divisor), owed > 0))


def explain_term_average(
    regular: Sequence[int | None],
    midterm: int | None,
    final: int | None,
    *,
    needed: int,
    cluster: int | None = None,
    cluster_needed: bool = False,
) -> Derivation:
    """The average of a term with its formula in the pupil's own marks."""
    facts = _term(regular, midterm, final, needed, cluster, cluster_needed)
    average, provisional = facts.result
    marks = "; ".join(formats.mark(mark) for mark in facts.recorded)
    steps = [Step(f"Đủ {needed} điểm thường xuyên", len(facts.recorded) >= needed, value=marks or "chưa có điểm")]
    if cluster_needed or cluster is not None:
        steps.append(Step("Điểm cụm chuyên đề", cluster is not None, value=formats.mark(cluster) or "chưa có"))
    steps.append(Step("Điểm giữa kì (hệ số 2)", midterm is not None, value=formats.mark(midterm) or "chưa có"))
    steps.append(Step("Điểm cuối kì (hệ số 3)", final is not None, value=formats.mark(final) or "chưa có"))
    if average is not None:
        counted = facts.recorded if cluster is None else (*facts.recorded, cluster)
        terms = [formats.mark(mark) for mark in counted]
        terms += [f"{_MIDTERM_WEIGHT} × {formats.mark(midterm)}", f"{_FINAL_WEIGHT} × {formats.mark(final)}"]
        quotient = f"{formats.mark(facts.weighted)} : {facts.divisor} = {formats.average(average)}"
        steps.append(Step("Công thức", None, value=f"({' + '.join(terms)}) : {facts.divisor} = {quotient}"))
    shown = "chưa có" if average is None else formats.average(average) + (" (tạm tính)" if provisional else "")
    return Derivation("Điểm trung bình môn học kì", facts.result, shown, TT22_2021, _ARTICLE, tuple(steps))


@regulation(
    "gradebook.term_average",
    title="Điểm trung bình môn học kì",
    act=TT22_2021,
    article=_ARTICLE,
    explain=explain_term_average,
)
def term_average(
    regular: Sequence[int | None],
    midterm: int | None,
    final: int | None,
    *,
    needed: int,
    cluster: int | None = None,
    cluster_needed: bool = False,
) -> TermAverage:
    """Average of one scored subject over one term (ĐTBmhk): (regular + 2 x midterm + 3 x final) / (count of regular + 5).

    All marks in tenths, None for an empty cell, which is never taken as 0. needed: regular marks the term owes; cluster: the
    mark of a topic cluster, one more regular mark. Half up to tenths. None without midterm or final; provisional while
    anything is owed.

    >>> term_average([80, 75, 90, 80], 75, 85, needed=4)
    TermAverage(tenths=81, provisional=False)
    """
    return _term(regular, midterm, final, needed, cluster, cluster_needed).result


# --- scored subjects, the year ---------------------------------------------------------------------------------------


def explain_year_average(
    term_one: int | None,
    term_two: int | None,
    *,
    terms: Sequence[int] = BOTH_TERMS,
    settings: Tt22Settings = DEFAULT,
) -> Derivation:
    """The average of a year with its formula."""
    average = year_average(term_one, term_two, terms=terms, settings=settings)
    by_term = {1: term_one, 2: term_two}
    steps = [
        Step(f"Điểm trung bình {_TERM_NAMES[term]}", by_term[term] is not None, value=_shown(by_term[term]))
        for term in terms
    ]
    if average is not None and len(terms) == 2 and term_one is not None and term_two is not None:
        formula = f"({_shown(term_one)} + 2 × {_shown(term_two)}) : 3"
        quotient = f"{formats.average(term_one + 2 * term_two)} : 3 = {formats.average(average)}"
        steps.append(Step("Công thức", None, value=f"{formula} = {quotient}"))
    elif len(terms) == 1:
        steps.append(_one_term_step(settings))
    return Derivation("Điểm trung bình môn cả năm", average, _shown(average), TT22_2021, _ARTICLE, tuple(steps))


@regulation(
    "gradebook.year_average",
    title="Điểm trung bình môn cả năm",
    act=TT22_2021,
    article=_ARTICLE,
    explain=explain_year_average,
)
def year_average(
    term_one: int | None,
    term_two: int | None,
    *,
    terms: Sequence[int] = BOTH_TERMS,
    settings: Tt22Settings = DEFAULT,
) -> int | None:
    """Average of one scored subject over the year (ĐTBmcn): (term one + 2 x term two) / 3, from the rounded averages.

    In tenths, half up; None while a term the pupil studied has no average. terms: the terms the pupil studied the subject in.

    >>> year_average(72, 81)
    78
    """
    if len(terms) == 1:
        return (term_one if terms[0] == 1 else term_two) if settings.one_term_result == "carry" else None
    if term_one is None or term_two is None:
        return None
    return half_up(term_one + 2 * term_two, 3)


# --- comment subjects ------------------------------------------------------------------------------------------------


def _comments(
    regular: Sequence[bool | None],
    midterm: bool | None,
    final: bool | None,
    needed: int,
    cluster: bool | None,
    cluster_needed: bool,
    closed: bool,
) -> tuple[CommentTerm, int, int]:
    """The result, how many assessments are owed and how many are Chưa đạt."""
    recorded = [entry for entry in regular if entry is not None]
    owed = max(needed - len(recorded), 0) + (midterm is None) + (final is None) + (cluster_needed and cluster is None)
    failed = sum(entry is False for entry in (*recorded, midterm, final, cluster))
    if failed:
        return CommentTerm(False, owed > 0 and not closed), owed, failed
    if owed:
        return CommentTerm(False if closed else None, not closed), owed, failed
    return CommentTerm(True, False), owed, failed


def explain_comment_term(
    regular: Sequence[bool | None],
    midterm: bool | None,
    final: bool | None,
    *,
    needed: int = 2,
    cluster: bool | None = None,
    cluster_needed: bool = False,
    closed: bool = True,
) -> Derivation:
    """Why a comment subject is Đạt or Chưa đạt in a term."""
    result, owed, failed = _comments(regular, midterm, final, needed, cluster, cluster_needed, closed)
    steps = (
        Step("Đủ số lần kiểm tra, đánh giá", owed == 0, value=f"còn thiếu {owed} lần" if owed else ""),
        Step("Tất cả các lần đều Đạt", failed == 0, value=f"{failed} lần Chưa đạt" if failed else ""),
    )
    shown = _PASSED[result.passed] + (" (tạm tính)" if result.provisional and result.passed is not None else "")
    return Derivation("Kết quả môn nhận xét học kì", result, shown, TT22_2021, _ARTICLE, steps)


@regulation(
    "gradebook.comment_term",
    title="Kết quả môn nhận xét trong học kì",
    act=TT22_2021,
    article=_ARTICLE,
    explain=explain_comment_term,
)
def comment_term(
    regular: Sequence[bool | None],
    midterm: bool | None,
    final: bool | None,
    *,
    needed: int = 2,
    cluster: bool | None = None,
    cluster_needed: bool = False,
    closed: bool = True,
) -> CommentTerm:
    """Term result of a comment subject: Đạt when every required assessment exists and each is Đạt.

    True Đạt, False Chưa đạt, None empty. closed: whether the book is closed; while it is open, owed assessments leave the
    result open (None) instead of Chưa đạt.

    >>> comment_term([True, None], True, True).passed
    False
    """
    return _comments(regular, midterm, final, needed, cluster, cluster_needed, closed)[0]


def explain_comment_year(
    term_one: bool | None,
    term_two: bool | None,
    *,
    terms: Sequence[int] = BOTH_TERMS,
    settings: Tt22Settings = DEFAULT,
) -> Derivation:
    """Why a comment subject is Đạt or Chưa đạt over the year."""
    passed = comment_year(term_one, term_two, terms=terms, settings=settings)
    deciding = terms[-1]
    by_term = {1: term_one, 2: term_two}
    steps = [Step(f"Kết quả {_TERM_NAMES[deciding]} Đạt", by_term[deciding], value=_PASSED[by_term[deciding]])]
    if len(terms) == 1:
        steps.append(_one_term_step(settings))
    return Derivation("Kết quả môn nhận xét cả năm", passed, _PASSED[passed], TT22_2021, _ARTICLE, tuple(steps))


@regulation(
    "gradebook.comment_year",
    title="Kết quả môn nhận xét cả năm",
    act=TT22_2021,
    article=_ARTICLE,
    explain=explain_comment_year,
)
def comment_year(
    term_one: bool | None,
    term_two: bool | None,
    *,
    terms: Sequence[int] = BOTH_TERMS,
    settings: Tt22Settings = DEFAULT,
) -> bool | None:
    """Year result of a comment subject: that of term two, whatever term one was; None while it is missing.

    >>> comment_year(False, True)
    True
    """
    if len(terms) == 1:
        return (term_one if terms[0] == 1 else term_two) if settings.one_term_result == "carry" else None
    return term_two


def _one_term_step(settings: Tt22Settings) -> Step:
    if settings.one_term_result == "carry":
        return Step("Môn chỉ học một học kì: kết quả học kì đó là kết quả cả năm")
    return Step("Môn chỉ học một học kì: không có kết quả cả năm")


def _shown(tenths: int | None) -> str:
    return "chưa có" if tenths is None else formats.average(tenths)
