"""The exchange itself: who is asked about, the question outside of any transaction, and what is kept of the answer.

A register that is down or slow costs a worker its time-out and nobody else anything: no page and no transaction waits for it.
Every step bears being repeated; a run that broke off goes on with those who still have no answer.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import connection

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish_many
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import freezing
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.staff import queries as staff

from . import ports, settings
from .active import BASIS, BORN, IS_ACTIVE, NUMBER
from .events import PeopleVerified
from .ports import MOST_AT_ONCE, Answer, OnBehalf, Trouble
from .rules import MISMATCHES, Identity, MatchState

BEYOND: Final = system_scope("what the population register says of a person is kept for every place that knows him")

_FACTS = f"SELECT p.id, n.value, p.full_name, {BORN}, p.sex, {BASIS} FROM people_person p JOIN {NUMBER}"
#: Nobody whose verdict still counts. A mismatch is asked about again when the facts change, or by name.
_CHOOSE = f"""{_FACTS}
LEFT JOIN verification_check c ON c.person_id = p.id
WHERE p.id > %(after)s AND p.merged_into_id IS NULL AND {IS_ACTIVE}
  AND (c.id IS NULL OR c.basis <> {BASIS} OR c.state IN ('NOT_SENT', 'PENDING', 'ERROR'))
ORDER BY p.id LIMIT {MOST_AT_ONCE}"""
_WANTED = f"""{_FACTS}
JOIN verification_check c ON c.person_id = p.id WHERE c.wanted_at IS NOT NULL AND p.merged_into_id IS NULL
ORDER BY c.wanted_at LIMIT {MOST_AT_ONCE}"""
_COUNT = f"""SELECT count(*) FROM people_person p JOIN {NUMBER} LEFT JOIN verification_check c ON c.person_id = p.id
WHERE p.merged_into_id IS NULL AND {IS_ACTIVE}
  AND (c.id IS NULL OR c.basis <> {BASIS} OR c.state IN ('NOT_SENT', 'PENDING', 'ERROR'))"""
_NOBODY_WAITS = """UPDATE verification_check c SET wanted_at = NULL FROM people_person p
WHERE p.id = c.person_id AND c.wanted_at <= %s AND NOT c.person_id = ANY(%s)"""

_GIVEN = """json_to_recordset(%(given)s::json) AS g(person_id bigint, state text, basis text, suggestion jsonb, name_step text, why text,
  exchange text, evidence text, answered bool, due_on date)"""
_TAKES_PLACE = "(excluded.answered_at IS NOT NULL OR c.basis <> excluded.basis OR c.answered_at IS NULL)"
_VERSIONS = f"""
INSERT INTO verification_checkversion (person_id, places, state, basis, suggestion, exchange, evidence, answered_at)
SELECT c.person_id, c.places, c.state, c.basis, c.suggestion, c.exchange, c.evidence, c.answered_at
FROM verification_check c JOIN {_GIVEN} ON g.person_id = c.person_id
WHERE c.answered_at IS NOT NULL AND (g.answered OR c.basis <> g.basis)
  AND (c.state, c.basis, c.suggestion) IS DISTINCT FROM (g.state, g.basis, g.suggestion)"""


def _new(column: str) -> str:
    return f"{column} = CASE WHEN {_TAKES_PLACE} THEN excluded.{column} ELSE c.{column} END"


_KEEP = f"""
INSERT INTO verification_check AS c (person_id, places, state, basis, suggestion, name_step, why, exchange, evidence, asked_at,
  answered_at, tries, due_on)
SELECT g.person_id, p.places, g.state, g.basis, g.suggestion, g.name_step, g.why, g.exchange, g.evidence, %(now)s,
  CASE WHEN g.answered THEN %(now)s END, CASE WHEN g.answered THEN 0 ELSE 1 END, g.due_on
FROM {_GIVEN} JOIN people_person p ON p.id = g.person_id
ON CONFLICT (person_id) DO UPDATE SET
  {", ".join(map(_new, ("state", "basis", "suggestion", "name_step", "exchange", "evidence", "answered_at")))},
  due_on = CASE WHEN NOT {_TAKES_PLACE} THEN c.due_on WHEN excluded.due_on IS NULL THEN NULL ELSE coalesce(c.due_on, excluded.due_on) END,
  places = excluded.places, why = excluded.why, asked_at = excluded.asked_at, wanted_at = NULL,
  tries = CASE WHEN excluded.answered_at IS NULL THEN c.tries + 1 ELSE 0 END"""
_BEFORE = f"""SELECT c.person_id, CASE WHEN c.basis = {BASIS} THEN c.state ELSE 'NOT_SENT' END
FROM verification_check c JOIN people_person p ON p.id = c.person_id LEFT JOIN {NUMBER} WHERE c.person_id = ANY(%s)"""
_HOLD = "SELECT id FROM people_person WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"


@dataclass(frozen=True)
class Asked:
    """Somebody to ask about, and what a verdict will have been given for."""

    person_id: int
    identity: Identity
    basis: str


@dataclass(frozen=True)
class Came:
    """What an exchange came to: people asked about, of them answered, of them matched. resting: the line was not used at all."""

    asked: int
    answered: int
    matched: int
    resting: bool = False


def left(*, unit_id: int | None) -> int:
    """How many people of a school (None: of all places in sight) still have no answer that counts."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, _parameters(unit_id))
        return int(cursor.fetchone()[0])


def next_people(*, unit_id: int | None, after: int) -> list[Asked]:
    with connection.cursor() as cursor:
        cursor.execute(_CHOOSE, {**_parameters(unit_id), "after": after})
        return [_asked(row) for row in cursor.fetchall()]


def wanted_people() -> list[Asked]:
    """Those somebody waits for at a page, the longest wait first."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_WANTED)
        rows = [_asked(row) for row in cursor.fetchall()]
        if len(rows) < MOST_AT_ONCE:
            cursor.execute(
                _NOBODY_WAITS, [now, [row.person_id for row in rows]]
            )  # those who lost their number meanwhile
    return rows


def _asked(row: Sequence[Any]) -> Asked:
    return Asked(row[0], Identity(row[1], row[2], row[3], row[4]), row[5])


def _parameters(unit_id: int | None) -> dict[str, Any]:
    today = clock.today()
    return {"year": calendar.year_on(today), "today": today, "unit": unit_id}


def ask(scope: Scope, people: Sequence[Asked]) -> Came:
    """One exchange about at most MOST_AT_ONCE people. Never inside a transaction: the answer may take half a minute."""
    if not people:
        return Came(0, 0, 0)
    asker = f"person {scope.actor_id}" if scope.actor_id else scope.reason or "system"
    answers = ports.register().match_batch([one.identity for one in people], OnBehalf(asker, settings.purpose()))
    with unit_of_work(BEYOND):
        keep(scope, people, answers)
    answered = [answer.verdict.state for answer in answers if answer.verdict.state not in UNANSWERED]
    return Came(
        len(people),
        len(answered),
        answered.count(MatchState.MATCHED),
        resting=any(answer.why == Trouble.RESTING for answer in answers),
    )


UNANSWERED: Final = (MatchState.PENDING, MatchState.ERROR, MatchState.NOT_SENT)


def keep(scope: Scope, people: Sequence[Asked], answers: Sequence[Answer]) -> None:
    """Write the answers down: versions of what they take the place of, the new row, the freeze, the audit, the fact.

    Needs sight of the whole province. An answer about somebody else than asked is not believed, whoever hands it in.
    """
    due = clock.today() + dt.timedelta(days=settings.days_to_fix())
    ids = [one.person_id for one in people]
    given = [_given(one, answer, due) for one, answer in zip(people, answers, strict=True)]
    values: dict[str, Any] = {"given": json.dumps(given), "now": clock.now()}
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [ids])
        cursor.execute(_BEFORE, [ids])
        before = dict(cursor.fetchall())
        cursor.execute(_VERSIONS, values)
        cursor.execute(_KEEP, values)
    settle(ids)
    with connection.cursor() as cursor:
        cursor.execute(_BEFORE, [ids])
        after = dict(cursor.fetchall())
    units = units_of(ids)
    audit.record_many(
        scope,
        "verification.asked",
        (
            {
                "school_id": units[row["person_id"]],
                "object_type": "person",
                "object_id": row["person_id"],
                "subject_id": row["person_id"],
                "changes": {
                    "state": [before.get(row["person_id"], "NOT_SENT"), after[row["person_id"]]],
                    "exchange": row["exchange"],
                    "evidence": row["evidence"],
                },
                "why": settings.purpose(),
            }
            for row in given
            if row["person_id"] in units
        ),
    )
    tell(i for i in ids if before.get(i, "NOT_SENT") != after[i])


def tell(person_ids: Any) -> None:
    """One fact a school for the figures."""
    year = calendar.year_on(clock.today())
    schools = set(units_of(list(person_ids)).values())
    publish_many([PeopleVerified(school_id=school_id, school_year=year) for school_id in sorted(schools)])


def units_of(person_ids: Collection[int]) -> dict[int, int]:
    """Where each of these people learns or works today."""
    return staff.working(person_ids) | enrolment.sitting(person_ids)


_SETTLE = f"""
SELECT p.id, c.state = 'MATCHED' AND c.basis = {BASIS} AND p.merged_into_id IS NULL
FROM people_person p LEFT JOIN {NUMBER} LEFT JOIN verification_check c ON c.person_id = p.id WHERE p.id = ANY(%s)"""
_UNSETTLED = f"""
SELECT p.id FROM people_person p LEFT JOIN {NUMBER} LEFT JOIN verification_check c ON c.person_id = p.id
WHERE (p.frozen_since IS NOT NULL OR c.state = 'MATCHED')
  AND (p.frozen_since IS NOT NULL) <> coalesce(c.state = 'MATCHED' AND c.basis = {BASIS} AND p.merged_into_id IS NULL, false)"""
_FOLLOW_PLACES = """
UPDATE verification_check c SET places = p.places FROM people_person p WHERE p.id = c.person_id AND c.places IS DISTINCT FROM p.places"""


def settle(person_ids: Collection[int]) -> None:
    """Freeze whose match counts now, let go whose does not."""
    with connection.cursor() as cursor:
        cursor.execute(_SETTLE, [list(person_ids)])
        counts = dict(cursor.fetchall())
    freezing.freeze([i for i, holds in counts.items() if holds])
    freezing.release([i for i, holds in counts.items() if not holds])


def follow_people() -> int:
    """For the roof's hourly beat: checks go where their people went, and who was merged, parted or corrected is settled anew."""
    with unit_of_work(BEYOND):
        with connection.cursor() as cursor:
            cursor.execute(_FOLLOW_PLACES)
            cursor.execute(_UNSETTLED)
            ids = [row[0] for row in cursor.fetchall()]
        if ids:
            settle(ids)
            tell(ids)
    return 0


def _given(one: Asked, answer: Answer, due: dt.date) -> dict[str, Any]:
    verdict, state, why = answer.verdict, answer.verdict.state, answer.why
    if answer.asked != one.identity:
        state, why = MatchState.ERROR, Trouble.NOT_UNDERSTOOD
    answered = state not in UNANSWERED
    return {
        "person_id": one.person_id,
        "state": state.value,
        "basis": one.basis,
        "suggestion": dict(verdict.suggestion) if answered else {},
        "name_step": (verdict.name_step or "") if answered else "",
        "why": why,
        "exchange": answer.transaction,
        "evidence": answer.evidence if answered else "",
        "answered": answered,
        "due_on": due.isoformat() if state in MISMATCHES else None,
    }
