"""A pupil's term and year, grades 6-12: what each subject's rows bring, and the result they make together.

A save asks it for every pupil of a class. What is the same for all of them stands ready in `Judge`; what a subject's rows bring
is remembered by the rows, which are few.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from operator import itemgetter
from typing import NamedTuple, TypeVar

from .acts import BASES, rule, tt22_settings
from .rules import Kind, Level, SubjectResult
from .rules.tt22_2021 import Tt22Settings
from .rules.tt22_2021.levels import is_missing
from .types import ResultRow, Subject, SubjectTerm

Marks = Mapping[tuple[str, int], SubjectTerm]
"""Subject and term → what the pupil's row came to."""
Subjects = tuple[Subject, ...]
_NOTHING = SubjectTerm(None, None, True, 0)


class _Entry(NamedTuple):
    """What one subject brings to a level, whether the level waits for it, and whether a row of it may still change.

    An option the pupil has no row in is not studied: it brings no result.
    """

    result: SubjectResult | None
    missing: bool
    provisional: bool


_NOT_STUDIED = _Entry(None, False, False)
_missing: Callable[[_Entry], bool] = itemgetter(1)
_provisional: Callable[[_Entry], bool] = itemgetter(2)
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


_Place = tuple[str, int]
_OfTerm = tuple[_Place, _Known[SubjectTerm | None]]
"""Where a subject's row of a term stands among a pupil's marks, and what such a row brings."""
_OfYear = tuple[_Place | None, _Place | None, _Known[tuple[SubjectTerm | None, SubjectTerm | None]]]
"""The same of both terms; None for a term it is not taught in, where no row stands."""


class Judge:
    """The rules of an act over the subjects of a class."""

    def __init__(self, subjects: Subjects, act: str, settings: Tt22Settings, grade: int) -> None:
        self.settings = settings
        self._conduct_year = rule("gradebook.conduct_year", act, grade).function
        self._learning = rule("gradebook.learning_level", act, grade).function
        self._awards = rule("gradebook.awards", act, grade).function
        self._of_term: dict[int, tuple[_OfTerm, ...]] = {
            term: tuple(
                ((subject.code, term), _Known(partial(_in_term, subject, settings)))
                for subject in subjects
                if term in subject.terms
            )
            for term in (1, 2)
        }
        self._of_year: tuple[_OfYear, ...] = tuple(
            (
                (subject.code, 1) if 1 in subject.terms else None,
                (subject.code, 2) if 2 in subject.terms else None,
                _Known(partial(_in_year, subject, settings, act, grade)),
            )
            for subject in subjects
        )

    def weigh(self, marks: Marks, term: int) -> list[SubjectResult]:
        """What the pupil's rows bring to a term, or to the year (0), subject by subject."""
        return _results(self._entries(marks, term))

    def _entries(self, marks: Marks, term: int) -> list[_Entry]:
        row_at: Callable[[_Place | None], SubjectTerm | None] = marks.get  # type: ignore[assignment]  # no row stands at None
        if term:
            return [brings[row_at(place)] for place, brings in self._of_term[term]]
        return [brings[row_at(one), row_at(two)] for one, two, brings in self._of_year]

    def results(
        self, student_id: int, marks: Marks, conduct: Mapping[int, int | None], terms: Sequence[int]
    ) -> list[ResultRow]:
        """Result rows of the asked terms (0: the year) of one pupil."""
        found = []
        for term in terms:
            entries = self._entries(marks, term)
            missing = sum(map(_missing, entries))
            level = self._conduct(conduct, term)
            # Most of a term something is still missing, and the level is open without being judged.
            learning = before = raised_by = title = None
            results = [] if missing else _results(entries)
            if not missing:
                learning, before, raised_by = self._learning(results, settings=self.settings)
            if term == 0 and learning == Level.GOOD and level == Level.GOOD:
                title = self._awards(results, learning=learning, conduct=level, settings=self.settings)
            found.append(
                ResultRow(
                    term,
                    student_id,
                    plain(learning),
                    plain(before),
                    raised_by or "",
                    plain(level),
                    str(title or ""),
                    missing,
                    True in map(_provisional, entries),
                )
            )
        return found

    def _conduct(self, levels: Mapping[int, int | None], term: int) -> Level | None:
        if term:
            return level_of(levels.get(term))
        of_year: Level | None = self._conduct_year(level_of(levels.get(1)), level_of(levels.get(2)))
        return of_year


@lru_cache(maxsize=512)
def judge_of(subjects: Subjects, act: str, settings_id: str, grade: int) -> Judge:
    return Judge(subjects, act, tt22_settings(settings_id), grade)


def _results(entries: list[_Entry]) -> list[SubjectResult]:
    return [entry.result for entry in entries if entry.result is not None]


# --- one subject ---------------------------------------------------------------------------------------------------------


def _in_term(subject: Subject, settings: Tt22Settings, row: SubjectTerm | None) -> _Entry:
    code, name, kind, _, optional = subject
    if row is None and optional:
        return _NOT_STUDIED
    found = row or _NOTHING
    result = _result(code, name, kind, optional, True, found.average, passed(found.outcome), found.basis)
    return _Entry(result, is_missing(result, settings), _may_change(row))


def _in_year(
    subject: Subject,
    settings: Tt22Settings,
    act: str,
    grade: int,
    rows: tuple[SubjectTerm | None, SubjectTerm | None],
) -> _Entry:
    one, two = rows
    if subject.optional and one is None and two is None:
        return _NOT_STUDIED
    may_change = _may_change(one) or _may_change(two)
    terms = tuple(t for t in subject.terms if _is_judged(one if t == 1 else two))
    last = two or one or _NOTHING
    whole = len(subject.terms) == (one is not None) + (two is not None)
    one, two = one or _NOTHING, two or _NOTHING
    average = outcome = None
    if terms and subject.kind == "score":
        judge = rule("gradebook.year_average", act, grade).function
        average = judge(one.average, two.average, terms=terms, settings=settings)
    elif terms:
        judge = rule("gradebook.comment_year", act, grade).function
        outcome = judge(passed(one.outcome), passed(two.outcome), terms=terms, settings=settings)
    basis = last.basis if not terms else min(last.basis, 1)
    result = _result(subject.code, subject.name, subject.kind, subject.optional, whole, average, outcome, basis)
    return _Entry(result, is_missing(result, settings), may_change)


def _may_change(row: SubjectTerm | None) -> bool:
    return row is not None and row.provisional


def _is_judged(row: SubjectTerm | None) -> bool:
    return row is None or BASES[row.basis].counts


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


def passed(outcome: int | None) -> bool | None:
    return None if outcome is None else bool(outcome)


def plain(value: int | None) -> int | None:
    return None if value is None else int(value)


def level_of(value: int | None) -> Level | None:
    return None if value is None else Level(value)
