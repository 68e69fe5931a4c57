"""Writes about pupils and who answers for them. A guardianship and the right it opens are written and closed together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Q

from maitruong.foundation.access import queries as access
from maitruong.foundation.access import services as grants
from maitruong.foundation.access.bulk import NewGrant, grant_many
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt, unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.identity import tries
from maitruong.foundation.kernel import clock, personal_id, vietnamese
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.people import queries as people
from maitruong.foundation.people import services as people_services
from maitruong.foundation.people.errors import NumberOfAnother
from maitruong.foundation.reference import catalogue as reference

from . import bulk as bulk
from . import ports, standings
from .columns import student_list as student_list
from .confirming import answer_tie as answer_tie
from .confirming import confirm_ties as confirm_ties
from .confirming import open_right
from .confirming import people_waiting as people_waiting
from .confirming import ties_waiting_for as ties_waiting_for
from .errors import (
    BornAhead,
    ChildGrownUp,
    EndBeforeStart,
    NameMissing,
    NotLetGo,
    NumberRefused,
    NumberTriesSpent,
    RelationUnknown,
)
from .events import GuardianAdded, GuardianEnded
from .list_checks import grade_of as grade_of
from .models import Guardianship, Student
from .standings import end_standing as end_standing
from .standings import follow_the_day as follow_the_day
from .standings import hold_file as hold_file
from .standings import record_boarding as record_boarding
from .standings import record_standing as record_standing
from .standings import withdraw_standing as withdraw_standing

GROWN_UP_YEARS = 18
#: The refusal of a number that is another's tells that it exists: an honest clerk mistypes a few an hour, a prober asks many.
WRONG_NUMBERS = 10
WRONG_NUMBERS_WITHIN = dt.timedelta(hours=1)
_BEYOND = system_scope("a guardian may be known at another school of the province")
_TRIES, _IN_LISTS = "number of another", "number of another in a list"


Done = TypeVar("Done")


def register_student(
    scope: Scope,
    *,
    school_id: int,
    full_name: str,
    born_on: dt.date | None = None,
    sex: str = "",
    citizen_number: str = "",
    details: dict[str, Any] | None = None,
    **person: Any,
) -> int:
    """Open the dossier of a new pupil, known at a school. Returns the person's id. Enrolling him is a step of its own.

    A number that the province holds for the same name gives that person, with the dossier he has, if no other school has
    a say in it any more. Raises NotFound, NameMissing, BornAhead, NumberRefused, NumberOfAnother, NotLetGo, NumberTriesSpent.
    """
    if not scope.covers("students.edit", school_id=school_id):
        raise NotFound
    if born_on is not None and born_on > clock.today():
        raise BornAhead(on=born_on)
    student_id, known_before = _known_or_new(
        scope,
        school_id=school_id,
        full_name=full_name,
        born_on=born_on,
        sex=sex,
        citizen_number=citizen_number,
        **person,
    )
    if known_before and strangers_not_let_go({student_id}, school_id):
        raise NotLetGo
    with unit_of_work(_BEYOND):
        if known_before:
            people_services.known_at([student_id], school_id)
        held = Student._base_manager.filter(pk=student_id).values_list("places", flat=True).first()
        if held is None:
            Student(person_id=student_id, places=[school_id], details=details or {}).save(force_insert=True)
        elif school_id not in held:
            Student._base_manager.filter(pk=student_id).update(places=[*held, school_id])
    if held is None:
        audit.record(
            scope,
            "students.registered",
            school_id=school_id,
            object_type="student",
            object_id=student_id,
            subject_id=student_id,
        )
    return student_id


def add_guardian(
    scope: Scope,
    *,
    student_id: int,
    school_id: int,
    full_name: str,
    relation: str,
    starts_on: dt.date,
    phone: str = "",
    citizen_number: str = "",
    born_on: dt.date | None = None,
    occupation: str = "",
    workplace: str = "",
    person_id: int | None = None,
    basis: str = "",
) -> int:
    """Write who answers for a child and open the family's workspace to that person, until the child's 18th birthday.

    school_id: the child's school, through which the scope reaches the child. person_id: somebody the school knows already.
    A person of other places whom this school does not know waits for a confirmation (confirming.py): the school sees nothing
    of her before. The same person again for the same child changes nothing. Returns the guardianship's id.
    Raises NotFound, NameMissing, RelationUnknown, NumberRefused, NumberOfAnother, NumberTriesSpent, ChildGrownUp, PhoneRefused.
    """
    _refuse_strangers(scope, student_id, school_id)
    if not people_services.stand_on(student_id, school_id):
        raise NotFound
    if relation not in {code.key for code in reference.codes("relation")}:
        raise RelationUnknown(given=relation)
    child = people.particulars(student_id)
    assert child is not None  # _refuse_strangers saw the pupil
    last_day = last_day_of_access(child.born_on)
    if last_day is not None and last_day < starts_on:
        raise ChildGrownUp(name=child.full_name, on=last_day + dt.timedelta(days=1))
    guardian_id, known_before = (
        (person_id, True)
        if person_id
        else _known_or_new(
            scope,
            school_id=school_id,
            full_name=full_name,
            born_on=born_on,
            citizen_number=citizen_number,
            phone=people_services.tidy_phone(phone),
        )
    )
    waits = known_before and bool(strangers({guardian_id}, school_id))
    there = Guardianship._base_manager.filter(_open_on(starts_on), student_id=student_id, guardian_id=guardian_id)
    if found := there.first():
        return found.pk
    row = Guardianship(
        school_id=school_id,
        student_id=student_id,
        guardian_id=guardian_id,
        relation=relation,
        occupation=vietnamese.tidy(occupation),
        workplace=vietnamese.tidy(workplace),
        starts_on=starts_on,
        waits_since=clock.now() if waits else None,
        named_as=vietnamese.tidy(full_name) if waits else "",
        basis=vietnamese.tidy(basis),
    )
    row.save()
    open_right(row, last_day=last_day, reason=f"{reference.code('relation', relation).name} của học sinh")
    audit.record(
        scope,
        "students.guardian_added",
        school_id=school_id,
        object_type="guardianship",
        object_id=row.pk,
        subject_id=student_id,
        changes={"guardian": [None, guardian_id], "relation": [None, relation], "access_until": [None, last_day]}
        | ({"waits": [None, True]} if waits else {}),
        why=vietnamese.tidy(basis),
    )
    publish(GuardianAdded(school_id=school_id, student_id=student_id, guardian_id=guardian_id))
    return row.pk


def end_guardianship(
    scope: Scope, *, guardianship_id: int, ends_on: dt.date, why: str, student_id: int | None = None
) -> bool:
    """Let a guardianship end with a day, and with it the family's sight of the child, at every school the child was at.

    False when it had ended. student_id: whose it must be. Raises NotFound, EndBeforeStart.
    """
    row = (
        Guardianship.objects.visible_to(scope, "students.guardians")
        .select_for_update()
        .filter(pk=guardianship_id)
        .first()
    )
    if row is None or student_id not in (None, row.student_id):
        raise NotFound
    if row.ends_on is not None:
        return False
    if ends_on < row.starts_on:
        raise EndBeforeStart(ends_on=ends_on, starts_on=row.starts_on)
    row.ends_on, row.end_why = ends_on, personal_id.veiled(vietnamese.tidy(why))
    row.save(update_fields=["ends_on", "end_why"])
    # A right that waits has never held; left open-ended it would hold back others of hers here.
    last_day = ends_on if row.waits_since is None else row.starts_on - dt.timedelta(days=1)
    closed = grants.close_grants(
        person_id=row.guardian_id, role="guardian", student_id=row.student_id, last_day=last_day
    )
    audit.record(
        scope,
        "students.guardian_ended",
        school_id=row.school_id,
        object_type="guardianship",
        object_id=row.pk,
        subject_id=row.student_id,
        changes={"ends_on": [None, ends_on], "rights": [closed, []]},
        why=why,
    )
    publish(GuardianEnded(school_id=row.school_id, student_id=row.student_id, guardian_id=row.guardian_id))
    return True


def follow_child(*, student_id: int, school_id: int, on: dt.date) -> None:
    """Let the family (and the pupil's own account) see the child at the school he comes to; the former school's rows stay theirs.

    Called by enrolment in its transaction, whose permission it was. Repeating it changes nothing.
    """
    with unit_of_work(_BEYOND):
        child = people.particulars(student_id)
        last_day = last_day_of_access(child.born_on) if child else None
        family = Guardianship._base_manager.filter(_open_on(on), student_id=student_id)
        # A tie that waits goes on waiting, unless the new school knows the person by itself.
        strange = strangers({row.guardian_id for row in family if row.waits_since}, school_id)
        guardians = {row.guardian_id: row.waits_since if row.guardian_id in strange else None for row in family}
        family.exclude(guardian_id__in=strange).update(waits_since=None, named_as="")
        family.exclude(school_id=school_id).update(school_id=school_id)
        people_services.known_at([student_id, *(i for i in guardians if i not in strange)], school_id)
        Student._base_manager.filter(pk=student_id).exclude(places__contains=[school_id]).update(
            places=_with(student_id, school_id)
        )
        standings.known_at(student_id, school_id)
        for keeper in ports.keepers():
            keeper.comes(student_id, school_id)
        for person_id, waits_since in guardians.items():
            _see_at(person_id, "guardian", student_id, school_id, on, last_day, waits_since)
        if access.posts(person_ids=[student_id], roles=["pupil"], on=on):
            _see_at(student_id, "pupil", student_id, school_id, on, None)


def last_day_of_access(born_on: dt.date | None) -> dt.date | None:
    """The last day a guardian sees the child's data: the day before the 18th birthday. Unknown birth day: no limit.

    Born on 29 February: grown up on 1 March.
    """
    if born_on is None:
        return None
    try:
        birthday = born_on.replace(year=born_on.year + GROWN_UP_YEARS)
    except ValueError:
        birthday = dt.date(born_on.year + GROWN_UP_YEARS, 3, 1)
    return birthday - dt.timedelta(days=1)


def _see_at(
    person_id: int,
    role: str,
    student_id: int,
    school_id: int,
    on: dt.date,
    last_day: dt.date | None,
    waits_since: dt.datetime | None = None,
) -> None:
    held = access.posts(unit_ids=[school_id], person_ids=[person_id], roles=[role], on=on)
    if any(student_id in (post.student_ids or ()) for post in held) or (last_day is not None and last_day < on):
        return
    grant_many(
        [NewGrant(person_id, role, school_id, [student_id], on, last_day, "theo học sinh đến trường mới", waits_since)]
    )


def _with(student_id: int, school_id: int) -> list[int]:
    held = Student._base_manager.filter(pk=student_id).values_list("places", flat=True).first() or []
    return [*held, school_id]


def strangers(person_ids: set[int], school_id: int) -> set[int]:
    """Those of these people who are known at other places and not at this school."""
    with unit_of_work(_BEYOND):
        return people.not_known_at(person_ids, school_id)


def strangers_not_let_go(person_ids: set[int], school_id: int) -> set[int]:
    """Those of these people who are known at other places only and were not let go as pupils there (ADR 0011).

    A pupil who comes brings the dossier along. A number and a name are soon copied from a list: they show it to no school
    before the one that has him said that he leaves. Whoever answers for a child is looked at as a parent, not as the pupil
    she was.
    """
    strange = strangers(person_ids, school_id)
    with unit_of_work(_BEYOND):
        return strange - (ports.let_go(strange) - bulk.guardians_among(strange))


def attempt_number(
    scope: Scope, act: Callable[[], Done], *, school_id: int, student_id: int | None = None
) -> tuple[Done | None, Refusal | None]:
    """`attempt` for an act that may be refused because a number is another's: that is counted and written into the audit.

    Here and not in the act itself: what a refusal takes back would take its own trace along.
    """
    if scope.actor_id is not None:
        tries.take_turn(_TRIES, scope.actor_id)
    done, problem = attempt(act)
    if isinstance(problem, NumberOfAnother) and scope.actor_id is not None:
        tries.count_failure(_TRIES, scope.actor_id)
        audit.record(
            scope,
            "students.number_of_another",
            school_id=school_id,
            object_type="student",
            object_id=student_id or "",
            subject_id=student_id,
        )
    return done, problem


def numbers_of_others(scope: Scope) -> int:
    """How many numbers of others lists told this person within the hour."""
    return tries.failed(_IN_LISTS, scope.actor_id, within=WRONG_NUMBERS_WITHIN) if scope.actor_id is not None else 0


def count_numbers_of_others(scope: Scope, count: int) -> None:
    if scope.actor_id is not None:
        tries.count_failure(_IN_LISTS, scope.actor_id, times=count)


def _refuse_many_tries(scope: Scope) -> None:
    if scope.actor_id is None:
        return
    count = tries.failed(_TRIES, scope.actor_id, within=WRONG_NUMBERS_WITHIN)
    if count >= WRONG_NUMBERS:
        raise NumberTriesSpent(count=count, minutes=int(WRONG_NUMBERS_WITHIN.total_seconds()) // 60)


def _known_or_new(
    scope: Scope, *, school_id: int, full_name: str, citizen_number: str, born_on: dt.date | None, **details: Any
) -> tuple[int, bool]:
    """The person a number and a name mean, and whether the house had that person already."""
    name = vietnamese.tidy(full_name)
    if not name:
        raise NameMissing
    number = personal_id.tidy(citizen_number) if citizen_number.strip() else ""
    if number:
        _refuse_impossible(number, born_on)
        _refuse_many_tries(scope)
        with unit_of_work(_BEYOND):
            held = people.same_person(scheme="CCCD", value=number, full_name=name)
        if held is not None:
            return held, True
    made = people_services.register_person(
        scope, full_name=name, places=[school_id], born_on=born_on, citizen_number=number, **details
    )
    return made, False


def _refuse_impossible(number: str, born_on: dt.date | None) -> None:
    wrong = [
        finding
        for finding in personal_id.check(number, born=born_on, sex=None, today=clock.today())
        if finding.severity == "error"
    ]
    if wrong:
        raise NumberRefused(why=wrong[0].message)


def _refuse_strangers(scope: Scope, student_id: int, school_id: int) -> None:
    """The child must be known at the school through which the caller comes."""
    reached = scope.covers("students.guardians", school_id=school_id, student_id=student_id)
    if not reached or not Student._base_manager.filter(pk=student_id, places__contains=[school_id]).exists():
        raise NotFound


def _open_on(day: dt.date) -> Q:
    return Q(ends_on__isnull=True) | Q(ends_on__gte=day)
