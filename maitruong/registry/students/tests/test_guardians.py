"""A guardianship and the family's right are one: written together, ended together, over at eighteen."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.people.errors import NumberOfAnother
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.students import queries, services
from maitruong.registry.students.errors import ChildGrownUp, NumberRefused, RelationUnknown
from maitruong.registry.students.models import Guardianship
from tests import factories as make

DAY = dt.date(2026, 11, 20)
MOTHER = {"full_name": "Trần  Mỹ Hạnh", "relation": "MOTHER", "starts_on": DAY, "phone": "0912 345 678"}


def family(scope: Scope, student: int, school: int, **more: object) -> int:
    with unit_of_work(scope):
        return services.add_guardian(scope, student_id=student, school_id=school, **{**MOTHER, **more})  # type: ignore[arg-type]


def guardian_of(guardianship: int) -> int:
    with make.as_system() as scope:
        return Guardianship.objects.visible_to(scope, "").get(pk=guardianship).guardian_id


def rights(person: int, on: dt.date) -> Scope | None:
    return access.scope_of(person, on=on)


def test_a_guardian_written_down_sees_the_child_and_no_classmate(place: SimpleNamespace) -> None:
    child = place.pupils[0]
    mother = guardian_of(family(place.clerk, child, place.school))

    scope = rights(mother, DAY)

    assert scope is not None and scope.rows is Rows.FAMILY and scope.person_ids == tuple(sorted((child, mother)))
    with unit_of_work(scope):
        assert set(Person._base_manager.values_list("full_name", flat=True)) == {"Nguyễn Minh Ánh", "Trần Mỹ Hạnh"}
    with make.as_system() as system:
        entry = Entry.objects.visible_to(system, "").get(action="students.guardian_added")
    assert (entry.subject_id, entry.actor_id) == (child, place.clerk.actor_id)
    assert OutboxEvent.objects.get(kind="students.guardian_added").payload == {
        "student_id": child,
        "guardian_id": mother,
    }


def test_access_ends_with_the_day_before_the_eighteenth_birthday(place: SimpleNamespace) -> None:
    mother = guardian_of(family(place.clerk, place.pupils[0], place.school))

    assert rights(mother, dt.date(2028, 5, 3)) is not None
    assert rights(mother, dt.date(2028, 5, 4)) is None


@pytest.mark.parametrize(
    ("born", "last"),
    [
        (dt.date(2010, 5, 4), dt.date(2028, 5, 3)),
        (dt.date(2008, 2, 29), dt.date(2026, 2, 28)),
        (None, None),
    ],
)
def test_the_last_day_of_access_is_told_from_the_birth_day(born: dt.date | None, last: dt.date | None) -> None:
    assert services.last_day_of_access(born) == last


def test_a_grown_up_pupil_gets_no_guardian(place: SimpleNamespace) -> None:
    with make.as_system():
        Person._base_manager.filter(pk=place.pupils[0]).update(born_on=dt.date(2008, 11, 20))

    with pytest.raises(ChildGrownUp, match="20/11/2026"):
        family(place.clerk, place.pupils[0], place.school)

    assert not Grant.objects.filter(role="guardian").exists()


def test_the_same_guardian_twice_is_one_guardianship_and_one_right(place: SimpleNamespace) -> None:
    first = family(place.clerk, place.pupils[0], place.school)
    again = family(place.clerk, place.pupils[0], place.school, person_id=guardian_of(first))

    assert again == first
    assert Grant.objects.filter(role="guardian").count() == 1


def test_ending_a_guardianship_closes_the_right_at_every_school_of_the_child(place: SimpleNamespace) -> None:
    guardianship = family(place.clerk, place.pupils[0], place.school, starts_on=dt.date(2026, 9, 5))
    mother = guardian_of(guardianship)
    services.grants.grant(
        person_id=mother, role="guardian", unit_id=place.neighbour, student_ids=[place.pupils[0]], valid_from=DAY
    )

    with unit_of_work(place.clerk):
        assert services.end_guardianship(place.clerk, guardianship_id=guardianship, ends_on=DAY, why="toà giao cho bố")
        assert not services.end_guardianship(place.clerk, guardianship_id=guardianship, ends_on=DAY, why="")

    assert rights(mother, DAY) is not None
    assert rights(mother, DAY + dt.timedelta(days=1)) is None
    with make.as_system():
        assert queries.guardians(place.pupils[0]) == []
        assert len(queries.guardians(place.pupils[0], past=True)) == 1


def test_one_mother_of_children_in_two_schools_is_one_person_with_one_workspace(place: SimpleNamespace) -> None:
    number = "031185004321"
    other_clerk = make.scope_of(make.a_post_holder(place.neighbour, "clerk", "Phan Thị Văn"))
    mother = guardian_of(family(place.clerk, place.pupils[0], place.school, citizen_number=number))
    same = guardian_of(
        family(other_clerk, place.their_pupil, place.neighbour, citizen_number=number, full_name="TRẦN MỸ HẠNH")
    )

    (tie,) = services.ties_waiting_for(mother)
    services.answer_tie(person_id=mother, guardianship_id=tie.id, is_mine=True)

    held = access.workspaces(access.rights(mother, on=DAY))
    scope = rights(mother, DAY)

    assert same == mother
    assert [w.place for w in held] == ["THCS Lê Chân, THCS Vĩnh Bảo"]
    assert scope is not None and set(scope.person_ids) == {mother, place.pupils[0], place.their_pupil}


def test_a_number_that_belongs_to_another_name_links_nobody(place: SimpleNamespace) -> None:
    number = "031185004321"
    other_clerk = make.scope_of(make.a_post_holder(place.neighbour, "clerk", "Phan Thị Văn"))
    family(place.clerk, place.pupils[0], place.school, citizen_number=number)

    with pytest.raises(NumberOfAnother) as refused:
        family(other_clerk, place.their_pupil, place.neighbour, citizen_number=number, full_name="Lê Thị Khác")

    assert "Hạnh" not in refused.value.text + refused.value.advice
    with make.as_system():
        assert queries.guardians(place.their_pupil) == []


@pytest.mark.parametrize(
    ("wrong", "refusal"), [({"relation": "AUNT"}, RelationUnknown), ({"citizen_number": "02021500123"}, NumberRefused)]
)
def test_a_wrong_relation_or_number_writes_nothing(
    place: SimpleNamespace, wrong: dict[str, str], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        family(place.clerk, place.pupils[0], place.school, **wrong)

    with make.as_system():
        assert not Person._base_manager.filter(full_name="Trần Mỹ Hạnh").exists()
    assert not Grant.objects.filter(role="guardian").exists()


def test_nobody_writes_a_guardian_for_a_child_of_another_school(place: SimpleNamespace) -> None:
    for scope, school in ((place.clerk, place.school), (place.stranger, place.school), (place.clerk, place.neighbour)):
        with pytest.raises(NotFound):
            family(scope, place.their_pupil, school)


def test_the_family_follows_the_child_to_the_next_school_and_keeps_what_the_first_one_wrote(
    place: SimpleNamespace,
) -> None:
    child = place.pupils[0]
    mother = guardian_of(family(place.clerk, child, place.school, starts_on=dt.date(2026, 9, 5)))
    other_clerk = make.scope_of(make.a_post_holder(place.neighbour, "clerk", "Phan Thị Văn"))
    with make.as_system() as system:
        seat = Enrolment.objects.visible_to(system, "").get(student_id=child).pk
        services.people_services.known_at([child], place.neighbour)
    with unit_of_work(place.clerk):
        enrolment.end_enrolment(place.clerk, enrolment_id=seat, ends_on=DAY, status="transferred_out", why="chuyển nhà")

    with unit_of_work(other_clerk):
        enrolment.enrol(
            other_clerk, student_id=child, class_id=place.their_class, starts_on=DAY, status="transferred_in"
        )

    scope = rights(mother, DAY)
    assert scope is not None and set(scope.school_ids) == {place.school, place.neighbour}
    with unit_of_work(scope):
        assert Enrolment._base_manager.filter(student_id=child).count() == 2
    with unit_of_work(other_clerk):
        assert [g.full_name for g in queries.guardians(child)] == ["Trần Mỹ Hạnh"]
        services.follow_child(student_id=child, school_id=place.neighbour, on=DAY)
    assert Grant.objects.filter(role="guardian").count() == 2
