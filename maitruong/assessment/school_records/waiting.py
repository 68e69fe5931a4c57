"""What waits for a person's signature: counted as a whole, listed by the hundred, class by class."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet

from maitruong.foundation.access.types import Scope
from maitruong.foundation.people import queries as people
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.types import Role

from .models import RecordBlock, RecordFile, State

PERMISSION = {
    Role.SUBJECT_TEACHER: "school_records.sign_subject",
    Role.HOMEROOM_TEACHER: "school_records.sign_homeroom",
    Role.PRINCIPAL: "school_records.sign_principal",
}
TURN = {
    Role.SUBJECT_TEACHER: State.DATA_LOCKED,
    Role.HOMEROOM_TEACHER: State.SUBJECT_SIGNED,
    Role.PRINCIPAL: State.HOMEROOM_SIGNED,
}


@dataclass(frozen=True)
class Waiting:
    """A part that waits for the person who asks. version: above 1 of a corrected record, which she has signed before."""

    block_id: int
    student_id: int
    name: str
    record_id: str
    version: int = 1


@dataclass(frozen=True)
class WaitingGroup:
    """Parts of one class and subject on this page, in the order of the class list."""

    class_id: int
    class_name: str
    school_year: int
    label: str
    rows: tuple[Waiting, ...]


@dataclass(frozen=True)
class ClassWaiting:
    """A class with how many parts of it wait."""

    class_id: int
    class_name: str
    school_year: int
    waiting: int


@dataclass(frozen=True)
class WaitingPage:
    """One batch to sign and how far the whole is.

    waiting, signed, later: parts of the chosen class (or of all) that can be signed now, are signed, or are not due yet because
    somebody before has not signed. start: how many waiting parts stand before the first one listed.
    """

    groups: tuple[WaitingGroup, ...] = ()
    classes: tuple[ClassWaiting, ...] = ()
    waiting: int = 0
    signed: int = 0
    later: int = 0
    start: int = 0

    @property
    def listed(self) -> int:
        return sum(len(group.rows) for group in self.groups)


@dataclass(frozen=True)
class _Part:
    """A class and part with how many wait."""

    class_id: int
    node_id: str
    school_year: int
    class_name: str
    label: str
    position: int
    waiting: int

    @property
    def order(self) -> tuple[object, ...]:
        pieces = [(int(n), "") if n else (0, text) for n, text in re.findall(r"(\d+)|(\D+)", self.class_name)]
        return (-self.school_year, pieces, self.class_id, self.position)


def waiting_for(
    scope: Scope, role: Role, *, class_id: int | None = None, start: int = 0, most: int = signing.MOST_AT_ONCE
) -> WaitingPage:
    """The next parts this person may sign, newest year first, class by class. Four statements, however many wait.

    class_id: only this class. start: leave out so many from the front. A start behind the end begins again at the front.
    most: so many are listed; 0: only how many wait, and in which classes, in one statement.
    """
    mine = RecordBlock.objects.visible_to(scope, PERMISSION[role]).filter(role=role.value)
    if role is not Role.PRINCIPAL:
        mine = mine.filter(signer_id=scope.actor_id or 0)
    parts = _parts(mine.filter(_due(role)))
    chosen = [part for part in parts if class_id in (None, part.class_id)]
    waiting = sum(part.waiting for part in chosen)
    if not most:
        return WaitingPage(classes=_classes(parts), waiting=waiting)
    start = start if 0 <= start < waiting else 0
    signed, later = _rest(mine, role, {part.school_year for part in parts}, class_id)
    return WaitingPage(
        groups=_groups(mine.filter(_due(role)), chosen, start, most),
        classes=_classes(parts),
        waiting=waiting,
        signed=signed,
        later=later,
        start=start,
    )


def signed_with(scope: Scope, role: Role, consent_id: uuid.UUID) -> int:
    """How many parts a consent has signed: none when it was used up by a try that was refused."""
    return RecordBlock.objects.visible_to(scope, PERMISSION[role]).filter(consent_id=consent_id).count()


def to_seal(scope: Scope) -> list[tuple[int, int]]:
    """(school year, records) the principal has signed and nobody has sealed, newest year first; for who may seal."""
    rows = RecordFile.objects.visible_to(scope, "school_records.seal").filter(state=State.PRINCIPAL_SIGNED)
    return list(rows.values_list("school_year").annotate(n=Count("pk")).order_by("-school_year"))


def _due(role: Role) -> Q:
    return Q(signed_at__isnull=True, record__state=TURN[role].value)


def _parts(due: QuerySet[RecordBlock]) -> list[_Part]:
    # One line a class and part: an optional subject gives the same part another position in another pupil's record.
    rows = due.values_list("class_id", "node_id", "school_year").annotate(
        name=Min("record__class_name"), words=Min("label"), place=Min("position"), n=Count("pk")
    )
    return sorted((_Part(*row) for row in rows.order_by()), key=lambda part: part.order)


def _rest(mine: QuerySet[RecordBlock], role: Role, years: set[int], class_id: int | None) -> tuple[int, int]:
    """How many are signed, of the years something waits for, and how many are not due yet, whatever waits besides."""
    rows = mine.exclude(record__state__in=[State.SUPERSEDED, State.REVOKED, State.DRAFT])
    rows = rows.filter(Q(school_year__in=years) | Q(signed_at__isnull=True))
    if class_id is not None:
        rows = rows.filter(class_id=class_id)
    found = rows.aggregate(
        signed=Count("pk", filter=Q(signed_at__isnull=False)),
        later=Count("pk", filter=Q(signed_at__isnull=True) & ~Q(record__state=TURN[role].value)),
    )
    return found["signed"], found["later"]


def _classes(parts: Iterable[_Part]) -> tuple[ClassWaiting, ...]:
    found: dict[int, ClassWaiting] = {}
    for part in parts:
        before = found[part.class_id].waiting if part.class_id in found else 0
        found[part.class_id] = ClassWaiting(part.class_id, part.class_name, part.school_year, before + part.waiting)
    return tuple(found.values())


def _groups(due: QuerySet[RecordBlock], parts: Iterable[_Part], start: int, most: int) -> tuple[WaitingGroup, ...]:
    """The listed parts: of the classes the page reaches, cut at its two ends."""
    reached: list[tuple[_Part, int, int]] = []
    passed = 0
    for part in parts:
        first, last = max(start - passed, 0), min(start + most - passed, part.waiting)
        if first < last:
            reached.append((part, first, last))
        passed += part.waiting
    blocks: dict[tuple[int, str], list[RecordBlock]] = {}
    for block in due.filter(class_id__in={part.class_id for part, _, _ in reached}).select_related("record"):
        blocks.setdefault((block.class_id, block.node_id), []).append(block)
    known = people.sorted_names({block.student_id for rows in blocks.values() for block in rows})
    place = {student_id: n for n, student_id in enumerate(known)}
    return tuple(
        WaitingGroup(
            part.class_id,
            part.class_name,
            part.school_year,
            part.label,
            tuple(
                Waiting(row.pk, row.student_id, known[row.student_id], row.record.record_id, row.record.version)
                for row in sorted(blocks.get((part.class_id, part.node_id), []), key=lambda row: place[row.student_id])[
                    first:last
                ]
            ),
        )
        for part, first, last in reached
    )
