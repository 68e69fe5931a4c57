"""What is judged above and goes along with a pupil: marks of the running year and signed records. The roof says who knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .types import Carried, ResultsSoFar, SignedFile, Verified


@dataclass(frozen=True)
class Books:
    """Asked with sight of the whole province, in the transaction of the act.

    results_so_far: (pupil, school, class, year) → the unsigned marks until now.
    carry: (pupil, from school, from class, to school, to class, year): the marks into the new class's books.
    signed_records: pupil → signed records of former years.
    verify: bytes → what a look at their signatures found.
    """

    results_so_far: Callable[[int, int, int, int], ResultsSoFar]
    carry: Callable[[int, int, int, int, int, int], Carried]
    signed_records: Callable[[int], list[SignedFile]]
    verify: Callable[[bytes], Verified]


_NOTHING = Books(
    results_so_far=lambda student_id, school_id, class_id, year: ResultsSoFar(year),
    carry=lambda student_id, from_school, from_class, to_school, to_class, year: Carried(),
    signed_records=lambda student_id: [],
    verify=lambda data: Verified(False, "Chưa có nơi kiểm chữ ký."),
)
_books: Books = _NOTHING


def asks_the_books(answer: Books) -> None:
    """Called by the roof."""
    global _books
    _books = answer


def books() -> Books:
    return _books


#: (person, school) → what she teaches there and would leave, in words ("Toán, lớp 8A2").
Teaching = Callable[[int, int], list[str]]


def _nothing_taught(person_id: int, school_id: int) -> list[str]:
    return []


_teaching: Teaching = _nothing_taught


def asks_what_is_taught(answer: Teaching) -> None:
    """Assignments stand above. Called by the roof."""
    global _teaching
    _teaching = answer


def taught(person_id: int, school_id: int) -> list[str]:
    return _teaching(person_id, school_id)
