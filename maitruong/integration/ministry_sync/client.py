"""Speaks with the ministry's gate, and believes only what fits the question."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from maitruong.foundation.kernel.wire import NotUnderstood, exchange

from .envelope import canonical, sealed
from .settings import Gate

LARGEST_LIST = 20_000_000
LONGEST_TEXT = 300
VERDICTS = ("ACCEPTED", "REJECTED", "STALE_VERSION")
#: Refusals of a whole batch that are about one of its records. Anything else is about the line, and halving would not help.
ABOUT_A_RECORD = ("BATCH_INVALID", "TOO_LARGE")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Said:
    """What was said of one record."""

    verdict: str
    code: str = ""
    field: str = ""
    message: str = ""


@dataclass(frozen=True)
class Answer:
    """receipt and what was said record by record; or why the batch was refused as a whole."""

    receipt: str = ""
    said: dict[str, Said] | None = None
    refused: Said | None = None


@dataclass(frozen=True)
class Held:
    """What the ministry holds of one record."""

    version: int
    hash: str


def send(gate: Gate, batch_id: str, body: bytes, signature: str, sent: dict[str, int]) -> Answer:
    """Send one batch. sent: record id → version. Raises Unreachable, NotUnderstood."""
    answer = _post(gate, "/v1/batches", body, signature, {"X-Batch-Id": batch_id})
    told = answer.json()
    if not isinstance(told, dict) or told.get("batch_id") != batch_id:
        raise NotUnderstood
    if answer.status in (413, 422):
        refused = told.get("refused")
        if not isinstance(refused, dict):
            raise NotUnderstood
        return Answer(refused=Said("REFUSED", _text(refused, "code", needed=True), "", _text(refused, "message")))
    if answer.status != 200 or not isinstance(told.get("results"), list):
        raise NotUnderstood
    said: dict[str, Said] = {}
    for entry in told["results"]:
        record_id = _said_of(entry, sent)
        if record_id in said:
            raise NotUnderstood  # of which of the two would be believed?
        said[record_id] = Said(entry["status"], _text(entry, "code"), _text(entry, "field"), _text(entry, "message"))
    if said.keys() != sent.keys():
        raise NotUnderstood
    return Answer(_text(told, "receipt"), said)


def _said_of(entry: Any, sent: dict[str, int]) -> str:
    if not isinstance(entry, dict) or not isinstance(entry.get("record_id"), str):
        raise NotUnderstood
    record_id: str = entry["record_id"]
    if sent.get(record_id) != entry.get("version") or entry.get("status") not in VERDICTS:
        raise NotUnderstood
    return record_id


def summary(gate: Gate, dataset: str, school_year: int) -> dict[str, tuple[int, str]]:
    """School code → how many records the ministry holds alive, and their hash. Raises Unreachable, NotUnderstood."""
    found: dict[str, tuple[int, str]] = {}
    for row in _asked(gate, "/v1/summary", {"dataset": dataset, "school_year": school_year}, "schools"):
        code, count, digest = row.get("school_code"), row.get("count"), row.get("hash")
        if not isinstance(code, str) or type(count) is not int or not _is_hash(digest) or code in found:
            raise NotUnderstood
        found[code] = (count, str(digest))
    return found


def held(gate: Gate, dataset: str, school_year: int, school_code: str) -> dict[str, Held]:
    """Record id → what the ministry holds of it, of one school. Raises Unreachable, NotUnderstood."""
    question = {"dataset": dataset, "school_year": school_year, "school_code": school_code}
    found: dict[str, Held] = {}
    for row in _asked(gate, "/v1/records", question, "records"):
        record_id, version, digest = row.get("record_id"), row.get("version"), row.get("hash")
        if not isinstance(record_id, str) or not 0 < len(record_id) <= 150 or record_id in found:
            raise NotUnderstood
        if type(version) is not int or not 0 < version < 2**31 - 1000 or not _is_hash(digest):
            raise NotUnderstood
        found[record_id] = Held(version, str(digest))
    return found


def _asked(gate: Gate, path: str, question: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The question comes back with its answer, so that an answer to another one is not taken for it."""
    body = canonical({"sender_code": gate.sender, **question})
    answer = _post(gate, path, body, sealed(gate, body), {})
    told = answer.json()
    if answer.status != 200 or not isinstance(told, dict) or not isinstance(told.get(name), list):
        raise NotUnderstood
    if any(told.get(key) != value for key, value in question.items()):
        raise NotUnderstood
    rows: list[dict[str, Any]] = told[name]
    if not all(isinstance(row, dict) for row in rows):
        raise NotUnderstood
    return rows


def _post(gate: Gate, path: str, body: bytes, signature: str, headers: dict[str, str]) -> Any:
    return exchange(
        "POST",
        gate.address + path,
        body=body,
        headers={
            "Content-Type": "application/json",
            "X-Sender-Code": gate.sender,
            "X-JWS-Signature": signature,
            **headers,
        },
        seconds=gate.seconds,
        largest=LARGEST_LIST,
    )


def _is_hash(value: Any) -> bool:
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _text(entry: dict[str, Any], name: str, *, needed: bool = False) -> str:
    """Words of another house: at most a few lines, and nothing that is no letter."""
    value = entry.get(name) or ""
    if not isinstance(value, str) or (needed and not value):
        raise NotUnderstood
    return "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in value)[:LONGEST_TEXT].strip()
