"""Two people who are one: what goes on, what stays, and that parting them brings back every row as it was."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.db import connection

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.rls import house_models
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import queries, services
from maitruong.foundation.people.errors import AlreadyOne, AlreadyParted, LaterMergeStands
from maitruong.foundation.people.models import Merge, Person, PersonIdentifier
from maitruong.foundation.people.types import Two
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment import services as seats
from maitruong.registry.enrolment.errors import AbsorbedStillSits, SeatedTwice
from maitruong.registry.enrolment.models import SchoolClass
from maitruong.registry.staff.models import Employment
from maitruong.registry.students.models import Guardianship
from maitruong.teaching.timetable.models import Assignment
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
#: What an act adds and never takes back: the trace of it. Rights that were withdrawn hold nothing any more.
TRACES = {"audit_entry", "audit_seal", "audit_head", "events_outbox", "people_merge", "open_api_change"}


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.standing_still(dt.datetime(2026, 11, 20, 8, 0, tzinfo=clock.VIETNAM)):
        yield


@pytest.fixture
def twice(db: None) -> SimpleNamespace:
    """A child at THCS Lê Chân until October and, entered anew, at THCS Vĩnh Bảo since; each school wrote the mother down."""
    department = make.a_department()
    commune = make.a_commune(department)
    old, new = make.a_school(commune), make.a_school(commune, "THCS Vĩnh Bảo")
    old_class, (before,) = make.a_class(old, pupils=("Nguyễn Minh Ánh",))
    new_class, (now,) = make.a_class(new, "8A2", pupils=("Nguyễn Minh Anh",))
    mother_before = make.a_guardian("Trần Thị Hòa", child=before, school=old)
    mother_now = make.a_guardian("Trần Thị Hoà", child=now, school=new)
    with make.as_system() as scope:
        left = enrolment.seats(scope, student_id=before, permission="students.view")[0]
        seats.end_enrolment(scope, enrolment_id=left.id, ends_on=dt.date(2026, 10, 2), status="transferred_out", why="")
        PersonIdentifier(
            person_id=before, places=[old], scheme="CCCD", value="031214001234", valid=("2014-01-01", None)
        ).save()
    officer = make.scope_of(make.a_post_holder(department, "department_officer", "Lã Thị Sở"))
    return SimpleNamespace(
        department=department,
        old=old,
        new=new,
        old_class=old_class,
        new_class=new_class,
        before=before,
        now=now,
        mother_before=mother_before,
        mother_now=mother_now,
        officer=officer,
        two=Two(kept=now, absorbed=before, unit_id=new, on=DAY),
    )


def merged(twice: SimpleNamespace, two: Two | None = None, **how: object) -> int:
    with unit_of_work(twice.officer):
        return services.merge(twice.officer, two or twice.two, why="cùng giấy khai sinh", **how)  # type: ignore[arg-type]


def parted(twice: SimpleNamespace, merge_id: int) -> list[dict]:
    with unit_of_work(twice.officer):
        return services.part(twice.officer, merge_id=merge_id, why="hai chị em sinh đôi")


def content() -> dict[str, str]:
    """A hash of every table of the house, row by row, but for traces and for rights that were withdrawn."""
    tables = {}
    with make.as_system(), connection.cursor() as cursor:
        for table in sorted({model._meta.db_table for model in house_models()} - TRACES):
            standing = "WHERE withdrawn_at IS NULL" if table == "access_grant" else ""
            cursor.execute(f'SELECT md5(t::text) FROM "{table}" t {standing} ORDER BY 1')
            tables[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return tables


def test_parting_two_people_brings_back_every_row_as_it_was(twice: SimpleNamespace) -> None:
    before = content()
    merge_id = merged(twice, taken=["full_name"], numbers=["CCCD"])
    assert content() != before

    assert parted(twice, merge_id) == []

    assert content() == before


def test_the_number_of_the_one_who_stays_behind_leads_to_the_one_who_goes_on(twice: SimpleNamespace) -> None:
    merge_id = merged(twice)
    with make.as_system():
        found = queries.same_person(scheme="CCCD", value="031214001234", full_name="Nguyễn Minh Ánh")
        assert found == twice.now
        assert queries.living([twice.before, twice.now]) == {twice.before: twice.now, twice.now: twice.now}
    parted(twice, merge_id)
    with make.as_system():
        found = queries.same_person(scheme="CCCD", value="031214001234", full_name="Nguyễn Minh Ánh")
    assert found == twice.before


def test_of_two_numbers_the_chosen_one_goes_on_and_the_other_still_leads_there(twice: SimpleNamespace) -> None:
    with make.as_system():
        PersonIdentifier(
            person_id=twice.now, places=[twice.new], scheme="CCCD", value="031214001243", valid=("2014-01-01", None)
        ).save()
    merged(twice, numbers=["CCCD"])
    with make.as_system():
        assert queries.numbers_in_force(twice.now) == {"CCCD": "031214001234"}
        for value in ("031214001234", "031214001243"):
            assert queries.same_person(scheme="CCCD", value=value, full_name="Nguyễn Minh Ánh") == twice.now


def test_both_histories_are_read_as_one_and_stay_where_they_were(twice: SimpleNamespace) -> None:
    merged(twice)
    with make.as_system() as scope:
        found = enrolment.seats(scope, student_id=twice.now, permission="students.view")
        assert [(s.student_id, s.school_id) for s in found] == [(twice.now, twice.new), (twice.before, twice.old)]
    old_school = make.scope_of(make.a_principal(twice.old))
    with unit_of_work(old_school):  # reads its own year with the child and learns nothing of the other school
        assert [
            s.school_id for s in enrolment.seats(old_school, student_id=twice.before, permission="students.view")
        ] == [twice.old]
        assert queries.particulars(twice.now) is None


def test_the_family_sees_one_child_with_both_schools_whichever_mother_signs_in(twice: SimpleNamespace) -> None:
    merged(twice)
    for mother in (twice.mother_before, twice.mother_now):
        scope = make.scope_of(mother, DAY)
        with unit_of_work(scope):
            found = enrolment.seats(scope, student_id=twice.now, permission="family.view")
        assert {s.school_id for s in found} == {twice.old, twice.new}, mother.login


def test_two_mothers_who_are_one_keep_one_account_and_one_tie(twice: SimpleNamespace) -> None:
    merged(twice)
    both = Two(twice.mother_now.person_id, twice.mother_before.person_id, twice.new, DAY)
    before = content()
    merge_id = merged(twice, both)
    with make.as_system():
        ties = Guardianship._base_manager.filter(student_id=twice.now, ends_on__isnull=True)
        assert [row.guardian_id for row in ties] == [twice.mother_now.person_id]
    assert not Account.objects.get(pk=twice.mother_before.pk).is_active
    assert Account.objects.get(pk=twice.mother_now.pk).is_active
    assert parted(twice, merge_id) == []
    assert content() == before


def test_a_teacher_entered_twice_works_on_as_one(twice: SimpleNamespace) -> None:
    one, other = make.an_employee(twice.new, "Phạm Thu Lan"), make.an_employee(twice.old, "Phạm Thu Lan")
    account = make.an_account(other)
    make.a_post(other, "homeroom_teacher", twice.old, class_ids=[twice.old_class])
    with make.as_system():
        SchoolClass._base_manager.filter(pk=twice.old_class).update(homeroom_id=other)
        Assignment(
            school_id=twice.old,
            school_year=2026,
            class_id=twice.old_class,
            subject="TOAN",
            teacher_id=other,
            starts_on=dt.date(2026, 9, 5),
        ).save()
    before = content()
    merge_id = merged(twice, Two(one, other, twice.new, DAY))
    with make.as_system():
        assert {row.school_id for row in Employment._base_manager.filter(person_id=one)} == {twice.old, twice.new}
        assert Assignment._base_manager.get(class_id=twice.old_class).teacher_id == one
        assert SchoolClass._base_manager.get(pk=twice.old_class).homeroom_id == one
    assert Account.objects.get(pk=account.pk).person_id == one
    assert [post.unit_id for post in access.posts(person_ids=[one], roles=["homeroom_teacher"], on=DAY)] == [twice.old]
    held = access.posts(person_ids=[other], roles=["homeroom_teacher"], on=dt.date(2026, 10, 1))
    assert [post.unit_id for post in held] == [twice.old], "who held the post when something was signed stays known"
    assert parted(twice, merge_id) == []
    assert content() == before


def test_seats_do_not_move(twice: SimpleNamespace) -> None:
    with pytest.raises(AbsorbedStillSits):
        merged(twice, Two(kept=twice.before, absorbed=twice.now, unit_id=twice.old, on=DAY))
    _, (third,) = make.a_class(twice.old, "8A9", pupils=("Nguyễn Minh Ánh",))
    with pytest.raises(SeatedTwice) as refused:
        merged(twice, Two(kept=twice.now, absorbed=third, unit_id=twice.new, on=DAY))
    assert "8A9" in refused.value.text


def test_what_others_wrote_since_stays_theirs(twice: SimpleNamespace) -> None:
    merge_id = merged(twice, taken=["full_name"])
    with make.as_system():
        Person._base_manager.filter(pk=twice.now).update(full_name="Nguyễn Minh Ánh Dương")
    stayed = parted(twice, merge_id)
    assert [(step["of"], step["id"]) for step in stayed] == [("people.person", twice.now)]
    with make.as_system():
        assert Person._base_manager.get(pk=twice.now).full_name == "Nguyễn Minh Ánh Dương"
        assert Person._base_manager.get(pk=twice.before).merged_into_id is None


def test_merges_are_undone_from_the_last_one_on_and_once(twice: SimpleNamespace) -> None:
    first = merged(twice)
    with pytest.raises(AlreadyOne):
        merged(twice)
    third = make.a_person("Nguyễn Minh Ánh", twice.new)
    other = merged(twice, Two(kept=twice.now, absorbed=third, unit_id=twice.new, on=DAY))
    with pytest.raises(LaterMergeStands):
        parted(twice, first)
    parted(twice, other)
    parted(twice, first)
    with pytest.raises(AlreadyParted):
        parted(twice, first)


def test_a_chain_of_merges_leads_to_the_living_one_in_one_step(twice: SimpleNamespace) -> None:
    a, b, c = (make.a_person("Vũ Thị Hà", twice.new) for _ in range(3))
    merged(twice, Two(kept=b, absorbed=a, unit_id=twice.new, on=DAY))
    second = merged(twice, Two(kept=c, absorbed=b, unit_id=twice.new, on=DAY))
    with make.as_system():
        assert queries.living([a, b, c]) == {a: c, b: c, c: c}
        assert set(queries.same_human(c).values_list("pk", flat=True)) == {a, b, c}
    parted(twice, second)
    with make.as_system():
        assert queries.living([a, b, c]) == {a: b, b: b, c: c}


def test_nobody_is_merged_who_is_not_there(twice: SimpleNamespace) -> None:
    with pytest.raises(NotFound):
        merged(twice, Two(kept=twice.now, absorbed=999_999_999, unit_id=twice.new, on=DAY))
    with pytest.raises(NotFound):
        parted(twice, 999_999_999)


def test_a_school_and_a_family_read_only_merges_of_people_they_know(twice: SimpleNamespace) -> None:
    merged(twice)
    elsewhere = make.a_school(make.a_commune(twice.department, "Xã Kiến Thụy"), "THCS Kiến Thụy")
    stranger = make.scope_of(make.a_principal(elsewhere, "Bùi Thị Hoa"))
    with unit_of_work(stranger):
        assert not Merge._base_manager.exists()
    with unit_of_work(make.scope_of(make.a_principal(twice.old))):
        assert Merge._base_manager.count() == 1
