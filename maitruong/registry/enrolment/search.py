"""Lists over many schools: pupils by name, schools with their counts. Pages by key, a fixed number of statements.

A name is looked for in two ways. First the last word typed is the beginning of the given name, which is what people are called
by: an index in the order of given names gives the page at once, however common the name. Only when nobody bears it, the words
may stand anywhere in the name; a rare word then goes through the trigram index, a common one along the order of names.

LIKE is not leakproof, so under a policy with a condition the planner may not use the trigram index. For the province's own role
there is no condition and nothing to do. A scope of one or a few schools starts from their enrolments. A scope in between (a
large commune, the department's administrator) would have to read every pupil it may see; `_beyond_the_wall` is the one place
that looks past the wall for it, and it carries the scope's schools and classes as a plain condition of the same statement.

Patterns are written into the statement as literals: a prepared plan would not know whether a name is rare.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from psycopg import sql

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.kernel import vietnamese

from .types import Page, PupilRow, SchoolRow

PAGE = 50
FEW_SCHOOLS = 5

RARE = 3_000
"""Up to so many people of a name are looked up first and the page sorted afterwards; a commoner name is met soon enough on the
way along the order of names."""

_PUPILS = """
SELECT p.id, p.full_name, p.born_on, p.sex, e.student_code, e.school_id, u.name, e.school_class_id, c.name
FROM enrolment_enrolment e
JOIN people_person p ON p.id = e.student_id
JOIN enrolment_schoolclass c ON c.id = e.school_class_id
JOIN organisations_unit u ON u.id = e.school_id
WHERE e.school_year = {year} AND {seated} AND {conditions}
ORDER BY {order} LIMIT {limit}
"""
# The people of a given name are met in the index alone, which holds the whole name too; only who is shown is read. OFFSET keeps
# the planner from making one of the two.
_PUPILS_BY_GIVEN = """
SELECT p.id, f.full_name, f.born_on, f.sex, e.student_code, e.school_id, u.name, e.school_class_id, c.name
FROM (SELECT given_fold, sort_key, id FROM people_person p WHERE {name} ORDER BY {order} OFFSET 0) AS p
JOIN enrolment_enrolment e ON e.student_id = p.id
JOIN people_person f ON f.id = p.id
JOIN enrolment_schoolclass c ON c.id = e.school_class_id
JOIN organisations_unit u ON u.id = e.school_id
WHERE e.school_year = {year} AND {seated} AND {conditions}
ORDER BY {order} LIMIT {limit}
"""
_PUPILS_RARE = """
WITH p AS MATERIALIZED (SELECT * FROM people_person p WHERE {name} LIMIT {most})
SELECT (SELECT count(*) FROM p), p.id, p.full_name, p.born_on, p.sex, e.student_code, e.school_id, u.name, e.school_class_id, c.name
FROM (VALUES (1)) AS one
LEFT JOIN (p JOIN enrolment_enrolment e ON e.student_id = p.id AND e.school_year = {year} AND {seated}
  JOIN enrolment_schoolclass c ON c.id = e.school_class_id
  JOIN organisations_unit u ON u.id = e.school_id) ON {conditions}
ORDER BY {order} LIMIT {limit}
"""
_OF_PERSON = {
    "p.given_fold": "given_fold",
    "p.sort_key": "sort_key",
    "e.name_key": "sort_key",
    "p.id": "id",
    "e.student_id": "id",
}
# Places of a year, and of a grade of it, stand in the order of names themselves: a page of a grade, or of a year that few are left
# in, is a long way along all people's names.
_BY_NAME, _BY_GIVEN_NAME = ("p.sort_key", "p.id"), ("p.given_fold", "p.sort_key", "p.id")
_OF_YEAR = ("e.name_key", "e.student_id")


def pupils(
    scope: Scope,
    *,
    school_year: int,
    q: str = "",
    anywhere: bool = False,
    school_id: int | None = None,
    class_id: int | None = None,
    grade: int | None = None,
    after: int | None = None,
    before: int | None = None,
    limit: int = PAGE,
    permission: str = "students.view",
    over_on: dt.date | None = None,
) -> Page:
    """Pupils with a place in a school year, by name, one page before or after a pupil's id.

    over_on: the last day of a year that is over (calendar.over_on); then whoever sat there on that day is listed.

    q: words of the name, each from its beginning, with or without marks (marks that are typed must be there), the last one of
    the given name. anywhere: the words may stand anywhere, as on a page that says so; it is tried by itself when no given name
    fits. At most eleven short statements, whatever the size; one for a school.
    """
    reached = _reach(scope, permission)
    if reached is None:
        return Page((), None, None)
    conditions = [reached, *_chosen(school_id, class_id, grade)]
    words = vietnamese.tidy(q).lower().split()[:8]
    few = school_id is not None or class_id is not None or len(scope.school_ids) in range(1, FEW_SCHOOLS + 1)
    asked = _Asked(scope, school_year, conditions, after, before, limit, few, over_on)
    if not words:
        return _find(asked, [], _OF_YEAR)
    if not anywhere:
        page = _find(asked, [*_given(words[-1]), *_name(words[:-1], _contains)], _BY_GIVEN_NAME, _PUPILS_BY_GIVEN)
        if page.rows or after or before:
            return page
    return replace(_anywhere(asked, words), anywhere=True)


@dataclass(frozen=True)
class _Asked:
    """What one list was asked for, whichever way the name is looked for. few: the schools are few enough to start from."""

    scope: Scope
    school_year: int
    conditions: list[sql.Composable]
    after: int | None
    before: int | None
    limit: int
    few: bool
    over_on: dt.date | None


def _find(asked: _Asked, name: list[sql.Composable], columns: tuple[str, ...], template: str = _PUPILS) -> Page:
    if asked.few:
        return _in_order(asked, name, columns)
    with _eyes(asked.scope):
        return _in_order(asked, name, columns, template)


def _anywhere(asked: _Asked, words: Sequence[str]) -> Page:
    if not asked.few:
        with _eyes(asked.scope):
            page = _rare(asked, _name(words, _like))
        if page is not None:
            return page
    return _find(asked, _name(words, _contains), _BY_NAME)


def _in_order(asked: _Asked, name: list[sql.Composable], columns: tuple[str, ...], template: str = _PUPILS) -> Page:
    """Along the order of names (or from the few schools), until the page is full."""
    if template is _PUPILS:
        statement = _statement(asked, template, [*asked.conditions, *name], columns)
    else:
        statement = _statement(asked, template, asked.conditions, columns, name)
    return _page(_rows(statement), asked)


def _rare(asked: _Asked, name: list[sql.Composable]) -> Page | None:
    """Through the trigram index; None when the name is too common for that.

    The planner knows little of how often a part of a word occurs, so reading everything is taken off its list meanwhile.
    """
    statement = _statement(asked, _PUPILS_RARE, asked.conditions, _BY_NAME, name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('enable_seqscan', 'off', true)")
        rows = _rows(statement)
        cursor.execute("SELECT set_config('enable_seqscan', 'on', true)")
    if rows[0][0] > RARE:
        return None
    return _page([row[1:] for row in rows if row[1] is not None], asked)


def _statement(
    asked: _Asked,
    template: str,
    conditions: list[sql.Composable],
    columns: tuple[str, ...],
    name: Sequence[sql.Composable] = (),
) -> sql.Composed:
    if asked.after or asked.before:
        key = _key(columns, asked.before or asked.after or 0, asked.conditions[0], forward=not asked.before)
        if template is _PUPILS_BY_GIVEN:
            name = [*name, key]
        else:
            conditions = [*conditions, key]
    way = " DESC" if asked.before else ""
    return sql.SQL(template).format(
        year=sql.Literal(asked.school_year),
        seated=_seated(asked.over_on),
        name=sql.SQL(" AND ").join(name),
        most=sql.Literal(RARE + 1),
        conditions=sql.SQL(" AND ").join(conditions),
        order=sql.SQL(", ".join(f"{column}{way}" for column in columns)),
        limit=sql.Literal(asked.limit + 1),
    )


def _seated(over_on: dt.date | None) -> sql.Composable:
    """Who sits there now; of a year that is over, who sat there on its last day: places may have ended with it, or stay open."""
    if over_on is None:
        return sql.SQL("e.ends_on IS NULL")
    return sql.SQL("e.starts_on <= {day} AND (e.ends_on IS NULL OR e.ends_on >= {day})").format(
        day=sql.Literal(over_on.isoformat())
    )


def _key(columns: tuple[str, ...], student_id: int, reached: sql.Composable, *, forward: bool) -> sql.Composable:
    """Everything after (or before) a pupil in the order of the list. The pupil must be within reach too: this may be asked past
    the wall, and where somebody else's pupil stands among one's own would tell that pupil's name letter by letter."""
    seat = f"SELECT 1 FROM enrolment_enrolment e WHERE e.student_id = {int(student_id)} AND "
    known = sql.SQL("EXISTS ({seat}{reached})").format(seat=sql.SQL(seat), reached=reached)
    there = sql.SQL(", ").join(
        sql.SQL("(SELECT {column} FROM people_person WHERE id = {id} AND {known})").format(
            column=sql.SQL(_OF_PERSON[column]), id=sql.Literal(int(student_id)), known=known
        )
        for column in columns
    )
    return sql.SQL("({here}) {sign} ({there})").format(
        here=sql.SQL(", ".join(columns)), sign=sql.SQL(">" if forward else "<"), there=there
    )


def _given(word: str) -> list[sql.Composable]:
    plain = vietnamese.fold(word)
    if not plain:
        return [sql.SQL("false")]
    begins = sql.SQL("p.given_fold ^@ {}").format(sql.Literal(plain))
    return [begins] if plain == word else [begins, _contains("lower(p.full_name)", word, whole=_spellings(word))]


@contextmanager
def _eyes(scope: Scope) -> Iterator[None]:
    """The wall stays up for the province's role and for a family; a scope of many schools looks past it, see _beyond_the_wall."""
    if scope.rows is Rows.SCHOOLS:
        with _beyond_the_wall(scope):
            yield
    else:
        yield


def _beyond_the_wall(scope: Scope) -> AbstractContextManager[None]:
    """The province's eyes for one statement, which already carries the scope's reach as its condition."""
    return unit_of_work(replace(scope, rows=Rows.PROVINCE))


def _rows(statement: sql.Composed) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(connection.connection))
        return cursor.fetchall()


def _page(rows: list[tuple[Any, ...]], asked: _Asked) -> Page:
    before, after = asked.before, asked.after
    more = len(rows) > asked.limit
    rows = rows[: asked.limit]
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
    wanted = (("e.school_id", school_id), ("e.school_class_id", class_id), ("e.grade", grade))
    return [
        sql.SQL("{column} = {value}").format(column=sql.SQL(column), value=sql.Literal(int(value)))
        for column, value in wanted
        if value is not None
    ]


def _name(words: Sequence[str], holds: Callable[..., sql.Composable]) -> list[sql.Composable]:
    """Each word from the beginning of a word of the name; a word typed with marks also as it is spelt."""
    conditions: list[sql.Composable] = []
    for word in words:
        plain = vietnamese.fold(word)
        if not plain:
            return [sql.SQL("false")]
        conditions.append(holds("p.name_fold", plain))
        if plain != word:
            conditions.append(holds("lower(p.full_name)", word, whole=_spellings(word)))
    return conditions


def _like(column: str, beginning: str, *, whole: Sequence[str] = ()) -> sql.Composable:
    """A word of the column begins so, or is one of the whole words; in the form the trigram index answers."""
    text = _escaped(beginning)
    patterns = [f"{text}%", f"% {text}%"]
    patterns += [p for text in map(_escaped, whole) for p in (text, f"% {text}", f"{text} %", f"% {text} %")]
    return _either([("{column} LIKE {text}", column, pattern) for pattern in patterns])


def _contains(column: str, beginning: str, *, whole: Sequence[str] = ()) -> sql.Composable:
    """The same, in a form no index answers: the planner takes a third for granted and stays on its way along the names."""
    begins = [("strpos(' ' || {column}, {text}) > 0", column, f" {beginning}")]
    return _either([*begins, *(("strpos(' ' || {column} || ' ', {text}) > 0", column, f" {word} ") for word in whole)])


def _either(conditions: Sequence[tuple[str, str, str]]) -> sql.Composable:
    parts = [sql.SQL(c).format(column=sql.SQL(column), text=sql.Literal(text)) for c, column, text in conditions]
    return sql.SQL("({})").format(sql.SQL(" OR ").join(parts))


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
       (SELECT count(*) FROM enrolment_enrolment e WHERE e.school_id = u.id AND e.school_year = {year} AND {seated})
FROM organisations_unit u
LEFT JOIN schools_school s ON s.unit_id = u.id
LEFT JOIN organisations_position at ON at.unit_id = u.id AND at.during @> CURRENT_DATE
LEFT JOIN organisations_unit above ON above.id = at.parent_id
WHERE u.kind = 'school' AND u.closed_on IS NULL AND {conditions}
ORDER BY u.sort_key, u.id LIMIT {limit}
"""


def schools(
    scope: Scope,
    *,
    school_year: int,
    q: str = "",
    after: int | None = None,
    limit: int = PAGE,
    over_on: dt.date | None = None,
) -> tuple[list[SchoolRow], int | None]:
    """Schools the scope reaches, by name, with the counts of a year (over_on: as in pupils); and the id to go on from. One statement.

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
        year=sql.Literal(school_year),
        seated=_seated(over_on),
        conditions=sql.SQL(" AND ").join(conditions),
        limit=sql.Literal(limit + 1),
    )
    rows = _rows(statement)
    found = [SchoolRow(r[0], r[1], r[2], r[3], tuple(r[4]), r[5], r[6]) for r in rows[:limit]]
    return found, found[-1].id if len(rows) > limit else None
