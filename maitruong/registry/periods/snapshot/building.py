"""Make a school's snapshot in memory: a fixed number of statements, a few megabytes for the largest school."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from maitruong.foundation.kernel import clock
from maitruong.registry.calendar.types import Calendar
from maitruong.registry.dossiers import queries as dossiers

from .. import ports
from ..rules import Total, totals_of
from ..types import PeriodRow
from . import statements
from .canonical import plain, table
from .manifest import Manifest, Named, sha256

TOTALS: Final = "totals"


@dataclass(frozen=True)
class Built:
    """A snapshot not yet kept. files: name → bytes, the totals among them, in the manifest's order."""

    manifest: bytes
    files: Mapping[str, bytes]
    rows: Mapping[str, int]
    totals: tuple[Total, ...]
    governor_id: int | None
    governor_kind: str

    @property
    def manifest_sha256(self) -> str:
        return sha256(self.manifest)


def build(school_id: int, period: PeriodRow, *, before: PeriodRow | None, calendar: Calendar, version: int) -> Built:
    """Read the school with sight of the whole province (the caller's unit of work) and write it down.

    before: the period before this one, since when movements are told; without one, since the end of the year before.
    """
    facts = _facts(school_id, period, before, calendar)
    tables: dict[str, tuple[Sequence[str], list[list[Any]]]] = {}
    for name, (columns, sql) in statements.TABLES.items():
        tables[name] = (columns, _read(sql, facts))
    # Of what a pupil's year says only what is yes or no: texts are notes about a child and stay in the dossier.
    flags = tuple(dossiers.learner_flags())
    _with_years(tables, school_id, period.school_year, flags)
    tables["school"] = (("sheet", "field", "value"), _of_school(school_id, period))
    for source in ports.sources():
        if source.name in tables or source.name == TOTALS:
            raise ValueError(f"{source.name} is a table of the registry's own")
        told = source.rows(school_id=school_id, school_year=period.school_year, as_of=period.as_of)
        tables[source.name] = (source.columns, [list(row) for row in told])
    named = {name: [_named(columns, row) for row in rows] for name, (columns, rows) in tables.items()}
    totals = totals_of(named, flags=flags, year=period.school_year)
    tables[TOTALS] = (Total._fields, [list(one) for one in totals])
    files = {name: table(name, *tables[name]) for name in sorted(tables)}
    rows = {name: len(tables[name][1]) for name in files}
    school, governors = _read(statements.SCHOOL, facts)[0], _read(statements.GOVERNANCE, facts)
    manifest = Manifest(
        period=period.kind,
        school_year=period.school_year,
        as_of=period.as_of,
        version=version,
        school_code=_text(school[0]),
        school_name=_text(school[1]),
        school_type=_text(school[2]),
        ownership=_text(school[3]),
        levels=_text(school[4]),
        governance=tuple((_text(kind), _text(code), _text(name)) for _, kind, code, name in governors),
        place=tuple((_text(code), _text(name)) for code, name in (school[5:7], school[7:9]) if code),
        files=tuple(Named(name, sha256(data), rows[name], len(data)) for name, data in files.items()),
    )
    governor_id: int | None = governors[-1][0] if governors else None
    governor_kind: str = governors[-1][1] if governors else ""
    return Built(manifest.written(), files, rows, tuple(totals), governor_id, governor_kind)


def _facts(school_id: int, period: PeriodRow, before: PeriodRow | None, calendar: Calendar) -> dict[str, Any]:
    """Who sits in a class is asked within the school year: one that ended on 25 May is over on the 31st, its pupils are not gone."""
    first, _, last = calendar.span(period.school_year)
    if before is not None and calendar.knows(before.school_year):
        starts, _, ends = calendar.span(before.school_year)
        before_year, before_day = before.school_year, min(max(before.as_of, starts), ends)
    elif calendar.knows(period.school_year - 1):
        before_year = period.school_year - 1
        before_day = calendar.span(before_year)[2]
    else:
        before_year, before_day = period.school_year, first - dt.timedelta(days=1)
    return {
        "school": school_id,
        "year": period.school_year,
        "as_of": period.as_of,
        "day": min(max(period.as_of, first), last),
        "before_year": before_year,
        "before_day": before_day,
        "current": calendar.year_on(clock.today()) == period.school_year,
    }


def _with_years(tables: dict[str, Any], school_id: int, year: int, flags: Sequence[str]) -> None:
    """What was said of each pupil's year, beside him; nothing said is neither yes nor no."""
    columns, rows = tables["pupils"]
    here = columns.index("row_id")
    said = dossiers.learner_years(school_id, year, [row[here] for row in rows])
    for row in rows:
        values = said.get(row[here], {})
        row.extend(values.get(flag) for flag in flags)
    tables["pupils"] = ((*columns, *flags), rows)


def _of_school(school_id: int, period: PeriodRow) -> list[list[Any]]:
    """What the school's dossier says of it, field by field, and which decisions about it held on the day."""
    year = dossiers.school_year_values(school_id, period.school_year)
    rows: list[list[Any]] = []
    for name, values in (("particulars", dossiers.particulars(school_id)), ("year", year)):
        rows += [[name, key, plain(values[key])] for key in sorted(values) if values[key] not in (None, "")]
    held = {(one.kind, one.level) for one in dossiers.recognitions(school_id) if one.holds_on(period.as_of)}
    return rows + [["recognition", kind, level] for kind, level in sorted(held)]


def _named(columns: Sequence[str], row: Iterable[Any]) -> dict[str, Any]:
    return dict(zip(columns, (plain(value) for value in row), strict=True))


def _read(sql: str, facts: Mapping[str, Any]) -> list[list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return [list(row) for row in cursor.fetchall()]


def _text(value: Any) -> str:
    return unicodedata.normalize("NFC", value or "")
