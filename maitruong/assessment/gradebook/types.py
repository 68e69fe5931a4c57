"""What crosses the wall of the mark books."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Subject(NamedTuple):
    """A subject of a class's year. kind: "score", "comment", or "primary"; terms: when it is taught."""

    code: str
    name: str
    kind: str
    terms: tuple[int, ...] = (1, 2)
    optional: bool = False


@dataclass(frozen=True)
class Sheet:
    """A class's year above its books."""

    id: int
    school_id: int
    school_year: int
    class_id: int
    class_name: str
    grade: int
    subjects: tuple[Subject, ...]
    act: str
    settings_id: str
    version: int


@dataclass(frozen=True)
class Book:
    """One book with its coordinates and state. slot: its term, or its moment at primary school."""

    id: int
    sheet_id: int
    school_id: int
    school_year: int
    class_id: int
    class_name: str
    subject: str
    subject_name: str
    term: int
    moment: int
    grade: int
    kind: str
    periods_per_year: int
    regular_needed: int
    cluster: bool
    tested: bool
    act: str
    settings_id: str
    version: int
    changed_at: dt.datetime
    closed_at: dt.datetime | None
    closed_by: int | None
    reopened_at: dt.datetime | None
    reopen_reason: str
    year_closed: bool

    @property
    def slot(self) -> int:
        return self.moment or self.term

    @property
    def title(self) -> str:
        """Toán 8A2, học kì I."""
        return f"{self.subject_name} {self.class_name}, {self.period}"

    @property
    def period(self) -> str:
        return period_name(self.term, self.moment)

    @property
    def etag(self) -> str:
        return f'"{self.version}"'

    @property
    def permission(self) -> str:
        """The verb that writes into it."""
        return "gradebook.conduct" if self.kind in ("conduct", "quality") else "gradebook.enter"

    @property
    def at(self) -> dict[str, Any]:
        """Its coordinates for `scope.covers`. Books of the homeroom teacher have no subject: a grant limited to subjects is closed."""
        return {"school_id": self.school_id, "class_id": self.class_id, "subject": self.subject or None}


_MOMENTS = {1: "giữa học kì I", 2: "cuối học kì I", 3: "giữa học kì II", 4: "cuối năm học"}
_TERMS = {1: "học kì I", 2: "học kì II", 0: "cả năm"}


def period_name(term: int, moment: int = 0) -> str:
    """học kì I; at primary school giữa học kì I."""
    return _MOMENTS[moment] if moment else _TERMS[term]


def period_title(term: int, moment: int = 0) -> str:
    """The same at the head of a line: Học kì I."""
    name = period_name(term, moment)
    return name[0].upper() + name[1:]


@dataclass(frozen=True)
class Cell:
    """A cell somebody changed. row: person id of the pupil; value, saw: texts as on the page ("" is empty)."""

    row: int
    column: str
    value: str
    saw: str


@dataclass(frozen=True)
class CellAnswer:
    """What became of one cell: saved, refused (message says why) or conflict (theirs: value, by, at)."""

    row: int
    column: str
    value: str
    state: str
    message: str = ""
    theirs: dict[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "row": str(self.row),
            "column": self.column,
            "value": self.value,
            "state": self.state,
        }
        if self.message:
            told["message"] = self.message
        if self.theirs:
            told["theirs"] = self.theirs
        return told


@dataclass(frozen=True)
class Saved:
    """The answer to a save, in the shape the grid reads. since: the version it came upon, etag: the one it left."""

    etag: str
    at: str
    cells: list[dict[str, Any]] = field(default_factory=list)
    rows: dict[str, dict[str, str]] = field(default_factory=dict)
    since: str = ""  # an answer stored before there was one: no version of a page

    def as_dict(self) -> dict[str, Any]:
        return {"etag": self.etag, "since": self.since, "at": self.at, "cells": self.cells, "rows": self.rows}


class SubjectTerm(NamedTuple):
    """What a pupil's row in one subject and term came to. average in tenths; outcome 1 Đạt, 0 Chưa đạt."""

    average: int | None
    outcome: int | None
    provisional: bool
    basis: int


class ResultRow(NamedTuple):
    """A pupil's result of a term or the year (term 0), as stored."""

    term: int
    student_id: int
    learning: int | None
    learning_before: int | None
    raised_by: str
    conduct: int | None
    title: str
    missing: int
    provisional: bool
