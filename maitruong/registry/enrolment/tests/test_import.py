"""The clerk's list comes in: checked, corrected, written once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest

from maitruong.foundation.access import services as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.exchange import services, work, workbook
from maitruong.foundation.exchange.errors import MacroFile, NotNow
from maitruong.foundation.exchange.models import ImportBatch, ImportProblem, ImportRow
from maitruong.foundation.exchange.tests.files import messy_list, plain_workbook
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from maitruong.registry.students.models import Guardianship, Student
from tests import factories as make

from .lists import HEADER, ONE, TWO, bring_in, check, quiet, snapshot, take, take_back


def test_list_is_checked_written_and_the_second_time_nothing_is_new(lists: SimpleNamespace) -> None:
    _, first = bring_in(lists.clerk, lists.school, lists.path)
    written = snapshot()
    second_id = take(lists.clerk, lists.school, lists.path)
    checked = check(lists.clerk, second_id)
    with unit_of_work(lists.clerk):
        services.start_import(lists.clerk, batch_id=second_id)
    second = work.import_list(lists.clerk, second_id, quiet)

    assert first == {"new": 3, "changed": 0, "same": 0, "refused": 0}
    assert (checked["new"], checked["changed"], checked["same"]) == (0, 0, 3)
    assert second == {"new": 0, "changed": 0, "same": 3, "refused": 0}
    assert snapshot() == written


def test_row_becomes_person_number_dossier_place_family_and_right(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)

    with make.as_system():
        dung = Person._base_manager.get(full_name="Nông Đức Dũng")
        father = Person._base_manager.get(full_name="Nông Văn Hải")
        seat = Enrolment._base_manager.get(student=dung)
        assert (dung.born_on, dung.sex, dung.ethnic_group, dung.places) == (
            dt.date(2013, 9, 15),
            "male",
            "TAY",
            [lists.school],
        )
        assert (dung.name_fold, father.phone) == ("nong duc dung", "+84912345678")
        assert PersonIdentifier._base_manager.get(person=dung).value == "020213001234"
        assert (seat.school_class_id, seat.starts_on, seat.status) == (lists.class_id, dt.date(2026, 9, 5), "enrolled")
        assert Student._base_manager.get(pk=dung.pk).places == [lists.school]
        assert Guardianship._base_manager.filter(guardian=father).count() == 2
        hoa = Person._base_manager.get(full_name="Nông Thị Hoa")
        ai = Person._base_manager.get(full_name="Triệu Văn Ái")
        assert (ai.born_on, ai.born_precision) == (dt.date(2013, 1, 1), "year")
    rights = Grant.objects.filter(person_id=father.pk, role="guardian")
    assert {tuple(g.student_ids) for g in rights} == {(dung.pk,), (hoa.pk,)}
    assert {g.valid_to for g in rights} == {dt.date(2031, 9, 14), dt.date(2031, 3, 1)}


def test_a_pupil_who_came_by_a_list_can_be_moved_and_leave(lists: SimpleNamespace) -> None:
    """Lists wrote the status in capitals, which every later act refused as unknown."""
    bring_in(lists.clerk, lists.school, lists.path)
    with make.as_system():
        seat = Enrolment._base_manager.get(student__full_name="Nông Đức Dũng")
        other, _ = make.a_class(lists.school, "8A7", pupils=())
    with unit_of_work(lists.clerk):
        moved = enrolment.move_pupil(
            lists.clerk, enrolment_id=seat.pk, to_class_id=other, on=dt.date(2026, 11, 2), why="gia đình xin"
        )
        assert enrolment.end_enrolment(
            lists.clerk, enrolment_id=moved, ends_on=dt.date(2026, 11, 3), status="transferred_out", why="chuyển nhà"
        )


def test_import_leaves_history_audit_and_facts_in_the_same_transaction(lists: SimpleNamespace) -> None:
    before = OutboxEvent.objects.count()

    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)

    with make.as_system():
        entries = Entry._base_manager.filter(action="students.imported")
        assert entries.count() == 3
        assert not entries.filter(body__contains="020213001234").exists()
        assert '"full_name":[null,"Nông Đức Dũng"]' in entries.get(body__contains="Dũng").body
        assert [row.row for row in ImportRow._base_manager.filter(batch_id=batch_id).order_by("row")] == [2, 3, 4]
    facts = OutboxEvent.objects.order_by("id")[before:]
    assert sorted(fact.kind for fact in facts if fact.kind.startswith("enrolment.")) == [
        "enrolment.pupils_enrolled",
        "enrolment.rolls_changed",
    ]
    enrolled = next(fact for fact in facts if fact.kind == "enrolment.pupils_enrolled")
    seats = Enrolment._base_manager.filter(school_class_id=enrolled.payload["class_id"])
    with make.as_system():
        assert len(enrolled.payload["students"]) == 3
        assert set(enrolled.payload["students"]) <= set(seats.values_list("student_id", flat=True))


def test_dry_run_writes_nothing_but_its_problems(lists: SimpleNamespace) -> None:
    before = snapshot()
    batch_id = take(lists.clerk, lists.school, messy_list(lists.tmp / "messy.xlsx"))

    totals = check(lists.clerk, batch_id)

    assert snapshot() == before
    assert totals["new"] == 0 and totals["refused"] == 8  # the school has no class 6A1, 6A2
    with make.as_system():
        problems = ImportProblem._base_manager.filter(batch_id=batch_id)
        assert problems.filter(code="class.not_open").count() == 8
        assert "Sửa tên lớp" in problems.filter(code="class.not_open").first().text


def test_classes_of_the_list_are_opened_when_asked(lists: SimpleNamespace) -> None:
    path = messy_list(lists.tmp / "messy.xlsx")

    batch_id, result = bring_in(lists.clerk, lists.school, path, create_classes=True)

    assert result == {"new": 4, "changed": 0, "same": 0, "refused": 4}
    with make.as_system():
        opened = SchoolClass._base_manager.filter(school_id=lists.school, grade=6)
        assert sorted(opened.values_list("name", flat=True)) == ["6A1", "6A2"]
    take_back(lists.clerk, batch_id)
    with make.as_system():
        assert not SchoolClass._base_manager.filter(school_id=lists.school, grade=6).exists()


def test_correction_on_the_page_lets_the_row_in(lists: SimpleNamespace) -> None:
    wrong = [1, "Nông Đức Dũng", "31/02/2013", *ONE[3:]]
    batch_id = take(lists.clerk, lists.school, plain_workbook(lists.tmp / "a.xlsx", [HEADER, wrong]))
    assert check(lists.clerk, batch_id)["refused"] == 1

    with unit_of_work(lists.clerk):
        value, _ = services.correct_cell(lists.clerk, batch_id=batch_id, row=2, column=2, text="28/02/2013")
        services.check_again(lists.clerk, batch_id=batch_id)
    totals = work.check_list(lists.clerk, batch_id, quiet)

    assert str(value) == "28/02/2013"
    assert (totals["new"], totals["refused"]) == (1, 0)


def test_changed_row_changes_only_what_the_list_says(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)
    changed = [1, "Nông Đức Dũng", "15/09/2013", "Nam", "8A2", "020213001234", "Nùng", "", "", "", "Phật giáo"]

    batch_id, result = bring_in(lists.clerk, lists.school, plain_workbook(lists.tmp / "b.xlsx", [HEADER, changed]))

    assert result == {"new": 0, "changed": 1, "same": 0, "refused": 0}
    with make.as_system():
        dung = Person._base_manager.get(full_name="Nông Đức Dũng")
        assert (dung.ethnic_group, dung.version) == ("NUNG", 2)
        assert Student._base_manager.get(pk=dung.pk).religion == "BUDDHISM"
        assert Guardianship._base_manager.filter(student=dung).count() == 1
        body = Entry._base_manager.filter(action="students.imported", object_id=str(dung.pk)).latest("id").body
    assert '"ethnic_group":["TAY","NUNG"]' in body
    take_back(lists.clerk, batch_id)
    with make.as_system():
        dung.refresh_from_db()
        assert (dung.ethnic_group, dung.version) == ("TAY", 3)
        assert Student._base_manager.get(pk=dung.pk).religion == ""


def test_neighbour_and_teacher_cannot_bring_lists_into_the_school(lists: SimpleNamespace) -> None:
    teacher = make.scope_of(make.a_teacher(lists.school, "Phạm Thu Lan", class_id=lists.class_id, subject="TOAN"))
    batch_id = take(lists.clerk, lists.school, lists.path)

    for scope in (lists.stranger, teacher):
        with pytest.raises(NotFound):
            take(scope, lists.school, lists.path)
        with pytest.raises(NotFound), unit_of_work(scope):
            services.open_batch(scope, batch_id, set(services.ImportState))


def test_steps_out_of_turn_are_refused(lists: SimpleNamespace) -> None:
    batch_id = take(lists.clerk, lists.school, lists.path)

    for step in (services.start_import, services.start_undo, services.check_again, services.stop):
        with pytest.raises(NotNow), unit_of_work(lists.clerk):
            step(lists.clerk, batch_id=batch_id)


def test_bad_file_leaves_nothing_behind(lists: SimpleNamespace) -> None:
    from maitruong.foundation.exchange.tests.files import changed

    bad = changed(lists.path, lists.tmp / "m.xlsx", {"xl/vbaProject.bin": b"x"})

    with pytest.raises(MacroFile):
        take(lists.clerk, lists.school, bad)

    with make.as_system():
        assert ImportBatch._base_manager.count() == 0
        assert Job._base_manager.count() == 0


def test_statements_of_a_batch_do_not_grow_with_its_rows(
    lists: SimpleNamespace, django_assert_max_num_queries: Any
) -> None:
    rows = [
        [
            n,
            f"Nông Văn {chr(65 + n % 26)}{chr(65 + n // 26)}".title(),
            f"{n % 28 + 1:02}/09/2013",
            "Nam",
            "8A2",
            f"0202130{n:05}",
            "Tày",
            f"Nông Văn H{chr(97 + n % 26)}",
            "",
            "",
            "",
        ]
        for n in range(400)
    ]
    path = plain_workbook(lists.tmp / "many.xlsx", [HEADER, *rows])
    batch_id = take(lists.clerk, lists.school, path)
    check(lists.clerk, batch_id)
    with unit_of_work(lists.clerk):
        services.start_import(lists.clerk, batch_id=batch_id)

    with django_assert_max_num_queries(90):
        result = work.import_list(lists.clerk, batch_id, quiet)

    assert result["new"] == 400


def test_unit_of_work_scope_is_the_wall_for_every_table_of_lists(lists: SimpleNamespace) -> None:
    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)

    with unit_of_work(lists.stranger):
        for model in (ImportBatch, ImportRow, ImportProblem):
            assert not model._base_manager.all().exists()
    with access.unit_of_work(lists.clerk):
        assert ImportBatch._base_manager.get().pk == batch_id


def test_cells_of_lists_are_forgotten_when_nobody_can_take_them_back_any_more(lists: SimpleNamespace) -> None:
    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)
    waiting = take(lists.clerk, lists.school, lists.path)

    with clock.standing_still(clock.now() + dt.timedelta(days=32)), make.as_system() as system:
        assert services.forget_past(system) == 1
        assert services.forget_past(system) == 0
        assert not ImportRow._base_manager.filter(batch_id=batch_id).exists()
        assert ImportBatch._base_manager.get(pk=batch_id).preview == {}
        assert ImportBatch._base_manager.filter(pk=waiting).exists()
    later = clock.now() + dt.timedelta(days=services.KEPT_DAYS + 400)
    with clock.standing_still(later), make.as_system() as system:
        ImportBatch._base_manager.filter(pk=waiting).update(made_at=clock.now() - dt.timedelta(days=62))
        assert services.forget_past(system) == 1
        assert not ImportBatch._base_manager.filter(pk=waiting).exists()


def test_a_row_with_an_error_is_told_everything_else_at_once(lists: SimpleNamespace) -> None:
    """What the school says of it too: a second round only for a second mistake would be a round for nothing."""
    bring_in(lists.clerk, lists.school, lists.path)
    no_sex = [1, "Nông Đức Dũng", "15/09/2013", "", "9Z9", "020213001234", "Tày", "Hoàng Văn Khác", "", "", ""]
    no_day = [2, "Lý Văn Lạ", "31/02/2013", "Nam", "9Z9", "020213007777", "Tày", "", "", "", ""]
    no_class = [3, "Lý Thị Lành", "01/02/2013", "Nữ", "", "", "??", "", "", "", ""]
    before = snapshot()

    batch_id = take(lists.clerk, lists.school, plain_workbook(lists.tmp / "x.xlsx", [HEADER, no_sex, no_day, no_class]))
    totals = check(lists.clerk, batch_id)

    with make.as_system():
        found = ImportProblem._base_manager.filter(batch_id=batch_id).exclude(code="personal_id.missing")
        told = list(found.order_by("row", "column").values_list("row", "column", "code"))
    assert told == [
        (2, 3, "cell.empty"),
        (2, 4, "class.not_open"),
        (2, 7, "student.other_parent"),
        (3, 2, "date.not_in_calendar"),
        (3, 4, "class.not_open"),
        (4, 4, "cell.empty"),
        (4, 6, "code.unknown"),
    ]
    assert totals["refused"] == 3 and snapshot() == before


def test_a_number_that_cannot_be_read_makes_nobody_of_the_row(lists: SimpleNamespace) -> None:
    """A name alone is not looked up where the number beside it is wrong: it may be another child's."""
    bring_in(lists.clerk, lists.school, lists.path)
    wrong = [1, "Nông Đức Dũng", "15/09/2013", "Nam", "9Z9", "12", "Tày", "Hoàng Văn Khác", "", "", ""]

    batch_id = take(lists.clerk, lists.school, plain_workbook(lists.tmp / "y.xlsx", [HEADER, wrong]))
    check(lists.clerk, batch_id)

    with make.as_system():
        codes = list(
            ImportProblem._base_manager.filter(batch_id=batch_id).order_by("column").values_list("code", flat=True)
        )
    assert codes[0] == "class.not_open" and len(codes) == 2


def test_a_birth_date_of_a_year_only_comes_in_and_is_told_at_its_cell(lists: SimpleNamespace) -> None:
    batch_id = take(lists.clerk, lists.school, lists.path)

    totals = check(lists.clerk, batch_id)

    with make.as_system():
        problem = ImportProblem._base_manager.get(batch_id=batch_id, code="student.birth_date_not_whole")
    assert (problem.row, problem.column, problem.severity) == (4, 2, "warning")
    assert problem.text.startswith("Ô C4 (Ngày sinh): Mới có năm sinh (2013), chưa rõ ngày, tháng.")
    assert totals["refused"] == 0


@pytest.mark.parametrize(("merge", "gone_through", "new"), [("L1:L2", False, 1), ("E3:E4", True, 2)])
def test_a_sheet_is_gone_through_for_its_merges_only_when_one_begins_among_the_pupils(
    place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, merge: str, gone_through: bool, new: int
) -> None:
    asked: list[bool] = []
    real = workbook.read_rows

    def read_rows(path: Path, sheet: int, *, merged: bool) -> Iterator[workbook.RowBatch]:
        asked.append(merged)
        return real(path, sheet, merged=merged)

    monkeypatch.setattr(workbook, "read_rows", read_rows)
    path = plain_workbook(tmp_path / "a.xlsx", [["Danh sách"], HEADER, ONE, [*TWO[:4], "", *TWO[5:]]])
    book = openpyxl.load_workbook(path)
    book.worksheets[0].merge_cells(merge)
    book.save(path)

    _, written = bring_in(place.clerk, place.school, path)

    assert (asked, written["new"]) == ([gone_through, gone_through], new)
