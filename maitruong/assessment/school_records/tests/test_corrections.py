"""What a correction does: a new version, signed again, in place of the old one from the moment it is issued."""

from __future__ import annotations

import pytest
from django.test import Client

from maitruong.assessment.school_records import queries, services
from maitruong.assessment.school_records.errors import NotInForce, SaySomeReason
from maitruong.assessment.school_records.models import RecordFile, State
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.signing.types import Role
from maitruong.insight.indicators import services as indicators
from maitruong.insight.indicators.models import Fact
from tests import factories as make

from . import room as rooms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("end_of_may")]
WHY = {"reason": "Ghi sai ngày sinh trong học bạ", "decision": "12/QĐ-THCSLC"}
WAITS = "Nhà trường đã ký và đóng dấu bản sửa, đang chờ phát hành"


@pytest.fixture
def room() -> rooms.Room:
    return rooms.a_closed_class(pupils=("Nguyễn Gia Hân",))


def corrected(room: rooms.Room, old: RecordFile) -> RecordFile:
    """The newest version of the pupil, signed by everybody and sealed, not issued."""
    with rooms.working_as(room.principal) as scope:
        services.correct_record(scope, record_id=old.record_id, **WHY)
    return signed_and_sealed(room)


def signed_and_sealed(room: rooms.Room) -> RecordFile:
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    rooms.sign(room, room.principal, Role.PRINCIPAL)
    assert rooms.seal(room) == 1
    return rooms.records(room)[-1]


def issue(room: rooms.Room) -> None:
    with rooms.working_as(room.principal) as scope:
        services.issue_records(scope, class_id=room.class_id)


def standings(*files: RecordFile) -> list[str]:
    """By the file and by the id of its QR, which say the same."""
    with make.as_system():
        by_file = [queries.verify_upload(rooms.bytes_of(file)) for file in files]
        assert by_file == [queries.verify_token(file.record_id) for file in files]
    return [found.standing for found in by_file]


def test_a_correction_is_a_new_version_that_supersedes_the_old_only_when_it_is_issued(room) -> None:
    old = rooms.sealed(room)[0]
    new = corrected(room, old)

    assert rooms.states(room) == [State.ISSUED, State.SEALED] and standings(old, new) == ["valid", "sealed"]
    assert new.corrects_id == old.pk and new.version == 2
    with make.as_system():
        assert not OutboxEvent.objects.filter(kind="school_records.record_superseded").exists()
    issue(room)

    assert rooms.states(room) == [State.SUPERSEDED, State.ISSUED] and standings(old, new) == ["superseded", "valid"]
    with make.as_system():
        assert OutboxEvent.objects.filter(kind="school_records.record_superseded").count() == 1
    assert rooms.bytes_of(rooms.records(room)[0]) == rooms.bytes_of(old)
    with rooms.working_as(room.principal) as scope:
        page = queries.record_page(scope, record_id=old.record_id, permission="school_records.view")
    assert page.content is not None and len(page.versions) == 2 and page.end_reason == WHY["reason"]


def test_until_the_issue_family_and_public_are_told_that_the_old_one_stands_and_a_new_one_waits(room) -> None:
    old = rooms.sealed(room)[0]
    new = corrected(room, old)
    mother = rooms.browser(make.a_guardian("Trần Mỹ Hạnh", child=old.student_id, school=room.school))

    child, page = mother.get(f"/con-toi/{old.student_id}/").text, mother.get(f"/hoc-ba/cua-con/{old.record_id}/").text
    public = Client().get(f"/xac-thuc/{old.record_id}/").text

    assert "bản sửa đã ký, đang chờ nhà trường phát hành" in child and "/tai/pdf/" in child
    assert "Bản này còn hiệu lực đến khi bản sửa được phát hành" in page and "Đã phát hành" in page
    assert "đang có hiệu lực" in public and WAITS in public
    assert "nhà trường chưa phát hành" in Client().get(f"/xac-thuc/{new.record_id}/").text
    assert new.record_id not in child + page + public
    assert mother.get(f"/hoc-ba/cua-con/{new.record_id}/").status_code == 404
    issue(room)

    child = mother.get(f"/con-toi/{old.student_id}/").text
    page = mother.get(f"/hoc-ba/cua-con/{old.record_id}/").text
    assert "Mở bản đang có hiệu lực" in page and f'href="/hoc-ba/cua-con/{new.record_id}/"' in page
    assert "đang chờ nhà trường phát hành" not in child and child.count("/tai/pdf/") == 1
    assert WAITS not in Client().get(f"/xac-thuc/{new.record_id}/").text


def test_who_signs_a_correction_sees_that_it_is_one(room) -> None:
    old = rooms.sealed(room)[0]
    with rooms.working_as(room.principal) as scope:
        services.correct_record(scope, record_id=old.record_id, **WHY)
    lan = rooms.browser(room.lan)

    blocks = rooms.blocks_of(room.lan, Role.SUBJECT_TEACHER)
    consent = lan.post("/hoc-ba/ky/mon-hoc/", {"block": blocks}).headers["Location"]

    for address in ("/hoc-ba/ky/mon-hoc/", consent):
        assert "bản sửa (bản 2)" in lan.get(address).text


def test_the_principal_is_led_from_the_old_version_to_the_one_that_will_replace_it(room) -> None:
    old = rooms.sealed(room)[0]
    new = corrected(room, old)

    page = rooms.browser(room.principal).get(f"/hoc-ba/ho-so/{old.record_id}/").text

    assert "Đang có bản sửa: bản 2" in page and f'href="/hoc-ba/ho-so/{new.record_id}/"' in page
    assert 'value="correct"' not in page and 'value="revoke"' in page


def test_a_pupil_whose_correction_waits_to_be_issued_is_counted_once(room) -> None:
    corrected(room, rooms.sealed(room)[0])
    indicators.recount([room.school], 2026)

    with rooms.working_as(room.principal) as scope:
        (row,) = queries.classes(scope, school_year=2026)
    assert row.count("sealed", "issued") == 1
    with make.as_system():
        assert Fact._base_manager.get(school_id=room.school, indicator="records_sealed").value == 1


def test_a_version_corrected_before_its_issue_never_reaches_the_family_and_the_last_one_replaces_the_first(
    room,
) -> None:
    first = rooms.sealed(room)[0]
    second = corrected(room, first)
    third = corrected(room, second)
    assert rooms.states(room) == [State.ISSUED, State.SUPERSEDED, State.SEALED]
    mother = make.a_guardian("Trần Mỹ Hạnh", child=first.student_id, school=room.school)

    issue(room)

    assert rooms.states(room) == [State.SUPERSEDED, State.SUPERSEDED, State.ISSUED] and third.version == 3
    with rooms.working_as(mother) as scope:
        assert [row.version for row in queries.family_records(scope, student_id=first.student_id)] == [3, 1]
        with pytest.raises(NotFound):
            queries.reached(scope, record_id=second.record_id, permission="school_records.family")


def test_a_correction_revoked_before_its_issue_leaves_the_old_one_in_force_to_be_corrected_again(room) -> None:
    old = rooms.sealed(room)[0]
    wrong = corrected(room, old)
    with rooms.working_as(room.principal) as scope:
        services.revoke_record(scope, record_id=wrong.record_id, reason="Bản sửa lại ghi sai tên", decision="13/QĐ")
        _, (shown,) = queries.class_records(scope, class_id=room.class_id)
    assert standings(old, wrong) == ["valid", "revoked"] and shown.record_id == old.record_id

    right = corrected(room, old)

    assert right.version == 3 and standings(old, right) == ["valid", "sealed"]


def test_a_correction_needs_a_reason_and_a_paper(room) -> None:
    old = rooms.sealed(room)[0]
    with rooms.working_as(room.principal) as scope:
        for reason, decision in (("sai", "12/QĐ"), ("Ghi sai ngày sinh", " ")):
            with pytest.raises(SaySomeReason):
                services.correct_record(scope, record_id=old.record_id, reason=reason, decision=decision)
    assert rooms.states(room) == [State.ISSUED]


def test_a_revoked_record_says_so_and_cannot_be_corrected(room) -> None:
    old = rooms.sealed(room)[0]
    with rooms.working_as(room.principal) as scope:
        services.revoke_record(scope, record_id=old.record_id, reason="Cấp nhầm học bạ cho em khác", decision="9/QĐ")
        with pytest.raises(NotInForce):
            services.correct_record(scope, record_id=old.record_id, reason="Ghi sai ngày sinh", decision="10/QĐ")
    with make.as_system():
        assert queries.verify_token(old.record_id).standing == "revoked"


def test_a_part_made_again_loses_its_signature_and_those_above_it_only(room) -> None:
    from django.db import connection

    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gradebook_mark SET average = 99 WHERE class_id = %s AND subject = 'TOAN' AND term = 1",
            [room.class_id],
        )

    with rooms.working_as(room.principal) as scope:
        again = services.rebuild_record(
            scope, record_id=rooms.records(room)[0].record_id, reason="Cô Lan sửa điểm học kì I môn Toán"
        )

    assert set(again) == {"subject-TOAN", "year-page"}
    assert rooms.states(room) == [State.DATA_LOCKED] and "subject-NV" in rooms.signed_parts(room)
    rooms.sign(room, room.lan, Role.SUBJECT_TEACHER)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    assert rooms.states(room) == [State.HOMEROOM_SIGNED]


def test_while_the_new_version_is_signed_the_class_still_counts_the_old_one(room) -> None:
    old = rooms.sealed(room)[0]
    class_page = f"/hoc-ba/lop/{room.class_id}/"
    principal = rooms.browser(room.principal)
    before = principal.get(class_page).text
    with rooms.working_as(room.principal) as scope:
        services.correct_record(scope, record_id=old.record_id, **WHY)

    signing = principal.get(class_page).text

    assert "1 học bạ đã đóng dấu" in before and "còn hiệu lực" not in before
    assert "1 học bạ đã đóng dấu" in signing and "bản trước còn hiệu lực" in signing
    signed_and_sealed(room)
    assert "1 học bạ đã đóng dấu" in principal.get(class_page).text
    assert "còn hiệu lực" not in principal.get(class_page).text
