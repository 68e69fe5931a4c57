"""Where things lie: the checkout, its state folder, and places another user of this machine can read."""

from __future__ import annotations

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]

LARGEST_LOG_BYTES = 20 * 1024 * 1024
SHARED_PLACES = Path("/var/lib/maitruong-embedded")
"""Only root uses it: for binaries and data that the database's own user could not reach inside a private checkout."""


def var() -> Path:
    """The state folder of this installation: `MT_VAR`, by default `<checkout>/var`."""
    return Path(os.environ.get("MT_VAR") or CHECKOUT / "var").absolute()


def start_new_log(log: Path) -> None:
    """Put a log aside that has grown large; one older is kept."""
    if log.exists() and log.stat().st_size > LARGEST_LOG_BYTES:
        log.replace(log.with_suffix(".old.log"))


def key_of(path: Path) -> str:
    """A short name for a folder, the same each time."""
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class Person:
    """The operating system's user a process runs as."""

    uid: int
    gid: int

    @property
    def is_me(self) -> bool:
        return self.uid == os.geteuid()

    def popen_arguments(self) -> dict[str, object]:
        """What `subprocess` needs to run a child as this user."""
        return {} if self.is_me else {"user": self.uid, "group": self.gid, "extra_groups": []}

    @classmethod
    def named(cls, name: str) -> Person:
        entry = pwd.getpwnam(name)
        return cls(entry.pw_uid, entry.pw_gid)

    @classmethod
    def me(cls) -> Person:
        return cls(os.geteuid(), os.getegid())


def can_reach(path: Path, person: Person) -> bool:
    """Whether this user may search every folder from the root down to `path` (which itself may not exist yet)."""
    if person.is_me or person.uid == 0:
        return True
    return all(_may_search(folder, person) for folder in (*reversed(path.parents), path) if folder.is_dir())


def _may_search(folder: Path, person: Person) -> bool:
    status = folder.stat()
    if status.st_uid == person.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == person.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)
