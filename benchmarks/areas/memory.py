"""Memory of all processes after journeys through the pages."""

from __future__ import annotations

import time

from benchmarks import measure
from benchmarks.books import books, teacher_at
from benchmarks.run import Bench
from benchmarks.targets import Figure

AREA = "memory"
LONG_SECONDS = 600
_PEOPLE = "SELECT login, person_id FROM identity_account WHERE demo_order IS NOT NULL ORDER BY demo_order"
_PATHS = ("/", "/so-diem/", "/hoc-sinh/", "/lop/", "/truong/", "/dieu-hanh/", "/doi-ngu/")


def run(bench: Bench) -> list[Figure]:
    seconds = LONG_SECONDS if bench.long else max(10.0, bench.seconds * bench.rounds)
    book = books(bench.house)[0]
    teacher = teacher_at(bench.house, book)
    for column in book.columns:
        book.look(teacher, [column])
    visitors = [bench.house.visitor(person) for _, person in bench.house.rows(_PEOPLE)]
    end, pages = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        for visitor in visitors:
            for path in _PATHS:
                pages += _look(visitor, path)
        teacher.get(book.page)
        book.save(teacher, book.pupils, book.columns[:1])
        pages += 2
    parts = {name: round(measure.pss_mb(pids), 1) for name, pids in bench.house.parts().items()}
    more = {"parts_mb": parts, "journeys_seconds": seconds, "pages": pages}
    if not bench.long:
        bench.notes["memory after 10 minutes"] = f"journeys of {seconds:.0f} s only; --long takes the whole time"
    return [Figure(AREA, "pss_mb", sum(parts.values()), [parts], "MB", more)]


def _look(visitor: object, path: str) -> int:
    """1 when the page was there for this person; a page of another role answers not found, or leads elsewhere."""
    try:
        visitor.get(path)  # type: ignore[attr-defined]
    except RuntimeError:
        return 0
    return 1
