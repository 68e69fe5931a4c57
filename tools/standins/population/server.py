"""`./dev stand-in population --port 8900 --people people.csv [--data file] [--fault slow --seconds 3]`.

POST /v1/match asks; POST /control/fault {"fault": "down", "seconds": 3} switches a fault while it runs; GET /control/asked tells
who asked. Port 0 takes a free one; the first line it prints names it.
"""

from __future__ import annotations

import argparse
import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tools.standins.population.faults import FAULTS, spoil
from tools.standins.population.register import Register

MOST_AT_ONCE = 500
LONGEST_QUESTION = 1_000_000


class StandIn(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, register: Register, fault: str = "none", seconds: float = 3.0) -> None:
        super().__init__(("127.0.0.1", port), Doors)
        self.register = register
        self.fault = fault
        self.seconds = seconds


class Doors(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        if self.path == "/control/asked":
            self._answer(200, self.server.register.asked())
        else:
            self._answer(404, {"error": "no such door"})

    def do_POST(self) -> None:
        body = self._body()
        if body is None:
            self._answer(400, {"error": "not a question"})
        elif self.path == "/control/fault":
            self._switch(body)
        elif self.path == "/v1/match":
            self._match(body)
        else:
            self._answer(404, {"error": "no such door"})

    def _switch(self, body: dict[str, Any]) -> None:
        if body.get("fault") not in FAULTS:
            self._answer(400, {"error": "no such fault", "faults": FAULTS})
            return
        self.server.fault = body["fault"]
        self.server.seconds = float(body.get("seconds", self.server.seconds))
        self._answer(200, {"fault": self.server.fault})

    def _match(self, body: dict[str, Any]) -> None:
        fault = self.server.fault
        if fault == "down":
            self.close_connection = True
            return
        if fault == "slow":
            time.sleep(self.server.seconds)
        people, told = body.get("people"), [body.get(name) for name in ("transaction", "user", "purpose")]
        if not all(isinstance(value, str) and value for value in told) or not isinstance(people, list):
            self._answer(400, {"error": "transaction, user, purpose and people are needed"})
            return
        if len(people) > MOST_AT_ONCE:
            self._answer(413, {"error": "too many people"})
            return
        transaction, user, purpose = (str(value) for value in told)
        answer = {
            "transaction": transaction,
            "register_transaction": self.server.register.note(transaction, user, purpose, len(people)),
            "answers": [self.server.register.find(str(person["number"])) for person in people],
        }
        self._answer(200, spoil(fault, answer))

    def _body(self) -> dict[str, Any] | None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= LONGEST_QUESTION:
            return None
        try:
            body = json.loads(self.rfile.read(length))
        except ValueError:
            return None
        return body if isinstance(body, dict) else None

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: questions are about people."""


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev stand-in population")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--people", type=Path, help="CSV: number, full_name, born_on, sex, deceased")
    parser.add_argument("--data", type=Path, help="SQLite file to keep (none: in memory)")
    parser.add_argument("--fault", choices=FAULTS, default="none")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long `slow` waits")
    options = parser.parse_args(arguments)
    register = Register(options.data or ":memory:")
    known = register.fill(options.people) if options.people else 0
    server = StandIn(options.port, register, options.fault, options.seconds)
    print(f"population stand-in on port {server.server_address[1]}, {known} people taken in", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0
