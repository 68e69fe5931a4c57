"""`./dev stand-in ministry --port 8910 --key FILE [--fault drop_answer] [--seconds 3]`.

POST /v1/batches takes a batch in; POST /v1/summary and /v1/records tell what is held. POST /control/fault {"fault", "seconds", "seed",
"reject": [...], "poison": [...]} switches faults while it runs; POST /control/lose and /control/plant {"record_id"} take a record out
or make one up; GET /control/state tells counts. --key: the sender's public key as `./dev exchange key` prints it. Port 0 takes a free one.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
import uuid
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tools.standins.ministry.faults import FAULTS, Trouble
from tools.standins.ministry.schema import DATASETS, problem_of
from tools.standins.ministry.seal import is_sealed
from tools.standins.ministry.store import Kept, Store, canonical

MOST_RECORDS = 500
LONGEST_BATCH = 5_000_000
LONGEST_ID = 150


class StandIn(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, key: dict[str, Any], trouble: Trouble) -> None:
        super().__init__(("127.0.0.1", port), Doors)
        self.key = key
        self.store = Store()
        self.trouble = trouble
        self.late: list[dict[str, Any]] = []

    def take_in(self, batch: dict[str, Any], records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Judge record by record, keep the good ones, tell of each."""
        told = []
        for record in records:
            said: dict[str, Any] = {"record_id": record["record_id"], "version": record.get("version")}
            found = problem_of(batch["dataset"], record)
            if any(fnmatchcase(record["record_id"], pattern) for pattern in self.trouble.reject):
                found = ("BUSINESS", "full_name", "thông tin không khớp với dữ liệu dân cư")
            if found:
                said |= {"status": "REJECTED", "code": found[0], "field": found[1], "message": found[2]}
            else:
                said["status"] = self.store.put(batch["dataset"], batch["school_year"], record)
            told.append(said)
        return told

    def take_in_late(self) -> None:
        late, self.late = self.late, []
        for batch in late:
            records = list(batch["records"])
            self.trouble.dice.shuffle(records)
            self.take_in(batch, records)


class Doors(BaseHTTPRequestHandler):
    server: StandIn

    def do_GET(self) -> None:
        if self.path != "/control/state":
            self._answer(404, {"error": "no such door"})
            return
        store = self.server.store
        with store.lock:
            alive = [one for one in store.kept.values() if one.hash]
            told = {
                "batches": store.batches,
                "alive": len(alive),
                "cancelled": len(store.kept) - len(alive),
                "versions": {record_id: one.version for (_, record_id), one in store.kept.items()},
                "applied": {record_id: one.applied for (_, record_id), one in store.kept.items()},
            }
        self._answer(200, told)

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if not 0 < length <= LONGEST_BATCH:
            self._answer(400, {"error": "not a message"})
            return
        raw = self.rfile.read(length)
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if not isinstance(body, dict):
            self._answer(400, {"error": "not a message"})
        elif self.path.startswith("/control/"):
            self._control(body)
        elif self.path == "/v1/batches":
            self._batch(raw, body)
        elif self.path in ("/v1/summary", "/v1/records"):
            self._question(raw, body)
        else:
            self._answer(404, {"error": "no such door"})

    def _batch(self, raw: bytes, batch: dict[str, Any]) -> None:
        server, fault = self.server, self.server.trouble.draw()
        server.store.batches += 1
        if fault in ("drop_request", "down", "nonsense") and self._spoilt(fault, batch):
            return
        refused = self._refused(raw, batch)
        if refused:
            status = 413 if refused[0] == "TOO_LARGE" else 422
            self._answer(
                status, {"batch_id": batch.get("batch_id"), "refused": {"code": refused[0], "message": refused[1]}}
            )
            return
        records = batch["records"]
        if fault == "reorder":
            server.late.append(batch)
            self.close_connection = True
            return
        if fault == "half":
            server.take_in(batch, records[: len(records) // 2])
            self.close_connection = True
            return
        if fault == "forgets":
            told = [
                {"record_id": one["record_id"], "version": one["version"], "status": "ACCEPTED"} for one in records[::3]
            ] + server.take_in(batch, [one for at, one in enumerate(records) if at % 3])
        else:
            told = server.take_in(batch, records)
        server.take_in_late()
        if fault == "double":
            told += server.take_in(batch, records)
        if fault == "delay":
            time.sleep(server.trouble.seconds)
        if fault == "partial":
            told = told[: len(told) // 2]
        if fault == "drop_answer":
            self.close_connection = True
            return
        batch_id = str(uuid.uuid4()) if fault == "other_batch" else batch["batch_id"]
        self._answer(200, {"batch_id": batch_id, "receipt": str(uuid.uuid4()), "results": told})

    def _spoilt(self, fault: str, batch: dict[str, Any]) -> bool:
        if fault == "drop_request":
            self.close_connection = True
        elif fault == "down":
            self._answer(500, {"error": "down"})
        else:
            self._answer(200, {"batch_id": batch.get("batch_id"), "results": "ACCEPTED", "ok": True})
        return True

    def _refused(self, raw: bytes, batch: dict[str, Any]) -> tuple[str, str] | None:
        """Why a batch is refused as a whole."""
        if not is_sealed(self.server.key, raw, self.headers.get("X-JWS-Signature", "")):
            return "SIGNATURE", "chữ ký không đúng"
        records = batch.get("records")
        if not all(
            isinstance(batch.get(name), str) and batch[name]
            for name in ("batch_id", "sender_code", "period", "sent_at")
        ):
            return "FORMAT", "thiếu thông tin phong bì"
        if (
            batch.get("dataset") not in DATASETS
            or type(batch.get("school_year")) is not int
            or not isinstance(records, list)
        ):
            return "FORMAT", "thiếu thông tin phong bì"
        if len(records) > MOST_RECORDS:
            return "TOO_LARGE", f"nhiều hơn {MOST_RECORDS} bản ghi"
        if hashlib.sha256(canonical(records)).hexdigest() != batch.get("sha256"):
            return "HASH", "mã băm không khớp"
        ids = [record.get("record_id") if isinstance(record, dict) else None for record in records]
        if not records or not all(isinstance(one, str) and 0 < len(one) <= LONGEST_ID for one in ids):
            return "BATCH_INVALID", "bản ghi không có mã"
        if len(set(ids)) < len(ids):
            return "BATCH_INVALID", "một mã xuất hiện hai lần"
        if any(fnmatchcase(str(one), pattern) for pattern in self.server.trouble.poison for one in ids):
            return "BATCH_INVALID", "gói có bản ghi không đọc được"
        return None

    def _question(self, raw: bytes, asked: dict[str, Any]) -> None:
        dataset, year, school = asked.get("dataset"), asked.get("school_year"), asked.get("school_code")
        if not is_sealed(self.server.key, raw, self.headers.get("X-JWS-Signature", "")) or dataset not in DATASETS:
            self._answer(403, {"error": "not sealed by whom it says"})
            return
        told: dict[str, Any] = {"dataset": dataset, "school_year": year}
        if self.path == "/v1/summary":
            told["schools"] = self.server.store.summary(str(dataset), int(year or 0))
        else:
            told |= {
                "school_code": school,
                "records": self.server.store.records(str(dataset), int(year or 0), str(school)),
            }
        self._answer(200, told)

    def _control(self, body: dict[str, Any]) -> None:
        server = self.server
        if self.path == "/control/fault":
            if body.get("fault", "none") not in FAULTS:
                self._answer(400, {"error": "no such fault", "faults": FAULTS})
                return
            server.trouble = Trouble(
                body.get("fault", "none"),
                float(body.get("seconds", 3.0)),
                tuple(body.get("reject", ())),
                tuple(body.get("poison", ())),
                random.Random(body.get("seed")),
            )
        elif self.path == "/control/lose":
            with server.store.lock:
                for key in [key for key in server.store.kept if body["record_id"] in key[1]]:
                    del server.store.kept[key]
        elif self.path == "/control/plant":
            made_up = Kept(body["dataset"], body["school_year"], body["school_code"], 7, "0" * 64)
            with server.store.lock:
                server.store.kept[(body["dataset"], body["record_id"])] = made_up
        self._answer(200, {"fault": server.trouble.fault})

    def _answer(self, status: int, body: Any) -> None:
        text = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing: batches are about people."""


def run(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev stand-in ministry")
    parser.add_argument("--port", type=int, default=8910)
    parser.add_argument(
        "--key", type=Path, required=True, help="the sender's public key (JWK), as ./dev exchange key prints it"
    )
    parser.add_argument("--fault", choices=FAULTS, default="none")
    parser.add_argument("--seconds", type=float, default=3.0, help="how long `delay` waits")
    options = parser.parse_args(arguments)
    server = StandIn(options.port, json.loads(options.key.read_text()), Trouble(options.fault, options.seconds))
    print(f"ministry stand-in on port {server.server_address[1]}, {len(DATASETS)} datasets", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        return 0
    return 0
