"""What is known of another house, and what it says of a human."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Endpoints:
    """Addresses from the discovery document. says_issuer: its answers name the house they come from (RFC 9207)."""

    authorization: str
    token: str
    keys: str
    says_issuer: bool


@dataclass(frozen=True)
class Identity:
    """A human as the other house says, after every check of the token.

    level: 1 or 2 of the law on identification, 0 when the house says none. number: "" unless that house has verified it.
    """

    subject: str
    number: str
    full_name: str
    born_on: dt.date | None
    level: int
