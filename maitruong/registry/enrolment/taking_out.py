"""The pupils of a year as one file, of a school or of the province: one statement, read row by row, in a job of its own."""

from __future__ import annotations

import csv
import datetime as dt
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from django.db import connection, connections

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Rows, Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.parsers import text
from maitruong.foundation.exchange.sheets import is_dangerous, write_list
from maitruong.foundation.files import media
from maitruong.foundation.files import services as files
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.reference import catalogue as reference
from maitruong.registry.calendar import queries as calendar

from .errors import ListPurposeMissing, NobodyToTakeOut, TooManyForASheet
from .queries import status_label

JOB = "enrolment.take_out"
FORMS = {"xlsx": "Excel .xlsx", "csv": "CSV (nén .zip)"}
KEPT = dt.timedelta(days=1)
_STEP = 5_000
_SHEET_ROWS = 1_048_575
_SEXES = {"male": "Nam", "female": "Nữ"}
_NUMBER = Column("number", "Số định danh", text(), width=16, looks="personal_number")
COLUMNS = (
    Column("school_code", "Mã trường", text(), width=14),
    Column("school", "Trường", text(), width=30),
    Column("class_name", "Lớp", text(), width=8),
    Column("student_code", "Mã học sinh", text(), width=18),
    Column("full_name", "Họ và tên", text(), width=28),
    Column("born_on", "Ngày sinh", text(), width=12),
    Column("sex", "Giới tính", text(), width=10),
    Column("ethnic_group", "Dân tộc", text(), width=12),
    Column("residence", "Nơi ở", text(), width=36),
    Column("phone", "Điện thoại", text(), width=14, looks="phone"),
    Column("register_number", "Số đăng bộ", text(), width=12),
    Column("status", "Tình trạng", text(), width=16),
    Column("starts_on", "Vào lớp từ", text(), width=12),
)
# One statement is one moment: a pupil who moves meanwhile stands in the file once. Who sat on the day, or on the last day of a year
# that is over.
_ROWS = """
SELECT u.id, u.code, u.name, c.name, e.student_code, p.full_name, p.born_on, p.sex, p.ethnic_group, p.residence, p.phone,
       e.register_number, e.status, e.starts_on, {number}
FROM enrolment_enrolment e
JOIN enrolment_schoolclass c ON c.id = e.school_class_id
JOIN people_person p ON p.id = e.student_id
JOIN organisations_unit u ON u.id = e.school_id
{numbers}
WHERE e.school_year = %(year)s AND (%(all)s OR e.school_id = ANY(%(schools)s))
  AND e.starts_on <= %(day)s AND (e.ends_on IS NULL OR e.ends_on >= %(day)s)
ORDER BY u.sort_key, u.id, c.sort_key, c.id, e.name_key, e.student_id"""
_NUMBERS = (
    """LEFT JOIN people_personidentifier i ON i.person_id = p.id AND i.scheme = 'CCCD' AND i.valid @> %(day)s::date"""
)


def start(scope: Scope, *, school_year: int, school_id: int | None, form: str, with_numbers: bool, why: str) -> int:
    """Enqueue the file. Returns the job's id. school_id: one school, else all the scope holds.

    Raises NotFound, ListPurposeMissing.
    """
    _allowed(scope, school_id, with_numbers)
    if form not in FORMS:
        raise NotFound
    if not why.strip():
        raise ListPurposeMissing
    place = school_id or (scope.workspace.unit_id if scope.workspace else 0)
    return jobs.start(
        scope,
        kind=JOB,
        title=f"Danh sách học sinh năm học {Year(school_year).label}",
        school_id=place,
        arguments={
            "school_year": school_year,
            "school": school_id,
            "form": form,
            "with_numbers": with_numbers,
            "why": why.strip()[:200],
        },
    )


def take_out(
    ticket: jobs.Ticket,
    scope: Scope,
    *,
    school_year: int,
    school: int | None,
    form: str,
    with_numbers: bool,
    why: str,
) -> dict[str, Any]:
    """Writes the file, keeps it for a day, tells the audit of every school whose pupils left in it. Done again it makes another."""
    _allowed(scope, school, with_numbers)
    day = _day(school_year)
    columns = (*COLUMNS[:5], _NUMBER, *COLUMNS[5:]) if with_numbers else COLUMNS
    counted: Counter[int] = Counter()
    # Progress is told from a thread of its own: a connection of its own, since this one reads to the end in one transaction.
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(1) as teller, unit_of_work(scope):
        expected = _expected(scope, school_year, school, day)
        if not expected:
            raise NobodyToTakeOut(year=Year(school_year).label)
        if form == "xlsx" and expected > _SHEET_ROWS:
            raise TooManyForASheet(rows=formats.number(expected), most=formats.number(_SHEET_ROWS))

        def tell(done: int) -> None:
            teller.submit(_tell, ticket, done, expected).result()

        rows = _counting(_rows(scope, school_year, school, day, with_numbers), counted, tell)
        out = Path(folder) / f"hoc-sinh-{school_year}.{'xlsx' if form == 'xlsx' else 'zip'}"
        if form == "xlsx":
            write_list(columns, rows, title=f"Năm học {Year(school_year).label}", out=out)
        else:
            _write_csv(columns, rows, out=out)
        kept = files.keep(
            scope,
            school_id=ticket.school_id,
            data=out.read_bytes(),
            media_type=media.XLSX if form == "xlsx" else media.ZIP,
            name=out.name,
            purpose="students_export",
            kept_until=clock.today() + KEPT,
        )
        audit.record_many(
            scope,
            "students.taken_out",
            [
                {
                    "school_id": school_id,
                    "object_type": "unit",
                    "object_id": school_id,
                    "changes": {"rows": number, "school_year": school_year, "with_numbers": with_numbers},
                    "why": why,
                }
                for school_id, number in counted.items()
            ],
        )
    return {"file": kept.id, "rows": counted.total(), "schools": len(counted)}


def _allowed(scope: Scope, school_id: int | None, with_numbers: bool) -> None:
    """Numbers in full only where each may be seen one by one."""
    wanted = ["students.export", *(["students.number"] if with_numbers else [])]
    for permission in wanted:
        if not (scope.covers(permission, school_id=school_id) if school_id else scope.may(permission)):
            raise NotFound


def _day(school_year: int) -> dt.date:
    first, _, last = calendar.span(school_year)
    return min(max(clock.today(), first), last)


def _within(scope: Scope, school_year: int, school_id: int | None, day: dt.date) -> dict[str, Any]:
    schools = [school_id] if school_id else list(scope.school_ids)
    everywhere = school_id is None and scope.rows is Rows.PROVINCE
    return {"year": school_year, "day": day, "all": everywhere, "schools": schools}


def _expected(scope: Scope, school_year: int, school_id: int | None, day: dt.date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM enrolment_enrolment e WHERE e.school_year = %(year)s AND (%(all)s OR e.school_id = ANY(%(schools)s))"
            " AND e.starts_on <= %(day)s AND (e.ends_on IS NULL OR e.ends_on >= %(day)s)",
            _within(scope, school_year, school_id, day),
        )
        return int(cursor.fetchone()[0])


def statement(*, with_numbers: bool) -> str:
    """Parameters: year, day, all, schools."""
    return _ROWS.format(number="i.value" if with_numbers else "NULL", numbers=_NUMBERS if with_numbers else "")


def _rows(
    scope: Scope, school_year: int, school_id: int | None, day: dt.date, with_numbers: bool
) -> Iterator[dict[str, Any]]:
    """Row by row from a cursor in the database: the whole list is never in memory."""
    groups = {code.key: code.name for code in reference.codes("ethnic_group")}
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement(with_numbers=with_numbers), _within(scope, school_year, school_id, day))
        while batch := cursor.fetchmany(_STEP):
            for (
                at,
                code,
                name,
                class_name,
                own,
                full,
                born,
                sex,
                group,
                home,
                phone,
                register,
                status,
                since,
                number,
            ) in batch:
                yield {
                    "school_id": at,
                    "school_code": code,
                    "school": name,
                    "class_name": class_name,
                    "student_code": own,
                    "full_name": full,
                    "born_on": born,
                    "sex": _SEXES.get(sex, ""),
                    "ethnic_group": groups.get(group, group),
                    "residence": home,
                    "phone": phone,
                    "register_number": register,
                    "status": status_label(status),
                    "starts_on": since,
                    "number": number,
                }


def _counting(
    rows: Iterable[dict[str, Any]], counted: Counter[int], tell: Callable[[int], None]
) -> Iterator[dict[str, Any]]:
    for place, row in enumerate(rows, start=1):
        counted[row["school_id"]] += 1
        if place % _STEP == 0:
            tell(place)
        yield row


def _tell(ticket: jobs.Ticket, done: int, of: int) -> None:
    try:
        ticket.progress(done, of)
    finally:
        connections.close_all()


def _write_csv(columns: Iterable[Column], rows: Iterable[dict[str, Any]], *, out: Path) -> None:
    """UTF-8 with its mark, so that a spreadsheet sees what it is; text that would open as a formula is led by an apostrophe."""
    columns = list(columns)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as package:
        entry = zipfile.ZipInfo(out.with_suffix(".csv").name, date_time=clock.now().timetuple()[:6])
        entry.compress_type = zipfile.ZIP_DEFLATED
        with package.open(entry, "w") as raw:
            raw.write(b"\xef\xbb\xbf")
            lines = csv.writer(_Utf8(raw), lineterminator="\r\n")
            lines.writerow([column.title for column in columns])
            for row in rows:
                lines.writerow([_plain(row.get(column.key)) for column in columns])


class _Utf8:
    """What csv writes to: text in, bytes out, nothing held back."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def write(self, line: str) -> int:
        return int(self._raw.write(line.encode()))


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return formats.date(value)
    told = str(value)
    return f"'{told}" if is_dangerous(told) else told
