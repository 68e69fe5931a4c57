"""What crosses this wall about absences."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

MORNING, AFTERNOON = "morning", "afternoon"
SESSIONS = {MORNING: "Sáng", AFTERNOON: "Chiều"}
PRESENT, EXCUSED, UNEXCUSED = "present", "excused", "unexcused"
STATES = {PRESENT: "Có mặt", EXCUSED: "Vắng có phép", UNEXCUSED: "Vắng không phép"}


@dataclass(frozen=True)
class Entry:
    """What a teacher says of one pupil in one session. seen: the state the page showed; None: whatever it is now."""

    student_id: int
    session: str
    state: str
    reason: str = ""
    seen: str | None = None


@dataclass(frozen=True)
class Change:
    """What was written: enough to take it back."""

    student_id: int
    session: str
    before: str
    after: str

    def undone(self) -> Entry:
        """The entry that takes this back, only while nobody wrote since."""
        return Entry(self.student_id, self.session, self.before, seen=self.after)


@dataclass(frozen=True)
class SheetRow:
    """A pupil on the sheet of one day: the state of each session."""

    student_id: int
    full_name: str
    morning: str
    afternoon: str
    reason: str

    def state(self, session: str) -> str:
        return self.morning if session == MORNING else self.afternoon


@dataclass(frozen=True)
class AbsenceRow:
    """One missed session."""

    student_id: int
    school_id: int
    day: dt.date
    session: str
    excused: bool
    reason: str


@dataclass(frozen=True)
class AbsenceCount:
    """Counted sessions of one pupil in a school year; each total is counted by the school's way, excused and not are its parts."""

    term_one: int = 0
    term_two: int = 0
    excused: int = 0
    unexcused: int = 0

    def __add__(self, other: AbsenceCount) -> AbsenceCount:
        """Of one human, counted under two ids."""
        return AbsenceCount(
            self.term_one + other.term_one,
            self.term_two + other.term_two,
            self.excused + other.excused,
            self.unexcused + other.unexcused,
        )

    @property
    def year(self) -> int:
        return self.term_one + self.term_two
