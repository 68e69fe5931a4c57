"""A teacher who saves marks without pause, one or a whole column, and keeps every receipt; what got no answer is asked again, under
the same id."""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

CSRF = "f" * 32
COLUMNS = ("tx1", "tx2", "gk", "ck")
VALUES = ("4", "5,5", "6,5", "7", "8,5", "9", "10")
"""As the book shows them: a value unlike the text that stands there is a change."""


class Cell(NamedTuple):
    pupil: int
    column: str
    old: str | None
    new: str


@dataclass(frozen=True)
class Receipt:
    """The cells of one request, which the server said it saved."""

    request_id: str
    cells: tuple[Cell, ...]


@dataclass
class Teacher:
    """Alone at one book. unanswered: how often a request had to be asked again; strange: answers that should not be."""

    port: int
    book: int
    pupils: list[int]
    session: str
    chance: random.Random
    receipts: list[Receipt] = field(default_factory=list)
    unanswered: int = 0
    strange: list[str] = field(default_factory=list)
    shown: dict[tuple[int, str], str] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def begin(self) -> None:
        self.thread = threading.Thread(target=self._work, daemon=True)
        self.thread.start()

    def end(self, seconds: float) -> None:
        """Finish the save in hand, whatever it takes, and stop."""
        self.stop.set()
        assert self.thread
        self.thread.join(seconds)
        assert not self.thread.is_alive(), "a save was never answered"

    def _work(self) -> None:
        number = 0
        while not self.stop.is_set() and not self.strange:
            number += 1
            self._save(f"nhan-{self.book}-{number:06}")

    def _save(self, request_id: str) -> None:
        column = self.chance.choice(COLUMNS)
        pupils = self.chance.choice([self.pupils, [self.chance.choice(self.pupils)]])
        wanted = [self._change(pupil, column) for pupil in pupils]
        given = [
            {"row": str(cell.pupil), "column": column, "value": cell.new, "saw": cell.old or ""} for cell in wanted
        ]
        answer = self._until_answered({"request_id": request_id, "cells": given})
        if answer is None:
            return
        told = [(int(cell["row"]), cell["column"], cell["value"], cell["state"]) for cell in answer["cells"]]
        if told != [(cell.pupil, column, cell.new, "saved") for cell in wanted]:
            self.strange.append(f"{request_id}: {told}")
            return
        self.shown |= {(cell.pupil, column): cell.new for cell in wanted}
        self.receipts.append(Receipt(request_id, tuple(wanted)))

    def _change(self, pupil: int, column: str) -> Cell:
        saw = self.shown.get((pupil, column))
        return Cell(pupil, column, saw, self.chance.choice([value for value in VALUES if value != saw]))

    def _until_answered(self, given: dict[str, Any]) -> dict[str, Any] | None:
        body = json.dumps(given).encode()
        while not self.strange:
            status, content = self._ask(body)
            if status == 200:
                answer: dict[str, Any] = json.loads(content)
                return answer
            if status and status < 500:
                self.strange.append(f"{given['request_id']}: {status} {content[:200]!r}")
            self.unanswered += 1
            time.sleep(0.1)
        return None

    def _ask(self, body: bytes) -> tuple[int, bytes]:
        """Status and body, or 0 when no answer came."""
        headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": CSRF,
            "Cookie": f"mt_phien={self.session}; mt_csrf={CSRF}",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", f"/so-diem/{self.book}/diem/", body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()
