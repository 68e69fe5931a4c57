"""A whole passage: compare, put into batches, send, handful of schools by handful; one at a time in the province."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock

from . import line, sending
from .comparing import prepare
from .datasets import DATASETS, Dataset
from .errors import UnderWay
from .models import Batch, Passage
from .settings import Gate

Tell = Callable[[int, int | None, str], None]
_LOCK = 0x4D54_4D53  # "MTMS"
#: So many batches unanswered, and no more are made until the ministry answers: what waits is about children and takes room.
MOST_WAITING = 20
_SCHOOLS = """
SELECT id FROM organisations_unit WHERE kind = 'school' OR id = %(department)s
UNION SELECT school_id FROM ministry_sync_record WHERE school_year = %(year)s ORDER BY 1"""
_AGAIN = """
SELECT dataset, school_year, array_agg(DISTINCT school_id ORDER BY school_id) FROM ministry_sync_record
WHERE basis = '' AND state = 'REJECTED' AND (%(schools)s::bigint[] IS NULL OR school_id = ANY(%(schools)s)) GROUP BY 1, 2 ORDER BY 1, 2"""


def nobody(done: int, of: int | None, told: str) -> None:
    """For who tells nobody how far it is."""


@contextmanager
def alone() -> Iterator[None]:
    """Two passages at once would compare what the other is sending. The lock dies with the process. Raises UnderWay."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            raise UnderWay
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def push(
    scope: Scope,
    gate: Gate,
    *,
    school_year: int,
    department_id: int,
    datasets: Sequence[Dataset] | None = None,
    schools: Sequence[int] | None = None,
    insist: bool = False,
    tell: Tell = nobody,
) -> Counter[str]:
    """Compare and send. Returns counts: NEW, UPDATE, CANCEL, refused (here), accepted, rejected, failed; `stopped` when the line
    gave up."""
    chosen = list(datasets or DATASETS.values())
    done = sending.send_waiting(scope, gate, insist=insist)
    reach = list(schools) if schools is not None else _every_school(scope, school_year, department_id)
    all_steps, steps = sum(-(-len(reach) // one.schools_at_once) for one in chosen), 0
    for dataset in chosen:
        for at in range(0, len(reach), dataset.schools_at_once):
            some = reach[at : at + dataset.schools_at_once]
            done += prepare(scope, gate, dataset, school_year=school_year, schools=some, department_id=department_id)
            done += sending.send_waiting(scope, gate, insist=insist)
            steps += 1
            tell(steps, all_steps, dataset.label)
            if _too_many_wait(scope):
                done["stopped"] = 1
                break
        if done["stopped"]:
            break
        if schools is None:
            _note_run(scope, dataset.key, school_year)
    _tell_audit(scope, "ministry.sent", department_id, done)
    return done


def push_again(scope: Scope, gate: Gate, *, department_id: int, schools: Sequence[int] | None = None) -> Counter[str]:
    """Send what somebody asked to send again, at these schools or all."""
    with unit_of_work(scope), connection.cursor() as cursor:
        cursor.execute(_AGAIN, {"schools": list(schools) if schools is not None else None})
        wanted = cursor.fetchall()
    done = Counter(sending.send_waiting(scope, gate))
    for key, year, places in wanted:
        dataset = DATASETS.get(key)
        if dataset is None:
            continue
        for at in range(0, len(places), dataset.schools_at_once):
            some = places[at : at + dataset.schools_at_once]
            done += prepare(
                scope, gate, dataset, school_year=year, schools=some, department_id=department_id, only_again=True
            )
    done += sending.send_waiting(scope, gate)
    _tell_audit(scope, "ministry.sent", department_id, done)
    return done


def _every_school(scope: Scope, school_year: int, department_id: int) -> list[int]:
    with unit_of_work(scope), connection.cursor() as cursor:
        cursor.execute(_SCHOOLS, {"department": department_id, "year": school_year})
        return [row[0] for row in cursor.fetchall()]


def _too_many_wait(scope: Scope) -> bool:
    with unit_of_work(scope):
        return Batch._base_manager.filter(state="waiting").count() >= MOST_WAITING or line.rests(line.line())


def _note_run(scope: Scope, dataset: str, school_year: int) -> None:
    with unit_of_work(scope):
        Passage.objects.update_or_create(dataset=dataset, school_year=school_year, defaults={"ran_at": clock.now()})


def _tell_audit(scope: Scope, action: str, department_id: int, done: Counter[str]) -> None:
    """What left the house, as counts: who is in it is told by the records."""
    if done:
        with unit_of_work(scope):
            audit.record(
                scope,
                action,
                school_id=department_id,
                object_type="ministry",
                object_id=department_id,
                changes=dict(done),
            )
