"""Signed records go along with a pupil who changes school, and are looked at on arrival."""

from __future__ import annotations

import datetime as dt

import pytest

from maitruong.assessment.school_records import moving
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.files import queries as files
from maitruong.registry.transfers import queries, services
from maitruong.registry.transfers.models import Paper
from maitruong.registry.transfers.services import Wish
from tests import factories as make

from . import room as rooms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("end_of_may")]
DAY = dt.date(2027, 5, 31)


def test_issued_records_arrive_whole_and_are_kept_by_the_new_school() -> None:
    room = rooms.a_closed_class()
    record = rooms.sealed(room)[0]
    other = make.a_school(make.a_commune(make.a_department(), "Xã Vĩnh Bảo"), "THCS Vĩnh Bảo")
    head = make.scope_of(make.a_principal(other, "Bùi Thị Hoa"), on=DAY)
    class_id, _ = make.a_class(other, "8B1", pupils=("Vũ Thị Hà",))
    mother = make.scope_of(make.a_guardian("Trần Mỹ Hạnh", child=record.student_id, school=room.school), on=DAY)
    ours = make.scope_of(room.principal, on=DAY)

    with unit_of_work(mother):
        made = services.apply_as_family(
            mother, student_id=record.student_id, to_school_id=other, wish=Wish("chuyển chỗ ở")
        )
    with unit_of_work(head):
        services.accept(head, transfer_id=made, why="số 12")
    with unit_of_work(ours):
        services.release(ours, transfer_id=made, why="số 7")
    with unit_of_work(head), pytest.raises(NotFound):
        files.read(record.xml_file_id or 0)
    with unit_of_work(head):
        services.receive(head, transfer_id=made, class_id=class_id, starts_on=DAY)
        papers = queries.page(head, transfer_id=made).papers
        kept = Paper.objects.visible_to(head, "transfers.view").filter(transfer_id=made, kind="record").order_by("pk")
        assert [files.read(paper.file_id or 0)[1] for paper in kept] == [
            rooms.bytes_of(record),
            rooms.bytes_of(record, "pdf"),
        ]

    assert [(paper.is_valid, paper.verdict) for paper in papers if paper.kind == "record"] == [
        (True, "Học bạ này do nhà trường phát hành và đang có hiệu lực.")
    ] * 2


def test_a_record_that_was_changed_does_not_hold_and_a_draft_stays_behind() -> None:
    room = rooms.a_closed_class()
    record, waiting = rooms.sealed(room)
    good = rooms.bytes_of(record)
    with make.as_system():
        assert moving.verify(good).is_valid and moving.verify(good).name == "Nguyễn Gia Hân"
        bad = moving.verify(good.replace("Nguyễn Gia Hân".encode(), "Nguyễn Gia Hận".encode()))
        assert not bad.is_valid and bad.problems and bad.name == ""
        assert len(moving.signed_records(record.student_id)) == 2
        type(waiting)._base_manager.filter(pk=waiting.pk).update(state="revoked")
        assert moving.signed_records(waiting.student_id) == []
