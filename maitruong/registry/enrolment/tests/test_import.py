"""The clerk's list comes in: checked, written once, taken back exactly."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError
from psycopg import errors

from maitruong.foundation.access import queries as rights
from maitruong.foundation.access import services as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.exchange import services, work
from maitruong.foundation.exchange.errors import MacroFile, NotNow, UndoTooLate
from maitruong.foundation.exchange.models import ImportBatch, ImportProblem, ImportRow
from maitruong.foundation.exchange.tests.files import messy_list, plain_workbook
from maitruong.foundation.jobs.errors import JobCancelled
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import services as people
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.enrolment.importers.reader import StudentReader
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from maitruong.registry.students import queries as students
from maitruong.registry.students.models import Guardianship, Student
from tests import factories as make

HEADER = [
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Lớp",
    "CCCD",
    "Dân tộc",
    "Họ tên bố",
    "CCCD bố",
    "SĐT bố",
    "Tôn giáo",
]
ONE = [
    1,
    "Nông Đức Dũng",
    "15/09/2013",
    "Nam",
    "8A2",
    "020213001234",
    "Tày",
    "Nông Văn Hải",
    "020085000111",
    "0912345678",
    "",
]
TWO = [
    2,
    "Nông Thị Hoa",
    "02/03/2013",
    "Nữ",
    "8A2",
    "020313009999",
    "Tày",
    "Nông Văn Hải",
    "020085000111",
    "0912345678",
    "",
]
THREE = [3, "Triệu Văn Ái", "2013", "Nam", "8A2", "", "Dao", "", "", "", ""]


def quiet(done: int, of: int, told: str) -> None:
    """Nobody listens."""


def take(scope: Scope, school: int, path: Path) -> int:
    with unit_of_work(scope):
        return services.take_file(
            scope, kind="students", school_id=school, school_year=2026, name="danh sách.xlsx", data=path.read_bytes()
        )


def check(scope: Scope, batch_id: int, **options: bool) -> dict[str, Any]:
    with unit_of_work(scope):
        batch = ImportBatch._base_manager.get(pk=batch_id)
        choice = services.ColumnChoice.from_json(batch.choice)
        services.choose_columns(scope, batch_id=batch_id, choice=choice, options=options)
    return work.check_list(scope, batch_id, quiet)


def bring_in(
    scope: Scope, school: int, path: Path, tell: work.Tell = quiet, **options: bool
) -> tuple[int, dict[str, Any]]:
    batch_id = take(scope, school, path)
    check(scope, batch_id, **options)
    with unit_of_work(scope):
        services.start_import(scope, batch_id=batch_id)
    return batch_id, work.import_list(scope, batch_id, tell)


def take_back(scope: Scope, batch_id: int) -> dict[str, Any]:
    with unit_of_work(scope):
        services.start_undo(scope, batch_id=batch_id)
    return work.undo_import(scope, batch_id, quiet)


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Every row an import may write, without its own memory of it; rights only as far as they hold."""
    tables = [Person, PersonIdentifier, Student, Guardianship, Enrolment, SchoolClass]
    with make.as_system():
        rows = {m.__name__: sorted(map(repr, m._base_manager.values_list())) for m in tables}
        rows["Grant"] = sorted(map(repr, Grant.objects.filter(withdrawn_at=None).values_list()))
    return rows


@pytest.fixture
def lists(place: SimpleNamespace, tmp_path: Path) -> Iterator[SimpleNamespace]:
    place.path = plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE, TWO, THREE])
    place.tmp = tmp_path
    return place


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
        assert (seat.school_class_id, seat.starts_on, seat.status) == (lists.class_id, dt.date(2026, 9, 5), "ENROLLED")
        assert Student._base_manager.get(pk=dung.pk).places == [lists.school]
        assert Guardianship._base_manager.filter(guardian=father).count() == 2
        hoa = Person._base_manager.get(full_name="Nông Thị Hoa")
        ai = Person._base_manager.get(full_name="Triệu Văn Ái")
        assert (ai.born_on, ai.born_precision) == (dt.date(2013, 1, 1), "year")
    rights = Grant.objects.filter(person_id=father.pk, role="guardian")
    assert {tuple(g.student_ids) for g in rights} == {(dung.pk,), (hoa.pk,)}
    assert {g.valid_to for g in rights} == {dt.date(2031, 9, 14), dt.date(2031, 3, 1)}


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
        assert problems.filter(code="class.not_open").count() == 4
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


def test_undo_takes_back_exactly_what_the_import_wrote(lists: SimpleNamespace) -> None:
    before = snapshot()
    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)

    result = take_back(lists.clerk, batch_id)

    assert result == {"taken_back": 3, "kept": 0}
    assert snapshot() == before
    with make.as_system():
        assert Entry._base_manager.filter(action="students.import_taken_back").count() == 3


def test_rows_touched_since_are_listed_and_kept(lists: SimpleNamespace) -> None:
    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)
    with make.as_system():
        dung = Person._base_manager.get(full_name="Nông Đức Dũng")
        Person._base_manager.filter(pk=dung.pk).update(phone="+84987654321", version=dung.version + 1)
        ai = Person._base_manager.get(full_name="Triệu Văn Ái")
    make.an_account(ai.pk)

    result = take_back(lists.clerk, batch_id)

    assert result == {"taken_back": 1, "kept": 2}
    with make.as_system():
        kept = ImportRow._base_manager.filter(batch_id=batch_id, taken_back_at=None).order_by("row")
        assert [(row.label, row.kept_because) for row in kept] == [
            ("Nông Đức Dũng, lớp 8A2", "Thông tin cá nhân đã được sửa sau khi nhập."),
            ("Triệu Văn Ái, lớp 8A2", "Em đã có tài khoản."),
        ]
        assert Person._base_manager.filter(pk__in=[dung.pk, ai.pk]).count() == 2
        assert not Person._base_manager.filter(full_name="Nông Thị Hoa").exists()
        assert Person._base_manager.filter(full_name="Nông Văn Hải").exists()


def test_undo_ends_after_thirty_days(lists: SimpleNamespace) -> None:
    batch_id, _ = bring_in(lists.clerk, lists.school, lists.path)

    with clock.standing_still(clock.now() + dt.timedelta(days=30)), unit_of_work(lists.clerk):
        services.start_undo(lists.clerk, batch_id=batch_id)
    with make.as_system():
        ImportBatch._base_manager.filter(pk=batch_id).update(state="done")
    later = clock.standing_still(clock.now() + dt.timedelta(days=31))
    with later, pytest.raises(UndoTooLate), unit_of_work(lists.clerk):
        services.start_undo(lists.clerk, batch_id=batch_id)


def test_worker_killed_in_the_middle_goes_on_where_it_stopped(
    lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        [n, f"Nông Văn {'ABCDEFGHIJ'[n]}", f"1{n}/09/2013", "Nam", "8A2", f"02021300{n:04}", "Tày", "", "", "", ""]
        for n in range(10)
    ]
    path = plain_workbook(lists.tmp / "ten.xlsx", [HEADER, *rows])
    monkeypatch.setattr(work, "CHUNK", 3)

    class Killed(BaseException):
        pass

    def die_at_six(done: int, of: int, told: str) -> None:
        with make.as_system():
            if ImportRow._base_manager.count() >= 6:
                raise Killed

    with pytest.raises(Killed):
        bring_in(lists.clerk, lists.school, path, tell=die_at_six)
    with make.as_system():
        batch = ImportBatch._base_manager.get()
        assert (batch.state, ImportRow._base_manager.count()) == ("importing", 6)
    result = work.import_list(lists.clerk, batch.pk, quiet)

    assert result == {"new": 10, "changed": 0, "same": 0, "refused": 0}
    with make.as_system():
        assert Enrolment._base_manager.filter(school_class_id=lists.class_id).count() == 3 + 10
        assert Entry._base_manager.filter(action="students.imported").count() == 10
    told = OutboxEvent.objects.filter(kind="enrolment.pupils_enrolled").values_list("payload__students", flat=True)
    students = [student for of_class in told for student in of_class]
    assert len(students) == len(set(students)) == 10


def test_stopped_import_keeps_what_is_written_and_may_go_on_or_be_taken_back(
    lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "CHUNK", 1)

    def stop(done: int, of: int, told: str) -> None:
        raise JobCancelled

    with pytest.raises(JobCancelled):
        bring_in(lists.clerk, lists.school, lists.path, tell=stop)
    with make.as_system():
        batch = ImportBatch._base_manager.get()
    assert (batch.state, batch.totals["imported"]["new"]) == ("stopped", 1)
    with unit_of_work(lists.clerk):
        services.go_on(lists.clerk, batch_id=batch.pk)
    assert work.import_list(lists.clerk, batch.pk, quiet)["new"] == 3
    assert take_back(lists.clerk, batch.pk) == {"taken_back": 3, "kept": 0}


def test_pupil_known_elsewhere_comes_with_his_number_and_a_stranger_with_it_is_refused(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)
    stranger = [1, "Vũ Văn Khác", "01/01/2015", "Nam", "6A1", "020213001234", "Kinh", "", "", "", ""]
    same = [2, "Nông Đức Dũng", "15/09/2013", "Nam", "6A1", "020213001234", "Tày", "", "", "", ""]
    stranger_path = plain_workbook(lists.tmp / "c.xlsx", [HEADER, stranger])

    batch_id = take(lists.stranger, lists.neighbour, stranger_path)
    assert check(lists.stranger, batch_id)["refused"] == 1
    other = take(lists.stranger, lists.neighbour, plain_workbook(lists.tmp / "d.xlsx", [HEADER, same]))
    assert check(lists.stranger, other)["refused"] == 1

    with make.as_system():
        codes = set(ImportProblem._base_manager.filter(severity="error").values_list("code", flat=True))
        texts = " ".join(ImportProblem._base_manager.values_list("text", flat=True))
    assert codes == {"people.number_of_another", "students.not_let_go"}
    assert "Lê Chân" not in texts


def test_pupil_who_left_the_other_school_is_followed_and_undo_lets_him_go(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)
    with make.as_system():
        dung = Person._base_manager.get(full_name="Nông Đức Dũng")
        Enrolment._base_manager.filter(student=dung).update(ends_on=dt.date(2026, 10, 1), status="TRANSFERRED_OUT")
    row = [1, "Nông Đức Dũng", "15/09/2013", "Nam", "6A1", "020213001234", "Tày", "", "", "", ""]

    batch_id, result = bring_in(lists.stranger, lists.neighbour, plain_workbook(lists.tmp / "e.xlsx", [HEADER, row]))

    assert result["new"] == 1
    with make.as_system():
        dung.refresh_from_db()
        assert dung.places == [lists.school, lists.neighbour]
    assert take_back(lists.stranger, batch_id) == {"taken_back": 1, "kept": 0}
    with make.as_system():
        dung.refresh_from_db()
        assert dung.places == [lists.school]


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


def test_row_that_collides_with_another_save_is_left_out_and_the_rest_comes_in(
    lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = StudentReader.write

    def collide(self: StudentReader, records: Any) -> Any:
        if any(record.row == 3 for record in records):
            raise IntegrityError from errors.ExclusionViolation("somebody was quicker")
        return real(self, records)

    monkeypatch.setattr(StudentReader, "write", collide)

    batch_id, result = bring_in(lists.clerk, lists.school, lists.path)

    assert result == {"new": 2, "changed": 0, "same": 0, "refused": 1}
    with make.as_system():
        problem = ImportProblem._base_manager.get(batch_id=batch_id, code="row.conflict")
        assert (problem.row, problem.text[:7]) == (3, "Dòng 3:")
        assert not Person._base_manager.filter(full_name="Nông Thị Hoa").exists()


def test_fault_of_ours_is_not_taken_for_a_collision(lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: StudentReader, records: Any) -> Any:
        raise IntegrityError from errors.NotNullViolation("a column was forgotten")

    monkeypatch.setattr(StudentReader, "write", broken)

    with pytest.raises(IntegrityError):
        bring_in(lists.clerk, lists.school, lists.path)


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


def test_parents_come_once_for_two_children_and_stay_when_the_list_names_another(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)
    other_father = [*ONE[:7], "Hoàng Văn Khác", "020085000222", "", ""]

    batch_id = take(lists.clerk, lists.school, plain_workbook(lists.tmp / "f.xlsx", [HEADER, other_father]))
    totals = check(lists.clerk, batch_id)

    assert totals["same"] == 1
    with make.as_system():
        assert Person._base_manager.filter(full_name="Nông Văn Hải").count() == 1
        problem = ImportProblem._base_manager.get(batch_id=batch_id, code="student.other_parent")
        assert "vẫn giữ tên đó" in problem.text
        assert not Person._base_manager.filter(full_name="Hoàng Văn Khác").exists()


def test_a_parent_of_another_school_in_a_list_waits_to_be_confirmed(lists: SimpleNamespace) -> None:
    with make.as_system() as system:
        father = people.register_person(
            system,
            full_name="Nông Văn Hải",
            places=[lists.neighbour],
            citizen_number="020085000111",
            phone="+84987000111",
        )

    bring_in(lists.clerk, lists.school, lists.path)

    with make.as_system():
        rows = list(Guardianship._base_manager.filter(guardian_id=father))
        assert [row.named_as for row in rows] == ["Nông Văn Hải"] * 2 and all(row.waits_since for row in rows)
        assert Person._base_manager.get(pk=father).places == [lists.neighbour]
        assert PersonIdentifier._base_manager.get(person_id=father).places == [lists.neighbour]
        child = rows[0].student_id
    assert rights.rights(father, on=clock.today()) == []
    with unit_of_work(lists.clerk):
        (shown,) = students.guardians(child)
    assert (shown.full_name, shown.phone, shown.waits) == ("Nông Văn Hải", "", True)


def test_a_parent_of_another_school_is_made_no_pupil_by_a_list(lists: SimpleNamespace) -> None:
    held = {"places": [lists.neighbour], "citizen_number": "020213001234", "phone": "+84987000111"}
    with make.as_system() as system:
        father = people.register_person(system, full_name="Nông Đức Dũng", **held)

    bring_in(lists.clerk, lists.school, lists.path)

    with make.as_system():
        assert Person._base_manager.get(pk=father).places == [lists.neighbour]
        assert not Student._base_manager.filter(pk=father).exists()
        assert ImportProblem._base_manager.filter(code="students.not_let_go").count() == 1
        assert Entry._base_manager.filter(action="students.number_of_another", school_id=lists.school).exists()


def test_a_number_of_another_in_a_list_is_in_the_audit_with_its_row(lists: SimpleNamespace) -> None:
    make_known = {"full_name": "Lò Thị Khác", "places": [lists.neighbour], "citizen_number": "020213001234"}
    with make.as_system() as system:
        people.register_person(system, **make_known)

    batch_id = take(lists.clerk, lists.school, lists.path)
    check(lists.clerk, batch_id)

    with make.as_system():
        entry = Entry._base_manager.get(action="students.number_of_another")
    assert (entry.actor_id, entry.school_id, entry.object_id) == (lists.clerk.actor_id, lists.school, str(batch_id))
    assert '"row":[null,2]' in entry.body and "020213001234" not in entry.body


def test_after_many_numbers_of_others_a_list_is_told_of_no_further_one(
    lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maitruong.registry.enrolment.importers.reader.NUMBERS_OF_OTHERS", 1)
    with make.as_system() as system:
        for number in ("020213001234", "020213001235"):
            people.register_person(system, full_name="Lò Thị Khác", places=[lists.neighbour], citizen_number=number)
    unknown = [*ONE[:5], "020213009999", *ONE[6:]]
    again = [*ONE[:5], "020213001235", *ONE[6:]]

    def told(*rows: list[Any]) -> list[str]:
        batch_id = take(
            lists.clerk, lists.school, plain_workbook(lists.tmp / f"{len(rows)}-{rows[0][5]}.xlsx", [HEADER, *rows])
        )
        check(lists.clerk, batch_id)
        with make.as_system():
            found = ImportProblem._base_manager.filter(batch_id=batch_id, severity="error")
            return list(found.order_by("row").values_list("code", flat=True))

    assert told(ONE) == ["people.number_of_another"]
    assert told(again) == told(unknown) == ["students.number_tries_spent"]
    with clock.standing_still(clock.now() + dt.timedelta(minutes=61)):
        assert told(again) == ["people.number_of_another"]
