"""Facts and jobs in trouble: one bad fact holds up no other, a job that waits is not put into the queue again and again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import pytest
from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.events import services as events
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock
from tests import factories as make

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Rang(events.Event):
    kind: ClassVar[str] = "test.rang"
    school_id: int
    bell: int


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """Bells a reaction heard; it breaks down whenever number 13 is among them."""
    found: list[int] = []

    def listen(facts: Sequence[events.Delivered]) -> None:
        bells = [fact.payload["bell"] for fact in facts]
        if 13 in bells:
            raise ValueError("unlucky")
        found.extend(bells)

    events.react(Rang.kind, "test.listen", listen)
    yield found
    events._reactions.pop(Rang.kind)


def test_one_bad_fact_holds_up_no_other_and_is_tried_again(heard: list[int]) -> None:
    with unit_of_work(make.SYSTEM):
        for bell in (11, 12, 13, 14):
            events.publish(Rang(school_id=1, bell=bell))
    with unit_of_work(make.SYSTEM):
        events.fan_out()
    with unit_of_work(make.SYSTEM):
        assert events.deliver() == 3
    with unit_of_work(make.SYSTEM):
        assert heard == [11, 12, 14]
        with connection.cursor() as cursor:
            cursor.execute("SELECT payload->>'bell', tries, failure FROM events_delivery WHERE kind = %s", [Rang.kind])
            assert cursor.fetchall() == [("13", 1, "ValueError")]


def test_the_waiting_facts_are_looked_for_once_however_small_the_server_believes_their_table() -> None:
    with unit_of_work(make.SYSTEM), connection.cursor() as cursor:
        events.publish_many([Rang(school_id=1, bell=bell) for bell in range(300)])
        # A queue is empty whenever the server looks at it, and an empty table is joined row by row.
        cursor.execute(
            "SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_indexscan = off"
        )
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {events._CLAIM_OUTBOX}", [200])
        plan = cursor.fetchone()[0][0]["Plan"]

    assert max(step["Actual Loops"] for step in steps_of(plan)) == 1
    assert plan["Actual Rows"] == 200


def steps_of(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", []):
        yield from steps_of(below)


def waiting_in_queue(job_id: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND (args->>'job_id')::bigint = %s", [job_id]
        )
        return int(cursor.fetchone()[0])


def an_old_job() -> int:
    with unit_of_work(make.SYSTEM):
        job_id = jobs.start(make.SYSTEM, kind="test.nothing", title="Việc thử", school_id=1)
        Job.objects.visible_to(make.SYSTEM, "").filter(pk=job_id).update(asked_at=clock.now() - dt.timedelta(minutes=5))
    return job_id


def test_a_job_that_waits_for_a_free_worker_stands_in_the_queue_once() -> None:
    job_id = an_old_job()

    assert [jobs.take_up_stalled() for _ in range(3)] == [0, 0, 0]
    assert waiting_in_queue(job_id) == 1


def test_a_job_that_fell_out_of_the_queue_is_put_back_once() -> None:
    job_id = an_old_job()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed' WHERE (args->>'job_id')::bigint = %s", [job_id])

    assert [jobs.take_up_stalled() for _ in range(2)] == [1, 0]
    assert waiting_in_queue(job_id) == 1
