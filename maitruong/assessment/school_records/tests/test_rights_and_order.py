"""Who may sign what, when, with which consent; and what a correction does."""

from __future__ import annotations

import datetime as dt

import pytest

from maitruong.assessment.school_records import queries, services
from maitruong.assessment.school_records.errors import (
    BooksStillOpen,
    NothingToDo,
    NotYourPart,
    SignedElsewhere,
    SignedOutOfOrder,
)
from maitruong.assessment.school_records.models import RecordBlock, RecordDraft, State
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.identity import sealing
from maitruong.foundation.identity.errors import OnlyInDemo, TooManyTries, WrongCode
from maitruong.foundation.identity.models import Installation
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.errors import ConsentForOther, ConsentUsed, KeyLocked, TooManyAtOnce, WrongPin
from maitruong.foundation.signing.models import PersonKey
from maitruong.foundation.signing.types import Role
from tests import factories as make

from . import room as rooms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("end_of_may")]


@pytest.fixture
def room() -> rooms.Room:
    return rooms.a_closed_class(pupils=("Nguyễn Gia Hân",))


# --- preparing -----------------------------------------------------------------------------------------------------------


def test_no_record_is_made_while_a_book_of_the_class_is_open(room) -> None:
    from django.db import connection

    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gradebook_markbook SET closed_at = NULL WHERE class_id = %s AND subject = 'TOAN'", [room.class_id]
        )

    with pytest.raises(BooksStillOpen) as refused:
        rooms.prepare(room)

    assert "Toán (học kì I), Toán (học kì II)" in refused.value.text
    assert rooms.records(room) == []


@pytest.mark.parametrize(
    ("column", "why"),
    [("learning", "chờ kiểm tra, đánh giá lại"), ("conduct", "chờ kết quả rèn luyện")],
)
def test_a_pupil_whose_year_is_not_decided_waits_for_the_summer(room, column, why) -> None:
    from django.db import connection

    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE gradebook_result SET {column} = 0 WHERE class_id = %s AND term = 0", [room.class_id])

    done = rooms.prepare(room)

    assert done.made == [] and why in done.held_back[0][2]
    assert rooms.states(room) == [State.DRAFT] and rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER) == []


def test_preparing_twice_makes_nothing_twice(room) -> None:
    rooms.prepare(room)
    before = rooms.records(room)

    assert rooms.prepare(room).made == []
    assert [r.record_id for r in rooms.records(room)] == [r.record_id for r in before]
    assert len(before[0].record_id) == 22  # 128 random bits


# --- order ---------------------------------------------------------------------------------------------------------------


def test_the_homeroom_teacher_cannot_sign_before_every_subject_teacher_has(room) -> None:
    rooms.prepare(room)
    rooms.sign(room, room.lan, Role.SUBJECT_TEACHER)

    with pytest.raises(SignedOutOfOrder) as refused:
        rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)

    assert "môn Ngữ văn" in refused.value.text and "Toán" not in refused.value.text
    assert rooms.signed_parts(room) == {"subject-TOAN"}


def test_the_principal_cannot_sign_before_the_homeroom_teacher(room) -> None:
    rooms.prepare(room)
    rooms.sign_subjects(room)

    with pytest.raises(SignedOutOfOrder):
        rooms.sign(room, room.principal, Role.PRINCIPAL)

    assert rooms.states(room) == [State.SUBJECT_SIGNED]


def test_nothing_is_sealed_before_the_principal_has_signed(room) -> None:
    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)

    with rooms.working_as(room.principal) as scope, pytest.raises(NothingToDo):
        services.start_sealing(scope, class_id=room.class_id)

    assert rooms.seal(room) == 0 and rooms.states(room) == [State.HOMEROOM_SIGNED]


def test_a_record_is_sealed_exactly_once_however_often_the_job_runs(room) -> None:
    record = rooms.sealed(room, issued=False)[0]

    with rooms.working_as(room.principal) as scope:
        again = services.seal_one(scope, record_pk=record.pk)

    after = rooms.records(room)[0]
    assert again == 0 and after.xml_sha256 == record.xml_sha256 and after.xml_file_id == record.xml_file_id
    with make.as_system():
        kinds = list(OutboxEvent.objects.values_list("kind", flat=True))
    assert kinds.count("school_records.record_sealed") == 1


def test_the_fact_of_a_sealed_record_names_its_school_year_so_that_figures_follow(room) -> None:
    rooms.sealed(room)

    with make.as_system():
        told = OutboxEvent.objects.get(kind="school_records.record_sealed")
    assert told.school_id == room.school and told.payload["school_year"] == 2026


# --- consent -------------------------------------------------------------------------------------------------------------


def test_a_teacher_cannot_ask_to_sign_the_part_of_another(room) -> None:
    rooms.prepare(room)
    theirs = rooms.blocks_of(room.bao, Role.SUBJECT_TEACHER)

    with pytest.raises(NotFound):
        rooms.sign(room, room.lan, Role.SUBJECT_TEACHER, blocks=theirs)

    assert rooms.signed_parts(room) == set()


def test_a_second_teacher_of_the_same_subject_cannot_sign_for_the_one_who_is_named(room) -> None:
    rooms.prepare(room)
    other = make.a_person("Trần Văn Dạy Thay", room.school)
    make.a_post(other, "subject_teacher", room.school, class_ids=[room.class_id], subjects=["TOAN"])
    rooms.give_certificates(room, other)

    with pytest.raises(NotYourPart):
        rooms.sign(
            room, make.an_account(other), Role.SUBJECT_TEACHER, blocks=rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
        )

    assert rooms.signed_parts(room) == set()


def test_replaying_a_signing_request_for_another_teachers_block_is_refused(room) -> None:
    rooms.prepare(room)
    own, theirs = (rooms.blocks_of(t, Role.SUBJECT_TEACHER) for t in (room.lan, room.bao))

    with rooms.working_as(room.lan) as scope:
        consent = services.ask_to_sign(scope, role=Role.SUBJECT_TEACHER, block_ids=own)
    with rooms.working_as(room.bao) as scope, pytest.raises(NotFound):
        services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=consent.confirm_code)
    with rooms.working_as(room.lan) as scope, pytest.raises(SignedElsewhere):
        services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=consent.confirm_code, block_ids=theirs)

    assert rooms.signed_parts(room) == set()


def test_a_consent_signs_only_the_hashes_it_listed(room) -> None:
    rooms.prepare(room)
    own = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
    with rooms.working_as(room.lan) as scope:
        consent = services.ask_to_sign(scope, role=Role.SUBJECT_TEACHER, block_ids=own)
    with make.as_system():
        draft = RecordDraft._base_manager.get()
        draft.document = bytes(draft.document).replace('name="Toán"'.encode(), 'name="Toán học"'.encode())
        draft.save()

    with rooms.working_as(room.lan) as scope, pytest.raises(ConsentForOther):
        services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=consent.confirm_code)

    assert rooms.signed_parts(room) == set()


def test_a_consent_is_good_once(room) -> None:
    rooms.prepare(room)
    with rooms.working_as(room.lan) as scope:
        consent = services.ask_to_sign(
            scope, role=Role.SUBJECT_TEACHER, block_ids=rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
        )
        services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=consent.confirm_code)
        with pytest.raises(ConsentUsed):
            services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=consent.confirm_code)


def test_a_consent_is_worth_nothing_after_five_minutes(room) -> None:
    rooms.prepare(room)
    with rooms.working_as(room.lan) as scope:
        consent = services.ask_to_sign(
            scope, role=Role.SUBJECT_TEACHER, block_ids=rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
        )
        with clock.standing_still(rooms.NOW + dt.timedelta(minutes=5, seconds=1)), pytest.raises(ConsentUsed):
            services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=consent.confirm_code)
    assert rooms.signed_parts(room) == set()


def test_more_than_a_hundred_records_are_not_one_batch(room) -> None:
    items = [signing.Item(str(n), "0" * 64, "x") for n in range(101)]
    with rooms.working_as(room.lan) as scope, pytest.raises(TooManyAtOnce):
        signing.ask_consent(scope, school_id=room.school, role=Role.SUBJECT_TEACHER, title="", items=items)


def test_wrong_pins_lock_the_key_for_the_right_one_too(room) -> None:
    rooms.prepare(room)
    own = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
    with rooms.working_as(room.lan) as scope:
        consent = services.ask_to_sign(scope, role=Role.SUBJECT_TEACHER, block_ids=own)
        for left in (4, 3, 2, 1):
            with pytest.raises(WrongPin) as wrong:
                services.sign_blocks(scope, consent_id=consent.id, pin="000000", code=consent.confirm_code)
            assert f"còn {left} lần thử" in wrong.value.text and "tạm khoá 15 phút" in wrong.value.advice
        for pin in ("000000", rooms.PIN):
            with pytest.raises(KeyLocked) as locked:
                services.sign_blocks(scope, consent_id=consent.id, pin=pin, code=consent.confirm_code)
            assert "28/05/2027" in locked.value.text and "08:15" in locked.value.text

    assert rooms.signed_parts(room) == set()
    with make.as_system():
        assert PersonKey._base_manager.get(person_id=room.lan.person_id).locked_until is not None


def test_the_right_pin_with_a_wrong_code_signs_nothing(room) -> None:
    rooms.prepare(room)
    with rooms.working_as(room.lan) as scope:
        consent = services.ask_to_sign(
            scope, role=Role.SUBJECT_TEACHER, block_ids=rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
        )
        wrong = f"{(int(consent.confirm_code) + 1) % 1_000_000:06d}"
        with pytest.raises(WrongCode) as refused:
            services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=wrong)
        with pytest.raises(WrongCode) as again:  # the right PIN in between makes no try free again
            services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=wrong)
    assert "còn 4 lần thử" in refused.value.text and "còn 3 lần thử" in again.value.text
    assert "Bản thử" in refused.value.advice and "ứng dụng" not in refused.value.text + refused.value.advice
    assert rooms.signed_parts(room) == set()


def test_an_account_with_an_authenticator_must_use_it_even_in_a_demo(room) -> None:
    import pyotp

    secret = pyotp.random_base32()
    sealing.give(room.lan, secret)
    room.lan.save()
    rooms.prepare(room)
    with rooms.working_as(room.lan) as scope:
        consent = services.ask_to_sign(
            scope, role=Role.SUBJECT_TEACHER, block_ids=rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
        )
        assert consent.needs_totp and consent.confirm_code == ""
        with pytest.raises(WrongCode):
            services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code="000000")
        services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=pyotp.TOTP(secret).now())
    assert rooms.signed_parts(room) == {"subject-TOAN"}


def test_wrong_codes_of_an_authenticator_say_what_is_left_and_when_the_wait_ends() -> None:
    import pyotp

    lan = make.a_principal(make.a_school(make.a_commune(make.a_department())), "Nguyễn Thị Lan")
    sealing.give(lan, pyotp.random_base32())
    lan.save()
    begun = dt.datetime.now(clock.VIETNAM)  # tries are stamped by the database
    told = []
    for _ in range(6):
        with clock.standing_still(begun), pytest.raises((WrongCode, TooManyTries)) as refused:
            signing.check_code(lan, "no")
        told.append(refused.value.text)

    assert [f"còn {left} lần thử" in text for left, text in zip((4, 3, 2, 1), told, strict=False)] == [True] * 4
    ends = {formats.day_time(begun + dt.timedelta(minutes=15 + late)) for late in (0, 1)}
    assert all(any(f"phải chờ đến {end}" in text for end in ends) for text in told[4:])


# --- roles of the day ----------------------------------------------------------------------------------------------------


def a_deputy(room: rooms.Room, first: dt.date, last: dt.date):
    person = make.a_person("Lương Quốc Việt", room.school)
    make.a_post(person, "deputy_principal", room.school)
    Grant.objects.create(
        person_id=person,
        role="principal",
        unit_id=room.school,
        valid_from=first,
        valid_to=last,
        reason="Quyết định 45/QĐ: điều hành thay hiệu trưởng",
    )
    rooms.give_certificates(room, person)
    return make.an_account(person)


def test_a_deputy_who_stands_in_signs_for_the_principal_within_the_dates(room) -> None:
    deputy = a_deputy(room, dt.date(2027, 5, 25), dt.date(2027, 5, 30))
    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)

    waiting = rooms.blocks_of(room.principal, Role.PRINCIPAL)
    assert rooms.sign(room, deputy, Role.PRINCIPAL, blocks=waiting) == 1
    assert rooms.seal(room) == 1

    with rooms.working_as(room.principal) as scope:
        page = queries.record_page(scope, record_id=rooms.records(room)[0].record_id, permission="school_records.view")
    assert page.content.approval.principal.name == "Lương Quốc Việt"
    with make.as_system():
        assert queries.verify_upload(rooms.bytes_of(rooms.records(room)[0])).standing == "sealed"


def test_a_deputy_who_only_opened_the_consent_is_written_nowhere_and_the_principal_signs_as_herself(room) -> None:
    deputy = a_deputy(room, dt.date(2027, 5, 25), dt.date(2027, 5, 30))
    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    waiting = rooms.blocks_of(room.principal, Role.PRINCIPAL)

    with rooms.working_as(deputy) as scope:
        services.ask_to_sign(scope, role=Role.PRINCIPAL, block_ids=waiting)
    with make.as_system():
        untouched = rooms.blocks_of(room.principal, Role.PRINCIPAL) == waiting
        told = Entry._base_manager.filter(action="school_records.approval_taken_over").count()
    # One that was written in so before, by the same look.
    with make.as_system():
        RecordBlock._base_manager.filter(pk__in=waiting).update(signer_id=deputy.person_id)
    rooms.sign(room, room.principal, Role.PRINCIPAL, blocks=waiting)

    assert untouched and told == 0
    with rooms.working_as(room.principal) as scope:
        page = queries.record_page(scope, record_id=rooms.records(room)[0].record_id, permission="school_records.view")
    assert page.content.approval.principal.name != "Lương Quốc Việt"
    assert page.content.approval.principal.title == "Hiệu trưởng"


def test_a_deputy_cannot_sign_for_the_principal_after_the_last_day(room) -> None:
    deputy = a_deputy(room, dt.date(2027, 5, 1), dt.date(2027, 5, 27))
    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)

    with pytest.raises(AssertionError):
        rooms.sign(room, deputy, Role.PRINCIPAL, blocks=rooms.blocks_of(room.principal, Role.PRINCIPAL))
    with rooms.working_as(deputy, f"deputy_principal.{room.school}") as scope, pytest.raises(NotFound):
        services.ask_to_sign(scope, role=Role.PRINCIPAL, block_ids=rooms.blocks_of(room.principal, Role.PRINCIPAL))
    assert rooms.states(room) == [State.HOMEROOM_SIGNED]


def test_the_certificate_of_yesterdays_role_signs_nothing_today(room) -> None:
    """The request comes with a scope made before midnight; the core asks again who held what on the day of signing."""
    rooms.prepare(room)
    own = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
    with rooms.working_as(room.lan) as scope:
        Grant.objects.filter(person_id=room.lan.person_id, role="subject_teacher").update(
            valid_to=rooms.NOW.date() - dt.timedelta(days=1)
        )
        consent = services.ask_to_sign(scope, role=Role.SUBJECT_TEACHER, block_ids=own)
        from maitruong.assessment.school_records.errors import NotYourPart as Refused

        with pytest.raises(Refused, match="không giữ vai trò giáo viên bộ môn vào ngày ký"):
            services.sign_blocks(scope, consent_id=consent.id, pin=rooms.PIN, code=consent.confirm_code)
    assert rooms.signed_parts(room) == set()


def test_what_was_signed_stays_valid_after_the_teacher_has_left(room) -> None:
    record = rooms.sealed(room)[0]
    Grant.objects.filter(person_id=room.lan.person_id).update(valid_to=rooms.NOW.date())

    with clock.standing_still(rooms.NOW + dt.timedelta(days=200)), make.as_system():
        assert queries.verify_upload(rooms.bytes_of(record)).standing == "valid"


def test_a_revoked_certificate_signs_nothing_more(room) -> None:
    from maitruong.foundation.signing.errors import CertificateNotUsable
    from maitruong.foundation.signing.models import Certificate

    rooms.prepare(room)
    with make.as_system() as scope:
        held = Certificate._base_manager.get(person_id=room.lan.person_id)
        signing.revoke_certificate(scope, certificate_id=held.pk, reason="Lộ mã PIN")

    with pytest.raises(CertificateNotUsable):
        rooms.sign(room, room.lan, Role.SUBJECT_TEACHER)


# --- demo and real -------------------------------------------------------------------------------------------------------


def test_demo_keys_are_neither_made_nor_opened_in_a_real_database_whatever_the_environment_says(
    room, monkeypatch
) -> None:
    rooms.prepare(room)
    Installation.objects.update(kind="real")
    for name in ("MT_KIND", "MT_DEMO", "DEMO"):
        monkeypatch.setenv(name, "demo")

    with make.as_system() as scope, pytest.raises(OnlyInDemo):
        signing.issue_demo_certificates(
            scope, school_id=room.school, titles={}, pin=rooms.PIN, valid_from=rooms.NOW, valid_to=rooms.NOW
        )
    with pytest.raises(OnlyInDemo):
        rooms.sign(room, room.lan, Role.SUBJECT_TEACHER)
    with make.as_system(), pytest.raises(OnlyInDemo):
        signing.seal_signer(room.school)
    with pytest.raises(OnlyInDemo):
        services.seed_demo(school_id=room.school, class_id=room.class_id)

    assert signing.trust().roots == ()
    assert rooms.signed_parts(room) == set()


def test_every_signature_of_a_consent_stands_in_the_audit_with_its_hash(room) -> None:
    from maitruong.foundation.audit.models import Entry

    rooms.prepare(room)
    rooms.sign(room, room.lan, Role.SUBJECT_TEACHER)

    with make.as_system():
        rows = {e.action: e.body for e in Entry._base_manager.filter(actor_id=room.lan.person_id)}
    assert "school_records.block_signed" in rows and "hashes" in str(rows["signing.consented"])
    assert rooms.PIN not in str(rows)


def test_the_last_years_record_is_chained_by_its_hash(room) -> None:
    from maitruong.assessment.school_records.models import RecordFile

    with make.as_system():
        RecordFile(
            school_id=room.school,
            school_year=2025,
            class_id=1,
            class_name="7A2",
            grade=7,
            student_id=room.pupils[0],
            initials="N. G. H.",
            record_id="x" * 22,
            state=State.ISSUED,
            xml_sha256="ab" * 32,
        ).save()
    rooms.prepare(room)

    with rooms.working_as(room.principal) as scope:
        record = next(r for r in rooms.records(room))
        page = queries.record_page(scope, record_id=record.record_id, permission="school_records.view")
    assert page.content.identity.prev_hash == "ab" * 32


def test_every_failed_pin_and_code_is_in_the_audit_and_nothing_typed_is(room) -> None:
    rooms.prepare(room)
    with rooms.working_as(room.lan) as scope:
        blocks = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
        consent = services.ask_to_sign(scope, role=Role.SUBJECT_TEACHER, block_ids=blocks)
        for pin, code in [("987654", "000000"), (rooms.PIN, "no"), ("987654", "000000")]:
            with pytest.raises((WrongPin, WrongCode)):
                services.sign_blocks(scope, consent_id=consent.id, pin=pin, code=code)

    with make.as_system():
        told = Entry._base_manager.filter(action="signing.refused").order_by("id")
        bodies = [entry.body for entry in told]
        assert {(entry.actor_id, entry.subject_id) for entry in told} == {(room.lan.person_id, room.lan.person_id)}
    assert ["wrong_pin" in body for body in bodies] == [True, False, True]
    assert not any("987654" in body or rooms.PIN in body for body in bodies)
