"""The rules of a book's act applied to what stands in its rows. Plain values in, plain values out; no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, NamedTuple, TypeVar

from maitruong.foundation.regulations.derivation import Derivation
from maitruong.foundation.regulations.register import HOUSE, Rule

from . import rules  # enters every rule in the register
from .columns import REGULAR_MOST
from .models.marks import ABSENT
from .rules import Award, Basis, Kind, Level, SubjectResult
from .rules.tt22_2021 import Tt22Settings
from .rules.tt22_2021.levels import is_missing
from .rules.tt27_2020 import (
    QUALITIES_AND_COMPETENCES,
    Overall,
    PrimaryTitle,
    QualityLevel,
    SubjectLevel,
    SubjectYear,
)
from .types import Book, ResultRow, Sheet, Subject, SubjectTerm

BASES = (Basis.COMMON, Basis.REDUCED, Basis.INDIVIDUAL_PLAN, Basis.EXEMPT)
_ASSESSED = (*(f"tx{n}" for n in range(1, REGULAR_MOST + 1)), "cd", "gk", "ck")
_NOTHING = SubjectTerm(None, None, True, 0)
assert rules


@lru_cache(maxsize=64)
def rule(topic: str, act: str, grade: int) -> Rule:
    """The rule of the act a book is kept under: an old book is judged by the act of its own year."""
    return HOUSE.of_act(topic, act, grade=grade)


@lru_cache(maxsize=64)
def tt22_settings(settings_id: str) -> Tt22Settings:
    return Tt22Settings.from_id(settings_id)


# --- one subject, one term -----------------------------------------------------------------------------------------------


class TermRow(NamedTuple):
    """What the average or outcome of a term is made of."""

    regular: list[int | None]
    midterm: int | None
    final: int | None
    cluster: int | None

    @classmethod
    def of(cls, cells: Mapping[str, Any]) -> TermRow:
        """From a stored row. A pupil marked absent has no mark yet."""
        *regular, cluster, midterm, final = [_mark(cells[key]) for key in _ASSESSED]
        return cls(regular, midterm, final, cluster)


def _mark(value: int | None) -> int | None:
    return None if value == ABSENT else value


def term_of(
    kind: str, act: str, grade: int, cells: Mapping[str, Any], *, needed: int, cluster: bool, closed: bool
) -> SubjectTerm:
    """Average or outcome of a row of a book, and whether it may still change."""
    basis = cells["basis"]
    if not BASES[basis].counts:
        return SubjectTerm(None, None, False, basis)
    regular, midterm, final, of_cluster = row = TermRow.of(cells)
    if kind == "score":
        average, provisional = rule("gradebook.term_average", act, grade).function(
            regular, midterm, final, needed=needed, cluster=of_cluster, cluster_needed=cluster
        )
        return SubjectTerm(average, None, provisional, basis)
    passed, provisional = _comment(rule("gradebook.comment_term", act, grade), row, needed, cluster, closed)
    return SubjectTerm(None, None if passed is None else int(passed), provisional, basis)


def explain_term(
    kind: str, act: str, grade: int, cells: Mapping[str, Any], *, needed: int, cluster: bool, closed: bool
) -> Derivation:
    row = TermRow.of(cells)
    if kind == "score":
        return rule("gradebook.term_average", act, grade).explain(
            row.regular, row.midterm, row.final, needed=needed, cluster=row.cluster, cluster_needed=cluster
        )
    return _comment(rule("gradebook.comment_term", act, grade).explain, row, needed, cluster, closed)


def _comment(judge: Any, row: TermRow, needed: int, cluster_needed: bool, closed: bool) -> Any:
    return judge(
        [_passed(mark) for mark in row.regular],
        _passed(row.midterm),
        _passed(row.final),
        needed=needed,
        cluster=_passed(row.cluster),
        cluster_needed=cluster_needed,
        closed=closed,
    )


def _passed(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def year_of(book: Book, cells: Mapping[str, Any], term_one: SubjectTerm | None) -> tuple[int | None, bool]:
    """Average (tenths) or outcome of the year in a book of the second term, and whether it may still change."""
    subject = Subject(book.subject, book.subject_name, book.kind)
    two = SubjectTerm(cells["average"], cells["outcome"], cells["provisional"], cells["basis"])
    marks = {(book.subject, 2): two} | ({(book.subject, 1): term_one} if term_one else {})
    settings = tt22_settings(book.settings_id)
    (result,) = year_subjects((subject,), marks, act=book.act, settings=settings, grade=book.grade)
    value = result.average if book.kind == "score" else _plain(result.passed)
    return value, two.provisional or bool(term_one and term_one.provisional)


# --- a pupil's term and year, grades 6-12 --------------------------------------------------------------------------------

Marks = Mapping[tuple[str, int], SubjectTerm]
"""Subject and term → what the pupil's row came to."""
Subjects = tuple[Subject, ...]


@lru_cache(maxsize=50_000)
def _result(
    code: str,
    name: str,
    kind: str,
    optional: bool,
    whole_year: bool,
    average: int | None,
    passed: bool | None,
    basis: int,
) -> SubjectResult:
    return SubjectResult(code, name, Kind(kind), average, passed, BASES[basis], optional, whole_year)


class _Entry(NamedTuple):
    """What one subject brings to a level, and whether the level cannot be told for want of it."""

    result: SubjectResult
    missing: bool


REMEMBERED = 20_000
"""So many entries of one subject are kept. A save of a class asks the same few questions again and again."""
_Key = TypeVar("_Key")


class _Known(dict[_Key, _Entry]):
    """What was made of a key before; made when asked for the first time."""

    def __init__(self, make: Callable[[_Key], _Entry]) -> None:
        self.make = make

    def __missing__(self, key: _Key) -> _Entry:
        if len(self) >= REMEMBERED:
            self.clear()
        found = self[key] = self.make(key)
        return found


class _Place(NamedTuple):
    """Where a subject's rows stand among a pupil's marks; None for a term it is not taught in. And what such rows bring."""

    optional: bool
    one: tuple[str, int] | None
    two: tuple[str, int] | None
    in_term: _Known[SubjectTerm]
    in_year: _Known[tuple[SubjectTerm | None, SubjectTerm | None]]


@lru_cache(maxsize=512)
def _places(subjects: tuple[Subject, ...], act: str, grade: int, settings: Tt22Settings) -> tuple[_Place, ...]:
    return tuple(
        _Place(
            subject.optional,
            (subject.code, 1) if 1 in subject.terms else None,
            (subject.code, 2) if 2 in subject.terms else None,
            _Known(partial(_in_term, subject, settings)),
            _Known(partial(_in_year, subject, settings, act, grade)),
        )
        for subject in subjects
    )


def _in_term(subject: Subject, settings: Tt22Settings, row: SubjectTerm) -> _Entry:
    code, name, kind, _, optional = subject
    result = _result(code, name, kind, optional, True, row.average, _passed(row.outcome), row.basis)
    return _Entry(result, is_missing(result, settings))


def _in_year(
    subject: Subject,
    settings: Tt22Settings,
    act: str,
    grade: int,
    rows: tuple[SubjectTerm | None, SubjectTerm | None],
) -> _Entry:
    one, two = rows
    terms = tuple(t for t in subject.terms if _is_judged(one if t == 1 else two))
    last = two or one or _NOTHING
    whole = len(subject.terms) == (one is not None) + (two is not None)
    one, two = one or _NOTHING, two or _NOTHING
    average = passed = None
    if terms and subject.kind == "score":
        judge = rule("gradebook.year_average", act, grade).function
        average = judge(one.average, two.average, terms=terms, settings=settings)
    elif terms:
        judge = rule("gradebook.comment_year", act, grade).function
        passed = judge(_passed(one.outcome), _passed(two.outcome), terms=terms, settings=settings)
    basis = last.basis if not terms else min(last.basis, 1)
    result = _result(subject.code, subject.name, subject.kind, subject.optional, whole, average, passed, basis)
    return _Entry(result, is_missing(result, settings))


class _Weighed(NamedTuple):
    """What all subjects bring, how many of them the level waits for, and whether some row may still change."""

    results: list[SubjectResult]
    missing: int
    provisional: bool


def _weigh_term(subjects: Subjects, marks: Marks, term: int, act: str, settings: Tt22Settings, grade: int) -> _Weighed:
    row_at = marks.get
    results, missing, provisional = [], 0, False
    for optional, one, two, entry, _ in _places(subjects, act, grade, settings):
        place = one if term == 1 else two
        if place is None:
            continue
        row = row_at(place)
        if row is not None:
            provisional = provisional or row.provisional
        elif optional:
            continue
        result, lacks = entry[row or _NOTHING]
        results.append(result)
        missing += lacks
    return _Weighed(results, missing, provisional)


def _weigh_year(subjects: Subjects, marks: Marks, act: str, settings: Tt22Settings, grade: int) -> _Weighed:
    row_at = marks.get
    results, missing, provisional = [], 0, False
    for optional, first, second, _, entry in _places(subjects, act, grade, settings):
        one, two = row_at(first), row_at(second)  # type: ignore[arg-type]  # no row stands at None
        if one is not None:
            provisional = provisional or one.provisional
        elif optional and two is None:
            continue
        if two is not None:
            provisional = provisional or two.provisional
        result, lacks = entry[one, two]
        results.append(result)
        missing += lacks
    return _Weighed(results, missing, provisional)


def term_subjects(
    subjects: Subjects, marks: Marks, term: int, *, act: str, settings: Tt22Settings, grade: int
) -> list[SubjectResult]:
    """What each subject of the term brings to its level. An option the pupil has no row in is not studied."""
    return _weigh_term(subjects, marks, term, act, settings, grade).results


def year_subjects(
    subjects: Subjects, marks: Marks, *, act: str, settings: Tt22Settings, grade: int
) -> list[SubjectResult]:
    """What each subject brings to the level of the year. A term the pupil was exempt in is as if the subject had one term."""
    return _weigh_year(subjects, marks, act, settings, grade).results


def _is_judged(row: SubjectTerm | None) -> bool:
    return row is None or BASES[row.basis].counts


def secondary_results(
    student_id: int,
    subjects: Subjects,
    marks: Marks,
    conduct: Mapping[int, int | None],
    *,
    act: str,
    settings_id: str,
    grade: int,
    terms: Sequence[int],
) -> list[ResultRow]:
    """Result rows of the asked terms (0: the year) of one pupil."""
    settings = tt22_settings(settings_id)
    found = []
    for term in terms:
        if term:
            results, missing, provisional = _weigh_term(subjects, marks, term, act, settings, grade)
            level = conduct.get(term)
        else:
            results, missing, provisional = _weigh_year(subjects, marks, act, settings, grade)
            level = rule("gradebook.conduct_year", act, grade).function(*map(_level, map(conduct.get, (1, 2))))
        # Most of a term something is still missing, and the level is open without being judged.
        learning = before = raised_by = title = None
        if not missing:
            learning, before, raised_by = rule("gradebook.learning_level", act, grade)(results, settings=settings)
        if term == 0 and learning == Level.GOOD and level == Level.GOOD:
            title = rule("gradebook.awards", act, grade)(
                results, learning=learning, conduct=_level(level), settings=settings
            )
        found.append(
            ResultRow(
                term,
                student_id,
                _plain(learning),
                _plain(before),
                raised_by or "",
                _plain(level),
                str(title or ""),
                missing,
                provisional,
            )
        )
    return found


def _level(value: int | None) -> Level | None:
    return None if value is None else Level(value)


def _plain(value: int | None) -> int | None:
    return None if value is None else int(value)


def explain_year(book: Book, cells: Mapping[str, Any], term_one: Mapping[str, Any] | None) -> Derivation:
    """How the year's average or outcome came about, for a book of the second term."""
    settings = tt22_settings(book.settings_id)
    one = term_one or {"average": None, "outcome": None, "basis": 0}
    terms = (1, 2) if BASES[one["basis"]].counts else (2,)
    if book.kind == "score":
        return rule("gradebook.year_average", book.act, book.grade).explain(
            one["average"], cells["average"], terms=terms, settings=settings
        )
    return rule("gradebook.comment_year", book.act, book.grade).explain(
        _passed(one["outcome"]), _passed(cells["outcome"]), terms=terms, settings=settings
    )


def explain_results(sheet: Sheet, marks: Marks, conduct: Mapping[int, int | None], term: int) -> list[Derivation]:
    """Why the level of a term or the year is what it is; for the year conduct and title as well."""
    act, grade, settings = sheet.act, sheet.grade, tt22_settings(sheet.settings_id)
    judge = rule("gradebook.learning_level", act, grade)
    if term:
        found = term_subjects(sheet.subjects, marks, term, act=act, settings=settings, grade=grade)
        return [judge.explain(found, settings=settings)]
    results = year_subjects(sheet.subjects, marks, act=act, settings=settings, grade=grade)
    of_year = rule("gradebook.conduct_year", act, grade)
    terms = (_level(conduct.get(1)), _level(conduct.get(2)))
    learning, level = judge(results, settings=settings).level, of_year(*terms)
    awards = rule("gradebook.awards", act, grade)
    return [
        judge.explain(results, settings=settings),
        of_year.explain(*terms),
        awards.explain(results, learning=learning, conduct=level, settings=settings),
    ]


def explain_primary(
    sheet: Sheet, rows: Mapping[str, tuple[int | None, int | None, int]], qualities: Mapping[str, int | None]
) -> list[Derivation]:
    """Why the result of a primary pupil's year is what it is, and the title."""
    years, levels = primary_subjects(sheet.subjects, rows), qualities_of(qualities)
    judge = rule("gradebook.primary_overall", sheet.act, sheet.grade)
    title = rule("gradebook.primary_title", sheet.act, sheet.grade)
    return [judge.explain(sheet.grade, years, levels), title.explain(judge(sheet.grade, years, levels))]


# --- a primary pupil's year ----------------------------------------------------------------------------------------------


def primary_subjects(
    subjects: Iterable[Subject], rows: Mapping[str, tuple[int | None, int | None, int]]
) -> list[SubjectYear]:
    """rows: subject → (level, test, basis) at the end of the year. An option the pupil has no row in is not studied."""
    found = []
    for subject in subjects:
        row = rows.get(subject.code)
        if row is None and subject.optional:
            continue
        level, test, basis = row or (None, None, 0)
        found.append(
            SubjectYear(
                subject.code,
                subject.name,
                None if level is None else SubjectLevel(level),
                _mark(test),
                not BASES[basis].counts,
            )
        )
    return found


def qualities_of(row: Mapping[str, int | None]) -> dict[str, QualityLevel | None]:
    return {code: None if row.get(code) is None else QualityLevel(row[code]) for code in QUALITIES_AND_COMPETENCES}  # type: ignore[arg-type]


def primary_result(
    student_id: int,
    subjects: Sequence[Subject],
    rows: Mapping[str, tuple[int | None, int | None, int]],
    qualities: Mapping[str, int | None],
    *,
    act: str,
    grade: int,
) -> ResultRow:
    """The year's result of one primary pupil. The title Xuất sắc follows from it; Tiêu biểu is the class's to propose."""
    years = primary_subjects(subjects, rows)
    levels = qualities_of(qualities)
    overall = rule("gradebook.primary_overall", act, grade)(grade, years, levels)
    title = rule("gradebook.primary_title", act, grade)(overall)
    missing = sum(y.level is None and not y.exempt for y in years) + sum(level is None for level in levels.values())
    return ResultRow(0, student_id, _plain(overall), _plain(overall), "", None, str(title or ""), missing, False)


def primary_overall_name(level: int) -> str:
    return Overall(level).label


def title_name(title: str, primary: bool) -> str:
    return PrimaryTitle(title).label if primary else Award(title).label
