"""The office's pages when something is refused: nothing stays written, and the sentence stands on the page."""

from __future__ import annotations

import datetime as dt

import pytest

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.people.models import Person
from maitruong.foundation.signing.types import Role
from tests import factories as make
from tests.races import second_meets_first

from . import room as rooms

pytestmark = pytest.mark.usefixtures("end_of_may")
CORRECTION = {"reason": "Ghi sai ngày sinh của học sinh", "decision": "10/QĐ-THCS"}


def _set_birthday(student_id: int, day: dt.date | None) -> dt.date | None:
    """Returns the day that stood there before."""
    with make.as_system():
        rows = Person._base_manager.filter(pk=student_id)
        before = rows.values_list("born_on", flat=True).get()
        rows.update(born_on=day)
    return before


@pytest.mark.django_db
def test_a_refused_correction_leaves_no_version_behind_and_can_be_begun_again() -> None:
    room = rooms.a_closed_class(pupils=("Nguyễn Gia Hân",))
    record = rooms.sealed(room)[0]
    head, address = rooms.browser(room.principal), f"/hoc-ba/ho-so/{record.record_id}/sua/"

    born = _set_birthday(record.student_id, None)
    refused = [head.post(address, CORRECTION) for _ in range(2)]
    left = [row.version for row in rooms.records(room)]
    _set_birthday(record.student_id, born)
    begun = head.post(address, CORRECTION)

    for answer in refused:
        assert answer.status_code == 422 and "hồ sơ thiếu ngày sinh hoặc giới tính" in answer.text
    assert left == [1]
    assert begun.status_code == 302
    assert sorted(row.version for row in rooms.records(room)) == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_a_class_prepared_by_two_at_once_is_prepared_once_and_the_second_is_told() -> None:
    room = rooms.a_closed_class(pupils=("Nguyễn Gia Hân",))
    head = rooms.browser(room.principal)
    deputy = rooms.browser(make.a_post_holder(room.school, "principal", "Hà Thị Hai"))
    address = f"/hoc-ba/lop/{room.class_id}/lap/"

    first, second = second_meets_first(lambda: head.post(address), lambda: deputy.post(address))

    assert "Đã lập 1 học bạ" in first.text
    assert second.status_code == 422 and "Đúng lúc này có người vừa ghi cùng một việc" in second.text
    assert len(rooms.records(room)) == 1


@pytest.mark.django_db
def test_who_stands_in_for_the_principal_without_a_certificate_is_not_written_into_the_approval() -> None:
    room = rooms.a_closed_class(pupils=("Nguyễn Gia Hân",))
    rooms.prepare(room)
    rooms.sign_subjects(room)
    rooms.sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    approvals = rooms.blocks_of(room.principal, Role.PRINCIPAL)
    stand_in = make.a_post_holder(room.school, "principal", "Hà Thị Hai")

    answer = rooms.browser(stand_in).post("/hoc-ba/ky/phe-duyet/", {"block": approvals})

    assert answer.status_code == 422
    assert rooms.blocks_of(room.principal, Role.PRINCIPAL) == approvals != []
    with make.as_system():
        assert not Entry._base_manager.filter(action="school_records.approval_taken_over").exists()
