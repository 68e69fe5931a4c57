"""Take back what a list of pupils wrote: exactly that, and only where nobody has touched it since.

Touched means: the person's or the dossier's version moved on, the place in the class was changed or ended, numbers or family
were added, or any table of the house has come to speak of the pupil (a mark, an absence, a record, an account).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, models
from psycopg import sql

from maitruong.foundation.access import services as rights
from maitruong.foundation.access.rls import house_models
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.staging import update_many
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.exchange.ports import Kept, Target, Written
from maitruong.foundation.people import bulk as people
from maitruong.foundation.people import freezing
from maitruong.foundation.people.models import PersonIdentifier
from maitruong.registry.students import services as students

from .. import removing
from ..events import RollsChanged
from ..models import Enrolment, SchoolClass

_BEYOND = system_scope("what a list wrote is taken back only where nothing in the province speaks of it")
#: Tables that describe the pupil himself and are looked at row by row, or only remember acts.
_OWN = {
    "people_person",
    "people_personidentifier",
    "students_student",
    "students_guardianship",
    "enrolment_enrolment",
    "access_grant",
    "audit_entry",
    "gradebook_markhistory",
}
_STANDINGS = (
    "students_standing"  # what the list itself said goes with it; a paper written down since is asked for apart
)
_POINTING = {"student_id", "person_id", "guardian_id"}
_NAMES = {
    "identity_account": "đã có tài khoản",
    "attendance_absence": "đã có điểm danh",
    "files_storedfile": "đã có tệp trong hồ sơ",
    "staff_employment": "là người làm việc ở trường",
    "verification_check": "đã được đối chiếu với dữ liệu dân cư",
    "verification_correction": "có đề nghị điều chỉnh thông tin định danh",
}


def take_back(scope: Scope, target: Target, rows: Sequence[Written], *, edited_too: bool = False) -> list[Kept]:
    """See exchange.ports.ListOwner."""
    _hold(rows)
    now = _Now(target, rows)
    kept = {kept.row: kept for row in rows if (kept := now.kept(row, edited_too=edited_too))}
    going = [row for row in rows if row.row not in kept]
    made = [row for row in going if row.written["made"]]
    known = [row for row in going if not row.written["made"]]
    _close_families(going)
    _restore(known)
    _leave(target, [row for row in known if row.written.get("came")])
    _remove_seats(going)
    students.bulk.remove_files([row.object_id for row in going if row.written.get("opened")])
    people.remove_people([row.object_id for row in made])
    _remove_parents(going)
    _close_classes(rows, going)
    _tell(scope, target, going)
    return [kept[row] for row in sorted(kept)]


def _hold(rows: Sequence[Written]) -> None:
    """Wait for whoever seats a pupil in these classes, appoints their teacher or writes about these pupils; let others wait.

    Classes first, as enrol() does: two who take the same locks in two orders would wait for each other.
    """
    opened = [row.written["class_opened"] for row in rows if "class_opened" in row.written]
    with unit_of_work(_BEYOND):
        list(SchoolClass._base_manager.select_for_update().filter(pk__in=opened).order_by("pk").values_list("pk"))
        people.hold_to_remove([row.object_id for row in rows])


class _Now:
    """How what was written stands today; read once for all rows, beyond the school's wall."""

    def __init__(self, target: Target, rows: Sequence[Written]) -> None:
        self._target = target
        ids = [row.object_id for row in rows]
        with unit_of_work(_BEYOND):
            self._people, self._files = people.held(ids), students.bulk.held_files(ids)
            self._guardians = students.bulk.guardianship_ids(ids)
            self._seats: dict[int, list[Enrolment]] = defaultdict(list)
            for seat in Enrolment._base_manager.filter(student_id__in=ids):
                self._seats[seat.student_id].append(seat)
            self._numbers = _count_numbers(ids)
            self._uses = uses(ids)

    def kept(self, row: Written, *, edited_too: bool) -> Kept | None:
        """The row with why it is kept; None when it may be taken back."""
        used, edited = self._reason_of_use(row), self._reason_of_edit(row)
        if used:
            return Kept(row.row, f"{edited} {used}".strip())
        return Kept(row.row, edited, only_edited=True) if edited and not edited_too else None

    def _reason_of_edit(self, row: Written) -> str:
        """What the list wrote and somebody wrote over since."""
        written, key = row.written, row.object_id
        person, file = self._people.get(key), self._files.get(key)
        if person is not None and person.version != written["person_version"]:
            return "Thông tin cá nhân đã được sửa sau khi nhập."
        if file is not None and file.version != written["file_version"]:
            return "Hồ sơ học sinh đã được sửa sau khi nhập."
        return ""

    def _reason_of_use(self, row: Written) -> str:
        """What came to hang on the row since: taking it back would tear that off, whoever decides."""
        written, key = row.written, row.object_id
        if key not in self._people:
            return "Hồ sơ không còn trong phạm vi của trường."
        if key not in self._files:
            return "Hồ sơ học sinh không còn ở trường."
        wrote = {*(written.get("person_new") or ()), *(("CCCD",) if written.get("number_ids") else ())}
        if self._people[key].is_confirmed and (written["made"] or freezing.labels(wrote)):
            return "Thông tin định danh của em đã được xác thực với dữ liệu dân cư."
        ours = {entry["id"] for entry in written.get("guardians", [])}
        there = self._guardians.get(key, set())
        if not ours <= there:
            return "Người giám hộ đã được sửa sau khi nhập."
        changed_seat = self._changed_seat(key, written)
        if changed_seat:
            return changed_seat
        if not written["made"]:
            return ""
        if there != ours or self._numbers.get(key, 0) != written["numbers"] or len(self._seats[key]) != 1:
            return "Đã ghi thêm người giám hộ, số định danh hoặc lớp sau khi nhập."
        return self._uses.get(key, "")

    def _changed_seat(self, key: int, written: dict[str, Any]) -> str:
        seats = {seat.pk: seat for seat in self._seats[key]}
        if "seat" in written:
            seat = seats.get(written["seat"])
            if seat is None or seat.ends_on is not None or seat.status != "enrolled":
                return "Em đã được chuyển lớp hoặc ghi rời lớp sau khi nhập."
            if not written["made"] and key in self._uses:
                return self._uses[key]
        if "seat_changed" in written:
            seat = seats.get(written["seat_changed"])
            if seat is None or any(getattr(seat, name) != value for name, value in written["seat_new"].items()):
                return "Mã học sinh hoặc số đăng bộ đã được sửa sau khi nhập."
        return ""


def uses(person_ids: Collection[int]) -> dict[int, str]:
    """What in the house speaks of these people, beside their own dossiers: person → the first thing found, in words.

    Walks every table that has a column for a pupil or a person, so that a module made later is not forgotten.
    """
    found: dict[int, str] = {}
    with connection.cursor() as cursor:
        for table, column, label in _pointing_columns():
            cursor.execute(
                sql.SQL("SELECT DISTINCT {column} FROM {table} WHERE {column} = ANY(%s)").format(
                    column=sql.Identifier(column), table=sql.Identifier(table)
                ),
                [list(person_ids)],
            )
            for (person_id,) in cursor.fetchall():
                found.setdefault(person_id, f"Em {label}.")
    for person_id in students.bulk.with_papers(person_ids):
        found.setdefault(person_id, "Em đã có giấy tờ về diện chính sách hoặc khuyết tật.")
    return found


def _pointing_columns() -> Iterator[tuple[str, str, str]]:
    for model in house_models():
        table = model._meta.db_table
        if table in _OWN or table == _STANDINGS:
            continue
        for column in sorted({field.column for field in model._meta.local_fields} & _POINTING):  # type: ignore[type-var]
            yield table, column, _NAMES.get(table, f"đã có {_label(model)}")  # type: ignore[misc]


def _label(model: type[models.Model]) -> str:
    label = {"gradebook": "điểm hoặc nhận xét trong sổ điểm", "school_records": "học bạ"}
    return label.get(model._meta.app_label, "dữ liệu ở phần khác")


def _count_numbers(ids: Collection[int]) -> dict[int, int]:
    counted: dict[int, int] = defaultdict(int)
    for person_id in PersonIdentifier._base_manager.filter(person_id__in=ids).values_list("person_id", flat=True):
        counted[person_id] += 1
    return counted


def _close_families(rows: Iterable[Written]) -> None:
    entries = [entry for row in rows for entry in row.written.get("guardians", [])]
    rights.withdraw_many([entry["right"] for entry in entries if entry["right"] is not None])
    students.bulk.remove_guardianships([entry["id"] for entry in entries])


def _restore(rows: Iterable[Written]) -> None:
    """Put the old values back where the list had changed a known pupil."""
    persons, files, seats = {}, {}, defaultdict(list)
    numbers: list[int] = []
    for row in rows:
        written = row.written
        if written["person_new"]:
            persons[row.object_id] = _typed(written["person_old"])
        if written.get("file_new"):
            files[row.object_id] = _typed(written["file_old"])
        if written.get("seat_new"):
            fields = tuple(sorted(written["seat_old"]))
            seats[fields].append((written["seat_changed"], *(written["seat_old"][name] or "" for name in fields)))
        numbers += written.get("number_ids", [])
    people.change_many(persons)
    students.bulk.change_files(files)
    for fields, values in seats.items():
        update_many(Enrolment, fields, values)
    people.remove_numbers(numbers)


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    """Days went through JSON as text."""
    return {
        name: dt.date.fromisoformat(value) if name in ("born_on", "admitted_on") and isinstance(value, str) else value
        for name, value in values.items()
    }


def _leave(target: Target, rows: Sequence[Written]) -> None:
    """Let the school forget pupils it came to know by the list: after that it no longer sees them, so beyond its wall."""
    ids = [row.object_id for row in rows]
    if ids:
        with unit_of_work(_BEYOND):
            people.leave_place(ids, target.school_id)
            students.bulk.leave_place(ids, target.school_id)


def _remove_seats(rows: Iterable[Written]) -> None:
    seats = [row.written["seat"] for row in rows if "seat" in row.written]
    Enrolment._base_manager.filter(pk__in=seats).delete()


def _remove_parents(rows: Iterable[Written]) -> None:
    """Parents the list brought, unless they answer for another child by now, have an account, or were edited."""
    made = {entry["guardian"] for row in rows for entry in row.written.get("guardians", []) if entry["made"]}
    if not made:
        return
    with unit_of_work(_BEYOND):
        needed = set(uses(made)) | students.bulk.guardians_among(made)
        untouched = {person_id for person_id, held in people.held(made).items() if held.version == 1}
    people.remove_people(sorted((made & untouched) - needed))


def _close_classes(rows: Iterable[Written], going: Sequence[Written]) -> None:
    """Classes the list opened, once they are empty, have no homeroom teacher and nothing points at them."""
    opened = [row.written["class_opened"] for row in rows if "class_opened" in row.written]
    if not opened:
        return
    seated = Enrolment._base_manager.filter(school_class_id__in=opened).values_list("school_class_id", flat=True)
    led = SchoolClass._base_manager.filter(pk__in=opened, homeroom_id__isnull=False).values_list("pk", flat=True)
    empty = set(opened) - set(seated) - set(led)
    empty -= removing.used(empty)
    SchoolClass._base_manager.filter(pk__in=empty).delete()


def _tell(scope: Scope, target: Target, rows: Sequence[Written]) -> None:
    entries = (
        {
            "school_id": target.school_id,
            "object_type": "student",
            "object_id": row.object_id,
            "subject_id": row.object_id,
            "changes": {"import": [target.batch_id, None], "row": [row.row, None]},
        }
        for row in rows
    )
    audit.record_many(scope, "students.import_taken_back", entries)
    if rows:
        publish(RollsChanged(school_id=target.school_id, school_year=target.school_year))
