"""What a list is made of: one declaration per column, used to read, to check, to map and to export.

STUDENTS = ColumnMap("students", "Danh sách học sinh", columns=(
    Column("full_name", "Họ và tên", person_name, synonyms=("họ tên", "tên học sinh"), required=True), ...))
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .cells import letters
from .errors import ColumnsMissing, ColumnUsedTwice
from .findings import Finding
from .parsers import Day, Parser
from .workbook import CellValue

Values = Mapping[str, Any]
#: Looks at a whole row: (key of the column it is about, finding) for everything seen.
RowCheck = Callable[[Values], Iterable[tuple[str, Finding]]]


def show_plain(value: Any) -> CellValue:
    """A value as an exported cell shows it."""
    if value is None or value is False:
        return ""
    if value is True:
        return "x"
    if isinstance(value, Day):
        return value.date if value.precision == "day" else str(value)
    return value


@dataclass(frozen=True)
class Column:
    """One column a list may have.

    synonyms: other headers of the same meaning, as schools write them; a group header in front is part of them.
    looks: how its cells look ("day", "personal_number", "phone", "email", "sex", "flag", "class"), for headers nobody recognises.
    part_of: the column this one is only a part of (family name, birth month): it is mapped, never stored.
    choices: the names its cells may have, where they are few enough to be chosen from.
    for_all: a file without this column may be given one value for all its rows; an example of one.
    aside: read where a file has it, but no part of the sheet that is given out empty.
    sensitive: kept out of previews, logs and messages to others than the clerk.
    """

    key: str
    title: str
    parse: Parser
    synonyms: tuple[str, ...] = ()
    looks: str = ""
    required: bool = False
    part_of: str = ""
    for_all: str = ""
    choices: tuple[str, ...] = ()
    aside: bool = False
    sensitive: bool = False
    width: int = 16
    show: Callable[[Any], CellValue] = show_plain


@dataclass(frozen=True)
class ColumnMap:
    """All columns of one kind of list.

    join: makes whole values of part columns (family and given name → full name), before the row is checked.
    checks: look at a row as a whole.   number, double: keys by which two rows of a file are the same person.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    join: Callable[[dict[str, Any]], None] = lambda values: None
    checks: tuple[RowCheck, ...] = ()
    number: str = ""
    double: tuple[str, ...] = ()
    by_key: dict[str, Column] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_key", {column.key: column for column in self.columns})

    def __getitem__(self, key: str) -> Column:
        return self.by_key[key]

    @property
    def stored(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if not column.part_of)

    @property
    def sheet(self) -> tuple[Column, ...]:
        """The columns of the sheet as it is given out."""
        return tuple(column for column in self.stored if not column.aside)

    def missing(self, given: set[str]) -> list[Column]:
        """Required columns that neither a column of the file nor a value for all rows stands for."""
        return [
            column
            for column in self.columns
            if column.required and column.key not in given and not given.intersection(self.parts(column.key))
        ]

    def parts(self, key: str) -> tuple[str, ...]:
        return tuple(column.key for column in self.columns if column.part_of == key)


@dataclass(frozen=True)
class ColumnChoice:
    """Which column of the file is which column of the list, as the person confirmed it.

    header_from, data_from: numbers of the first header row and of the first data row, from 1.   columns: column of the file, from 0 → key.
    constants: a value for every row (a file of one class has no class column).
    """

    sheet: str
    header_from: int
    data_from: int
    columns: dict[int, str]
    constants: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.sheet,
            "header_from": self.header_from,
            "data_from": self.data_from,
            "columns": {str(at): key for at, key in self.columns.items()},
            "constants": self.constants,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ColumnChoice:
        columns = {int(at): key for at, key in data["columns"].items()}
        return cls(data["sheet"], data["header_from"], data["data_from"], columns, dict(data.get("constants", {})))

    def check(self, columns: ColumnMap) -> None:
        """Raise ColumnUsedTwice, ColumnsMissing: what must be right before a single row is read."""
        seen: dict[str, int] = {}
        for at, key in sorted(self.columns.items()):
            if key in seen:
                raise ColumnUsedTwice(column=columns[key].title, first=letters(seen[key]), second=letters(at))
            seen[key] = at
        given = set(seen) | set(self.constants)
        missing = columns.missing(given)
        if missing:
            otherwise = "thêm cột vào tệp và tải lên lại"
            if all(column.for_all for column in missing):
                otherwise = "điền một giá trị cho mọi dòng ở mục “Cho cả tệp”"
            raise ColumnsMissing(columns=", ".join(column.title for column in missing), otherwise=otherwise)
