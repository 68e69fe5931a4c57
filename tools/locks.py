"""`./dev lock`: compile requirements/*.in into hashed lists that name no host."""

from __future__ import annotations

import os
import subprocess

from tools.places import CHECKOUT
from tools.trouble import Trouble

FOLDER = CHECKOUT / "requirements"
HEADER = "# Made by ./dev lock from {source}; every file of every package by its hash, no address.\n"
LOCKS = {
    "run.txt": ("run.in", []),
    "dev.txt": ("dev.in", ["-c", "run.txt"]),
    "bench.txt": ("bench.in", ["-c", "run.txt"]),
    "uv.txt": ("uv.in", []),
}
"""Target → source and further arguments; the tests run on the very versions that are delivered."""


def lock(*, upgrade: bool = False) -> None:
    """Write the locks again, keeping what is pinned unless `upgrade`."""
    for target, (source, arguments) in LOCKS.items():
        options = ["--universal", "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-emit-index-url"]
        command = ["uv", "pip", "compile", "--quiet", *options, *(["--upgrade"] if upgrade else []), *arguments]
        done = subprocess.run(
            [*command, "-o", target, source],
            cwd=FOLDER,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Trouble(f"{source} cannot be resolved: {done.stderr.strip()}")
        text = (FOLDER / target).read_text()
        header = HEADER.format(source=source)
        (FOLDER / target).write_text(text if text.startswith(header) else header + text)
        print(f"requirements/{target}: {text.count('==')} packages")


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": f"{os.environ.get('MT_VENV', '')}/bin:{os.environ['PATH']}"}
