"""What was confirmed stands still: refused by every service that writes people, and by the tables behind them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from maitruong.foundation.people import bulk, freezing, services
from maitruong.foundation.people.errors import Confirmed
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.foundation.people.types import Two
from tests import factories as make

pytestmark = pytest.mark.django_db
BORN = dt.date(2015, 3, 9)


@pytest.fixture
def person() -> int:
    school = make.a_school(make.a_commune(make.a_department()))
    with make.as_system() as scope:
        made = services.register_person(
            scope,
            full_name="Nguyễn Thị Hoà",
            places=[school],
            born_on=BORN,
            sex="female",
            citizen_number="031315001234",
        )
        freezing.freeze([made])
    return made


def number_of(person: int) -> PersonIdentifier:
    return PersonIdentifier._base_manager.get(person_id=person, scheme="CCCD")


@pytest.mark.parametrize("change", [{"full_name": "Nguyễn Thị Hòa"}, {"born_on": dt.date(2015, 9, 3)}, {"sex": "male"}])
def test_a_list_cannot_write_over_what_is_confirmed(person: int, change: dict[str, object]) -> None:
    with make.as_system():
        with pytest.raises(Confirmed) as told:
            bulk.change_many({person: change})
        assert "Nguyễn Thị Hoà" in told.value.text and "đề nghị điều chỉnh" in told.value.advice
        assert bulk.change_many({person: {"residence": "Lê Chân"}}) == {person}
        assert Person._base_manager.get(pk=person).full_name == "Nguyễn Thị Hoà"


def test_the_number_is_neither_taken_nor_joined_by_another(person: int) -> None:
    with make.as_system():
        with pytest.raises(Confirmed):
            bulk.remove_numbers([number_of(person).pk])
        with pytest.raises(Confirmed):
            bulk.add_numbers([(person, [1], "CCCD", "031315001299", BORN)])
        bulk.add_numbers([(person, [1], "SCHOOL", "HS01", BORN)])
        assert number_of(person).value == "031315001234"


@pytest.mark.parametrize(
    "write",
    [
        lambda person: Person._base_manager.filter(pk=person).update(full_name="x"),
        lambda person: Person._base_manager.filter(pk=person).update(born_on=None),
        lambda person: Person._base_manager.filter(pk=person).update(sex="male"),
        lambda person: PersonIdentifier._base_manager.filter(person_id=person).update(value="031315000000"),
        lambda person: PersonIdentifier._base_manager.filter(person_id=person).delete(),
        lambda person: PersonIdentifier(
            person_id=person, places=[1], scheme="CCCD", value="031315000000", valid=(BORN, None)
        ).save(),
    ],
)
def test_the_tables_refuse_whoever_goes_around_the_services(person: int, write: Callable[[int], object]) -> None:
    with make.as_system(), pytest.raises(IntegrityError), transaction.atomic():
        write(person)


def test_places_and_contact_go_on_and_a_decision_changes_everything(person: int) -> None:
    with make.as_system():
        services.known_at([person], 4711)
        changes = services.correct_confirmed(
            person_id=person, values={"full_name": "Nguyễn Thị Hòa", "born_on": BORN}, number="031315009999"
        )
        row = Person._base_manager.get(pk=person)
        assert changes == {
            "full_name": ["Nguyễn Thị Hoà", "Nguyễn Thị Hòa"],
            "number": ["031315001234", "031315009999"],
        }
        assert (row.full_name, row.name_fold, row.frozen_since) == ("Nguyễn Thị Hòa", "nguyen thi hoa", None)
        assert number_of(person).value == "031315009999" and number_of(person).verified_at is None


def test_a_merge_writes_nothing_over_what_is_confirmed_and_can_be_taken_back(person: int) -> None:
    with make.as_system() as scope:
        school = Person._base_manager.get(pk=person).places[0]
        other = services.register_person(
            scope, full_name="Nguyen Thi Hoa", places=[school], born_on=BORN, citizen_number="031315005678"
        )
        freezing.freeze([other])
        two = Two(kept=person, absorbed=other, unit_id=school, on=make.TODAY)
        with pytest.raises(Confirmed), transaction.atomic():
            services.merge(scope, two, why="khai sinh", taken=["full_name"])
        with pytest.raises(Confirmed), transaction.atomic():
            services.merge(scope, two, why="khai sinh", numbers=["CCCD"])
        merge_id = services.merge(scope, two, why="khai sinh")
        assert Person._base_manager.get(pk=other).frozen_since is None
        assert services.part(scope, merge_id=merge_id, why="hai em") == []
        assert Person._base_manager.get(pk=person).full_name == "Nguyễn Thị Hoà"


def test_a_name_unchanged_is_no_change(person: int) -> None:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("UPDATE people_person SET full_name = full_name, version = version + 1 WHERE id = %s", [person])
        assert cursor.rowcount == 1
