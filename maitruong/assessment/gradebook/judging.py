"""The rules of a book's act applied to what stands in its rows. Plain values in, plain values out; no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from maitruong.foundation.regulations.derivation import Derivation

from .acts import BASES, rule, tt22_settings
from .columns import REGULAR_MOST
from .models.marks import ABSENT
from .rules import Award
from .rules.tt27_2020 import (
    QUALITIES_AND_COMPETENCES,
    Overall,
    PrimaryTitle,
    QualityLevel,
    SubjectLevel,
    SubjectYear,
)
from .types import Book, ResultRow, Sheet, Subject, SubjectTerm
from .weighing import Marks, judge_of, level_of, passed, plain

_assessed = itemgetter(*(f"tx{n}" for n in range(1, REGULAR_MOST + 1)), "cd", "gk", "ck")


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
        *regular, cluster, midterm, final = (None if mark == ABSENT else mark for mark in _assessed(cells))
        return cls(regular, midterm, final, cluster)


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
    outcome, provisional = _comment(rule("gradebook.comment_term", act, grade), row, needed, cluster, closed)
    return SubjectTerm(None, plain(outcome), provisional, basis)


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
        [passed(mark) for mark in row.regular],
        passed(row.midterm),
        passed(row.final),
        needed=needed,
        cluster=passed(row.cluster),
        cluster_needed=cluster_needed,
        closed=closed,
    )


def year_of(book: Book, cells: Mapping[str, Any], term_one: SubjectTerm | None) -> tuple[int | None, bool]:
    """Average (tenths) or outcome of the year in a book of the second term, and whether it may still change."""
    subject = Subject(book.subject, book.subject_name, book.kind)
    two = SubjectTerm(cells["average"], cells["outcome"], cells["provisional"], cells["basis"])
    marks = {(book.subject, 2): two} | ({(book.subject, 1): term_one} if term_one else {})
    (result,) = judge_of((subject,), book.act, book.settings_id, book.grade).weigh(marks, 0)
    value = result.average if book.kind == "score" else plain(result.passed)
    return value, two.provisional or bool(term_one and term_one.provisional)


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
        passed(one["outcome"]), passed(cells["outcome"]), terms=terms, settings=settings
    )


def explain_results(sheet: Sheet, marks: Marks, conduct: Mapping[int, int | None], term: int) -> list[Derivation]:
    """Why the level of a term or the year is what it is; for the year conduct and title as well."""
    act, grade, settings = sheet.act, sheet.grade, tt22_settings(sheet.settings_id)
    judge = rule("gradebook.learning_level", act, grade)
    results = judge_of(sheet.subjects, act, sheet.settings_id, grade).weigh(marks, term)
    if term:
        return [judge.explain(results, settings=settings)]
    of_year = rule("gradebook.conduct_year", act, grade)
    terms = (level_of(conduct.get(1)), level_of(conduct.get(2)))
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
                None if test == ABSENT else test,
                not BASES[basis].counts,
            )
        )
    return found


def qualities_of(row: Mapping[str, int | None]) -> dict[str, QualityLevel | None]:
    return {code: None if row.get(code) is None else QualityLevel(row[code]) for code in QUALITIES_AND_COMPETENCES}  # type: ignore[arg-type]


def primary_result(
    student_id: int,
    subjects: Iterable[Subject],
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
    return ResultRow(0, student_id, plain(overall), plain(overall), "", None, str(title or ""), missing, False)


def primary_overall_name(level: int) -> str:
    return Overall(level).label


def title_name(title: str, primary: bool) -> str:
    return PrimaryTitle(title).label if primary else Award(title).label
