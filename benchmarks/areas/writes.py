"""One audited mark a request, many writers at once, against a bare commit of a 1 KB row by pgbench.

The service is asked as the web server asks it: as many processes, each with its dispatcher. Between the two stands what the act's
statements cost by themselves: sent again, with no framework and no rules.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from typing import Any

import psycopg

from benchmarks import measure
from benchmarks.books import BenchBook, a_request_id, books, desk_of, of_different_schools, scope_of
from benchmarks.clients import LightVisitor, Work, as_served, together
from benchmarks.installation import Installation
from benchmarks.run import Bench
from benchmarks.targets import Figure, NotRun
from tools import binaries, roles

AREA = "audited_write"
CLIENTS = 8
SCHOOLS = 20
DATABASE = "bench_limit"
_INSERT = "INSERT INTO bench_commit (body) VALUES (repeat('x', 1000));\n"


def run(bench: Bench) -> list[Figure]:
    found = of_different_schools(books(bench.house), SCHOOLS)
    if len(found) < CLIENTS:
        raise NotRun(f"{CLIENTS} writers need as many classes; the data have {len(found)}")
    bare = bare_commits(bench.house, bench.seconds)
    http = [over_http(bench.house, book) for book in found[:CLIENTS]]
    service = [by_service(bench.house, book) for book in found[:CLIENTS]]
    statements = [by_statements(bench.house, book) for book in found[:CLIENTS]]

    def a_second(work: Callable[..., list[list[float]]], makers: list[Callable[[], Work]]) -> Callable[[], float]:
        return lambda: round(sum(map(len, work(makers, bench.seconds))) / bench.seconds, 1)

    samples = measure.alternate(
        bench.rounds,
        bare=bare,
        http=a_second(together, http),
        service=a_second(as_served, service),
        statements=a_second(as_served, statements),
    )
    schools = len({book.school_id for book in found[:CLIENTS]})
    alone = measure.ratio(samples, "statements", "bare")
    more = {"clients": CLIENTS, "schools": schools, "statements_alone_by_bare": alone}
    figures = [
        Figure(AREA, "http_by_bare", measure.ratio(samples, "http", "bare"), samples, "a second", more),
        Figure(AREA, "service_by_bare", measure.ratio(samples, "service", "bare"), samples, "a second", more),
    ]
    twenty = list({book.school_id: book for book in found}.values())
    if len(twenty) < SCHOOLS:
        bench.notes["audited_write.schools_by_one"] = (
            f"the data have {len(twenty)} schools with books of marks, not {SCHOOLS}"
        )
        return figures
    many = [by_service(bench.house, book) for book in twenty]
    browsers = [over_http(bench.house, book) for book in twenty]
    compared = measure.alternate(
        bench.rounds,
        one=a_second(as_served, many[:1]),
        schools=a_second(as_served, many),
        one_http=a_second(together, browsers[:1]),
        schools_http=a_second(together, browsers),
    )
    value = measure.ratio(compared, "schools", "one")
    more = {"schools": len(twenty), "http": measure.ratio(compared, "schools_http", "one_http")}
    return [*figures, Figure(AREA, "schools_by_one", value, compared, "a second", more)]


def bare_commits(house: Installation, seconds: float) -> Callable[[], float]:
    """Commits a second of 8 clients, each a 1 KB row, in a database beside ours on the same server."""
    with house.superuser("postgres") as db:
        db.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        db.execute(f"CREATE DATABASE {DATABASE}")
    with house.superuser(DATABASE) as db:
        db.execute("CREATE TABLE bench_commit (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body text)")
    script = house.folder / "commit.sql"
    script.write_text(_INSERT)
    address, _ = roles.for_a_program(house.running.url(DATABASE, "postgres"))
    program = [binaries.find().program("pgbench"), "-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2"]
    command = [*program, "-T", str(max(1, round(seconds))), "-f", str(script), address]

    def once() -> float:
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return round(float(next(line.split()[2] for line in said.splitlines() if line.startswith("tps ="))), 1)

    return once


def over_http(house: Installation, book: BenchBook) -> Callable[[], Work]:
    session = house.session(book.teacher_id, desk_of(book))
    cell = (book.pupils[0], book.columns[0])

    def maker() -> Work:
        visitor = LightVisitor(house.port, f"mt_phien={session}")
        book.look(visitor, [cell[1]])
        return lambda: book.save(visitor, [cell[0]], [cell[1]])

    return maker


def by_service(house: Installation, book: BenchBook) -> Callable[[], Work]:
    """The same act by the service alone: the rights read once, one unit of work a mark."""

    def maker() -> Work:
        from django.db import connections

        from maitruong.assessment.gradebook import services
        from maitruong.assessment.gradebook.types import Cell
        from maitruong.foundation.access.services import unit_of_work

        connections["default"].connection = None  # the parent's is not ours to use or to close
        scope = scope_of(book)

        def work() -> None:
            cells = [
                Cell(int(cell["row"]), cell["column"], cell["value"], cell["saw"])
                for cell in book.cells(book.pupils[:1], book.columns[:1])
            ]
            with unit_of_work(scope):
                saved = services.enter_marks(scope, book_id=book.id, cells=cells, request_id=a_request_id())
            states = book.learn({"cells": saved.cells})
            if set(states) - {"saved", "conflict"}:
                raise RuntimeError(f"book {book.id}: {states}")

        work()  # learns what stands there
        return work

    return maker


def by_statements(house: Installation, book: BenchBook) -> Callable[[], Work]:
    """The statements of one such act, sent again and again by a client that does nothing else. Each writes the next version."""
    act = by_service(house, book)

    def maker() -> Work:
        from django.db import connection

        from maitruong.foundation.access.services import begin_statement

        sent: list[tuple[str, dict[str, Any]]] = []

        def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            sent.append((sql, params))
            return execute(sql, params, many, context)

        work = act()
        with connection.execute_wrapper(note):
            work()
        lock, read, write = sent
        begin = begin_statement(scope_of(book)).encode()
        values = dict(write[1])

        def again() -> None:
            values.update(version=values["version"] + 1, seen=values["seen"] + 1, request=a_request_id())
            connection.ensure_connection()
            server = connection.connection
            cursor = psycopg.Cursor(server)
            server.pgconn.exec_(begin)
            for sql, params in (lock, read, (write[0], values)):
                row = cursor.execute(sql, params).fetchone()  # type: ignore[arg-type]
            server.pgconn.exec_(b"COMMIT")
            if row is None or row[1] != 1:
                raise RuntimeError(f"book {book.id}: the statements wrote nothing")

        return again

    return maker
