"""What a client asks a collection for: filter, sort, fields, page. Read from the query, judged against the resource's fields, made SQL.

Values always travel as parameters; names come from the resource's own list.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ..errors import MachineError
from . import ids
from .resources import Field, Resource

DEFAULT_LIMIT: Final = 100
MOST: Final = 10_000
_PREDICATE: Final = re.compile(r"\s*([A-Za-z][A-Za-z0-9_.]*)\s*(!=|>=|<=|=|>|<|~)\s*'((?:[^']|'')*)'\s*")
_JOIN: Final = re.compile(r"(AND|OR)\b", re.IGNORECASE)
_KEYED: Final = 2**40


@dataclass(frozen=True)
class Condition:
    name: str
    how: str
    value: str


@dataclass(frozen=True)
class Asked:
    """limit, offset: of the page. order: a field, or "" for the order of keys, which paging by position keeps whole."""

    limit: int = DEFAULT_LIMIT
    offset: int = 0
    order: str = ""
    descending: bool = False
    conditions: tuple[Condition, ...] = ()
    any_of: bool = False
    fields: frozenset[str] | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


def read(query: Mapping[str, str], resource: Resource) -> Asked:
    """Raises MachineError (400): invaliddata, invalid_filter_field, invalid_selection_field.

    A sort field that is not there sorts as if none was asked, as the standard wants.
    """
    order = query.get("sort", "")
    conditions, any_of = _conditions(query.get("filter", ""), resource)
    return Asked(
        limit=min(_whole(query, "limit", DEFAULT_LIMIT, least=1), MOST),
        offset=_whole(query, "offset", 0, least=0),
        order=order if order in resource.fields and order != "sourcedId" else "",
        descending=_direction(query) == "desc" and order in resource.fields,
        conditions=conditions,
        any_of=any_of,
        fields=_fields(query, resource),
    )


def _whole(query: Mapping[str, str], name: str, usual: int, *, least: int) -> int:
    text = query.get(name, "")
    if text == "":
        return usual
    if not text.isascii() or not text.isdigit() or len(text) > 12 or int(text) < least:
        raise MachineError(400, "invaliddata", f"{name} is no whole number from {least}.")
    return int(text)


def _direction(query: Mapping[str, str]) -> str:
    text = query.get("orderBy", "asc").lower()
    if text not in ("asc", "desc"):
        raise MachineError(400, "invaliddata", "orderBy is asc or desc.")
    return text


def _fields(query: Mapping[str, str], resource: Resource) -> frozenset[str] | None:
    if "fields" not in query:
        return None
    wanted = frozenset(name.strip() for name in query["fields"].split(","))
    unknown = wanted - resource.writes
    if unknown:
        told = ", ".join(sorted(unknown))[:80] or "(blank)"
        raise MachineError(400, "invalid_selection_field", f"Unknown field: {told}.")
    return wanted


def _conditions(text: str, resource: Resource) -> tuple[tuple[Condition, ...], bool]:
    """predicate, or predicate AND predicate, or predicate OR predicate ...: one kind of logical word in a filter."""
    if not text.strip():
        return (), False
    found: list[Condition] = []
    words: set[str] = set()
    at = 0
    while True:
        predicate = _PREDICATE.match(text, at)
        if predicate is None or len(found) == 20:
            raise MachineError(400, "invalid_filter_field", "The filter cannot be read.")
        name, how, value = predicate.groups()
        if name not in resource.fields:
            raise MachineError(400, "invalid_filter_field", f"Unknown field in the filter: {name[:80]}.")
        found.append(Condition(name, how, value.replace("''", "'")))
        at = predicate.end()
        if at == len(text):
            break
        joined = _JOIN.match(text, at)
        if joined is None:
            raise MachineError(400, "invalid_filter_field", "The filter cannot be read.")
        words.add(joined[1].upper())
        at = joined.end()
    if len(words) > 1:
        raise MachineError(400, "invalid_filter_field", "AND and OR cannot be mixed in one filter.")
    return tuple(found), words == {"OR"}


def condition_sql(asked: Asked, resource: Resource, kind: int) -> tuple[str, dict[str, Any]]:
    """The filter over rows r of one part, "" when there is none. Raises MachineError for a value of the wrong kind."""
    values: dict[str, Any] = {}
    told = [
        _one(resource.fields[one.name], one, kind, f"asked_{number}", values)
        for number, one in enumerate(asked.conditions)
    ]
    return (" OR " if asked.any_of else " AND ").join(f"({sql})" for sql in told), values


def _one(what: Field, one: Condition, kind: int, name: str, values: dict[str, Any]) -> str:
    if isinstance(what.kind, int):
        return _reference(what, one, kind, name, values)
    if what.kind == "orgs":
        key = ids.read(one.value)
        values[name] = key.id if key and key.kind == ids.ORG else -1
        return f"%({name})s::bigint = ANY({what.sql})" if one.how in "=~" else f"%({name})s::bigint <> ALL({what.sql})"
    if what.kind == "list":
        return _list(what, one, name, values)
    if one.how == "~":
        values[name] = "%" + re.sub(r"([\\%_])", r"\\\1", one.value) + "%"
        return f"({what.sql})::text ILIKE %({name})s"
    casts = {"text": "text", "time": "timestamptz", "day": "date"}
    values[name] = _moment(one) if what.kind == "time" else _day(one) if what.kind == "day" else one.value
    told = f"date_trunc('milliseconds', {what.sql})" if what.kind == "time" else what.sql
    how = "IS DISTINCT FROM" if one.how == "!=" else one.how
    ordered = ' COLLATE "C"' if what.kind == "text" and one.how not in ("=", "!=") else ""
    return f"({told}){ordered} {how} %({name})s::{casts[what.kind]}"


def _reference(what: Field, one: Condition, kind: int, name: str, values: dict[str, Any]) -> str:
    """A sourcedId: ours hold the row's key, so it is compared as a number; another's is nobody's."""
    key = ids.read(one.value)
    wanted = kind if one.name == "sourcedId" else what.kind
    if key is None or key.kind != wanted or key.id >= _KEYED * 2**7:
        return "true" if one.how == "!=" else "false"
    values[name] = key.id
    sql = (
        f"{what.sql} {'IS DISTINCT FROM' if one.how == '!=' else '=' if one.how == '~' else one.how} %({name})s::bigint"
    )
    if one.name == "sourcedId" and one.how in ("=", "!="):
        values[f"{name}_second"] = key.second
        pair = f"(r.id, r.second) = (%({name})s::bigint, %({name}_second)s::bigint)"
        return pair if one.how == "=" else f"NOT {pair}"
    return sql


def _list(what: Field, one: Condition, name: str, values: dict[str, Any]) -> str:
    """A field of many values: `=` all of them and no other, `~` any of them."""
    values[name] = [word.strip() for word in one.value.split(",")]
    theirs, asked = f"coalesce({what.sql}, ARRAY[]::text[])", f"%({name})s::text[]"
    if one.how == "~":
        return f"{theirs} && {asked}"
    # A role is asked for by one word everywhere, whatever else the person does.
    same = f"{theirs} @> {asked}" if "role" in one.name else f"({theirs} @> {asked} AND {theirs} <@ {asked})"
    if one.how == "=":
        return same
    if one.how == "!=":
        return f"NOT {same}"
    raise MachineError(400, "invalid_filter_field", f"{one.name} holds many values: =, != or ~.")


def _moment(one: Condition) -> dt.datetime:
    try:
        at = dt.datetime.fromisoformat(one.value)
    except ValueError:
        raise MachineError(400, "invalid_filter_field", f"{one.name} is compared with a date and time.") from None
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _day(one: Condition) -> dt.date:
    try:
        return dt.date.fromisoformat(one.value[:10])
    except ValueError:
        raise MachineError(400, "invalid_filter_field", f"{one.name} is compared with a date.") from None
