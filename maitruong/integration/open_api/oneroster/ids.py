"""sourcedId: a UUID of our own make (version 8, RFC 9562) that holds the kind of a thing and the key of its row.

The same for life, unlike any number of the person; read back without looking anything up. It opens nothing: whose rows are
shown is decided by the client's scope.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

ORG: Final = 1
SESSION: Final = 2
COURSE: Final = 3
CLASS: Final = 4
PLACE: Final = 5
LESSON: Final = 6
HOMEROOM: Final = 7
USER: Final = 8
ROLE: Final = 9

_FAMILY: Final = 0x4D540000
_HEADS: Final = {kind: f"{_FAMILY + kind:08x}-0000-8000-8000-" for kind in range(ORG, ROLE + 1)}
_SHAPE: Final = re.compile(r"4d5400([0-9a-f]{2})-([0-9a-f]{4})-8([0-9a-f]{3})-8([0-9a-f]{3})-([0-9a-f]{12})")


class Key(NamedTuple):
    """kind: one of the constants above. second: of a thing that is a pair (a class and its homeroom teacher); 0 else."""

    kind: int
    id: int
    second: int = 0


def sourced_id(kind: int, number: int, second: int = 0) -> str:
    """
    >>> sourced_id(USER, 1234)
    '4d540008-0000-8000-8000-0000000004d2'
    """
    if not second:
        return f"{_HEADS[kind]}{number:012x}"
    other = f"{second:010x}"
    return f"{_FAMILY + kind:08x}-{other[:4]}-8{other[4:7]}-8{other[7:]}-{number:012x}"


def read(text: str) -> Key | None:
    """The key inside; None for whatever we did not make."""
    found = _SHAPE.fullmatch(text)
    if found is None:
        return None
    return Key(int(found[1], 16), int(found[5], 16), int(found[2] + found[3] + found[4], 16))
