"""What was seen in a cell, in a sentence a school clerk can act on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from . import cells

ROW = -1


class Severity(StrEnum):
    """ERROR keeps the row out; WARNING lets it in, perhaps without that cell; FIXED was repaired and only wants to be known."""

    ERROR = "error"
    WARNING = "warning"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing about a value, wherever it stands. message: what is wrong and what to do; suggestion: a value to take instead."""

    code: str
    message: str
    severity: Severity = Severity.ERROR
    suggestion: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """A finding at its place. row: from 1, as the sheet numbers it. column: from 0, ROW when the whole row is meant."""

    row: int
    column: int
    key: str
    title: str
    shown: str
    finding: Finding

    @property
    def cell(self) -> str:
        """The address on the sheet: "G12"; the row's number when the whole row is meant."""
        return str(self.row) if self.column == ROW else cells.address(self.row - 1, self.column)

    @property
    def where(self) -> str:
        return f"Dòng {self.row}" if self.column == ROW else f"Ô {self.cell} ({self.title})"

    @property
    def text(self) -> str:
        """Where, what, and what to do, in one or two sentences."""
        return f"{self.where}: {self.finding.message}"

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "column": "" if self.column == ROW else cells.letters(self.column),
            "cell": self.cell,
            "field": self.key,
            "severity": self.finding.severity.value,
            "code": self.finding.code,
            "text": self.text,
            "suggestion": self.finding.suggestion,
        }


def error(code: str, message: str, suggestion: str = "") -> Finding:
    return Finding(code, message, Severity.ERROR, suggestion)


def warning(code: str, message: str, suggestion: str = "") -> Finding:
    return Finding(code, message, Severity.WARNING, suggestion)


def fixed(code: str, message: str) -> Finding:
    return Finding(code, message, Severity.FIXED)


def left_out(code: str, message: str, suggestion: str = "") -> Finding:
    """A warning about a cell that may stay empty: the row comes in, the cell does not."""
    return warning(code, f"{message} Ô này sẽ để trống nếu không sửa.", suggestion)
