"""The list of pupils coming in: dossier, numbers, family and place in a class out of one row. Owner of `students` lists."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse

from maitruong.foundation.access.types import Scope
from maitruong.foundation.exchange.columns import ColumnMap
from maitruong.foundation.exchange.ports import Kept, Switch, Target, Written
from maitruong.foundation.kernel import clock
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.schools import queries as schools
from maitruong.registry.students import services as students

from . import undo
from .reader import StudentReader

CREATE_CLASSES = "create_classes"


class StudentLists:
    """Lists of pupils of one school and school year."""

    key = "students"
    title = "Danh sách học sinh"
    permission = "students.edit"
    unit = "học sinh"
    switches = (
        Switch(
            CREATE_CLASSES,
            "Mở các lớp chưa có",
            "Lớp có trong tệp mà trường chưa mở sẽ được mở theo tên, ví dụ 6A1 thuộc khối 6.",
        ),
    )

    def columns(self, target: Target) -> ColumnMap:
        return students.student_list(target.school_year, clock.today())

    def years(self) -> list[int]:
        now = calendar.year_on(clock.today())
        open_years = [row.year for row in calendar.years() if row.closed_at is None]
        return sorted(open_years, key=lambda year: (year != now, -year))

    def address_of(self, object_id: int) -> str:
        return reverse("enrolment:dossier", args=[object_id])

    def reader(self, scope: Scope, target: Target) -> StudentReader:
        calendar.refuse_closed_year(target.school_year)
        schools.refuse_closed(target.school_id)
        return StudentReader(scope, target, create_classes=target.options.get(CREATE_CLASSES, False))

    def take_back(
        self, scope: Scope, target: Target, rows: Sequence[Written], *, edited_too: bool = False
    ) -> list[Kept]:
        return undo.take_back(scope, target, rows, edited_too=edited_too)
