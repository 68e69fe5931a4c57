"""A sealed record of last year is corrected this year: signed again by who signed, or by whom the principal names instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import Client

from maitruong.assessment.school_records import queries, services
from maitruong.assessment.school_records.document import content_of
from maitruong.assessment.school_records.errors import SignerNotOnTheStaff, SignerStillThere
from maitruong.assessment.school_records.models import RecordFile, State
from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person
from maitruong.foundation.signing.canonical import parse
from maitruong.foundation.signing.types import Role
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.enrolment.models import SchoolClass
from maitruong.registry.staff.models import Employment
from tests import factories as make

from . import room as rooms

LATER = dt.datetime(2027, 11, 20, 8, 0, tzinfo=clock.VIETNAM)
WHY = {"reason": "Ghi sai ngày sinh theo giấy khai sinh", "decision": "45/QĐ-THCSLC"}


@pytest.fixture
def sealed(db: None) -> Iterator[tuple[rooms.Room, RecordFile]]:
    with last_year("Nguyễn Gia Hân") as (room, (record,)):
        yield room, record


@contextmanager
def last_year(*pupils: str) -> Iterator[tuple[rooms.Room, list[RecordFile]]]:
    """Last year's records, issued; the year is closed, its rights have ended with the summer, the people still work here."""
    with clock.standing_still(rooms.NOW):
        room = rooms.a_closed_class(pupils)
        with make.as_system():
            for account in (*room.teachers, room.homeroom, room.principal):
                Employment(
                    school_id=room.school, person_id=account.person_id, post="teacher", starts_on=make.FOUNDED
                ).save()
        records = rooms.sealed(room)
    Grant.objects.filter(role__in=["subject_teacher", "homeroom_teacher"]).update(valid_to=dt.date(2027, 8, 31))
    SchoolYear.objects.filter(year=2026).update(closed_at=rooms.NOW)
    with clock.standing_still(LATER):
        with make.as_system():
            Person._base_manager.filter(pk__in=room.pupils).update(born_on=dt.date(2013, 4, 5))
        yield room, records


def corrected(room: rooms.Room, record: RecordFile) -> str:
    with rooms.working_as(room.principal) as scope:
        return services.correct_record(scope, record_id=record.record_id, **WHY)


def leaves(room: rooms.Room, account: Account) -> None:
    with make.as_system():
        Employment._base_manager.filter(person_id=account.person_id).update(ends_on=dt.date(2027, 9, 30))


def a_successor(room: rooms.Room, name: str) -> Account:
    account = make.an_account(make.an_employee(room.school, name))
    rooms.give_certificates(room, account.person_id)
    return account


def named(room: rooms.Room, record_id: str, part: str, person: int, reason: str = "Cô Lan đã chuyển trường") -> None:
    with rooms.working_as(room.principal) as scope:
        services.name_signer(scope, record_id=record_id, node_id=part, person_id=person, reason=reason)


def sign_the_rest(room: rooms.Room, *teachers: Account, homeroom: Account | None = None) -> None:
    for teacher in teachers:
        rooms.sign(room, teacher, Role.SUBJECT_TEACHER)
    rooms.sign(room, homeroom or room.homeroom, Role.HOMEROOM_TEACHER)
    rooms.sign(room, room.principal, Role.PRINCIPAL)
    assert rooms.seal(room) == 1


def test_the_same_people_sign_again_and_the_new_version_supersedes_the_old(sealed) -> None:
    room, old = sealed
    assert access.scope_of(room.lan.person_id, on=LATER.date()) is None

    corrected(room, old)
    sign_the_rest(room, *room.teachers)

    first, second = rooms.records(room)
    assert (first.state, second.state) == (State.ISSUED, State.SEALED)
    assert (second.version, second.school_year, second.decision) == (2, 2026, "45/QĐ-THCSLC")
    with rooms.working_as(room.principal) as scope:
        services.issue_records(scope, class_id=room.class_id)
    with make.as_system():
        assert queries.verify_upload(rooms.bytes_of(first)).standing == "superseded"
        assert queries.verify_upload(rooms.bytes_of(second)).standing == "valid"
    assert b"2013-04-05" in rooms.bytes_of(second) and b"2013-04-05" not in rooms.bytes_of(first)
    with clock.standing_still(LATER + dt.timedelta(days=400)), make.as_system():
        assert queries.verify_upload(rooms.bytes_of(second)).standing == "valid"


@pytest.mark.django_db
def test_two_pupils_of_a_class_are_corrected_and_every_teacher_signs_for_both() -> None:
    with last_year(*rooms.PUPILS) as (room, (first, second)):
        corrected(room, first)
        corrected(room, second)

        for teacher in room.teachers:
            with rooms.working_as(teacher) as scope:
                page = queries.waiting_for(scope, Role.SUBJECT_TEACHER)
            assert {row.student_id for group in page.groups for row in group.rows} == set(room.pupils)
        for teacher in room.teachers:
            rooms.sign(room, teacher, Role.SUBJECT_TEACHER)
        rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
        rooms.sign(room, room.principal, Role.PRINCIPAL)
        assert rooms.seal(room) == 2


def test_the_right_given_again_is_for_this_pupil_and_these_days_only(sealed) -> None:
    room, old = sealed
    corrected(room, old)

    scope = access.scope_of(room.lan.person_id, on=LATER.date())

    assert scope is not None
    (grant,) = scope.grants
    assert (grant.class_ids, grant.subjects, grant.student_ids) == ((room.class_id,), ("TOAN",), (old.student_id,))
    assert access.scope_of(room.lan.person_id, on=LATER.date() + dt.timedelta(days=31)) is None
    with rooms.working_as(room.lan) as working:
        from maitruong.assessment.gradebook.models import MarkBook

        assert list(MarkBook.objects.visible_to(working, "gradebook.view")) == []
        assert list(MarkBook.objects.visible_to(working, "gradebook.enter")) == []


def test_for_who_has_left_the_principal_names_a_successor_and_the_file_keeps_both(sealed) -> None:
    room, old = sealed
    leaves(room, room.lan)
    successor = a_successor(room, "Hồ Thị Nối")
    new_id = corrected(room, old)
    with rooms.working_as(room.principal) as scope:
        page = queries.record_page(scope, record_id=new_id, permission="school_records.view")
        assert services.without_signer(page) == [("subject-TOAN", "môn Toán", "Nguyễn Thị Lan")]

    named(room, new_id, "subject-TOAN", successor.person_id)
    sign_the_rest(room, successor, room.bao, room.oanh)

    second = rooms.records(room)[1]
    block = next(b for b in content_of(parse(rooms.bytes_of(second))).subjects if b.code == "TOAN")
    assert (block.taught_by.name, block.signer.name) == ("Nguyễn Thị Lan", "Hồ Thị Nối")
    with make.as_system():
        assert queries.verify_upload(rooms.bytes_of(second)).standing == "sealed"


def test_a_successor_of_the_homeroom_teacher_signs_and_she_stays_named(sealed) -> None:
    room, old = sealed
    leaves(room, room.homeroom)
    with make.as_system():
        SchoolClass._base_manager.filter(pk=room.class_id).update(homeroom_id=None)
    successor = a_successor(room, "Hồ Thị Nối")
    new_id = corrected(room, old)

    named(room, new_id, "year-page", successor.person_id)
    sign_the_rest(room, *room.teachers, homeroom=successor)

    summary = content_of(parse(rooms.bytes_of(rooms.records(room)[1]))).summary
    assert summary.homeroom.name == "Hồ Thị Nối" and "Giáo viên chủ nhiệm trong năm học:" in (summary.remarks or "")


def test_a_part_made_again_keeps_its_successor(sealed) -> None:
    room, old = sealed
    leaves(room, room.lan)
    successor = a_successor(room, "Hồ Thị Nối")
    new_id = corrected(room, old)
    named(room, new_id, "subject-TOAN", successor.person_id)
    rooms.sign(room, successor, Role.SUBJECT_TEACHER)

    with rooms.working_as(room.principal) as scope:
        again = services.rebuild_record(scope, record_id=new_id, reason="Lập lại theo sổ điểm")

    assert "subject-TOAN" not in again
    sign_the_rest(room, room.bao, room.oanh)
    assert rooms.records(room)[1].state == State.SEALED


def test_nobody_is_replaced_who_can_sign_and_nobody_signs_who_does_not_work_here(sealed) -> None:
    room, old = sealed
    leaves(room, room.bao)
    new_id = corrected(room, old)
    outsider = make.a_person("Người Ngoài", room.school)

    with pytest.raises(SignerStillThere):
        named(room, new_id, "subject-TOAN", room.oanh.person_id)
    with pytest.raises(SignerNotOnTheStaff):
        named(room, new_id, "subject-NV", outsider)
    for part in ("approved", "record", "subject-KHONG"):
        with pytest.raises(NotFound):
            named(room, new_id, part, room.oanh.person_id)
    with pytest.raises(NotFound), rooms.working_as(room.lan) as scope:
        services.name_signer(
            scope, record_id=new_id, node_id="subject-NV", person_id=room.lan.person_id, reason="Thầy Bảo đã nghỉ"
        )


def test_a_deputy_who_may_correct_names_no_successor(sealed) -> None:
    room, old = sealed
    leaves(room, room.lan)
    new_id = corrected(room, old)
    deputy = make.a_post_holder(room.school, "deputy_principal", "Lương Quốc Việt")

    with pytest.raises(NotFound), rooms.working_as(deputy) as scope:
        person = {"person_id": room.oanh.person_id, "reason": "Cô Lan đã chuyển trường"}
        services.name_signer(scope, record_id=new_id, node_id="subject-TOAN", **person)


def test_a_reason_pasted_with_control_characters_is_taken_without_them(sealed) -> None:
    room, old = sealed

    with rooms.working_as(room.principal) as scope:
        pasted = {"reason": "Ghi sai ngày\x0bsinh\x01 theo giấy\uffff khai\ud800 sinh", "decision": "45/QĐ\x02\ufffe"}
        services.correct_record(scope, record_id=old.record_id, **pasted)

    second = rooms.records(room)[1]
    assert (second.reason, second.decision) == ("Ghi sai ngày sinh theo giấy khai sinh", "45/QĐ")


def test_the_principal_names_the_successor_on_the_records_page(sealed) -> None:
    room, old = sealed
    leaves(room, room.lan)
    new_id = corrected(room, old)
    client = Client()
    client.force_login(room.principal)
    session = client.session
    session["seen"] = int(clock.now().timestamp()) + 10**9
    session.save()
    page = client.get(f"/hoc-ba/ho-so/{new_id}/").text

    form = {"act": "signer", "part": "subject-TOAN", "person": room.oanh.person_id, "reason": "Cô Lan đã chuyển trường"}
    answer = client.post(f"/hoc-ba/ho-so/{new_id}/sua/", form)

    assert "Chỉ định người ký thay" in page and "môn Toán: Nguyễn Thị Lan" in page
    assert answer.status_code == 302
    assert "Chỉ định người ký thay" not in client.get(f"/hoc-ba/ho-so/{new_id}/").text
    sign_the_rest(room, room.oanh, room.bao)


def test_a_teacher_who_left_before_the_first_signature_is_replaced_the_same_way(db: None) -> None:
    with clock.standing_still(rooms.NOW):
        room = rooms.a_closed_class(("Nguyễn Gia Hân",))
        Grant.objects.filter(person_id=room.lan.person_id).update(valid_to=rooms.NOW.date() - dt.timedelta(days=1))
        successor = a_successor(room, "Hồ Thị Nối")
        rooms.prepare(room)
        (record,) = rooms.records(room)

        named(room, record.record_id, "subject-TOAN", successor.person_id)
        sign_the_rest(room, successor, room.bao, room.oanh)

        assert rooms.records(room)[0].state == State.SEALED


def test_the_principal_of_today_approves_what_her_predecessor_had_approved(sealed) -> None:
    room, old = sealed
    Grant.objects.filter(person_id=room.principal.person_id).update(valid_to=dt.date(2027, 8, 31))
    room.principal = make.a_principal(room.school, "Tô Thị Mới")
    rooms.give_certificates(room, room.principal.person_id)

    corrected(room, old)
    sign_the_rest(room, *room.teachers)

    first, second = rooms.records(room)
    content = content_of(parse(rooms.bytes_of(second)))
    assert (first.state, content.approval.principal.name) == (State.ISSUED, "Tô Thị Mới")
    with make.as_system():
        assert queries.verify_upload(rooms.bytes_of(second)).standing == "sealed"
