"""`./dev check`: format, lint, types, import contracts, locks, names of machines, Django's checks, migrations."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable

from tools.places import CHECKOUT

PYTHON_FILES = ["maitruong", "tools", "tests", "benchmarks", "conftest.py", "dev"]
ADDRESS = re.compile("://")
FOREIGN_PATH = re.compile(r"(?<![\w.$~/{}-])/(home|root|work|Users|opt|mnt)/[\w.-]+")
"""A folder of somebody's machine. Paths of a system (`/var/lib`, `/tmp`, `/usr/bin`) are facts, not places of ours."""
MAY_NAME_PATHS = re.compile(r"^deploy/|(^|/)tests/|^docs/runbook.md$")


def run(arguments: list[str]) -> int:
    """Run all checks and say which failed. 0 when none did."""
    failed = [name for name, ok in ((name, _timed(name, check)) for name, check in CHECKS.items()) if not ok]
    print(
        f"{len(CHECKS) - len(failed)} of {len(CHECKS)} checks passed"
        + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def _timed(name: str, check: Callable[[], str]) -> bool:
    began = time.monotonic()
    said = check()
    print(f"{'ok    ' if not said else 'FAILED'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
    if said:
        print(said.rstrip(), flush=True)
    return not said


def _program(*command: str, environment: dict[str, str] | None = None) -> str:
    """What a program said if it failed, else nothing."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)} | (environment or {}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return (done.stdout or f"exit code {done.returncode}") if done.returncode else ""


def _existing(paths: list[str]) -> list[str]:
    return [path for path in paths if (CHECKOUT / path).exists()]


def format_() -> str:
    return _program("ruff", "format", "--check", *_existing(PYTHON_FILES))


def lint() -> str:
    return _program("ruff", "check", *_existing(PYTHON_FILES))


def types() -> str:
    return _program("mypy")


def contracts() -> str:
    return _program("tools.lint_imports")


def django() -> str:
    return _with_database("check")


def migrations() -> str:
    return _with_database("makemigrations", "--check", "--dry-run")


def _with_database(*command: str) -> str:
    """Django's commands look at the database; the tests' server does, empty as it is."""
    from tools.places import var
    from tools.testbase import TestServer

    os.environ["MT_VAR"] = str(var() / "test") if "MT_TEST_PROCESS" not in os.environ else os.environ["MT_VAR"]
    os.environ.setdefault("MT_TEST_PROCESS", "check")
    server = TestServer()
    running = server.start()
    name = server.template(running, "maitruong.site.settings_test")
    environment = server.addresses(name).environment() | {"DJANGO_SETTINGS_MODULE": "maitruong.site.settings"}
    return _program("django", *command, environment=environment)


def locks() -> str:
    """The committed locks name no host, and every source has its lock."""
    folder = CHECKOUT / "requirements"
    said = [
        f"{path.relative_to(CHECKOUT)}:{number}: {line}"
        for path in sorted(folder.glob("*.txt"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if ADDRESS.search(line)
    ]
    said += [
        f"{path.name} has no lock; run ./dev lock"
        for path in folder.glob("*.in")
        if not path.with_suffix(".txt").exists()
    ]
    return "\n".join(said)


def places() -> str:
    """No committed file names a folder of somebody's machine."""
    said = []
    for name in _committed():
        if MAY_NAME_PATHS.search(name):
            continue
        try:
            text = (CHECKOUT / name).read_text()
        except (UnicodeDecodeError, OSError):
            continue
        for number, line in enumerate(text.splitlines(), 1):
            found = FOREIGN_PATH.search(line)
            if found:
                said.append(f"{name}:{number}: {found.group()}")
    return "\n".join(said)


def _committed() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return listed.stdout.splitlines()


CHECKS: dict[str, Callable[[], str]] = {
    "format": format_,
    "lint": lint,
    "types": types,
    "contracts": contracts,
    "locks": locks,
    "places": places,
    "django": django,
    "migrations": migrations,
}
