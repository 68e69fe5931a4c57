"""Start long work in the caller's transaction; do it later, step by step, visibly, and again if a worker dies.

A handler is `def apply_import(ticket: Ticket, scope: Scope, **arguments) -> dict`. It works in short units of work of its own, tells
its progress between them, and may be run again from the start: every step must bear being repeated.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction
from procrastinate.exceptions import AlreadyEnqueued

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal

from .errors import JobCancelled, NoLongerAllowed
from .models import Job

logger = logging.getLogger(__name__)

BEAT_SECONDS = 10
STALLED_AFTER = dt.timedelta(seconds=60)

Handler = Callable[..., dict[str, Any]]
_handlers: dict[str, Handler] = {}


def work(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of one kind of work; in a module's tasks.py."""

    def register(handler: Handler) -> Handler:
        _handlers[kind] = handler
        return handler

    return register


def start(
    scope: Scope,
    *,
    kind: str,
    title: str,
    school_id: int,
    arguments: dict[str, Any] | None = None,
    steps: int | None = None,
) -> int:
    """Enqueue work in the caller's transaction: it exists if and only if the act was committed. Returns the job's id."""
    if not connection.in_atomic_block:
        raise RuntimeError("work is started inside the transaction of the act")
    from .tasks import run_job

    job = Job.objects.create(
        school_id=school_id,
        kind=kind,
        title=title,
        asked_by=scope.actor_id,
        workspace=scope.workspace.key if scope.workspace else "",
        reason=scope.reason,
        arguments=arguments or {},
        all_steps=steps,
    )
    run_job.configure(queueing_lock=_place_in_queue(job.pk)).defer(job_id=job.pk)
    return job.pk


def _place_in_queue(job_id: int) -> str:
    """A job waits in the queue once, however often it is put there."""
    return f"job-{job_id}"


def ask_to_cancel(scope: Scope, *, job_id: int, permission: str) -> bool:
    """Ask a job to stop at its next step. False when it had ended already."""
    jobs = Job.objects.visible_to(scope, permission)
    return jobs.filter(pk=job_id, ended_at__isnull=True).update(cancel_asked_at=clock.now()) > 0


class Ticket:
    """A running job's hold on its row: progress, cancel, beat."""

    def __init__(self, job: Job) -> None:
        self.job_id = job.pk
        self.school_id = job.school_id

    def progress(self, done: int, of: int | None = None, told: str = "") -> None:
        """Show progress, in a transaction of its own. Raises JobCancelled when somebody asked to stop."""
        with unit_of_work(system_scope("job progress")):
            jobs = Job.objects.visible_to(_SYSTEM, "").filter(pk=self.job_id)
            changes: dict[str, Any] = {"done_steps": done, "beat_at": clock.now()}
            if of is not None:
                changes["all_steps"] = of
            if told:
                changes["told"] = told
            jobs.update(**changes)
            stopped = jobs.filter(cancel_asked_at__isnull=False).exists()
        if stopped:
            raise JobCancelled


_SYSTEM = system_scope("jobs")


def run(job_id: int) -> None:
    """Do one job to its end, in a worker. Does nothing when another worker has it or it has ended."""
    job = _claim(job_id)
    if job is None:
        return
    alive = threading.Event()
    beat = threading.Thread(target=_beat, args=(job_id, alive), daemon=True)
    beat.start()
    try:
        scope = _scope_of(job)
        result = _handlers[job.kind](Ticket(job), scope, **job.arguments)
        _end(job_id, "done", result=result or {})
    except JobCancelled:
        _end(job_id, "cancelled", told="Đã dừng theo yêu cầu; phần đã làm xong vẫn giữ.")
    except Refusal as refusal:
        _end(job_id, "failed", told=f"{refusal.text} {refusal.advice}", result={"code": refusal.code})
    except Exception:
        logger.exception("job failed", extra={"job": job_id, "kind": job.kind})
        _end(job_id, "failed", told="Hệ thống gặp lỗi khi làm việc này. Quản trị hệ thống đã được báo.")
    finally:
        alive.set()
        beat.join()


def take_up_stalled() -> int:
    """Enqueue again what fell out of the queue or lost its worker. Returns how many. Runs every half minute in the worker."""
    long_ago = clock.now() - STALLED_AFTER
    with unit_of_work(_SYSTEM):
        jobs = Job.objects.visible_to(_SYSTEM, "")
        stalled = list(jobs.filter(state="running", beat_at__lt=long_ago).values_list("pk", flat=True))
        stalled += list(jobs.filter(state="waiting", asked_at__lt=long_ago).values_list("pk", flat=True)[:100])
        return sum(_enqueue_again(job_id) for job_id in stalled)


def _enqueue_again(job_id: int) -> bool:
    """False when it still waits for a free worker."""
    from .tasks import run_job

    try:
        with transaction.atomic():
            run_job.configure(queueing_lock=_place_in_queue(job_id)).defer(job_id=job_id)
    except AlreadyEnqueued:
        return False
    return True


def _claim(job_id: int) -> Job | None:
    with unit_of_work(_SYSTEM):
        job = Job.objects.visible_to(_SYSTEM, "").select_for_update().filter(pk=job_id).first()
        if job is None or job.ended_at:
            return None
        if job.state == "running" and job.beat_at and job.beat_at > clock.now() - STALLED_AFTER:
            return None
        job.state, job.beat_at = "running", clock.now()
        job.started_at = job.started_at or clock.now()
        job.save(update_fields=["state", "beat_at", "started_at"])
        return job


def _scope_of(job: Job) -> Scope:
    """The rights of who asked, as they hold now: withdrawn rights stop the job."""
    if job.asked_by is None:
        return system_scope(job.reason or job.kind)
    scope = access.scope_of(job.asked_by, job.workspace or None, on=clock.today())
    if scope is None:
        raise NoLongerAllowed
    return scope


def _end(job_id: int, state: str, *, told: str | None = None, result: dict[str, Any] | None = None) -> None:
    changes: dict[str, Any] = {"state": state, "ended_at": clock.now()}
    if told is not None:
        changes["told"] = told
    if result is not None:
        changes["result"] = result
    with unit_of_work(_SYSTEM):
        Job.objects.visible_to(_SYSTEM, "").filter(pk=job_id).update(**changes)


def _beat(job_id: int, ended: threading.Event) -> None:
    """Tell every few seconds that the worker lives, on a connection of its own."""
    try:
        while not ended.wait(BEAT_SECONDS):
            with unit_of_work(_SYSTEM):
                Job.objects.visible_to(_SYSTEM, "").filter(pk=job_id, ended_at__isnull=True).update(beat_at=clock.now())
    finally:
        connection.close()
