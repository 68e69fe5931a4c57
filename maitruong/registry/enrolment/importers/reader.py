"""One pass over a list of pupils: whom each row means, what it would change, and the writing of it, set by set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.exchange.dry_run import Fate, Record, Verdict
from maitruong.foundation.exchange.findings import Finding, error, warning
from maitruong.foundation.exchange.parsers import plain, quick_fold
from maitruong.foundation.exchange.ports import Target, Written
from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.people import bulk as people
from maitruong.foundation.people import freezing
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.students import services as students

from .. import services
from ..models import Enrolment, SchoolClass
from . import writer
from .values import Difference, Row, difference, is_among, row_of

_BEYOND = system_scope("a pupil of a list may be known at another school of the province")
#: Told in lists within an hour: a messy list of a school has some dozens and is checked again and again; a prober wants thousands.
NUMBERS_OF_OTHERS = 300
_WHO = frozenset({"full_name", "born_on", "personal_number"})
SEAT_FIELDS = (
    "id",
    "school_id",
    "school_class_id",
    "student_code",
    "register_number",
    "status",
    "starts_on",
    "ends_on",
)


@dataclass
class Meant:
    """A record understood: the row in the house's columns, and whom it means (None: nobody we know)."""

    record: Record
    row: Row
    target: int | None = None
    known_here: bool = False
    has_file: bool = False
    versions: tuple[int, int] = (0, 0)
    class_id: int | None = None
    seat: dict[str, Any] | None = None
    difference: Difference = field(default_factory=Difference)
    new_parents: list[int] = field(default_factory=list)
    findings: list[tuple[str, Finding]] = field(default_factory=list)


class StudentReader:
    """Keeps the school's pupils and classes in mind for the whole pass; everything else is asked per batch."""

    def __init__(self, scope: Scope, target: Target, *, create_classes: bool) -> None:
        self.scope, self.target, self.create_classes = scope, target, create_classes
        self.first_day, _, self.last_day = calendar.span(target.school_year)
        self.classes: dict[str, tuple[int | None, str, int]] = {}
        self._by_person: dict[tuple[str, dt.date | None], list[tuple[int, str]]] | None = None
        self._meant: dict[int, Meant] = {}
        self._new_grades: set[int] = set()
        self._others = 0

    def lookup(self, records: Sequence[Record]) -> list[Verdict]:
        """See exchange.ports.ListReader. Eight statements, whatever the number of records."""
        self._know_the_school()
        meant = [Meant(record, row_of(record.values)) for record in records]
        # Whom a row means is not asked with a name, a birth date or a number that could not be read.
        clear = [m for m in meant if not m.record.wrong & _WHO]
        with unit_of_work(_BEYOND):
            self._find_people(clear)
            self._refuse_not_let_go(clear)
            ids = [m.target for m in clear if m.target is not None]
            held, files = people.held(ids), students.bulk.held_files(ids)
            seats, guardians = self._seats(ids), students.bulk.open_guardians(ids)
        self._tell_numbers_of_others(clear)
        for m in meant:
            self._judge_class(m)
            if m.target is not None:
                self._compare(
                    m, held[m.target], files.get(m.target), seats.get(m.target, []), guardians.get(m.target, [])
                )
            else:
                m.new_parents = list(range(len(m.row.parents)))
        self._meant = {m.record.row: m for m in meant}
        return [self._verdict(m) for m in meant]

    def write(self, records: Sequence[Record]) -> list[Written]:
        """See exchange.ports.ListReader. Only records of the last lookup."""
        meant = [self._meant[record.row] for record in records]
        opened = self._open_classes(meant)
        written = writer.write(self.scope, self.target, meant, first_day=self.first_day, last_day=self.last_day)
        for m, done in zip(meant, written, strict=True):
            self._remember(m, done.object_id)
            if m.record.row in opened:
                done.written["class_opened"] = opened[m.record.row]
        return written

    # --- what the pass keeps in mind ---------------------------------------------------------------------------------

    def _know_the_school(self) -> None:
        if self._by_person is not None:
            return
        self._others = students.numbers_of_others(self.scope)
        with unit_of_work(_BEYOND):
            known = students.bulk.known_pupils(self.target.school_id)
        self._by_person = {}
        for person_id, name, born, number in known:
            self._by_person.setdefault((quick_fold(name), born), []).append((person_id, number))
        rows = SchoolClass._base_manager.filter(school_id=self.target.school_id, school_year=self.target.school_year)
        self.classes = {plain(row.name): (row.pk, row.name, row.grade) for row in rows}

    def _remember(self, m: Meant, person_id: int) -> None:
        assert self._by_person is not None
        if m.target is None:
            self._by_person.setdefault(_name_key(m.row), []).append((person_id, m.row.numbers.get("CCCD", "")))

    # --- whom a row means --------------------------------------------------------------------------------------------

    def _find_people(self, meant: Sequence[Meant]) -> None:
        assert self._by_person is not None
        if self._others >= NUMBERS_OF_OTHERS:
            self._judge_no_number(meant)
            return
        numbers = {m.row.numbers["CCCD"] for m in meant if "CCCD" in m.row.numbers}
        holders = people.holders("CCCD", numbers)
        for m in meant:
            number = m.row.numbers.get("CCCD", "")
            if number in holders:
                person_id, name = holders[number]
                if vietnamese.name_match(name, m.row.person["full_name"]) == "different":
                    m.findings.append(("personal_number", _NUMBER_OF_ANOTHER))
                else:
                    m.target = person_id
                continue
            self._find_by_name(m, number)

    def _refuse_not_let_go(self, meant: Sequence[Meant]) -> None:
        """Nobody of another school becomes this one's pupil by a number and a name, unless he was let go there."""
        found = {m.target for m in meant if m.target is not None}
        held_back = students.strangers_not_let_go(found, self.target.school_id) if found else set()
        for m in meant:
            if m.target in held_back:
                m.target = None
                m.findings.append(("personal_number", _NOT_LET_GO))

    def _tell_numbers_of_others(self, meant: Sequence[Meant]) -> None:
        """The finding says that a number exists: who asked, and for which row, stands in the audit like a try in a form."""
        entries = [
            {
                "school_id": self.target.school_id,
                "object_type": "import",
                "object_id": self.target.batch_id,
                "changes": {"row": [None, m.record.row]},
            }
            for m in meant
            if any(finding in (_NUMBER_OF_ANOTHER, _NOT_LET_GO) for _, finding in m.findings)
        ]
        if entries:
            audit.record_many(self.scope, "students.number_of_another", entries)
            students.count_numbers_of_others(self.scope, len(entries))
            self._others += len(entries)

    def _judge_no_number(self, meant: Sequence[Meant]) -> None:
        """So many numbers of others were told this person that no further one is looked up, whether it is one or not."""
        for m in meant:
            number = m.row.numbers.get("CCCD", "")
            if number:
                m.findings.append(("personal_number", _NUMBERS_SPENT))
            else:
                self._find_by_name(m, number)

    def _find_by_name(self, m: Meant, number: str) -> None:
        """Name and birth date inside the school. A pupil with another number is another pupil."""
        assert self._by_person is not None
        alike = self._by_person.get(_name_key(m.row), [])
        same = [person_id for person_id, held in alike if not (number and held)]
        if len(same) == 1:
            m.target = same[0]
        elif len(same) > 1:
            m.findings.append(("full_name", _SEVERAL_ALIKE))
        elif alike:
            m.findings.append(("full_name", _ALIKE_WITH_OTHER_NUMBER))

    def _seats(self, ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
        found: dict[int, list[dict[str, Any]]] = {}
        rows = Enrolment._base_manager.filter(
            student_id__in=list(ids), school_year=self.target.school_year, ends_on__isnull=True
        )
        for row in rows.values("student_id", *SEAT_FIELDS):
            found.setdefault(row.pop("student_id"), []).append(row)
        return found

    # --- what the row would change -----------------------------------------------------------------------------------

    def _judge_class(self, m: Meant) -> None:
        name = m.record.values.get("class_name")
        if name is None:  # an error said already
            return
        known = self.classes.get(plain(name))
        if known is not None:
            m.class_id = known[0]
            return
        grade = students.grade_of(name)
        if not self.create_classes:
            near = sorted(shown for _, shown, level in self.classes.values() if level == grade)
            hint = f" Các lớp khối {grade} đang có: {', '.join(near[:12])}." if near else ""
            message = (
                f"Trường chưa có lớp {name} trong năm học này.{hint} "
                f"Sửa tên lớp, hoặc bấm Ghép lại cột rồi chọn “Mở các lớp chưa có”."
            )
            m.findings.append(("class_name", error("class.not_open", message)))
        elif grade is None:
            message = f"Không rõ lớp {name} thuộc khối nào nên chưa mở được. Mở lớp trong trang Lớp học trước."
            m.findings.append(("class_name", error("class.grade_unknown", message)))
        elif self._is_first_of_new_grade(grade):
            message = (
                f"Trường có lớp trong năm học này nhưng chưa có lớp nào ở khối {grade}; lớp {name} sẽ được mở. "
                f"Xem lại nếu tên lớp gõ nhầm."
            )
            m.findings.append(("class_name", warning("class.new_grade", message)))

    def _is_first_of_new_grade(self, grade: int) -> bool:
        """Whether a list opens a grade the school did not have; said once a grade."""
        known = {level for _, _, level in self.classes.values()}
        if not known or grade in known or grade in self._new_grades:
            return False
        self._new_grades.add(grade)
        return True

    def _compare(
        self,
        m: Meant,
        person: people.Held,
        file: students.bulk.HeldFile | None,
        seats: Sequence[dict[str, Any]],
        guardians: Sequence[tuple[str, int, str]],
    ) -> None:
        m.has_file, m.versions = file is not None, (person.version, file.version if file else 0)
        m.known_here = file is not None and self.target.school_id in file.places
        m.seat = next((seat for seat in seats if seat["school_id"] == self.target.school_id), None)
        if m.seat is None and seats:
            m.findings.append(("full_name", _SEATED_ELSEWHERE))
            return
        if m.seat is not None and m.class_id is not None and m.seat["school_class_id"] != m.class_id:
            m.findings.append(("class_name", _OTHER_CLASS))
        m.difference = difference(m.row, person, file, m.seat or {})
        if person.is_confirmed:
            m.findings += _of_confirmed(m.difference)
        self._compare_parents(m, guardians)

    def _compare_parents(self, m: Meant, guardians: Sequence[tuple[str, int, str]]) -> None:
        held = {relation: name for relation, _, name in guardians}
        for place, parent in enumerate(m.row.parents):
            if parent.role == "guardian" and is_among(parent.full_name, (name for _, _, name in guardians)):
                continue  # the father, the mother or a grandmother we know already
            name = held.get(parent.relation)
            if name is None:
                m.new_parents.append(place)
            elif vietnamese.name_match(name, parent.full_name) == "different":
                # Of a child the school does not have yet, nothing is told but that the two differ.
                held_name = f"là {name}" if m.known_here else "tên khác"
                message = (
                    f"Hồ sơ đang ghi {parent.how} {held_name}; khi nhập vẫn giữ tên đó. "
                    f"Nếu tệp đúng, sửa người giám hộ trong hồ sơ của em."
                )
                m.findings.append((f"{parent.role}_name", warning("student.other_parent", message)))

    def _verdict(self, m: Meant) -> Verdict:
        found = tuple(m.findings)
        if m.target is None or not m.known_here:
            return Verdict(Fate.NEW, m.target, findings=found)
        changes = m.difference.as_changes()
        changes |= {
            f"{m.row.parents[place].role}_name": [None, m.row.parents[place].full_name] for place in m.new_parents
        }
        if m.seat is None:
            changes["class_name"] = [None, m.record.values["class_name"]]
        return Verdict(Fate.CHANGED if changes else Fate.SAME, m.target, changes, found)

    def _open_classes(self, meant: Sequence[Meant]) -> dict[int, int]:
        """Open the classes the list names and the school lacks. Returns row that asked first → class."""
        opened: dict[int, int] = {}
        for m in meant:
            if m.class_id is not None or m.seat is not None:
                continue
            name = m.record.values["class_name"]
            known = self.classes.get(plain(name))
            if known is None or known[0] is None:
                grade = students.grade_of(name)
                assert grade is not None  # _judge_class refused the others
                class_id = services.open_class(
                    self.scope,
                    school_id=self.target.school_id,
                    school_year=self.target.school_year,
                    grade=grade,
                    name=name,
                )
                self.classes[plain(name)] = known = (class_id, name, grade)
                opened[m.record.row] = class_id
            m.class_id = known[0]
        return opened


def _of_confirmed(found: Difference) -> list[tuple[str, Finding]]:
    """What the list says differently of facts the population register has confirmed: never written by a list."""
    columns = {name: name for name in freezing.FIELDS if name in found.person_new and name != "born_precision"}
    if freezing.NUMBER in found.numbers:
        columns["personal_number"] = freezing.NUMBER
    told = []
    for column, name in columns.items():
        (label,) = freezing.labels([name])
        message = (
            f"{label} của em đã được xác thực với dữ liệu dân cư nên danh sách không sửa được. Giữ như hồ sơ đang ghi, "
            f"hoặc gửi đề nghị điều chỉnh kèm giấy tờ trong mục Xác thực định danh."
        )
        told.append((column, error("people.confirmed", message)))
    return told


def _name_key(row: Row) -> tuple[str, dt.date | None]:
    return quick_fold(row.person["full_name"]), row.person.get("born_on")


_NUMBER_OF_ANOTHER = error(
    "people.number_of_another",
    "Số định danh này đã ghi cho một người tên khác. Đối chiếu giấy khai sinh; nếu số trong tệp đúng, báo Sở GDĐT.",
)
_NOT_LET_GO = error(
    "students.not_let_go",
    "Số định danh này là của một người đã có ở nơi khác và chưa được cho chuyển đi. Đối chiếu giấy khai sinh; nếu đúng là em này, "
    "đề nghị trường đang giữ hồ sơ ghi em chuyển đi trước, rồi kiểm tra lại danh sách.",
)
_NUMBERS_SPENT = error(
    "students.number_tries_spent",
    f"Trong một giờ qua đã có {NUMBERS_OF_OTHERS} số định danh trong danh sách của thầy/cô mang tên người khác, nên số này chưa "
    "được đối chiếu. Kiểm tra lại cột số định danh của tệp, rồi kiểm tra lại danh sách sau một giờ.",
)
_SEVERAL_ALIKE = error(
    "student.several_alike",
    "Trường có nhiều em cùng họ tên và ngày sinh này. Điền số định danh để biết là em nào.",
)
_ALIKE_WITH_OTHER_NUMBER = warning(
    "student.alike_other_number",
    "Trường đã có một em cùng họ tên và ngày sinh nhưng số định danh khác; dòng này sẽ thành hồ sơ mới. Hãy xem lại.",
)
_SEATED_ELSEWHERE = error(
    "enrolment.seated_elsewhere",
    "Em này đang có tên ở một trường khác trong năm học này. Trường cũ ghi chuyển đi trước, rồi nhập lại dòng này.",
)
_OTHER_CLASS = warning(
    "enrolment.other_class",
    "Em đang ở lớp khác với tệp; khi nhập vẫn giữ lớp cũ. Muốn đổi lớp, dùng “Chuyển lớp” trong hồ sơ của em.",
)
