"""The gradebook's page and its saves, over HTTP, against Y1, Y2 and Y3."""

from __future__ import annotations

import statistics
from collections.abc import Callable

from benchmarks import measure
from benchmarks.books import BenchBook, books, desk_of, teacher_at
from benchmarks.clients import Visitor, Work, together
from benchmarks.run import Bench
from benchmarks.statements import asked_by
from benchmarks.targets import Figure

PAGE = "gradebook_page"
SAVE = "gradebook_save"
CLIENTS = 8


def page(bench: Bench) -> list[Figure]:
    found = books(bench.house)
    book = found[0]
    visitor = teacher_at(bench.house, book)
    raw = visitor.get(book.page)
    ours = bench.turns(lambda: visitor.get(book.page))
    beside = bench.beside_y3(ours)
    singles = beside.singles
    p50, p95 = statistics.median(singles), measure.percentile(singles, 0.95)
    asked = asked_by(bench.house, lambda: visitor.get(book.page))
    small = found[-1]
    of_small = teacher_at(bench.house, small)
    asked_small = asked_by(bench.house, lambda: of_small.get(small.page))
    size = {"pupils": len(book.pupils), "columns": len(book.columns), **_small_yardsticks(bench, book), **beside.cpu}
    return [
        Figure(PAGE, "p50_by_y3", beside.ratio, beside.samples, "ms p50 of a round", size),
        Figure(PAGE, "p95_by_p50", p95 / p50, measure.rounded(singles), "ms of one page", {"p50": p50, "p95": p95}),
        Figure(PAGE, "bytes_raw", len(raw), unit="bytes"),
        Figure(PAGE, "statements_of_view", len(asked.view), more={"asked": asked.as_dict()}),
        Figure(PAGE, "statements_of_frame", len(asked.frame), more={"asked": asked.as_dict()}),
        Figure(
            PAGE,
            "statements_small_class",
            asked_small.total - asked.total,
            more={"pupils": [len(book.pupils), len(small.pupils)], "statements": [asked.total, asked_small.total]},
        ),
        _eight_clients(bench, book),
    ]


def _small_yardsticks(bench: Bench, book: BenchBook) -> dict[str, list[float]]:
    """Y1 and Y2 of the same minute, in milliseconds, for orientation."""
    y1, y2 = bench.yardsticks.y1(book), bench.yardsticks.y2()
    turns = range(bench.turns_a_round)
    return {"y1_ms": measure.rounded(y1() for _ in turns), "y2_ms": measure.rounded(y2() for _ in turns)}


def _eight_clients(bench: Bench, book: BenchBook) -> Figure:
    session = bench.house.session(book.teacher_id, desk_of(book))

    def maker() -> Work:
        visitor = Visitor(bench.house.port, f"mt_phien={session}")
        return lambda: _ignore(visitor.get(book.page))

    def pages_a_second(clients: int) -> Callable[[], float]:
        return lambda: sum(map(len, together([maker] * clients, bench.seconds))) / bench.seconds

    samples = measure.alternate(bench.rounds, one=pages_a_second(1), eight=pages_a_second(CLIENTS))
    return Figure(PAGE, "pages_8_clients_by_1", measure.ratio(samples, "eight", "one"), samples, "pages/s")


def save(bench: Bench) -> list[Figure]:
    book = books(bench.house)[0]
    visitor = teacher_at(bench.house, book)
    one_column = book.columns[:1]
    for column in book.columns:
        book.look(visitor, [column])
    beside = bench.beside_y3(bench.turns(lambda: book.save(visitor, book.pupils, one_column)))
    before = _evidence(bench, book)
    asked = asked_by(bench.house, lambda: book.save(visitor, book.pupils, one_column))
    after = _evidence(bench, book)
    saves = after["entries"] - before["entries"]
    whole = (
        after["history"] - before["history"] == saves * len(book.pupils)
        and saves == after["version"] - before["version"]
    )
    whole = whole and saves == after["facts"] - before["facts"]
    block = asked_by(bench.house, lambda: book.save(visitor, book.pupils, book.columns))
    block_ms = measure.milliseconds(lambda: book.save(visitor, book.pupils, book.columns), bench.rounds)
    size = {"marks": len(book.pupils), "p95_ms": round(measure.percentile(beside.singles, 0.95), 2), **beside.cpu}
    cells = {"marks": len(book.pupils) * len(book.columns), "ms": measure.rounded(block_ms)}
    return [
        Figure(SAVE, "p50_by_y3", beside.ratio, beside.samples, "ms p50 of a round", size),
        Figure(SAVE, "statements", asked.total, more={"asked": asked.as_dict()}),
        Figure(SAVE, "commits", asked.commits),
        Figure(SAVE, "evidence", int(whole), more={"before": before, "after": after}),
        Figure(SAVE, "block_commits", block.commits, more=cells | {"asked": block.as_dict()}),
    ]


def _evidence(bench: Bench, book: BenchBook) -> dict[str, int]:
    """Rows of history and audit of this book, its version, and how many facts were ever published."""
    row = bench.house.rows(
        "SELECT (SELECT count(*) FROM gradebook_markhistory WHERE school_year = %(year)s AND school_id = %(school)s"
        " AND class_id = %(class)s AND subject = %(subject)s AND slot = %(term)s AND kind = 'score'),"
        " (SELECT count(*) FROM audit_entry WHERE school_id = %(school)s AND action = 'gradebook.marks_entered'"
        " AND object_id = %(book)s::text), (SELECT version FROM gradebook_markbook WHERE id = %(book)s),"
        " (SELECT last_value FROM events_outbox_id_seq)",
        {
            "year": book.school_year,
            "school": book.school_id,
            "class": book.class_id,
            "subject": book.subject,
            "term": book.term,
            "book": book.id,
        },
    )[0]
    return {"history": row[0], "entries": row[1], "version": row[2], "facts": row[3]}


def _ignore(answer: object) -> None:
    """A work gives nothing back."""
