"""A field is declared once: its column, its place in a form, how a page and an export show it all come from here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

from django.db import models

from maitruong.foundation.kernel import formats, vietnamese
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.reference.errors import UnknownCode

from .errors import CountImpossible, DayUnreadable, MeasureImpossible, NotOnTheList, TextTooLong

PRESCHOOL, PRIMARY, LOWER, UPPER, CONTINUING = "01", "02", "03", "04", "05"
GENERAL = (PRIMARY, LOWER, UPPER)
NOT_TOLD = "chưa ghi"
_YES, _NO = "1", "0"


class Kind(StrEnum):
    FLAG = "flag"
    CHOICE = "choice"
    COUNT = "count"
    MEASURE = "measure"
    TEXT = "text"
    DAY = "day"


@dataclass(frozen=True)
class Field:
    """One fact of a record.

    name: of the column.   group: key of the group it stands in.   levels: codes of education levels it is asked at; none: at all.
    choices: (key, Vietnamese) pairs, or list_name: a reference list.   most: largest number, or longest text.   places: decimals.
    sector: what the ministry's schema calls it, where the name says less than that.
    """

    name: str
    label: str
    group: str
    kind: Kind = Kind.FLAG
    choices: tuple[tuple[str, str], ...] = ()
    list_name: str = ""
    levels: tuple[str, ...] = ()
    most: int = 0
    places: int = 0
    unit: str = ""
    hint: str = ""
    sector: str = ""

    def column(self) -> models.Field:
        """The typed column. Empty is «nobody said», which is neither yes nor no nor 0."""
        if self.kind is Kind.FLAG:
            return models.BooleanField(null=True)
        if self.kind is Kind.COUNT:
            return models.IntegerField(null=True)
        if self.kind is Kind.MEASURE:
            return models.DecimalField(null=True, max_digits=12, decimal_places=self.places)
        if self.kind is Kind.DAY:
            return models.DateField(null=True)
        return models.TextField(default="", db_default="", blank=True)

    @property
    def empty(self) -> Any:
        return "" if self.kind in (Kind.CHOICE, Kind.TEXT) else None

    def options(self) -> list[tuple[str, str]]:
        """What a form offers beside «chưa ghi»."""
        if self.kind is Kind.FLAG:
            return [(_YES, "có"), (_NO, "không")]
        if self.list_name:
            return [(code.key, code.name) for code in reference.codes(self.list_name)]
        return list(self.choices)

    def read(self, text: str) -> Any:
        """A typed value as the column holds it. Raises a refusal that names the field."""
        text = vietnamese.tidy(text)
        if not text:
            return self.empty
        return _READERS[self.kind](self, text)

    def typed(self, value: Any) -> str:
        """The value as a form's field holds it."""
        if value is None or value == "":
            return ""
        if self.kind is Kind.FLAG:
            return _YES if value else _NO
        if self.kind is Kind.MEASURE:
            return formats.number(value)
        return formats.date(value) if self.kind is Kind.DAY else str(value)

    def show(self, value: Any) -> str:
        """The value in words; nothing for one that nobody said."""
        if value is None or value == "":
            return ""
        if self.kind is Kind.FLAG:
            return "có" if value else "không"
        if self.kind is Kind.CHOICE:
            return self._name(str(value))
        if self.kind in (Kind.COUNT, Kind.MEASURE):
            return f"{formats.number(value)}{' ' + self.unit if self.unit else ''}"
        return formats.date(value) if self.kind is Kind.DAY else str(value)

    def _name(self, key: str) -> str:
        if self.list_name:
            try:
                return reference.code(self.list_name, key).name
            except UnknownCode:
                return key
        return dict(self.choices).get(key, key)


def _flag(asked: Field, text: str) -> bool:
    if text.lower() in (_YES, "x", "có", "co"):
        return True
    if text.lower() in (_NO, "không", "khong"):
        return False
    raise NotOnTheList(label=asked.label, given=text)


def _choice(asked: Field, text: str) -> str:
    wanted = vietnamese.fold(text)
    for key, name in asked.options():
        if text == key or wanted == vietnamese.fold(name):
            return key
    raise NotOnTheList(label=asked.label, given=text)


def _count(asked: Field, text: str) -> int:
    number = formats.whole_number(text.replace(".", ""))
    if number is None or number > asked.most:
        raise CountImpossible(label=asked.label, given=text, most=formats.number(asked.most))
    return number


def _measure(asked: Field, text: str) -> Decimal:
    plain = text.replace(".", "").replace(",", ".") if "," in text else text
    try:
        number = Decimal(plain)
    except InvalidOperation:
        number = Decimal(-1)
    if not number.is_finite() or not 0 <= number <= asked.most or number != round(number, asked.places):
        raise MeasureImpossible(
            label=asked.label, given=text, most=formats.number(asked.most), places=asked.places or "không"
        )
    return number


def _text(asked: Field, text: str) -> str:
    if len(text) > asked.most:
        raise TextTooLong(label=asked.label, length=len(text), most=asked.most)
    return text


def _day(asked: Field, text: str) -> dt.date:
    try:
        return formats.parse_date(text)
    except Refusal as problem:
        raise DayUnreadable(label=asked.label, given=text) from problem


_READERS: dict[Kind, Callable[[Field, str], Any]] = {
    Kind.FLAG: _flag,
    Kind.CHOICE: _choice,
    Kind.COUNT: _count,
    Kind.MEASURE: _measure,
    Kind.TEXT: _text,
    Kind.DAY: _day,
}

Check = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Sheet:
    """The fields of one kind of record, in groups; what they must be together is asked by `checks`, which raise a refusal."""

    key: str
    title: str
    groups: Mapping[str, str]
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    by_name: Mapping[str, Field] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {one.name: one for one in self.fields})
        unknown = {one.group for one in self.fields} - set(self.groups)
        if unknown or len(self.by_name) != len(self.fields):
            raise ValueError(f"{self.key}: groups {unknown} are not told, or a field is told twice")

    def asked_at(self, levels: Collection[str], group: str | None = None) -> list[Field]:
        """The fields of these education levels, of one group or of all, in order."""
        return [
            one
            for one in self.fields
            if (group is None or one.group == group) and (not one.levels or set(one.levels) & set(levels))
        ]

    def groups_at(self, levels: Collection[str]) -> list[tuple[str, str, list[Field]]]:
        """(key, title, fields) of each group that asks something at these levels."""
        found = ((key, title, self.asked_at(levels, key)) for key, title in self.groups.items())
        return [(key, title, asked) for key, title, asked in found if asked]

    def check(self, values: Mapping[str, Any]) -> None:
        for check in self.checks:
            check(values)


def columns_of(sheet: Sheet) -> Callable[[type[models.Model]], type[models.Model]]:
    """Give a model the columns its sheet declares."""

    def add(model: type[models.Model]) -> type[models.Model]:
        for one in sheet.fields:
            model.add_to_class(one.name, one.column())  # type: ignore[attr-defined]
        return model

    return add


def values_of(row: models.Model | None, fields: Iterable[Field]) -> dict[str, Any]:
    """What a row holds of these fields; of no row, nothing said."""
    return {one.name: one.empty if row is None else getattr(row, one.name) for one in fields}
