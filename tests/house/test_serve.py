"""The web server: slow clients cost nobody else anything, stopping loses nothing, limits hold (ADR 0001)."""

from __future__ import annotations

import contextlib
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tools import serve
from tools.places import CHECKOUT
from tools.processes import is_alive

UPLOADS = IDLE = 200
PAGES = 60


class Served:
    """A server process started as `./dev up` starts it, with a small program in it."""

    def __init__(self, environment: dict[str, str], largest_file: int | None = None) -> None:
        """largest_file: in bytes; a file that grows beyond fails as on a full disk."""

        def limit() -> None:
            if largest_file:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        self.listener = serve.listen("127.0.0.1", 0)
        self.port = self.listener.getsockname()[1]
        program = ["--application", "tests.house.a_wsgi_program:application"]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tools.serve", "--fd", str(self.listener.fileno()), *program],
            env=os.environ | {"PYTHONPATH": str(CHECKOUT)} | environment,
            pass_fds=[self.listener.fileno()],
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=limit,
        )
        self.listener.close()

    def get(self, path: str = "/", headers: dict[str, str] | None = None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        with contextlib.closing(connection):
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()

    def open(self, text: str = "") -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(text.encode())
        return connection

    def workers(self) -> set[int]:
        """The processes that answer, found by asking."""
        return {int(self.get()[1]) for _ in range(40)}

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)
        if self.process.stderr:
            self.process.stderr.close()


StartServer = Callable[..., Served]


@pytest.fixture
def start_server() -> Iterator[StartServer]:
    started: list[Served] = []

    def start(largest_file: int | None = None, **environment: str) -> Served:
        started.append(Served(environment, largest_file))
        return started[-1]

    yield start
    for served in started:
        served.end()


def p95_of_pages(served: Served) -> float:
    """Seconds within which 95 of 100 pages come, each on a connection of its own."""
    times = []
    for _ in range(PAGES):
        began = time.perf_counter()
        assert served.get("/page")[0] == 200
        times.append(time.perf_counter() - began)
    return sorted(times)[int(PAGES * 0.95)]


@contextlib.contextmanager
def held_slow_clients(served: Served) -> Iterator[list[socket.socket]]:
    """200 uploads of one byte a second and 200 connections that say nothing."""
    uploads = [served.open("POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n") for _ in range(UPLOADS)]
    idle = [served.open() for _ in range(IDLE)]
    stop = threading.Event()

    def trickle() -> None:
        pause = 1 / len(uploads)
        while not stop.is_set():
            for upload in uploads:
                upload.sendall(b"x")
                if stop.wait(pause):
                    return

    thread = threading.Thread(target=trickle)
    thread.start()
    try:
        yield [*uploads, *idle]
    finally:
        stop.set()
        thread.join()
        for connection in (*uploads, *idle):
            connection.close()


def test_slow_uploads_and_idle_connections_do_not_slow_a_page(start_server: StartServer) -> None:
    served = start_server()
    served.workers()
    ratios = []

    for _ in range(3):  # the machine may be busy with other things; a server that waits for bodies fails every time
        quiet = p95_of_pages(served)
        with held_slow_clients(served) as clients:
            held = p95_of_pages(served)
            still_open = [client for client in clients if not is_closed(client)]
        ratios.append(held / quiet)
        if ratios[-1] <= 3:
            break

    assert len(still_open) == UPLOADS + IDLE
    assert min(ratios) <= 3, ratios


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def test_a_body_arrives_whole(start_server: StartServer) -> None:
    served = start_server()
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)

    connection.request("POST", "/body", body=b"x" * 3_000_000)

    assert connection.getresponse().read() == b"3000000"
    connection.close()


def test_a_body_far_over_the_limit_is_refused_at_its_header(start_server: StartServer) -> None:
    served = start_server()

    with served.open(
        f"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: {10 * serve.LONGEST_BODY_BYTES}\r\n\r\n"
    ) as client:
        answer = client.recv(100)

    assert answer.startswith(b"HTTP/1.1 413")


def test_headers_over_the_limit_are_refused(start_server: StartServer) -> None:
    served = start_server()

    with served.open("GET / HTTP/1.1\r\nX: " + "x" * serve.LONGEST_HEADER_BYTES + "\r\n\r\n") as client:
        answer = client.recv(100)

    assert b" 431 " in answer.splitlines()[0]


def test_a_request_that_trickles_for_ever_is_given_up_and_a_steady_one_is_not() -> None:
    channel = object.__new__(serve.Channel)
    channel.request_began, channel.request_bytes = 1000.0, 120

    assert not channel.is_too_slow(1059)
    assert channel.is_too_slow(1061)

    channel.request_bytes = 20 * serve.MB
    assert not channel.is_too_slow(1000 + 3600)


def test_stopping_finishes_what_was_begun_and_refuses_what_comes(start_server: StartServer) -> None:
    served = start_server()
    served.workers()
    with served.open("GET /slow?seconds=1.5 HTTP/1.1\r\nHost: x\r\n\r\n") as client:
        time.sleep(0.3)

        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        answer = client.recv(1000)

        assert answer.startswith(b"HTTP/1.1 200")
    assert served.process.wait(20) == 0
    assert time.monotonic() - began < 10
    with pytest.raises(ConnectionRefusedError):
        served.get()


def test_an_idle_connection_does_not_delay_the_stop(start_server: StartServer) -> None:
    served = start_server()
    served.workers()
    with served.open():
        began = time.monotonic()
        served.process.send_signal(signal.SIGTERM)
        served.process.wait(20)

        assert time.monotonic() - began < 5


def test_both_processes_serve_and_a_killed_one_is_started_again(start_server: StartServer) -> None:
    served = start_server()
    deadline = time.monotonic() + 20
    while len(before := served.workers()) < serve.PROCESSES and time.monotonic() < deadline:
        threads = [threading.Thread(target=served.get, args=["/slow?seconds=0.2"]) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    children = {
        int(pid) for pid in Path(f"/proc/{served.process.pid}/task/{served.process.pid}/children").read_text().split()
    }
    assert len(children) == serve.PROCESSES
    assert before <= children

    killed = children.pop()
    os.kill(killed, signal.SIGKILL)

    assert served.process.stderr is not None
    assert f"web process {killed} ended (-9)" in served.process.stderr.readline()
    assert served.get()[0] == 200


def test_children_end_with_a_killed_parent(start_server: StartServer) -> None:
    served = start_server()
    workers = served.workers()

    served.process.kill()
    served.process.wait()

    deadline = time.monotonic() + 10
    while any(map(is_alive, workers)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(is_alive, workers))


NEVER_READY = """
import os, sys, time
from tools import serve
class Child:
    def __init__(self, *known):
        print(os.getpid(), flush=True)
        time.sleep(120)
serve.Child = Child
serve.Parent(None, serve.listen("127.0.0.1", 0), 1, 1).run()
"""


def test_a_child_that_does_not_listen_yet_ends_with_a_killed_parent_too() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", NEVER_READY], cwd=CHECKOUT, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
        parent.wait()

        deadline = time.monotonic() + 10
        while is_alive(child) and time.monotonic() < deadline:
            time.sleep(0.05)
        alive = is_alive(child)
        if alive:
            os.kill(child, signal.SIGKILL)
        assert not alive


def test_forwarded_headers_count_from_the_named_proxy_only(start_server: StartServer) -> None:
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}

    assert start_server().get("/scheme", forged)[1] == b"http "
    assert start_server(MT_TRUSTED_PROXY="127.0.0.1").get("/scheme", forged)[1].startswith(b"https")


def answer_to(served: Served, length: int, *, piece: int = 65536) -> tuple[int, str]:
    """What a browser sees that sends a whole body before it listens."""
    connection = served.open(f"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n")
    with contextlib.closing(connection):
        for sent in range(0, length, piece):
            connection.sendall(b"x" * min(piece, length - sent))
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return answer.status, answer.read().decode()


def test_a_full_disk_under_an_upload_is_told_in_words_and_the_server_goes_on(start_server: StartServer) -> None:
    served = start_server(largest_file=700_000)

    status, page = answer_to(served, 3_000_000)

    assert status == 507
    assert "Máy chủ đang hết chỗ" in page and "báo quản trị hệ thống" in page and "Traceback" not in page
    assert answer_to(served, 300_000) == (200, "300000") and served.get()[0] == 200


def test_an_upload_that_is_too_long_is_told_in_words_how_much_is_taken(start_server: StartServer) -> None:
    served = start_server()

    status, page = answer_to(served, serve.LONGEST_BODY_BYTES + 1)

    assert status == 413
    assert "lớn hơn 64 MB" in page and "Chia danh sách" in page


class Task:
    """A request that tells which thread answered it, and may wait there."""

    def __init__(self, told: list[int], until: threading.Event | None = None) -> None:
        self.told, self.until = told, until
        self.done = threading.Event()

    def service(self) -> None:
        self.told.append(threading.get_ident())
        if self.until:
            self.until.wait(30)
        self.done.set()

    def cancel(self) -> None:
        raise AssertionError("nothing is cancelled here")


def _rests(dispatcher: serve.Dispatcher, busy: int = 0) -> None:
    """Until all threads wait for work but so many."""
    deadline = time.monotonic() + 30
    while dispatcher.active_count != busy and time.monotonic() < deadline:
        time.sleep(0.001)
    assert dispatcher.active_count == busy


def test_one_visitor_after_the_other_meets_the_same_thread_and_its_warm_connection() -> None:
    dispatcher, told = serve.Dispatcher(8), []
    for _ in range(20):
        _rests(dispatcher)
        task = Task(told)
        dispatcher.add_task(task)
        assert task.done.wait(30)
    dispatcher.shutdown()

    assert len(told) == 20 and len(set(told)) == 1


def test_visitors_at_the_same_time_meet_a_thread_each_and_the_last_to_rest_is_asked_again() -> None:
    dispatcher, told, go_on = serve.Dispatcher(3), [], threading.Event()
    _rests(dispatcher)
    waiting = [Task(told, go_on) for _ in range(3)]
    for busy, task in enumerate(waiting, 1):
        dispatcher.add_task(task)
        _rests(dispatcher, busy)
    queued = Task(told)
    dispatcher.add_task(queued)
    go_on.set()
    assert all(task.done.wait(30) for task in (*waiting, queued))
    _rests(dispatcher)
    after = Task(told)
    dispatcher.add_task(after)
    assert after.done.wait(30)
    dispatcher.shutdown()

    assert len(set(told[:3])) == 3 and set(told) == set(told[:3])


def test_who_comes_beside_a_short_request_waits_for_it_and_meets_its_thread() -> None:
    dispatcher, told, go_on = serve.Dispatcher(4, patience=30), [], threading.Event()
    _rests(dispatcher)
    first, second, third = Task(told, go_on), Task(told), Task(told)
    dispatcher.add_task(first)
    _rests(dispatcher, busy=1)
    dispatcher.add_task(second)
    dispatcher.add_task(third)
    time.sleep(0.1)
    assert len(told) == 1

    go_on.set()
    assert all(task.done.wait(5) for task in (first, second, third))
    _rests(dispatcher, busy=0)
    after = Task(told)
    dispatcher.add_task(after)
    assert after.done.wait(5), "nobody is busy, yet it waits"
    dispatcher.shutdown()

    assert len(told) == 4 and len(set(told[:3])) == 1


def test_a_thread_that_only_looked_whether_somebody_waits_too_long_is_not_the_next_to_be_asked() -> None:
    dispatcher, told = serve.Dispatcher(4, patience=1), []
    _rests(dispatcher)
    for _ in range(2):
        go_on = threading.Event()
        first, second = Task(told, go_on), Task(told)
        dispatcher.add_task(first)
        _rests(dispatcher, busy=1)
        # Another thread wakes, sees that the first has been busy for so short a time, and looks again later.
        dispatcher.add_task(second)
        go_on.set()
        assert first.done.wait(5) and second.done.wait(5)
        time.sleep(1.1)
        _rests(dispatcher)
    dispatcher.shutdown()

    assert len(set(told)) == 1


def test_who_comes_beside_a_long_request_is_answered_meanwhile() -> None:
    dispatcher, told, go_on = serve.Dispatcher(4, patience=0.2), [], threading.Event()
    _rests(dispatcher)
    long, short, another = Task(told, go_on), Task(told), Task(told)
    dispatcher.add_task(long)
    dispatcher.add_task(short)
    dispatcher.add_task(another)

    assert short.done.wait(5) and another.done.wait(5)
    assert not long.done.is_set()
    go_on.set()
    dispatcher.shutdown()


def test_a_request_that_breaks_down_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Task):
        def service(self) -> None:
            super().service()
            raise SystemExit("wrong")

    dispatcher, told = serve.Dispatcher(2, patience=30), []
    _rests(dispatcher)
    tasks = [Broken(told), Task(told), Broken(told), Task(told)]
    for task in tasks:
        dispatcher.add_task(task)

    assert all(task.done.wait(5) for task in tasks)
    _rests(dispatcher)
    dispatcher.shutdown()
    assert caplog.text.count("SystemExit") >= 2
