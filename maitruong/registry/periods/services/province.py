"""What the department does for the whole province: make every school's figures ready to sign, and close the period."""

from __future__ import annotations

import logging
from collections import Counter
from typing import Any

from django.db import IntegrityError, OperationalError, connection, transaction

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import COLLISIONS, unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.files import media
from maitruong.foundation.files import services as files
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal

from .. import calendar, keeping, queries
from ..errors import NobodyToFreeze, NothingNew, SchoolsMissing
from ..events import PeriodClosed
from ..models import Closing
from ..snapshot.manifest import sha256
from ..types import ACCEPTED, OPEN_STATES
from .closing import freeze, refuse_early

logger = logging.getLogger(__name__)
JOB = "periods.freeze"
MANAGE = "periods.manage"
_NAMED = 5


@transaction.atomic
def start_freezing(scope: Scope, *, period_id: int) -> int:
    """Make the figures of every school that has not signed, as a job; its principal then only looks and signs.

    Returns the job's id. Raises NotFound, TooEarly, NobodyToFreeze.
    """
    period = calendar.period(period_id)
    _refuse_others(scope)
    refuse_early(period)
    schools = _to_freeze(scope, period_id)
    if not schools:
        raise NobodyToFreeze
    return jobs.start(
        scope,
        kind=JOB,
        title=f"Lập số liệu kì {period.label}",
        school_id=_place(scope),
        arguments={"period_id": period_id},
        steps=len(schools),
    )


def freeze_all(ticket: jobs.Ticket, scope: Scope, *, period_id: int) -> dict[str, Any]:
    """School by school, each in a transaction of its own, so that memory holds one school at a time.

    Taken up again it goes on with those that were not made since it began; what stops one school stops no other.
    """
    with unit_of_work(scope):
        schools = _to_freeze(scope, period_id)
        done = queries.frozen_since(period_id, queries.job_began(ticket.job_id))
    total: Counter[str] = Counter()
    for number, school_id in enumerate(schools, start=1):
        if school_id in done:
            total["frozen"] += 1
            continue
        total[_freeze_one(scope, period_id, school_id)] += 1
        ticket.progress(number, len(schools), _told(total) if number == len(schools) else "")
    return dict(total)


def _freeze_one(scope: Scope, period_id: int, school_id: int) -> str:
    try:
        with unit_of_work(scope):
            freeze(scope, period_id=period_id, school_id=school_id)
    except Refusal:
        return "held"  # its own page says what is in the way
    except OperationalError:
        raise  # the database is away: that is no fault of this school
    except IntegrityError as problem:
        if not isinstance(problem.__cause__, COLLISIONS):
            raise
        return "held"
    except Exception:
        logger.exception("freezing failed", extra={"school": school_id, "period": period_id})
        return "broken"
    return "frozen"


def _told(total: Counter[str]) -> str:
    words = [f"Đã lập số liệu {total['frozen']} trường"]
    if total["held"]:
        words.append(f"{total['held']} trường còn vướng lỗi, cảnh báo")
    if total["broken"]:
        words.append(f"{total['broken']} trường gặp lỗi hệ thống, quản trị đã được báo")
    return ", ".join(words) + "."


@transaction.atomic
def close_period(scope: Scope, *, period_id: int) -> int:
    """Close a period for the province: which version of which school counts is written down by its hash. Returns its number.

    Closed before, it is closed once more when a corrected version was accepted since: nothing written before is changed.
    Raises NotFound, SchoolsMissing, NothingNew.
    """
    period = calendar.period(period_id)
    _refuse_others(scope)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"period {period_id}"])
    rows = queries.board(scope, period=period).rows
    missing = [row for row in rows if row.report.state != ACCEPTED]
    if missing or not rows:
        names = ", ".join(row.name for row in missing[:_NAMED])
        more = f" và {len(missing) - _NAMED} trường khác" if len(missing) > _NAMED else ""
        raise SchoolsMissing(count=len(missing), names=f"{names}{more}" if missing else "chưa có trường nào")
    data = queries.provincial_table(scope, period_id)
    last = Closing._base_manager.filter(period_id=period_id).order_by("-number").first()
    if last is not None and last.sha256 == sha256(data):
        raise NothingNew
    place = _place(scope)
    ref = files.keep(
        scope,
        school_id=place,
        data=data,
        media_type=media.JSON,
        name=f"toan-tinh-{period.school_year}-{period.kind.lower()}.json",
        purpose=keeping.PURPOSE,
    )
    row = Closing(
        school_id=place,
        period_id=period_id,
        number=last.number + 1 if last else 1,
        schools=len(rows),
        file_id=ref.id,
        sha256=ref.sha256,
        by_name=scope.actor_name,
        at=clock.now(),
    )
    row.save(force_insert=True)
    audit.record(
        scope,
        "periods.province_closed",
        school_id=place,
        object_type="period",
        object_id=period_id,
        changes={"schools": row.schools, "number": row.number, "sha256": row.sha256},
    )
    events.publish(
        PeriodClosed(school_id=place, school_year=period.school_year, period_id=period_id, closing_id=row.pk)
    )
    return row.number


def _to_freeze(scope: Scope, period_id: int) -> list[int]:
    rows = queries.board(scope, period=calendar.period(period_id)).rows
    return sorted(row.school_id for row in rows if row.report.state in OPEN_STATES)


def _refuse_others(scope: Scope) -> None:
    if not scope.may(MANAGE):
        raise NotFound


def _place(scope: Scope) -> int:
    return scope.workspace.unit_id if scope.workspace else 0
