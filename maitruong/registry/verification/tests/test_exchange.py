"""The exchange: whom it asks, what it keeps, when a verdict counts, and what a failing register leaves behind."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.jobs.services import Ticket
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.verification import asking, ports, queries, running, services
from maitruong.registry.verification.errors import AlreadyRunning, NoNumberYet, NotConnected, NothingToSend
from maitruong.registry.verification.models import Check, CheckVersion, Line
from maitruong.registry.verification.ports import Trouble
from maitruong.registry.verification.rules import Identity, MatchState, Verdict
from tests import factories as make

from .registers import Paper, give_number, joined

pytestmark = pytest.mark.django_db
NUMBERS = ["031213001234", "031213001235", "031213001236"]


@pytest.fixture
def register(place: SimpleNamespace) -> Iterator[SimpleNamespace]:
    """The school's three pupils with numbers, all known to a register as they are written here."""
    paper = Paper()
    place.people = [give_number(pupil, number) for pupil, number in zip(place.pupils, NUMBERS, strict=True)]
    paper.knows(*place.people)
    with joined(paper):
        yield SimpleNamespace(**vars(place), paper=paper)


def exchange(scope: Scope) -> dict[str, object]:
    with unit_of_work(scope):
        job_id = services.start_exchange(scope)
    return run(job_id, scope)


def run(job_id: int, scope: Scope) -> dict[str, object]:
    with make.as_system():
        job = Job._base_manager.get(pk=job_id)
    result = running.exchange(Ticket(job), scope, **job.arguments)
    with make.as_system():
        Job._base_manager.filter(pk=job_id).update(ended_at=job.asked_at)
    return result


def state(person_id: int) -> str:
    with make.as_system():
        found = queries.standing_of(person_id)
    assert found is not None
    return found.state


def test_the_database_and_the_rule_name_a_basis_alike(register: SimpleNamespace) -> None:
    with make.as_system():
        Person._base_manager.filter(pk=register.pupils[2]).update(born_on=None, sex="")
        chosen = asking.next_people(unit_id=register.school, after=0)
    assert [one.person_id for one in chosen] == sorted(register.pupils)
    assert [one.basis for one in chosen] == [one.identity.basis for one in chosen]


def test_a_school_asks_about_its_own_people_and_says_who_asks_what_for(register: SimpleNamespace) -> None:
    theirs = give_number(register.their_pupil, "031214009999")
    register.paper.knows(theirs)

    result = exchange(register.principal)

    assert result == {"asked": 3, "answered": 3, "matched": 3, "stopped": False}
    ((people, on_behalf),) = register.paper.asked
    assert people == register.people
    assert on_behalf.user == f"person {register.principal.actor_id}" and on_behalf.purpose
    assert [state(pupil) for pupil in register.pupils] == ["MATCHED"] * 3
    assert state(register.their_pupil) == "NOT_SENT"
    with make.as_system():
        row = Check._base_manager.get(person_id=register.pupils[0])
        told = Entry._base_manager.filter(action="verification.asked", subject_id=register.pupils[0])
        assert (row.evidence, row.exchange, row.suggestion) == ("their-exchange", "our-exchange", {})
        assert told.count() == 1
        assert OutboxEvent.objects.filter(kind="verification.people_verified", school_id=register.school).count() == 1


def test_who_was_answered_is_not_asked_again_and_the_dead_end_is_told(register: SimpleNamespace) -> None:
    exchange(register.principal)
    with unit_of_work(register.principal), pytest.raises(NothingToSend):
        services.start_exchange(register.principal)
    assert len(register.paper.asked) == 1


def test_the_department_asks_about_the_whole_province(register: SimpleNamespace) -> None:
    register.paper.knows(
        give_number(register.their_pupil, "031214009999"), give_number(register.teacher, "031185000001")
    )
    officer = make.scope_of(make.a_post_holder(register.department, "department_officer", "Lã Thị Sở"))
    assert exchange(officer)["asked"] == 5


def test_a_mismatch_keeps_the_suggestion_and_a_day_to_fix_it_by(register: SimpleNamespace) -> None:
    register.paper.knows(dataclasses.replace(register.people[2], full_name="Trần Thị Hoà"))
    exchange(register.principal)
    with make.as_system():
        row = Check._base_manager.get(person_id=register.pupils[2])
        person = Person._base_manager.get(pk=register.pupils[2])
    assert (row.state, row.suggestion, row.name_step) == (
        "MISMATCH_NAME",
        {"full_name": "Trần Thị Hoà"},
        "same_spelling",
    )
    assert row.due_on == dt.date(2026, 12, 5)
    assert (person.full_name, person.frozen_since) == ("Trần Thị Hòa", None), "told, never put right by a program"


def test_a_match_counts_only_for_the_facts_it_was_given_for(register: SimpleNamespace) -> None:
    exchange(register.principal)
    with make.as_system():
        Person._base_manager.filter(pk=register.pupils[0]).update(frozen_since=None, born_on=dt.date(2012, 1, 1))
    assert state(register.pupils[0]) == "NOT_SENT"
    assert exchange(register.principal)["asked"] == 1
    with make.as_system():
        (version,) = CheckVersion._base_manager.filter(person_id=register.pupils[0])
    assert version.state == "MATCHED" and state(register.pupils[0]) == "MISMATCH_DOB"


def test_facts_that_change_while_the_register_thinks_are_not_matched(register: SimpleNamespace) -> None:
    def somebody_saves() -> None:
        with make.as_system():
            Person._base_manager.filter(pk=register.pupils[0]).update(full_name="Nguyễn Minh Anh")

    register.paper.during = somebody_saves
    exchange(register.principal)
    with make.as_system():
        person = Person._base_manager.get(pk=register.pupils[0])
    assert state(register.pupils[0]) == "NOT_SENT" and person.frozen_since is None


def test_a_failed_exchange_takes_no_verdict_away_and_ends_the_run(register: SimpleNamespace) -> None:
    exchange(register.principal)
    register.paper.says, register.paper.why = lambda person: Verdict(MatchState.PENDING), Trouble.RESTING
    with unit_of_work(register.principal):
        services.ask_one(register.principal, person_id=register.pupils[0])
    running.ask_wanted(None, register.principal)  # type: ignore[arg-type]
    with make.as_system():
        row = Check._base_manager.get(person_id=register.pupils[0])
    assert (row.state, row.why, row.tries, row.wanted_at) == ("MATCHED", "resting", 1, None)

    with make.as_system():
        give_number(register.their_pupil, "031214009999")
    result = exchange(register.stranger)
    assert (result["asked"], result["answered"], result["stopped"]) == (1, 0, True)
    assert state(register.their_pupil) == "PENDING"


def test_an_answer_about_somebody_else_is_not_believed(register: SimpleNamespace) -> None:
    stranger = Identity("031213007777", "Ai Đó", dt.date(2013, 1, 1), "male")
    with make.as_system() as scope:
        (first, *_) = asking.next_people(unit_id=register.school, after=0)
        answer = ports.Answer(stranger, Verdict(MatchState.MATCHED), "t", "e")
        asking.keep(scope, [first], [answer])
        row = Check._base_manager.get(person_id=first.person_id)
        person = Person._base_manager.get(pk=first.person_id)
    assert (row.state, row.evidence, person.frozen_since) == ("ERROR", "", None)


def test_two_runs_at_once_are_refused_and_without_a_line_nothing_starts(register: SimpleNamespace) -> None:
    with unit_of_work(register.principal):
        services.start_exchange(register.principal)
        with pytest.raises(AlreadyRunning):
            services.start_exchange(register.principal)
        with joined(None), pytest.raises(NotConnected):
            services.start_exchange(register.principal)
        with joined(None), pytest.raises(NotConnected):
            services.ask_one(register.principal, person_id=register.pupils[0])


def test_a_single_question_waits_in_the_queue_once_and_one_exchange_asks_for_all(register: SimpleNamespace) -> None:
    with unit_of_work(register.clerk):
        for pupil in (*register.pupils[:2], register.pupils[0]):
            services.ask_one(register.clerk, person_id=pupil)
        assert queries.standing(register.clerk, register.pupils[0]).is_waiting
    assert not register.paper.asked, "the page asked nobody"
    with make.as_system():
        assert Job._base_manager.filter(kind=running.ASK_WANTED).count() == 2
    running.ask_wanted(None, register.clerk)  # type: ignore[arg-type]
    running.ask_wanted(None, register.clerk)  # type: ignore[arg-type]
    assert [len(people) for people, _ in register.paper.asked] == [2]
    assert [state(pupil) for pupil in register.pupils] == ["MATCHED", "MATCHED", "NOT_SENT"]


def test_nobody_asks_about_a_neighbours_pupil_or_one_without_a_number(register: SimpleNamespace) -> None:
    with unit_of_work(register.stranger):
        with pytest.raises(NotFound):
            services.ask_one(register.stranger, person_id=register.pupils[0])
        with pytest.raises(NotFound):
            queries.standing(register.stranger, register.pupils[0])
        with pytest.raises(NoNumberYet):
            services.ask_one(register.stranger, person_id=register.their_pupil)
    exchange(register.principal)
    with unit_of_work(register.stranger):
        assert not Check._base_manager.exists() and not CheckVersion._base_manager.exists(), "behind the wall as well"


def test_a_check_follows_its_person_and_a_merged_one_is_let_go(register: SimpleNamespace) -> None:
    exchange(register.principal)
    with make.as_system():
        Person._base_manager.filter(pk=register.pupils[0]).update(places=[register.school, register.neighbour])
        Person._base_manager.filter(pk=register.pupils[1]).update(merged_into_id=register.pupils[2])
    services.follow_people()
    with make.as_system():
        assert Check._base_manager.get(person_id=register.pupils[0]).places == [register.school, register.neighbour]
        frozen = Person._base_manager.filter(frozen_since__isnull=False).values_list("pk", flat=True)
        assert set(frozen) == {register.pupils[0], register.pupils[2]}
        assert PersonIdentifier._base_manager.get(value=NUMBERS[1]).verified_at is None


def test_the_line_rests_for_every_process_and_one_caller_tries_again(place: SimpleNamespace) -> None:
    one, other = (services.SharedBreaker(failures=2, rest=60) for _ in range(2))
    assert one.may_call() and other.may_call()
    one.failed()
    assert other.may_call()
    other.failed()
    assert not one.may_call() and not other.may_call()
    with make.as_system():
        Line.objects.update(rests_until=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert one.may_call() and not other.may_call()
    one.succeeded()
    assert one.may_call() and other.may_call()


def test_nothing_starts_by_night_unless_it_is_night(register: SimpleNamespace) -> None:
    from maitruong.foundation.kernel import clock

    services.start_by_night()
    with make.as_system():
        assert not Job._base_manager.filter(kind=running.EXCHANGE).exists()
    with clock.standing_still(dt.datetime(2026, 11, 21, 3, 10, tzinfo=clock.VIETNAM)):
        services.start_by_night()
        services.start_by_night()
    with make.as_system():
        (job,) = Job._base_manager.filter(kind=running.EXCHANGE)
    assert job.school_id == register.department and job.all_steps == 3
