"""The list of schools coming in by the department: each row founds one school. Owner of `schools` lists.

Columns: code, name, kind, commune where it lies; who governs it, ownership, address and day of founding may be missing. A school
that is there already is left as it is: its name and place are changed on its own page, by a decision.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from django.urls import reverse

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.exchange import day_parsers, parsers
from maitruong.foundation.exchange.columns import Column, ColumnMap
from maitruong.foundation.exchange.dry_run import Fate, Record, Verdict
from maitruong.foundation.exchange.findings import error
from maitruong.foundation.exchange.parsers import Outcome, plain
from maitruong.foundation.exchange.ports import Kept, Switch, Target, Written
from maitruong.foundation.exchange.workbook import CellValue
from maitruong.foundation.kernel import clock, vietnamese
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.types import SchoolKey
from maitruong.foundation.reference import catalogue as reference
from maitruong.registry.calendar import queries as calendar

from . import founding, undoing
from .models import School

_SPELT_OUT = ("Ủy ban nhân dân", "UBND")


class SchoolLists:
    """Lists of schools of the province."""

    key = "schools"
    title = "Danh sách trường"
    permission = founding.PERMISSION
    unit = "trường"
    switches: tuple[Switch, ...] = ()

    def columns(self, target: Target) -> ColumnMap:
        return ColumnMap("schools", self.title, columns=_columns(clock.today()))

    def years(self) -> list[int]:
        """A list of schools belongs to no year; the frame files it under the present one."""
        return [calendar.year_on(clock.today())]

    def address_of(self, object_id: int) -> str:
        return reverse("schools:school", args=[object_id])

    def reader(self, scope: Scope, target: Target) -> SchoolReader:
        if not scope.covers(self.permission, school_id=0):
            raise NotFound
        return SchoolReader(scope, target)

    def take_back(
        self, scope: Scope, target: Target, rows: Sequence[Written], *, edited_too: bool = False
    ) -> list[Kept]:
        return undoing.take_back(scope, target, rows, edited_too=edited_too)


class SchoolReader:
    """One pass over one list of schools."""

    def __init__(self, scope: Scope, target: Target) -> None:
        self.scope, self.target = scope, target
        self._department = scope.workspace.unit_id if scope.workspace else target.school_id
        self._rows: dict[str, int] = {}
        self._names: dict[tuple[str, int], int] = {}

    def lookup(self, records: Sequence[Record]) -> list[Verdict]:
        """See exchange.ports.ListReader. Four statements, whatever the number of records."""
        codes = [code for record in records if (code := record.values.get("code"))]
        taken = organisations.names_of_codes(codes)
        there = {school.code: school for school in organisations.school_keys()}
        kinds = dict(School.objects.filter(pk__in=[s.id for s in there.values()]).values_list("pk", "school_type"))
        committees = organisations.committees()
        beside = {(vietnamese.fold(school.name), school.commune_id): school.code for school in there.values()}
        return [
            _judge_wrong(record, taken)
            if record.wrong
            else self._judge(record, taken, there, kinds, committees, beside)
            for record in records
        ]

    def _judge(
        self,
        record: Record,
        taken: dict[str, str],
        there: dict[str, SchoolKey],
        kinds: dict[int, str],
        committees: dict[int, int],
        beside: dict[tuple[str, int | None], str],
    ) -> Verdict:
        values = record.values
        code, commune_id = values["code"], int(values["commune"])
        named = (vietnamese.fold(values["full_name"]), commune_id)
        known = there.get(code)
        if known is not None:
            same = (vietnamese.fold(known.name), known.commune_id, kinds.get(known.id)) == (
                *named,
                values["school_type"],
            )
            return (
                Verdict(Fate.SAME, known.id) if same else _refused("code", _DIFFERENT.format(name=known.name), known.id)
            )
        if code in taken:
            return _refused("code", _TAKEN.format(name=taken[code]))
        if self._rows.setdefault(code, record.row) != record.row:
            return _refused(
                "code", f"Trùng mã trường với dòng {self._rows[code]}. Xoá một trong hai dòng, hoặc sửa mã."
            )
        if named in beside or self._names.setdefault(named, record.row) != record.row:
            other = f"trường mã {beside[named]}" if named in beside else f"dòng {self._names[named]}"
            return _refused("full_name", f"Cùng tên, cùng xã phường với {other}. Ghi tên cho phân biệt.")
        try:
            founding.levels_for(values["school_type"], ())
        except Refusal as refusal:
            return _refused("school_type", f"{refusal.text} Lập trường này ở trang Lập trường.")
        if values.get("governor") is None:
            values["governor"] = str(self._usual_governor(values["school_type"], commune_id, committees))
        return Verdict(Fate.NEW)

    def _usual_governor(self, school_type: str, commune_id: int, committees: dict[int, int]) -> int:
        """Where the list is silent: the department, or the committee of the commune the school lies in, as its kind is governed."""
        if reference.code("school_type", school_type)["managed_by"] == "department":
            return self._department
        return committees.get(commune_id, self._department)

    def write(self, records: Sequence[Record]) -> list[Written]:
        """See exchange.ports.ListReader. Each school with its own audit entry."""
        return [self._found(record) for record in records]

    def _found(self, record: Record) -> Written:
        values = record.values
        day = values.get("opened_on")
        new = founding.NewSchool(
            code=values["code"],
            name=values["full_name"],
            school_type=values["school_type"],
            governor_id=int(values["governor"]),
            commune_id=int(values["commune"]),
            on=day.date if day else None,
            ownership=values.get("ownership") or "1",
            address=values.get("address") or "",
        )
        school_id = founding.found_school(self.scope, new, why=f"Danh sách {self.target.batch_id}")
        written = {
            "name": new.name,
            "school_type": new.school_type,
            "commune": new.commune_id,
            "governor": new.governor_id,
        }
        return Written(record.row, school_id, new.name, Fate.NEW.value, written)


_TAKEN = "Mã này đã cấp cho {name}. Kiểm tra lại mã trường."
_DIFFERENT = "Mã này là của {name}, đã có với tên, loại hình hoặc nơi đặt khác. Sửa ở trang của trường."


def _judge_wrong(record: Record, taken: dict[str, str]) -> Verdict:
    """Of a row that is refused already only this is told: a code that was given to somebody else."""
    code = "" if "code" in record.wrong else record.values.get("code")
    return _refused("code", _TAKEN.format(name=taken[code])) if code in taken else Verdict(Fate.REFUSED)


def _refused(key: str, message: str, target: int | None = None) -> Verdict:
    return Verdict(Fate.REFUSED, target, findings=((key, error("school.refused", message)),))


# --- columns --------------------------------------------------------------------------------------------------------------


def _columns(today: dt.date) -> tuple[Column, ...]:
    kinds, communes, governors, owners = _kinds(), _communes(), _governors(today), _owners()
    return (
        Column("code", "Mã trường", _code, ("mã đơn vị", "mã định danh trường", "mã số trường"), required=True),
        Column(
            "full_name", "Tên trường", _name, ("tên đơn vị", "trường", "tên cơ sở giáo dục"), required=True, width=36
        ),
        Column(
            "school_type",
            "Loại hình",
            parsers.coded(kinds[0], what="loại hình trường", titles=kinds[1], required=True),
            ("cấp học", "cấp", "loại", "loại trường", "cấp loại", "loại hình trường"),
            required=True,
            width=30,
            show=_named(kinds[1]),
        ),
        Column(
            "commune",
            "Xã, phường",
            parsers.coded(communes[0], what="xã, phường của tỉnh", titles=communes[1], required=True),
            ("xã phường", "phường xã", "địa bàn", "nơi đặt trường", "xã phường đặc khu"),
            required=True,
            width=24,
            show=_named(communes[1]),
        ),
        Column(
            "governor",
            "Trực thuộc",
            parsers.coded(governors[0], what="nơi quản lí trường", titles=governors[1], required=True),
            ("cơ quan quản lí", "đơn vị quản lí", "đơn vị chủ quản", "nơi quản lí"),
            width=30,
            show=_named(governors[1]),
        ),
        Column(
            "ownership",
            "Sở hữu",
            parsers.coded(owners[0], what="loại sở hữu", titles=owners[1], required=True),
            ("công lập tư thục", "loại sở hữu", "hình thức sở hữu"),
            show=_named(owners[1]),
        ),
        Column("address", "Địa chỉ", parsers.text(), ("số nhà đường", "địa chỉ trường"), width=30),
        Column(
            "opened_on",
            "Ngày thành lập",
            day_parsers.day(earliest=dt.date(1800, 1, 1), latest=today),
            ("năm thành lập", "thành lập"),
            looks="day",
        ),
    )


def _code(raw: CellValue) -> Outcome:
    text, found = parsers.clean_text(raw)
    try:
        return founding.tidy_code(text), found
    except Refusal as refusal:
        return None, (*found, error("school.code", f"{refusal.text} {refusal.advice}"))


def _name(raw: CellValue) -> Outcome:
    value, found = parsers.text(longest=founding.LONGEST_NAME)(raw)
    if value is not None and not any(letter.isalpha() for letter in value):
        return None, (*found, error("school.name", "Tên trường chưa có chữ nào. Ghi tên như trong quyết định."))
    return value, found


Known = tuple[dict[str, str], dict[str, str]]


def _kinds() -> Known:
    """By code, by name, and by name without its first word: THCS, Trường trung học cơ sở, Trung học cơ sở."""
    names: dict[str, str] = {}
    titles: dict[str, str] = {}
    for code in reference.codes("school_type"):
        titles[code.key] = f"{code.name[0].upper()}{code.name[1:]}"
        for text in (code.key, code.name, code.name.removeprefix("trường ")):
            names.setdefault(plain(text), code.key)
    return names, titles


def _communes() -> Known:
    names: dict[str, str] = {}
    titles: dict[str, str] = {}
    alone: dict[str, list[str]] = {}
    for one in founding.communes():
        key = str(one.id)
        titles[key] = one.name
        names |= {plain(one.name): key, plain(one.code): key}
        alone.setdefault(plain(one.name.partition(" ")[2]), []).append(key)
    # A bare name is enough only where one commune bears it.
    return {name: keys[0] for name, keys in alone.items() if len(keys) == 1} | names, titles


def _governors(today: dt.date) -> Known:
    names: dict[str, str] = {}
    titles: dict[str, str] = {}
    for one in organisations.governors(on=today):
        key = str(one.id)
        titles[key] = one.name
        names |= {plain(one.name): key, plain(one.code): key}
        if one.kind == "department":
            names |= {plain(text): key for text in ("Sở", "Sở GDĐT", "Sở GD&ĐT", "Sở Giáo dục và Đào tạo")}
        for short in _SPELT_OUT:
            bare = one.name.removeprefix(short).strip()
            if bare != one.name:
                names |= {plain(f"{other} {bare}"): key for other in (*_SPELT_OUT, "Uỷ ban nhân dân", "")}
    return names, titles


def _owners() -> Known:
    rows = reference.codes("ownership")
    return {plain(row.name): row["code"] for row in rows}, {row["code"]: row.name for row in rows}


def _named(titles: dict[str, str]) -> Callable[[object], CellValue]:
    return lambda key: "" if key is None else titles.get(str(key), str(key))
