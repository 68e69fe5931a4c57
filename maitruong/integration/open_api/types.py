"""What crosses the wall: a client as pages show it, and what a family is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

_PURL: Final = "https://purl.imsglobal.org/spec/or/v1p2/scope/"
ROSTER: Final = f"{_PURL}roster.readonly"
CORE: Final = f"{_PURL}roster-core.readonly"
DEMOGRAPHICS: Final = f"{_PURL}roster-demographics.readonly"
SCOPES: Final = {
    CORE: "Trường, lớp, giáo viên, học sinh trong lớp (tối thiểu)",
    ROSTER: "Như trên, hỏi được theo từng trường, từng lớp",
    DEMOGRAPHICS: "Ngày sinh, giới tính của học sinh",
}

READ: Final = "open_api.read"
"""The one verb of a machine's scope. No role carries it: only a client's token does."""


@dataclass(frozen=True)
class Given:
    """A client's secret, at the only moment it can be read."""

    client_id: int
    key: str
    secret: str


@dataclass(frozen=True)
class Visit:
    """A client took people's data of a school on a day."""

    day: dt.date
    school_id: int
    client: str
    purpose: str
    basis: str
    what: str
