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


@dataclass(frozen=True)
class Identifier:
    """An external number; `masked` shows the first and last three digits only."""

    id: int
    scheme: str
    masked: str
    verified: bool
    source: str
