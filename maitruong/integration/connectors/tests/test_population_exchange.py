"""The whole exchange against the stand-in as a process of its own: whatever fails there, nobody is matched who is not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.jobs.services import Ticket
from maitruong.foundation.people.models import Person
from maitruong.integration.connectors.population import Client, from_environment
from maitruong.registry.conftest import november, place
from maitruong.registry.verification import ports, running, services
from maitruong.registry.verification.errors import AddressRefused
from maitruong.registry.verification.models import Check
from maitruong.registry.verification.tests.registers import give_number
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

from .test_population import PEOPLE, fault, register

__all__ = ["fault", "november", "place", "register"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def asked(place: SimpleNamespace, register: str) -> Iterator[SimpleNamespace]:
    """The school's first two pupils are people the stand-in knows; its third holds a number nobody has."""
    with make.as_system():
        for pupil, person in zip(place.pupils, PEOPLE, strict=False):
            Person._base_manager.filter(pk=pupil).update(
                full_name=person.full_name, born_on=person.born_on, sex=person.sex
            )
    for pupil, number in zip(place.pupils, (PEOPLE[0].number, PEOPLE[1].number, "031213007777"), strict=True):
        give_number(pupil, number)
    client = Client(register, seconds=1.0, tries=1, breaker=services.SharedBreaker(failures=2), sleep=lambda _: None)
    ports.connect(client)
    yield place
    ports.connect(None)


def exchange(asked: SimpleNamespace) -> dict[str, object]:
    with unit_of_work(asked.principal):
        job_id = services.start_exchange(asked.principal)
    with make.as_system():
        job = Job._base_manager.get(pk=job_id)
    result = running.exchange(Ticket(job), asked.principal, **job.arguments)
    with make.as_system():
        Job._base_manager.filter(pk=job_id).update(ended_at=job.asked_at)
    return result


def states(asked: SimpleNamespace) -> list[str]:
    with make.as_system():
        kept = dict(Check._base_manager.values_list("person_id", "state"))
    return [kept[pupil] for pupil in asked.pupils]


def frozen(asked: SimpleNamespace) -> list[bool]:
    with make.as_system():
        people = Person._base_manager.in_bulk(asked.pupils)
    return [people[pupil].frozen_since is not None for pupil in asked.pupils]


def test_a_right_register_matches_freezes_and_tells_the_unknown_number(asked: SimpleNamespace) -> None:
    assert exchange(asked) == {"asked": 3, "answered": 3, "matched": 2, "stopped": False}
    assert states(asked) == ["MATCHED", "MATCHED", "NUMBER_NOT_FOUND"]
    assert frozen(asked) == [True, True, False]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("down", ["PENDING"] * 3),
        ("slow", ["PENDING"] * 3),
        ("wrong", ["MISMATCH_NAME"] * 3),
        ("wrong_number", ["PENDING"] * 3),
        ("nonsense", ["ERROR"] * 3),
        ("twice", ["ERROR"] * 3),
        ("other_exchange", ["ERROR"] * 3),
    ],
)
def test_no_fault_matches_or_freezes_anybody_and_the_next_run_makes_it_good(
    asked: SimpleNamespace, fault: object, name: str, expected: list[str]
) -> None:
    fault(name, 3.0)  # type: ignore[operator]
    exchange(asked)
    assert states(asked) == expected
    assert frozen(asked) == [False] * 3
    with make.as_system():
        assert not Check._base_manager.exclude(suggestion={}).exists(), "nothing of a stranger is kept"

    fault("none")  # type: ignore[operator]
    if name != "wrong":  # what was answered is asked again by name
        assert exchange(asked)["matched"] == 2
    else:
        with unit_of_work(asked.principal):
            for pupil in asked.pupils:
                services.ask_one(asked.principal, person_id=pupil)
        running.ask_wanted(None, asked.principal)  # type: ignore[arg-type]
    assert states(asked) == ["MATCHED", "MATCHED", "NUMBER_NOT_FOUND"]


def test_half_a_batch_is_half_and_the_rest_is_asked_again(asked: SimpleNamespace, fault: object) -> None:
    fault("partial")  # type: ignore[operator]
    assert exchange(asked)["answered"] == 1
    assert sorted(states(asked)) == ["MATCHED", "PENDING", "PENDING"]
    fault("none")  # type: ignore[operator]
    assert exchange(asked)["asked"] == 2


def test_a_register_that_is_away_is_left_alone_and_pages_go_on_as_before(asked: SimpleNamespace, fault: object) -> None:
    """A page of a pupil asks nobody: with the register slow it draws with the same statements, and no slower."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from maitruong.foundation.identity.models import Account

    head = signed_in(Account.objects.get(person_id=asked.principal.actor_id))

    def page() -> tuple[int, float]:
        with CaptureQueriesContext(connection) as told:
            began = time.perf_counter()
            assert head.get(f"/hoc-sinh/{asked.pupils[0]}/").status_code == 200
            return len(told), time.perf_counter() - began

    page()
    before = [page() for _ in range(7)]
    fault("slow", 3.0)  # type: ignore[operator]
    with unit_of_work(asked.principal):
        services.ask_one(asked.principal, person_id=asked.pupils[0])
    during = [page() for _ in range(7)]
    assert {count for count, _ in during} == {count for count, _ in before}
    # The middle one: a machine busy with other things stretches single pages, a register in the way stretches all by seconds.
    assert sorted(t for _, t in during)[3] < sorted(t for _, t in before)[3] + 0.5

    for _ in range(3):
        result = exchange(asked)
    assert result["stopped"], "the line rests after two failures"


def test_numbers_travel_over_tls_or_stay_on_this_machine() -> None:
    breaker = services.SharedBreaker()
    for address in ("http://10.0.0.7/", "http://dancu.example.vn", "ftp://127.0.0.1", "https://", "x"):
        with pytest.raises(AddressRefused):
            from_environment(breaker, {"MT_POPULATION_URL": address})
    assert from_environment(breaker, {"MT_POPULATION_URL": "https://dancu.example.vn/api"}) is not None
    assert from_environment(breaker, {}) is None
