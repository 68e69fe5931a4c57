"""The pass over a list: every cell read, every row checked, nothing written. The import makes the same pass again.

Rows come and go in batches, so that problems are on the screen while the file is still being read, and memory does not
grow with it. Equal cells are read once; a column where cells hardly repeat gives up remembering them.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from .columns import Column, ColumnChoice, ColumnMap
from .findings import ROW, Finding, Problem, Severity, error, warning
from .merged import with_source
from .parsers import Outcome, is_blank, quick_fold, shown
from .row_findings import error_value, formula, lowered, missing, no_column
from .row_sorter import RowSorter
from .workbook import CellValue, RowBatch

REMEMBERED_CELLS = 4_000
LONGEST_SHOWN = 80
_NOTHING: Mapping[str, Any] = {}
_TWO_OR_ONE = "Nếu là hai em khác nhau thì {}; nếu là một em thì để nguyên, dòng này sẽ không nhập."


class Fate(StrEnum):
    """What the import will do with a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"


@dataclass(slots=True)
class Record:
    """One row as values. row: from 1. target: the id of what it changes or equals. changes: {field: [old, new]}.

    name: what the row calls whom it is about, as far as that could be read.
    wrong: the columns that keep the row out; their values are not to be relied on.
    """

    row: int
    values: dict[str, Any]
    fate: Fate = Fate.NEW
    target: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    fingerprint: bytes = b""
    wrong: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        return str(self.values.get("full_name") or "")[:LONGEST_SHOWN]


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is no record: a repeated header, a band, a total, a signature."""

    row: int
    kind: str
    text: str


@dataclass
class Checked:
    """What came out of one batch."""

    records: list[Record]
    problems: list[Problem]
    skipped: list[Skipped]
    rows_read: int


@dataclass(frozen=True)
class Verdict:
    """What the owner of the data says about a record: its fate, what it is, and what is wrong with it there."""

    fate: Fate
    target: int | None = None
    changes: dict[str, Any] = field(default_factory=dict)
    findings: tuple[tuple[str, Finding], ...] = ()


#: Answers for many records at once, in their order. A record that is refused already (`wrong`) is asked for too, so that a person
#: reads everything about her row at once: its findings count, its fate stays.
Lookup = Callable[[Sequence[Record]], Sequence[Verdict]]


def everything_is_new(records: Sequence[Record]) -> list[Verdict]:
    return [Verdict(Fate.NEW) for _ in records]


@dataclass
class Totals:
    """Counts over the whole list. codes: (severity, code) → how many cells."""

    fates: Counter[Fate] = field(default_factory=Counter)
    severities: Counter[Severity] = field(default_factory=Counter)
    codes: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows_read: int = 0
    skipped: int = 0

    def add(self, checked: Checked) -> None:
        self.fates.update(record.fate for record in checked.records)
        self.severities.update(problem.finding.severity for problem in checked.problems)
        self.codes.update((problem.finding.severity.value, problem.finding.code) for problem in checked.problems)
        self.rows_read = checked.rows_read
        self.skipped += len(checked.skipped)

    def as_json(self) -> dict[str, Any]:
        return {
            **{fate.value: self.fates[fate] for fate in Fate},
            "records": sum(self.fates.values()),
            "errors": self.severities[Severity.ERROR],
            "warnings": self.severities[Severity.WARNING],
            "fixed": self.severities[Severity.FIXED],
            "rows_read": self.rows_read,
            "skipped": self.skipped,
        }


class _ReadColumn:
    """One mapped column: its cells of a batch become values and findings."""

    def __init__(self, at: int, column: Column) -> None:
        self.at, self.column = at, column
        self._known: dict[Any, Outcome] = {}
        self._remembers = True

    def read(self, cells_of: list[CellValue]) -> tuple[list[Any], list[tuple[int, tuple[Finding, ...]]]]:
        """Values in order, and (place in the batch, findings) where there are any."""
        values: list[Any] = []
        seen: list[tuple[int, tuple[Finding, ...]]] = []
        known, parse = self._known, self.column.parse
        for place, raw in enumerate(cells_of):
            if raw == "" or raw is None:
                values.append(None)
                continue
            # 1, 1.0 and TRUE are one key to a dictionary but not one cell.
            key = raw if type(raw) is str else (type(raw), raw)
            outcome = known.get(key)
            if outcome is None:
                outcome = (None, ()) if is_blank(raw) else parse(raw)
                if self._remembers:
                    known[key] = outcome
            values.append(outcome[0])
            if outcome[1]:
                seen.append((place, outcome[1]))
        if len(known) > REMEMBERED_CELLS:
            known.clear()
            self._remembers = False
        return values, seen


class DryRun:
    """One pass over one list. Feed it batches by `run`; `totals` is complete when the iterator ends.

    corrections: (row, column), both from 0 → text typed on the page in place of the cell.
    """

    def __init__(
        self,
        columns: ColumnMap,
        choice: ColumnChoice,
        *,
        lookup: Lookup = everything_is_new,
        corrections: Mapping[tuple[int, int], str] | None = None,
    ) -> None:
        choice.check(columns)
        self.columns, self.choice, self.totals = columns, choice, Totals()
        self._lookup = lookup
        self._corrections = corrections or {}
        self._corrected_rows = {row for row, _ in self._corrections}
        self._read = [_ReadColumn(at, columns[key]) for at, key in sorted(choice.columns.items())]
        self._place = {key: at for at, key in choice.columns.items()}
        names = {"full_name", *columns.parts("full_name")}
        self._sorter = RowSorter(choice.columns, tuple(at for at, key in choice.columns.items() if key in names))
        self._constants, self._constant_problems = self._read_constants()
        self._required = [c for c in columns.columns if c.required and c.key not in self._constants]
        self._band_class = ""
        self._said_once: set[str] = set()
        self._seen_numbers: dict[str, int] = {}
        self._seen_people: dict[tuple[Any, ...], int] = {}
        self._stored_keys = [column.key for column in columns.stored]

    def run(self, batches: Iterable[RowBatch]) -> Iterator[Checked]:
        """Check the list batch by batch. Counts are up to date after each."""
        for batch in batches:
            checked = self._check(batch)
            self.totals.add(checked)
            yield checked

    # --- a batch -----------------------------------------------------------------------------------------------------

    def _check(self, batch: RowBatch) -> Checked:
        batch.take_merged(data_from=self.choice.data_from, columns=self.choice.columns)
        self._correct(batch)
        rows, numbers, bands, skipped = self._sort(batch)
        problems = self._formulas(batch, set(numbers))
        values, seen = self._read_columns(rows, numbers, {(problem.row, problem.column) for problem in problems})
        problems += seen
        records = [
            self._record(number, row_values, band)
            for number, row_values, band in zip(numbers, values, bands, strict=True)
        ]
        said = {(p.row, self._whole(p.key)) for p in problems if p.finding.severity is Severity.ERROR}
        problems += self._check_rows(records, said)
        problems += self._decide(records, self._wrong(problems))
        if batch.merged:
            problems = with_source(problems, batch.merged)
        problems.sort(key=lambda problem: (problem.row, problem.column))
        rows_read = batch.first_row + len(batch.rows)
        return Checked(records, problems, skipped, rows_read)

    def _correct(self, batch: RowBatch) -> None:
        for row in self._corrected_rows.intersection(range(batch.first_row, batch.first_row + len(batch.rows))):
            for (at_row, column), text in self._corrections.items():
                if at_row == row:
                    batch.correct(row, column, text)

    def _sort(self, batch: RowBatch) -> tuple[list[list[CellValue]], list[int], list[str], list[Skipped]]:
        rows, numbers, bands, skipped = [], [], [], []
        width = max((read.at for read in self._read), default=0) + 1
        for number, row in enumerate(batch.rows, start=batch.first_row + 1):
            if number < self.choice.data_from:
                if number >= self.choice.header_from:
                    self._sorter.learn_header(row)
                continue
            kind = self._sorter.kind(row)
            if kind == "record":
                if len(row) < width:
                    row.extend([""] * (width - len(row)))
                rows.append(row)
                numbers.append(number)
                bands.append(self._band_class)
            elif kind != "blank":
                if kind == "band":
                    self._band_class = self._sorter.band_class(row)
                text = " · ".join(shown(value)[:40] for value in row if not is_blank(value))[:LONGEST_SHOWN]
                skipped.append(Skipped(number, kind, text))
        return rows, numbers, bands, skipped

    def _read_columns(
        self, rows: list[list[CellValue]], numbers: list[int], formulas: set[tuple[int, int]]
    ) -> tuple[list[dict[str, Any]], list[Problem]]:
        problems: list[Problem] = []
        by_column: list[list[Any]] = []
        for read in self._read:
            at = read.at
            cells_of = [row[at] for row in rows]
            values, seen = read.read(cells_of)
            by_column.append(values)
            for place, findings in seen:
                if (numbers[place], at) in formulas:
                    continue
                look = shown(cells_of[place])[:LONGEST_SHOWN]
                problems += [
                    Problem(numbers[place], at, read.column.key, read.column.title, look, finding)
                    for finding in findings
                ]
        keys = [read.column.key for read in self._read]
        return [dict(zip(keys, row, strict=True)) for row in zip(*by_column, strict=True)], problems

    def _formulas(self, batch: RowBatch, numbers: set[int]) -> list[Problem]:
        """A formula where data belongs: its text is kept out, its present result is only suggested."""
        problems = []
        for marks, make in ((batch.formulas, formula), (batch.errors, error_value)):
            for (row, at), text in marks.items():
                key = self.choice.columns.get(at)
                if key is None or row + 1 not in numbers or (make is error_value and (row, at) in batch.formulas):
                    continue
                cells_of = batch.rows[row - batch.first_row]
                result = shown(cells_of[at]) if at < len(cells_of) else ""
                column = self.columns[key]
                problems.append(Problem(row + 1, at, key, column.title, text[:LONGEST_SHOWN], make(text, result)))
        return problems

    # --- a row -------------------------------------------------------------------------------------------------------

    def _read_constants(self) -> tuple[dict[str, Any], list[Finding]]:
        values, found = {}, []
        for key, text in self.choice.constants.items():
            values[key], findings = self.columns[key].parse(text)
            found += [finding for finding in findings if finding.severity is Severity.ERROR]
        return values, found

    def _record(self, number: int, values: dict[str, Any], band: str) -> Record:
        if band and values.get("class_name") is None and "class_name" in self.columns.by_key:
            values["class_name"] = band
        for key, constant in self._constants.items():
            if values.get(key) is None:
                values[key] = constant
        self.columns.join(values)
        return Record(number, values)

    def _whole(self, key: str) -> str:
        return self.columns[key].part_of or key

    def _check_rows(self, records: list[Record], said: set[tuple[int, str]]) -> list[Problem]:
        """said: (row, key) where an unreadable cell was reported: it is not missing as well."""
        problems: list[Problem] = []
        checks = self.columns.checks
        for record in records:
            values = record.values
            for column in self._required:
                if values.get(column.key) is None and (record.row, column.key) not in said:
                    problems.append(self._problem(record.row, column.key, missing(column)))
            for check in checks:
                for key, finding in check(values):
                    if (record.row, key) in said:
                        continue
                    if key not in self._place and finding.code.endswith(".missing"):
                        if key in self._said_once:
                            continue
                        self._said_once.add(key)
                        finding = no_column(self.columns[key], finding)
                    problems.append(self._problem(record.row, key, finding, values))
            for key, finding in self._doubles(record):
                problems.append(self._problem(record.row, key, finding, values))
        return problems

    def _problem(self, row: int, key: str, finding: Finding, values: Mapping[str, Any] = _NOTHING) -> Problem:
        column = self.columns.by_key.get(key)
        at = self._place.get(key, ROW)
        if at == ROW and column is not None:
            parts = [self._place[part] for part in self.columns.parts(key) if part in self._place]
            at = parts[0] if parts else ROW
        value = values.get(key)
        look = "" if value is None or column is None else str(shown(column.show(value)))[:LONGEST_SHOWN]
        return Problem(row, at, key, column.title if column else "", look, finding)

    def _doubles(self, record: Record) -> Iterator[tuple[str, Finding]]:
        """The same number twice, or the same name and birth date twice, in one file."""
        number_key, values = self.columns.number, record.values
        number = values.get(number_key) if number_key else None
        if number:
            first = self._seen_numbers.setdefault(number, record.row)
            if first != record.row:
                title = lowered(self.columns[number_key].title)
                message = f"Trùng {title} với dòng {first}. {_TWO_OR_ONE.format('sửa số')}"
                yield number_key, error("row.same_number", message)
                return
        parts = self.columns.double
        if not parts or any(values.get(part) is None for part in parts):
            return
        person = tuple(quick_fold(v) if type(v) is str else v for v in (values[part] for part in parts))
        first = self._seen_people.setdefault(person, record.row)
        if first != record.row:
            message = f"Trùng họ tên và ngày sinh với dòng {first}."
            if number:
                yield (
                    parts[0],
                    warning("row.same_person", f"{message} Hai số định danh khác nhau nên vẫn nhận; hãy xem lại."),
                )
            else:
                advice = _TWO_OR_ONE.format("điền số định danh của từng em")
                # Told where it is mended: at the number, when the file has such a column.
                told_at = number_key if number_key in self._place else parts[0]
                yield told_at, error("row.same_person", f"{message} {advice}")

    def _wrong(self, problems: list[Problem]) -> dict[int, frozenset[str]]:
        """The columns with an error, by row; a part of a column stands for the whole of it."""
        found: dict[int, frozenset[str]] = {}
        for problem in problems:
            if problem.finding.severity is Severity.ERROR:
                found[problem.row] = found.get(problem.row, frozenset()) | {self._whole(problem.key)}
        return found

    def _decide(self, records: list[Record], wrong: Mapping[int, frozenset[str]]) -> list[Problem]:
        problems: list[Problem] = []
        for record in records:
            if record.row in wrong:
                record.fate, record.wrong = Fate.REFUSED, wrong[record.row]
            else:
                record.fingerprint = fingerprint(record.values, self._stored_keys)
        for record, verdict in zip(records, self._lookup(records), strict=True):
            if not record.wrong:
                record.fate, record.target, record.changes = verdict.fate, verdict.target, verdict.changes
            for key, finding in verdict.findings:
                problems.append(self._problem(record.row, key, finding, record.values))
                if finding.severity is Severity.ERROR:
                    record.fate = Fate.REFUSED
        return problems


def fingerprint(values: Mapping[str, Any], keys: Sequence[str]) -> bytes:
    """16 bytes that are equal for rows that say the same about the stored columns, in whatever order the file has them."""
    told = "\x1f".join(map(str, map(values.get, keys)))
    return hashlib.blake2b(told.encode(), digest_size=16).digest()
