"""The state of the line, in the database: every process leaves a failing gate alone for the same while."""

from __future__ import annotations

import datetime as dt
import random

from maitruong.foundation.kernel import clock

from .models import Line

FAILURES = 5
SHORTEST_REST = dt.timedelta(minutes=1)
LONGEST_REST = dt.timedelta(hours=1)


def line() -> Line:
    return Line.objects.get_or_create(pk=1)[0]


def rests(found: Line) -> bool:
    return found.rests_until is not None and found.rests_until > clock.now()


def succeeded() -> None:
    Line.objects.update_or_create(
        pk=1, defaults={"failed_in_row": 0, "rests_until": None, "trouble": "", "spoke_at": clock.now()}
    )


def failed(trouble: str, *, at_once: bool = False) -> None:
    """After five failures running, or at once where trying again cannot help, the line rests: longer after each further one."""
    found = Line.objects.select_for_update().filter(pk=1).first() or line()
    found.failed_in_row = max(found.failed_in_row + 1, FAILURES if at_once else 0)
    found.trouble = trouble
    if found.failed_in_row >= FAILURES:
        found.rests_until = clock.now() + min(SHORTEST_REST * 2 ** min(found.failed_in_row - FAILURES, 6), LONGEST_REST)
    found.save()


def want_run() -> None:
    line()
    Line.objects.filter(pk=1, run_wanted_at__isnull=True).update(run_wanted_at=clock.now())


def run_was_made() -> None:
    Line.objects.filter(pk=1).update(run_wanted_at=None)


def pause_after(tries: int) -> dt.timedelta:
    """Back-off of one batch: half a minute, doubled with each try up to an hour, give or take half, so that batches do not come in step."""
    return min(dt.timedelta(seconds=30) * 2 ** min(tries, 7), LONGEST_REST) * random.uniform(0.5, 1.5)  # noqa: S311 - no secret
