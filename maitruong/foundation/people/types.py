"""What crosses this wall about people."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class PersonRef:
    id: int
    full_name: str
    born_on: dt.date | None
    sex: str


@dataclass(frozen=True)
class Particulars:
    """Everything written about one human, without any number in full."""

    id: int
    full_name: str
    born_on: dt.date | None
    born_precision: str
    sex: str
    ethnic_group: str
    nationality: str
    birthplace: str
    residence: str
    phone: str
    email: str
    version: int
    merged_into_id: int | None = None
    frozen_since: dt.datetime | None = None


@dataclass(frozen=True)
class Identifier:
    """An external number; `masked` shows the first and last three digits only."""

    id: int
    scheme: str
    masked: str
    verified: bool
    source: str


@dataclass(frozen=True)
class Two:
    """Two rows that are one human: `kept` goes on, `absorbed` stays behind with its history. unit_id: where `kept` is now."""

    kept: int
    absorbed: int
    unit_id: int
    on: dt.date


@dataclass(frozen=True)
class MergeRow:
    """One merge as its page shows it. undone_at: None while it stands."""

    id: int
    kept: int
    absorbed: int
    at: dt.datetime
    by: int | None
    why: str
    undone_at: dt.datetime | None
    undone_by: int | None
    undone_why: str
