"""What is open, as a school and those above it see it; and what stands against closing a period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Count, QuerySet

from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.ui.jinja import url
from maitruong.registry.calendar import queries as calendar

from .checks import CHECKS
from .models import Finding, Run, Score
from .rules import Severity

VIEW = "quality.view"
_ROUTES = {"pupil": "enrolment:dossier", "class": "enrolment:roster", "staff": "staff:record"}


@dataclass(frozen=True)
class Shown:
    """A finding as a page tells it. href: where it is mended."""

    id: int
    sentence: str
    severity: str
    href: str
    found_at: dt.datetime
    explanation: str
    may_be_explained: bool


@dataclass(frozen=True)
class SchoolRow:
    """A school on the list of those above. score: tenths."""

    id: int
    name: str
    score: int | None
    errors: int
    warnings: int


def year() -> int:
    return calendar.known().year_on(clock.today())


def only_school(scope: Scope) -> int | None:
    """The one school of a scope that has no other."""
    return scope.school_ids[0] if scope.rows is not Rows.PROVINCE and len(scope.school_ids) == 1 else None


def counts(scope: Scope, *, school_id: int) -> dict[str, int]:
    """Check → open findings of a school."""
    rows = _open(scope, school_id).values("check_key").annotate(n=Count("id")).order_by()
    return {row["check_key"]: row["n"] for row in rows}


def findings(scope: Scope, *, school_id: int, check: str = "", after: int = 0, limit: int = 50) -> list[Shown]:
    """Open findings of a school, errors first, page by key. One statement."""
    rows = _open(scope, school_id)
    if check:
        rows = rows.filter(check_key=check)
    return [_shown(row) for row in rows.filter(pk__gt=after).order_by("pk")[:limit]]


def score_of(scope: Scope, *, school_id: int, days: int = 30) -> list[Score]:
    """A school's score on the last days it was reckoned, the oldest first."""
    rows = Score.objects.visible_to(scope, VIEW).filter(school_id=school_id, school_year=year())
    return list(reversed(rows.order_by("-day")[:days]))


# The newest score of each school the scope reaches.
_SCHOOLS = """
SELECT u.id, u.name, s.score, s.errors, s.warnings, s.subjects FROM organisations_unit u
JOIN LATERAL (SELECT * FROM data_quality_score q WHERE q.school_id = u.id AND q.school_year = %(year)s ORDER BY day DESC LIMIT 1) s ON true
WHERE u.kind = 'school' AND u.closed_on IS NULL AND (%(all)s OR u.id = ANY(%(schools)s))
ORDER BY s.score NULLS LAST, u.sort_key, u.id"""


def schools(scope: Scope, *, name: str = "") -> tuple[list[SchoolRow], int | None]:
    """Schools with their newest score, the least clean first, and the score of them all (tenths, weighed by what was looked at)."""
    with connection.cursor() as cursor:
        cursor.execute(
            _SCHOOLS, {"year": year(), "all": scope.rows is Rows.PROVINCE, "schools": list(scope.school_ids)}
        )
        rows = cursor.fetchall()
    weighed = [(told, subjects) for _, _, told, _, _, subjects in rows if told is not None]
    total = sum(subjects for _, subjects in weighed)
    whole = sum(told * subjects for told, subjects in weighed) // total if total else None
    wanted = vietnamese.fold(vietnamese.tidy(name))
    return [
        SchoolRow(i, called, told, errors, warnings)
        for i, called, told, errors, warnings, _ in rows
        if wanted in vietnamese.fold(called)
    ], whole


def last_run() -> Run | None:
    return Run.objects.filter(pk=1).first()


def standing(
    scope: Scope, *, school_id: int, school_year: int
) -> tuple[list[tuple[str, str, str]], list[tuple[str, str, str]]]:
    """What blocks closing, and what waits to be explained: (check, sentence, address), one a check, with how many it is about."""
    rows = Finding.objects.visible_to(scope, VIEW).filter(
        school_id=school_id, school_year=school_year, closed_at__isnull=True
    )
    blocking: dict[str, list[Finding]] = {}
    waiting: dict[str, list[Finding]] = {}
    for row in rows.order_by("check_key", "pk"):
        if row.severity == Severity.ERROR:
            blocking.setdefault(row.check_key, []).append(row)
        elif not row.explanation:
            waiting.setdefault(row.check_key, []).append(row)
    return _told(blocking.values()), _told(waiting.values())


def _told(groups: Iterable[list[Finding]]) -> list[tuple[str, str, str]]:
    found = []
    for rows in groups:
        first = rows[0]
        sentence = CHECKS[first.check_key].say(first.facts)
        more = f" Còn {len(rows) - 1} trường hợp nữa." if len(rows) > 1 else ""
        address = f"{url('data_quality:school', first.school_id)}?luat={first.check_key}"
        found.append((first.check_key, sentence + more, address))
    return found


def _open(scope: Scope, school_id: int) -> QuerySet:
    return Finding.objects.visible_to(scope, VIEW).filter(
        school_id=school_id, school_year=year(), closed_at__isnull=True, check_key__in=list(CHECKS)
    )


def _shown(row: Finding) -> Shown:
    facts: dict[str, Any] = row.facts
    route = _ROUTES.get(row.subject_kind)
    return Shown(
        row.pk,
        CHECKS[row.check_key].say(facts),
        row.severity,
        url(route, row.subject_id) if route else url("dossiers:own"),
        row.found_at,
        row.explanation,
        row.severity == Severity.WARNING,
    )
