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
