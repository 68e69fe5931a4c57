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
