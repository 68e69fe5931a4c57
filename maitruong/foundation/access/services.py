"""The one place where rights become SQL, and where grants are given and withdrawn."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import debug_transaction
from django.db.models import Q
from psycopg import OperationalError, errors
from psycopg.pq import ExecStatus

from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import services as organisations

from .errors import NotFound, WrittenMeanwhile
from .models import Grant
from .types import Scope

Done = TypeVar("Done")
#: What another person's save may cause. Any other IntegrityError is a fault of ours and must be seen.
COLLISIONS = (errors.UniqueViolation, errors.ExclusionViolation)
_SET = "SELECT set_config('role', %s, true), set_config('mt.schools', %s, true), set_config('mt.persons', %s, true)"
_BEGIN = _SET.replace("%s", "'%s'")


@contextmanager
def unit_of_work(scope: Scope) -> Iterator[None]:
    """One transaction in which the database shows exactly this scope's rows.

    The scope is set by one statement and dies with the transaction. Inside another transaction (tests, a job's batches) the
    former scope is put back at the end, since only the outermost COMMIT would do it.
    """
    if not connection.in_atomic_block:
        with transaction.atomic():
            _begin(scope)
            yield
        return
    with transaction.atomic():
        before = _current()
        _set(*_wanted(scope))
        yield
        if not connection.needs_rollback:  # else the rollback takes the settings back as well
            _set(*before)


def attempt(act: Callable[[], Done]) -> tuple[Done | None, Refusal | None]:
    """What a form does: run an act and give back its result, or the refusal, with all it had written taken back.

    What is not found stays not found: that one goes through. When another person's save collides with the act, in the moment
    between its looking and its writing, that is told as WrittenMeanwhile.
    """
    try:
        with transaction.atomic():
            return act(), None
    except IntegrityError as problem:
        if not isinstance(problem.__cause__, COLLISIONS):
            raise
        return None, WrittenMeanwhile()
    except NotFound:
        raise
    except Refusal as refusal:
        return None, refusal


def begin_statement(scope: Scope) -> str:
    """What begins a unit of work: the transaction and its scope, in one journey to the server, since every request does it.

    The values stand in the text: names of roles from our own list, and arrays that `_array` made of whole numbers.
    """
    return f"BEGIN; {_BEGIN % _wanted(scope)}"


def _begin(scope: Scope) -> None:
    """The driver, left to itself, begins by a journey of its own."""
    statement = begin_statement(scope)
    told_apart = statement.removeprefix("BEGIN; ")  # the framework tells its own BEGIN
    with connection.wrap_database_errors, debug_transaction(connection, told_apart):
        told = connection.connection.pgconn.exec_(statement.encode())
        if told.status != ExecStatus.TUPLES_OK:
            raise OperationalError(told.error_message.decode(errors="replace"))


def _set(role: str, schools: str, persons: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_SET, [role, schools, persons])


def _current() -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('role'), coalesce(current_setting('mt.schools', true), ''),"
            " coalesce(current_setting('mt.persons', true), '')"
        )
        role, schools, persons = cursor.fetchone()
    return role, schools, persons


def _wanted(scope: Scope) -> tuple[str, str, str]:
    return scope.rows.value, _array(scope.school_ids), _array(scope.person_ids)


def _array(ids: Sequence[int]) -> str:
    return "{" + ",".join([f"{number:d}" for number in ids]) + "}"  # what is no number is an error, never SQL


def grant(
    *,
    person_id: int,
    role: str,
    unit_id: int,
    valid_from: dt.date,
    valid_to: dt.date | None = None,
    class_ids: Sequence[int] | None = None,
    subjects: Sequence[str] | None = None,
    student_ids: Sequence[int] | None = None,
    reason: str = "",
) -> int:
    """Give a right. The caller answers for its being allowed and writes the audit, with its own reason.

    Raises NotFound for a unit that was taken back a moment ago; one with a class is not, so a right over classes need not ask.
    """
    if not class_ids and not organisations.stand_on(unit_id):
        raise NotFound
    return Grant.objects.create(
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        class_ids=class_ids,
        subjects=subjects,
        student_ids=student_ids,
        valid_from=valid_from,
        valid_to=valid_to,
        reason=reason,
    ).pk


def close_grants(
    *,
    person_id: int,
    role: str,
    last_day: dt.date,
    unit_id: int | None = None,
    class_id: int | None = None,
    subject: str | None = None,
    student_id: int | None = None,
) -> list[int]:
    """Let a right end on a day, which is the last it holds. Returns the ids of the grants it changed.

    A grant that is wider than what is named (several classes, several children) ends too, and what else it gave goes on in new
    grants from the next day. One that would have begun later is withdrawn. A limit that is not named matches any.
    """
    named = {"class_ids": class_id, "subjects": subject, "student_ids": student_id}
    wanted: dict[str, object] = {name: value for name, value in named.items() if value is not None}
    held = Grant.objects.select_for_update().filter(person_id=person_id, role=role, withdrawn_at__isnull=True)
    held = held.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=last_day) | Q(valid_from__gt=last_day))
    if unit_id is not None:
        held = held.filter(unit_id=unit_id)
    held = held.filter(**{f"{name}__contains": [value] for name, value in wanted.items()})
    changed = []
    for row in held.order_by("pk"):
        changed.append(row.pk)
        _keep_the_rest(row, wanted, last_day)
        if row.valid_from > last_day:
            row.withdrawn_at = clock.now()
        else:
            row.valid_to = last_day
        row.save(update_fields=["withdrawn_at", "valid_to"])
    return changed


def _keep_the_rest(row: Grant, wanted: dict[str, object], last_day: dt.date) -> None:
    """New grants for everything a wide grant gave beside what is closed: first all other classes, then this class's others."""
    limits = {name: getattr(row, name) for name in ("class_ids", "subjects", "student_ids")}
    for name, value in wanted.items():
        others = [held for held in limits[name] if held != value]
        if others:
            Grant.objects.create(
                person_id=row.person_id,
                role=row.role,
                unit_id=row.unit_id,
                **{**limits, name: others},
                valid_from=max(row.valid_from, last_day + dt.timedelta(days=1)),
                valid_to=row.valid_to,
                reason=row.reason,
            )
        limits[name] = [value]


def withdraw(grant_id: int) -> None:
    """Close a right at once; it is refused on the next request."""
    Grant.objects.filter(pk=grant_id, withdrawn_at__isnull=True).update(withdrawn_at=clock.now())


def withdraw_many(grant_ids: Sequence[int]) -> None:
    """Close rights at once, as `withdraw` does one."""
    Grant.objects.filter(pk__in=list(grant_ids), withdrawn_at__isnull=True).update(withdrawn_at=clock.now())


def let_wait(*, person_id: int, roles: Iterable[str], except_units: Iterable[int]) -> list[int]:
    """Rights of these roles at all other units wait from now on until their unit confirms the person. Returns those units."""
    held = Grant.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gte=clock.today()),
        person_id=person_id,
        role__in=list(roles),
        withdrawn_at__isnull=True,
    ).exclude(unit_id__in=list(except_units))
    units = sorted(set(held.values_list("unit_id", flat=True)))
    held.filter(waits_since__isnull=True).update(waits_since=clock.now())
    return units


def confirm(*, person_id: int, unit_ids: Iterable[int], student_ids: Iterable[int] | None = None) -> bool:
    """Rights that waited at these units, those of a family to these children when named, can be used again. False when none waited."""
    held = Grant.objects.filter(person_id=person_id, unit_id__in=list(unit_ids), waits_since__isnull=False)
    if student_ids is not None:
        held = held.filter(student_ids__overlap=list(student_ids))
    return held.update(waits_since=None) > 0
