"""The web server process: waitress, several processes on one listening socket, bodies read before Python (ADR 0001).

    python -m tools.serve --port 8000            binds 127.0.0.1:8000
    python -m tools.serve --fd 3                 serves an inherited listening socket

The parent imports the application once, forks, starts dead children again with a growing pause, and on SIGTERM lets
them finish. A child stops accepting, answers what it has, closes what is idle, and ends.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from waitress import wasyncore
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ThreadedTaskDispatcher

from tools.processes import die_with_parent
from tools.uploads import Parser

DEFAULT_APPLICATION = "maitruong.site.wsgi:application"
PROCESSES = 3
THREADS = 4
"""Threads of one process wait for each other's turn in Python, so a process answers one request at a time (see `Dispatcher`). Three
keep two cores busy while some of them wait for the database; a fourth takes more from the caches than it gives."""
MB = 1024 * 1024
OBJECTS_BETWEEN_LOOKS = 20_000
"""So many new objects until Python looks for garbage among them; a page makes some thousands, and nearly all are gone with it."""
LONGEST_BODY_BYTES = 64 * MB
LONGEST_HEADER_BYTES = 32 * 1024
PATIENCE_BETWEEN_REQUESTS_SECONDS = 0.025
"""A page takes a tenth to a half of it. Who comes after one that takes longer is answered beside it."""
IDLE_SECONDS = 75
"""A connection on which nothing moves; longer than a browser keeps one, shorter than a reverse proxy gives up."""
CONNECTIONS = 2000
PATIENCE_SECONDS = 60
SLOWEST_BYTES_PER_SECOND = 1024
"""A request may take 60 s, and more only if it keeps coming at 1 KB/s on average: a phone in the hills, no trickle."""
FINISH_SECONDS = 30
STOPS = (signal.SIGTERM, signal.SIGINT)
LONGEST_PAUSE_SECONDS = 15.0


class Channel(HTTPChannel):
    """A connection that notices requests which will never be complete."""

    parser_class = Parser
    request_began: float | None = None
    request_bytes = 0

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.request_began, self.request_bytes = time.time(), 0
        self.request_bytes += len(data)
        going_on: bool = super().received(data)
        if self.request is None:
            self.request_began = None
        elif self.is_too_slow(time.time()):
            self.will_close = True
        return going_on

    def is_too_slow(self, now: float) -> bool:
        if self.request_began is None:
            return False
        return now - self.request_began > PATIENCE_SECONDS + self.request_bytes / SLOWEST_BYTES_PER_SECOND

    @property
    def is_busy(self) -> bool:
        """Whether a client is still owed something."""
        return bool(self.requests or self.total_outbufs_len or self.request)


class _Resting:
    """Threads with nothing to do. Wakes the one whose last request ended last, whatever it was woken for since."""

    def __init__(self, lock: threading.Lock) -> None:
        self.lock = lock
        self.calls: dict[int, threading.Condition] = {}
        self.ended: dict[int, float] = {}

    def wait(self, thread_no: int, seconds: float | None) -> None:
        self.calls[thread_no] = call = threading.Condition(self.lock)
        call.wait(seconds)
        self.calls.pop(thread_no, None)

    def notify(self) -> None:
        if self.calls:
            self.calls.pop(max(self.calls, key=lambda thread_no: self.ended.get(thread_no, 0.0))).notify()

    def notify_all(self) -> None:
        while self.calls:
            self.notify()


class Dispatcher(ThreadedTaskDispatcher):
    """Answers one request at a time, by the thread that rested the shortest, and another beside it when that one takes long.

    A thread has its own connection to the database, and a connection learns: plans, catalogues. Taken in turns, as the library
    does, a quiet server has every page planned as often as it has threads, each time a person waits. On a busy one all of them
    were under way at once, each waiting for its turn in Python, and what one had brought into the processor's caches the next
    drove out again.
    """

    def __init__(self, threads: int, patience: float = PATIENCE_BETWEEN_REQUESTS_SECONDS) -> None:
        super().__init__()
        self.patience = patience
        self.begun: dict[int, float] = {}
        """Thread → when its request began."""
        self.watched = False
        """Whether a thread waits for the moment when the next request need not wait any longer."""
        self.queue_cv = _Resting(self.lock)
        self.set_thread_count(threads)

    def add_task(self, task: Any) -> None:
        with self.lock:
            self.queue.append(task)
            if not self.watched or self._left() <= 0:
                self.queue_cv.notify()

    def handler_thread(self, thread_no: int) -> None:
        while (task := self._next_task(thread_no)) is not None:
            try:
                task.service()
            except BaseException:
                self.logger.exception("Exception when servicing %r", task)
            with self.lock:
                del self.begun[thread_no]
                self.queue_cv.ended[thread_no] = time.monotonic()

    def _next_task(self, thread_no: int) -> Any:
        """Waits for it; None when the thread is to end."""
        with self.lock:
            while not self.stop_count:
                left = self._left()
                if self.queue and left <= 0:
                    self.begun[thread_no] = time.monotonic()
                    if len(self.queue) > 1 and not self.watched:
                        self.queue_cv.notify()  # somebody has to look after the others
                    return self.queue.popleft()
                self._rest(thread_no, left if self.queue and not self.watched else None)
            self.active_count -= 1
            self.stop_count -= 1
            self.threads.discard(thread_no)
            self.thread_exit_cv.notify()
            return None

    def _left(self) -> float:
        """Seconds until the youngest request under way has taken long."""
        return max(self.begun.values(), default=-self.patience) + self.patience - time.monotonic()

    def _rest(self, thread_no: int, watch: float | None) -> None:
        self.watched |= watch is not None
        self.active_count -= 1
        self.queue_cv.wait(thread_no, watch)
        self.active_count += 1
        if watch is not None:
            self.watched = False


class Child:
    """One serving process."""

    def __init__(self, application: Callable[..., Any], listener: socket.socket, threads: int) -> None:
        self.stopping = False
        self.server: Any = create_server(
            application,
            _dispatcher=Dispatcher(threads),
            sockets=[listener],
            threads=threads,
            asyncore_use_poll=True,  # select stops at descriptor 1024
            backlog=1024,
            connection_limit=CONNECTIONS,
            channel_timeout=IDLE_SECONDS,
            cleanup_interval=5,
            max_request_body_size=LONGEST_BODY_BYTES,
            max_request_header_size=LONGEST_HEADER_BYTES,
            outbuf_high_watermark=64 * MB,
            ident=None,
            expose_tracebacks=False,
            **_proxy_settings(),
        )
        self.server.channel_class = Channel
        self._look_at_all = self.server.maintenance
        self.server.maintenance = self._maintenance

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to hear
        while not self.stopping:
            wasyncore.loop(timeout=1, map=self.server._map, use_poll=True, count=1)
        self._finish()

    def stop(self, sign: int, frame: FrameType | None) -> None:
        self.stopping = True
        self.server.pull_trigger()

    def _finish(self) -> None:
        """Leave the listening socket to the others, answer what is begun, close what is idle."""
        self.server.accepting = False
        self.server.del_channel()
        deadline = time.monotonic() + FINISH_SECONDS
        channels = self.server.active_channels
        while time.monotonic() < deadline:
            for channel in list(channels.values()):
                if not channel.is_busy:
                    channel.will_close = True
            if not channels:
                break
            wasyncore.loop(timeout=0.2, map=self.server._map, use_poll=True, count=1)
        self.server.task_dispatcher.shutdown(timeout=1)

    def _maintenance(self, now: float) -> None:
        self._look_at_all(now)
        for channel in self.server.active_channels.values():
            if channel.is_too_slow(now):
                channel.will_close = True


def _proxy_settings() -> dict[str, Any]:
    """Forwarded headers count only from the proxy named by MT_TRUSTED_PROXY; from anybody else they are taken off."""
    proxy = os.environ.get("MT_TRUSTED_PROXY")
    if not proxy:
        return {"clear_untrusted_proxy_headers": True}
    return {
        "trusted_proxy": proxy,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


class Parent:
    """Keeps the wanted number of children alive until told to stop."""

    def __init__(self, application: Callable[..., Any], listener: socket.socket, processes: int, threads: int) -> None:
        self.application, self.listener, self.processes, self.threads = application, listener, processes, threads
        self.children: dict[int, float] = {}
        self.stopping = False

    def run(self) -> None:
        for sign in STOPS:
            signal.signal(sign, self.stop)
        pause = 0.5
        while len(self.children) < self.processes and not self.stopping:
            self._fork()
        while not self.stopping:
            pid, status = self._wait()
            if pid == 0 or self.stopping:
                continue
            lived = time.monotonic() - self.children.pop(pid, 0.0)
            pause = 0.5 if lived > 60 else min(pause * 2, LONGEST_PAUSE_SECONDS)
            how = os.waitstatus_to_exitcode(status)
            say(f"web process {pid} ended ({how}); another starts in {pause:.1f} s")
            self._sleep(pause)
            if not self.stopping:
                self._fork()
        self._stop_children()

    def stop(self, sign: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _fork(self) -> None:
        parent = os.getpid()
        # A child that is told to stop before it can listen ends at once; with our own handler it would only note it, and stay.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
        pid = os.fork()
        if pid:
            self.children[pid] = time.monotonic()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            return
        status = 1
        try:
            for sign in STOPS:
                signal.signal(sign, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPS)
            die_with_parent(parent)
            Child(self.application, self.listener, self.threads).run()
            status = 0
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)

    def _wait(self) -> tuple[int, int]:
        """The next child that ended, or 0; comes back often enough to notice that we should stop."""
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            time.sleep(0.1)
        return pid, status

    def _sleep(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not self.stopping:
            time.sleep(0.1)

    def _stop_children(self) -> None:
        self.listener.close()
        for pid in self.children:
            os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + FINISH_SECONDS + 5
        while self.children and time.monotonic() < deadline:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            self.children.pop(pid, None)
            time.sleep(0.02)
        for pid in self.children:
            os.kill(pid, signal.SIGKILL)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; raises OSError when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(1024)
    return listener


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.serve")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--fd", type=int, help="an inherited listening socket, instead of host and port")
    parser.add_argument("--processes", type=int, default=PROCESSES)
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.add_argument("--application", default=DEFAULT_APPLICATION, metavar="MODULE:NAME")
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    listener = socket.socket(fileno=options.fd) if options.fd is not None else listen(options.host, options.port)
    listener.setblocking(False)
    module, _, name = options.application.partition(":")
    application = getattr(importlib.import_module(module), name)
    _forget_connections()
    # What was imported stays for ever. Looking through it again for garbage would make some visitor of each process wait, and
    # copy memory that the processes share.
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_LOOKS, *gc.get_threshold()[1:])
    Parent(application, listener, options.processes, options.threads).run()
    return 0


def _forget_connections() -> None:
    """A database connection made while importing must not be shared by the children."""
    django_db = sys.modules.get("django.db")
    if django_db is not None:
        django_db.connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
