"""Check the chain against the entries, and name what is wrong."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, TextField
from django.db.models.expressions import RawSQL

from maitruong.foundation.access import registry
from maitruong.foundation.access.types import Rows
from maitruong.foundation.kernel import clock

from .models import LISTS, LOOKS, Entry
from .services import _COLUMNS, line_hash, link


@dataclass(frozen=True)
class Finding:
    """One broken thing: kind is changed, removed, added, reordered, body, chain or unsealed."""

    kind: str
    school_id: int
    day: str
    entry_id: int | None
    sentence: str


@dataclass(frozen=True)
class Told:
    """An entry as its page shows it. changes: [(field, old, new)] where the act had such, else [("", "", what was written)].

    workspace: "role.unit" of who acted, "role" alone in a family's.
    """

    id: int
    at: dt.datetime
    actor_id: int | None
    by: str
    action: str
    object_type: str
    object_id: str
    subject_id: int | None
    changes: tuple[tuple[str, str, str], ...]
    why: str
    deleted: bool
    workspace: str = ""


def entries(
    *, unit_id: int, action: str = "", subject_id: int | None = None, older_than: int | None = None, limit: int = 50
) -> list[Told]:
    """The newest entries of a unit, page by key. The caller checked who may read them; row security decides what is there.

    action: its beginning ("students."). One statement, along the index of the unit's chain.
    """
    rows = Entry._base_manager.filter(school_id=unit_id)
    if action:
        rows = rows.filter(action__startswith=action)
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    if older_than is not None:
        # Entries are numbered as they are written; their moments may differ from that order by a few milliseconds.
        rows = rows.filter(pk__lt=older_than)
    return [_told(row) for row in rows.order_by("-pk")[:limit]]


def looks_at(person_ids: Collection[int], *, older_than: int | None = None, limit: int = 50) -> list[Told]:
    """Who looked into a person's files (several, where two were merged), the newest first, page by key; the family's own looks are
    not among them.

    Row security decides whose file that may be. One statement, along the index of the person.
    """
    rows = Entry._base_manager.filter(subject_id__in=list(person_ids), action__in=LOOKS)
    if older_than is not None:
        rows = rows.filter(pk__lt=older_than)
    families = RawSQL("coalesce(body, '{}')::json ->> 'as'", [], output_field=TextField())
    rows = rows.annotate(workspace=families).exclude(
        workspace__in=[role for role, kind in registry.roles().items() if kind.rows is Rows.FAMILY]
    )
    return [_told(row) for row in rows.order_by("-pk")[:limit]]


@dataclass(frozen=True)
class Among:
    """Where somebody stood in a list: of a class, of a school (object_type "unit"), from a day to a day (None: still)."""

    object_type: str
    object_id: int
    starts_on: dt.date
    ends_on: dt.date | None


def lists_taken(places: Collection[Among], *, limit: int = 20) -> list[Told]:
    """Lists that left the house while somebody stood in them, the newest first. One statement.

    The caller answers for whose places these are, and looks beyond the wall: the entries are about classes and schools.
    """
    asked = Q()
    for place in places:
        within = Q(object_type=place.object_type, object_id=str(place.object_id))
        within &= Q(at__gte=_midnight(place.starts_on))
        if place.ends_on is not None:
            within &= Q(at__lt=_midnight(place.ends_on + dt.timedelta(days=1)))
        asked |= within
    if not places:
        return []
    rows = Entry._base_manager.filter(asked, action__in=LISTS)
    workspace = RawSQL("coalesce(body, '{}')::json ->> 'as'", [], output_field=TextField())
    return [_told(row) for row in rows.annotate(workspace=workspace).order_by("-pk")[:limit]]


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time.min, tzinfo=clock.VIETNAM)


def _told(row: Entry) -> Told:
    body = json.loads(row.body) if row.body else {}
    return Told(
        id=row.pk,
        at=row.at,
        actor_id=row.actor_id,
        by=body.get("by", ""),
        workspace=body.get("as", ""),
        action=row.action,
        object_type=row.object_type,
        object_id=row.object_id,
        subject_id=row.subject_id,
        changes=tuple(_changes(body.get("changes"))),
        why=body.get("why", ""),
        deleted=row.body is None,
    )


def _changes(changes: Any) -> Iterator[tuple[str, str, str]]:
    if isinstance(changes, dict):
        for name, value in changes.items():
            old, new = value if isinstance(value, list) and len(value) == 2 else ("", value)
            yield name, _text(old), _text(new)
    elif isinstance(changes, list):
        for value in changes:
            yield "", "", _text(value)
    elif changes is not None:
        yield "", "", _text(changes)


def _text(value: Any) -> str:
    if value is None or value == "":
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def verify() -> Iterator[Finding]:
    """Walk every chain. Runs under a system scope; yields nothing when all is well.

    An entry younger than the last seal is not a finding; an older one outside every seal is ("added"). Where there is no seal at
    all, nothing is proven ("unsealed"): the house never ran, or somebody took the seals away.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT era, seen FROM audit_sealmark")
        mark = cursor.fetchone()
        if mark is None:
            yield from _never_sealed(cursor)
        era, seen = mark or (0, "1:1:")
        cursor.execute(
            "SELECT DISTINCT school_id FROM audit_seal UNION SELECT DISTINCT school_id FROM audit_entry ORDER BY 1"
        )
        units = [row[0] for row in cursor.fetchall()]
        for school_id in units:
            yield from _verify_unit(cursor, school_id, era, seen)


def _never_sealed(cursor: Any) -> Iterator[Finding]:
    cursor.execute("SELECT school_id, min(at), count(*) FROM audit_entry GROUP BY school_id ORDER BY school_id")
    for school_id, since, count in cursor.fetchall():
        sentence = (
            f"{count} mục nhật ký của đơn vị {school_id} chưa được niêm phong lần nào. Chạy ./dev audit seal rồi kiểm lại;"
            " nếu máy chủ này đã từng chạy thì dấu niêm phong đã bị xoá."
        )
        yield Finding("unsealed", school_id, str(clock.day_of(since)), None, sentence)


def _verify_unit(cursor: Any, school_id: int, era: int, seen: str) -> Iterator[Finding]:
    cursor.execute(
        "SELECT day, number, covers::text, previous, hash FROM audit_seal WHERE school_id = %s ORDER BY id", [school_id]
    )
    seals = cursor.fetchall()
    cursor.execute(
        f"SELECT {_COLUMNS}, xid, salt, body,"
        " era <> %(era)s OR pg_visible_in_snapshot(xid::text::xid8, %(seen)s::pg_snapshot)"
        " FROM audit_entry WHERE school_id = %(school)s ORDER BY xid, id",
        {"school": school_id, "era": era, "seen": seen},
    )
    entries = {row[0]: row for row in cursor.fetchall()}
    covered: set[int] = set()
    before = b""
    for day, number, covers_text, previous, stored in seals:
        covers = json.loads(covers_text)
        where = (school_id, str(day))
        if bytes(previous) != before:
            yield Finding("chain", *where, None, f"Mắt xích {number} ngày {day} không nối với mắt xích trước.")
        if link(bytes(previous), covers) != bytes(stored):
            yield Finding("chain", *where, None, f"Mắt xích {number} ngày {day} đã bị sửa.")
        yield from _entries(where, covers, entries)
        covered.update(entry_id for entry_id, _ in covers)
        before = bytes(stored)
    for entry_id, row in entries.items():
        if entry_id not in covered and row[12] and era:
            day = str(clock.day_of(row[2]))
            yield Finding("added", school_id, day, entry_id, f"Mục {entry_id} được chèn vào sau khi đã niêm phong.")


def _entries(where: tuple[int, str], covers: list[list[Any]], entries: dict[int, Any]) -> Iterator[Finding]:
    """Compare what one seal covers with what is there."""
    there = [entry_id for entry_id, _ in covers if entry_id in entries]
    if there != sorted(there, key=lambda i: (entries[i][9], i)):
        yield Finding("reordered", *where, None, f"Thứ tự các mục ngày {where[1]} đã bị đảo.")
    for entry_id, digest in covers:
        if entry_id not in entries:
            yield Finding("removed", *where, entry_id, f"Mục {entry_id} đã bị xoá khỏi nhật ký.")
        elif line_hash(entries[entry_id][:9]).hex() != digest:
            yield Finding("changed", *where, entry_id, f"Mục {entry_id} đã bị sửa sau khi niêm phong.")
    yield from _bodies(*where, [entries[i] for i in there])


def _bodies(school_id: int, day: str, entries: list[Any]) -> Iterator[Finding]:
    """A body may be gone by order of law (both body and salt); one that is there must match its digest."""
    for row in entries:
        salt, body = row[10], row[11]
        if body is None and salt is None:
            continue
        if salt is None or body is None or hashlib.sha256(bytes(salt) + body.encode()).digest() != bytes(row[8]):
            yield Finding("body", school_id, day, row[0], f"Nội dung mục {row[0]} không khớp với dấu niêm phong.")
