"""Memory of all processes after journeys through the pages."""

from __future__ import annotations

import time

from benchmarks import measure
from benchmarks.books import books, teacher_at
from benchmarks.run import Bench
from benchmarks.targets import Figure

AREA = "memory"
FULL_SECONDS = 600
SAMPLE_SECONDS = 60
_PEOPLE = "SELECT login, person_id FROM identity_account WHERE demo_order IS NOT NULL ORDER BY demo_order"
_PATHS = ("/", "/so-diem/", "/hoc-sinh/", "/lop/", "/truong/", "/dieu-hanh/", "/doi-ngu/")


def run(bench: Bench) -> list[Figure]:
    """PSS by part at the end, and once a minute on the way: what grows is seen before it hurts."""
    seconds = max(10.0, bench.seconds * bench.rounds) if bench.short else FULL_SECONDS
    book = books(bench.house)[0]
    teacher = teacher_at(bench.house, book)
    for column in book.columns:
        book.look(teacher, [column])
    visitors = [bench.house.visitor(person) for _, person in bench.house.rows(_PEOPLE)]
    began, pages, samples = time.monotonic(), 0, []
    while (gone := time.monotonic() - began) < seconds:
        if gone >= len(samples) * SAMPLE_SECONDS:
            samples.append({"seconds": round(gone, 1), **_parts(bench)})
        for visitor in visitors:
            for path in _PATHS:
                pages += _look(visitor, path)
        teacher.get(book.page)
        book.save(teacher, book.pupils, book.columns[:1])
        pages += 2
    parts = _parts(bench)
    samples.append({"seconds": round(time.monotonic() - began, 1), **parts})
    more = {"parts_mb": parts, "journeys_seconds": round(seconds), "pages": pages, "shortened": bench.short}
    if bench.short:
        bench.notes["memory after 10 minutes"] = f"--short: journeys of {seconds:.0f} s only"
    return [Figure(AREA, "pss_mb", sum(parts.values()), samples, "MB", more)]


def _parts(bench: Bench) -> dict[str, float]:
    return {name: round(measure.pss_mb(pids), 1) for name, pids in bench.house.parts().items()}


def _look(visitor: object, path: str) -> int:
    """1 when the page was there for this person; a page of another role answers not found, or leads elsewhere."""
    try:
        visitor.get(path)  # type: ignore[attr-defined]
    except RuntimeError:
        return 0
    return 1
