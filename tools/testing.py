"""`./dev test`: everything without arguments, or what pytest is told; says what was not run."""

from __future__ import annotations

import os
import subprocess
import sys

from tools import packages
from tools.places import CHECKOUT

EXIT_NOT_ALL_RUN = 3
MOST_PROCESSES = 4


def run(arguments: list[str]) -> int:
    """Exit code of pytest, or 3 when all that ran passed but Debian packages were missing for the rest."""
    missing = packages.install_missing()
    command = [sys.executable, "-m", "pytest", *_in_parallel(arguments), *arguments]
    code = subprocess.run(command, cwd=CHECKOUT, env=_environment(), check=False).returncode
    if missing and code == EXIT_NOT_ALL_RUN:
        print(f"Not every test was run. Install what they need: {packages.apt_command(missing)}", file=sys.stderr)
    return code


def _in_parallel(arguments: list[str]) -> list[str]:
    """The whole suite uses every core; a part of it starts quicker in one process."""
    processes = min(os.cpu_count() or 1, MOST_PROCESSES)
    if arguments or processes == 1:
        return []
    # pytest_house puts the long files first; left to itself, xdist begins with those of the most tests.
    return ["-n", str(processes), "--dist", "loadfile", "--no-loadscope-reorder"]


def _environment() -> dict[str, str]:
    # A server named for real work must never see a test; the suite has its own.
    kept = {name: value for name, value in os.environ.items() if name not in ("MT_OWNER_URL", "MT_APP_URL")}
    return kept | {"PYTHONPATH": str(CHECKOUT)}
