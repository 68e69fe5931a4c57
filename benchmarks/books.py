"""Books of the measured province and what a teacher's page does with them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from benchmarks.clients import Visitor
from benchmarks.installation import Installation
from benchmarks.targets import NotRun

if TYPE_CHECKING:
    from maitruong.foundation.access.types import Scope

_BOOKS = """
SELECT b.id, b.school_id, b.class_id, b.subject, b.school_year, b.term, b.regular_needed, b.cluster, a.teacher_id,
       array_agg(DISTINCT e.student_id ORDER BY e.student_id)
FROM gradebook_markbook b
JOIN timetable_assignment a ON a.class_id = b.class_id AND a.subject = b.subject AND a.ends_on IS NULL
JOIN enrolment_enrolment e ON e.school_class_id = b.class_id AND e.ends_on IS NULL
WHERE b.kind = 'score' AND b.closed_at IS NULL AND b.term = 1
  AND b.school_year = (SELECT max(school_year) FROM gradebook_markbook)
  AND NOT EXISTS (SELECT 1 FROM gradebook_mark m WHERE m.class_id = b.class_id AND m.subject = b.subject AND m.basis <> 0)
GROUP BY b.id, a.teacher_id
ORDER BY count(DISTINCT e.student_id) DESC, b.regular_needed DESC, b.id
"""
_numbers = itertools.count(1)


@dataclass
class BenchBook:
    """A book of marks, who teaches it, and the texts its cells show as far as known."""

    id: int
    school_id: int
    class_id: int
    subject: str
    school_year: int
    term: int
    regular_needed: int
    cluster: bool
    teacher_id: int
    pupils: list[int]
    workspace: str = ""
    shown: dict[tuple[int, str], str] = field(default_factory=dict)

    @property
    def page(self) -> str:
        return f"/so-diem/{self.id}/"

    @property
    def columns(self) -> list[str]:
        regular = [f"tx{number}" for number in range(1, self.regular_needed + 1)]
        return [*regular, *(["cd"] if self.cluster else []), "gk", "ck"]

    def cells(self, pupils: list[int], columns: list[str]) -> list[dict[str, str]]:
        """New values for these cells, each unlike what stands there."""
        found = []
        for pupil in pupils:
            for column in columns:
                saw = self.shown.get((pupil, column), "")
                found.append(
                    {"row": str(pupil), "column": column, "value": "8,5" if saw != "8,5" else "7,5", "saw": saw}
                )
        return found

    def learn(self, answer: dict[str, Any]) -> list[str]:
        """Take in what the server says of each cell; returns their states."""
        for cell in answer["cells"]:
            now = cell["theirs"]["value"] if cell["state"] == "conflict" else cell["value"]
            self.shown[int(cell["row"]), cell["column"]] = now
        return [cell["state"] for cell in answer["cells"]]

    def save(self, visitor: Visitor, pupils: list[int], columns: list[str]) -> None:
        """One request with all of these cells. Raises RuntimeError when one is not saved."""
        given = {"request_id": a_request_id(), "cells": self.cells(pupils, columns)}
        states = self.learn(visitor.send(f"{self.page}diem/", given))
        if set(states) != {"saved"}:
            raise RuntimeError(f"book {self.id}: {states}")

    def look(self, visitor: Visitor, columns: list[str]) -> None:
        """Learn what the cells show: a first save tells every value it did not expect."""
        given = {"request_id": a_request_id(), "cells": self.cells(self.pupils, columns)}
        self.learn(visitor.send(f"{self.page}diem/", given))


def a_request_id() -> str:
    import os

    return f"bench-{os.getpid()}-{os.urandom(6).hex()}-{next(_numbers)}"


def books(bench: Installation) -> list[BenchBook]:
    """Open books of marks, the largest class first. Raises NotRun when the data have none."""
    found = [BenchBook(*row) for row in bench.rows(_BOOKS)]
    if not found:
        raise NotRun("the data have no open book of marks with a teacher")
    return found


def teacher_at(bench: Installation, book: BenchBook) -> Visitor:
    """The book's teacher, in the workspace in which she may write into it. Raises NotRun when she may not."""
    return bench.visitor(book.teacher_id, desk_of(book))


def desk_of(book: BenchBook) -> str:
    """The key of that workspace."""
    if not book.workspace:
        book.workspace = scope_of(book).workspace.key  # type: ignore[union-attr]
    return book.workspace


def scope_of(book: BenchBook) -> Scope:
    """The rights with which the book's teacher writes into it. A person may have several places to work in."""
    from maitruong.foundation.access import queries as access
    from maitruong.foundation.kernel import clock

    held = access.rights(book.teacher_id, on=clock.today())
    for place in access.workspaces(held):
        scope = access.scope_for(book.teacher_id, held, place, actor_name="Người đo")
        at = {"school_id": book.school_id, "class_id": book.class_id, "subject": book.subject}
        if scope.covers("gradebook.enter", **at):
            return scope
    raise NotRun(f"the teacher of book {book.id} may not write into it today")


def of_different_schools(found: list[BenchBook], most: int) -> list[BenchBook]:
    """The first book of each school, then of further classes if there are fewer schools than wanted."""
    first = list({book.school_id: book for book in reversed(found)}.values())
    rest = list({book.class_id: book for book in reversed(found) if book not in first}.values())
    return [*first, *rest][:most]
