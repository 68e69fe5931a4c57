"""Lists over many schools: pupils by name, schools with their counts. Pages by key, a fixed number of statements.

Name search stands on the trigram index of people_person.name_fold. LIKE is not leakproof, so under a policy with a condition
the planner may not use that index. For the province's own role there is no condition and nothing to do. A scope of one or a
few schools starts from their enrolments. A scope in between (a large commune, the department's administrator) would have to
read every pupil it may see; `_beyond_the_wall` is the one place that looks past the wall for it, and it carries the scope's
schools and classes as a plain condition of the same statement.

Patterns are written into the statement as literals: a prepared plan would not know whether a name is rare.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection
from psycopg import sql

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.kernel import vietnamese

from .types import Page, PupilRow, SchoolRow

PAGE = 50
FEW_SCHOOLS = 5

_PUPILS = """
SELECT p.id, p.full_name, p.born_on, p.sex, e.student_code, e.school_id, u.name, e.school_class_id, c.name
FROM enrolment_enrolment e
JOIN people_person p ON p.id = e.student_id
JOIN enrolment_schoolclass c ON c.id = e.school_class_id
JOIN organisations_unit u ON u.id = e.school_id
WHERE e.school_year = {year} AND e.ends_on IS NULL AND {conditions}
ORDER BY p.sort_key {way}, p.id {way} LIMIT {limit}
"""
_KEY = "(p.sort_key, p.id) {than} ((SELECT sort_key FROM people_person WHERE id = {id}), {id})"


def pupils(
    scope: Scope,
    *,
    school_year: int,
    q: str = "",
    school_id: int | None = None,
    class_id: int | None = None,
    grade: int | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
    permission: str = "students.view",
) -> Page:
    """Pupils with a place in a school year, by name, one page before or after a pupil's id.

    q: words of the name, each from its beginning, with or without marks; marks that are typed must be there.
    """
    reached = _reach(scope, permission)
    if reached is None:
        return Page((), None, None)
    conditions = [reached, *_chosen(school_id, class_id, grade), *_name(q)]
    way = sql.SQL("DESC" if before else "ASC")
    if after or before:
        than = sql.SQL("<" if before else ">")
        conditions.append(sql.SQL(_KEY).format(than=than, id=sql.Literal(int(before or after or 0))))
    statement = sql.SQL(_PUPILS).format(
        year=sql.Literal(school_year),
        conditions=sql.SQL(" AND ").join(conditions),
        way=way,
        limit=sql.Literal(limit + 1),
    )
    many = school_id is None and class_id is None and len(scope.school_ids) > FEW_SCHOOLS
    rows = _beyond_the_wall(scope, statement) if many and q.strip() else _rows(statement)
    return _page(rows, limit, after, before)


def _beyond_the_wall(scope: Scope, statement: sql.Composed) -> list[tuple[Any, ...]]:
    """Read with the province's eyes what a scope of many schools asks for. The statement already carries the scope's reach."""
    if scope.rows is not Rows.SCHOOLS:
        return _rows(statement)
    with unit_of_work(replace(scope, rows=Rows.PROVINCE)):
        return _rows(statement)


def _rows(statement: sql.Composed) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection))
        return cursor.fetchall()


def _page(rows: list[tuple[Any, ...]], limit: int, after: int | None, before: int | None) -> Page:
    more = len(rows) > limit
    rows = rows[:limit]
    if before:
        rows.reverse()
    found = tuple(PupilRow(*row) for row in rows)
    if not found:
        return Page((), None, None)
    has_previous = more if before else after is not None
    has_next = True if before else more
    return Page(found, found[0].student_id if has_previous else None, found[-1].student_id if has_next else None)


def _reach(scope: Scope, permission: str) -> sql.Composable | None:
    """The scope's grants as a plain condition; None when no grant carries the permission."""
    parts: list[sql.Composable] = []
    if scope.is_system:
        return sql.SQL("true")
    for grant in scope.grants:
        if permission not in grant.permissions:
            continue
        limits: list[sql.Composable] = [
            sql.SQL("{column} = ANY({ids})").format(column=sql.SQL(column), ids=_ids(allowed))
            for column, allowed in (
                ("e.school_id", grant.school_ids),
                ("e.school_class_id", grant.class_ids),
                ("e.student_id", grant.student_ids),
            )
            if allowed is not None
        ]
        if not limits:
            return sql.SQL("true")
        parts.append(sql.SQL("({})").format(sql.SQL(" AND ").join(limits)))
    if not parts:
        return None
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


def _ids(ids: Sequence[int]) -> sql.Composable:
    return sql.SQL("{}::bigint[]").format(sql.Literal("{" + ",".join(str(int(i)) for i in ids) + "}"))


def _chosen(school_id: int | None, class_id: int | None, grade: int | None) -> list[sql.Composable]:
    wanted = (("e.school_id", school_id), ("e.school_class_id", class_id), ("c.grade", grade))
    return [
        sql.SQL("{column} = {value}").format(column=sql.SQL(column), value=sql.Literal(int(value)))
        for column, value in wanted
        if value is not None
    ]


def _name(q: str) -> list[sql.Composable]:
    """Each word from the beginning of a word of the name; a word typed with marks also as it is spelt."""
    conditions: list[sql.Composable] = []
    for word in vietnamese.tidy(q).lower().split()[:8]:
        plain = vietnamese.fold(word)
        if not plain:
            return [sql.SQL("false")]
        conditions.append(_begins("p.name_fold", [plain]))
        if plain != word:
            conditions.append(_begins("lower(p.full_name)", [word], whole=_spellings(word)))
    return conditions


def _begins(column: str, beginnings: Sequence[str], *, whole: Sequence[str] = ()) -> sql.Composable:
    """A word of the column begins like one of the beginnings, or is one of the whole words."""
    patterns = [pattern for text in map(_escaped, beginnings) for pattern in (f"{text}%", f"% {text}%")]
    patterns += [p for text in map(_escaped, whole) for p in (text, f"% {text}", f"{text} %", f"% {text} %")]
    return sql.SQL("({})").format(
        sql.SQL(" OR ").join(
            sql.SQL("{column} LIKE {pattern}").format(column=sql.SQL(column), pattern=sql.Literal(pattern))
            for pattern in patterns
        )
    )


def _spellings(word: str) -> list[str]:
    """The other places of the tone in an open syllable: hoà for hòa. Whole words only, or hòa would find Hoàng."""
    new = vietnamese.place_tones(word)
    old = new
    if len(new) > 1:
        first, tone = vietnamese.split_letter(new[-2])
        moved = new[:-2] + first + vietnamese.with_tone(new[-1], tone)
        if tone and vietnamese.place_tones(moved) == new:
            old = moved
    return sorted({new, old} - {word})


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


_SCHOOLS = """
SELECT u.id, u.name, u.code, coalesce(above.name, ''), coalesce(s.levels, '{{}}'),
       (SELECT count(*) FROM enrolment_schoolclass c WHERE c.school_id = u.id AND c.school_year = {year}),
       (SELECT count(*) FROM enrolment_enrolment e WHERE e.school_id = u.id AND e.school_year = {year} AND e.ends_on IS NULL)
FROM organisations_unit u
LEFT JOIN schools_school s ON s.unit_id = u.id
LEFT JOIN organisations_position at ON at.unit_id = u.id AND at.during @> CURRENT_DATE
LEFT JOIN organisations_unit above ON above.id = at.parent_id
WHERE u.kind = 'school' AND u.closed_on IS NULL AND {conditions}
ORDER BY u.sort_key, u.id LIMIT {limit}
"""


def schools(
    scope: Scope, *, school_year: int, q: str = "", after: int | None = None, limit: int = PAGE
) -> tuple[list[SchoolRow], int | None]:
    """Schools the scope reaches, by name, with the counts of a year; and the id to go on from, None at the end. One statement.

    Counted school by school of the page, so a page of fifty costs the same in a small and in a large province.
    """
    conditions: list[sql.Composable] = [sql.SQL("true")]
    grants = [grant for grant in scope.grants if "schools.view" in grant.permissions]
    if not grants and not scope.is_system:
        return [], None
    if not scope.is_system and all(grant.school_ids is not None for grant in grants):
        ids = sorted({school for grant in grants for school in grant.school_ids or ()})
        conditions.append(sql.SQL("u.id = ANY({})").format(_ids(ids)))
    if q.strip():
        pattern = sql.Literal("%" + _escaped(vietnamese.fold(q)) + "%")
        # A province has some hundred schools: reading them all is cheaper than an index.
        conditions.append(sql.SQL("(lower(unaccent(u.name)) LIKE {p} OR lower(u.code) LIKE {p})").format(p=pattern))
    if after:
        conditions.append(
            sql.SQL("(u.sort_key, u.id) > ((SELECT sort_key FROM organisations_unit WHERE id = {id}), {id})").format(
                id=sql.Literal(int(after))
            )
        )
    statement = sql.SQL(_SCHOOLS).format(
        year=sql.Literal(school_year), conditions=sql.SQL(" AND ").join(conditions), limit=sql.Literal(limit + 1)
    )
    rows = _rows(statement)
    found = [SchoolRow(r[0], r[1], r[2], r[3], tuple(r[4]), r[5], r[6]) for r in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None
