"""The school year: an int in tables (2026), "2026-2027" on paper."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from .errors import Refusal

WHOLE_YEAR, TERM_ONE, TERM_TWO = 0, 1, 2
TERM_LABELS = {WHOLE_YEAR: "Cả năm", TERM_ONE: "Học kì I", TERM_TWO: "Học kì II"}
_FIRST_MONTH = 8  # schools call pupils back in August; July still closes the year before
_LABEL = re.compile(r"(\d{4})\s*[-–/]\s*(\d{4})")


class SchoolYearRefused(Refusal):
    code = "kernel.school_year_unreadable"
    message = 'Chưa đọc được năm học "{given}".'
    remedy = "Viết năm học như 2026-2027: hai năm liền nhau, đủ bốn chữ số."


@dataclass(frozen=True, order=True)
class SchoolYear:
    """One school year, known by the calendar year it starts in."""

    start: int

    def __post_init__(self) -> None:
        if not 1945 <= self.start <= 2200:
            raise SchoolYearRefused(given=self.start)

    @property
    def label(self) -> str:
        return f"{self.start}-{self.start + 1}"

    def __str__(self) -> str:
        return self.label

    def __int__(self) -> int:
        return self.start

    @property
    def next(self) -> SchoolYear:
        return SchoolYear(self.start + 1)

    @property
    def previous(self) -> SchoolYear:
        return SchoolYear(self.start - 1)

    @classmethod
    def parse(cls, text: str) -> SchoolYear:
        """Read "2026-2027" (also with / or an en dash). Raises SchoolYearRefused."""
        found = _LABEL.fullmatch(text.strip())
        if not found or int(found[2]) != int(found[1]) + 1:
            raise SchoolYearRefused(given=text)
        return cls(int(found[1]))

    @classmethod
    def containing(cls, day: dt.date) -> SchoolYear:
        """The school year a day falls in; a new one begins on 1 August."""
        return cls(day.year if day.month >= _FIRST_MONTH else day.year - 1)
