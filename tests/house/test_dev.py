"""`./dev`: its environment, its locks, its words when something is missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import checks, locks
from tools.places import CHECKOUT

DEV = str(CHECKOUT / "dev")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MT_VENV")}
    return subprocess.run(
        [sys.executable, DEV, *arguments], env=kept | environment, capture_output=True, text=True, check=False
    )


def test_a_missing_python3_venv_is_named_with_the_apt_line(tmp_path: Path) -> None:
    (tmp_path / "ensurepip.py").write_text("raise ImportError('Debian took it out')")

    done = run("up", MT_VENV=str(tmp_path / "venv"), PYTHONPATH=str(tmp_path))

    assert done.returncode == 2
    assert "python3-venv is missing." in done.stderr
    assert "sudo apt-get install python3-venv" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_warm_environment_is_taken_without_a_look_at_any_package(tmp_path: Path) -> None:
    """With a stamp that fits, `dev` goes straight to the Python of the environment."""
    dev: dict[str, object] = {"__name__": "dev", "__file__": DEV}
    exec(compile(Path(DEV).read_text(), DEV, "exec"), dev)  # noqa: S102 - it has no .py name to import it by
    venv = tmp_path / "venv" / "bin"
    venv.mkdir(parents=True)
    (venv / "python").write_text('#!/bin/sh\necho "$@"\n')
    (venv / "python").chmod(0o755)
    stamp = f'{{"set": "run", "locks": "{dev["locks_hash"]()}"}}'  # type: ignore[operator]
    (tmp_path / "venv" / "maitruong.json").write_text(stamp)

    done = run("seed", "small", MT_VENV=str(tmp_path / "venv"))

    assert done.stdout == "-m tools.commands seed small\n"


def test_help_lists_the_commands() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.commands"],
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)}, capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert set(re.findall(r"^\./dev ([a-z-]+)", done.stdout, re.MULTILINE)) >= {"up", "test", "check", "backup", "lock"}


@pytest.mark.parametrize("name", sorted(locks.LOCKS))
def test_a_lock_pins_every_package_by_hash_and_names_no_host(name: str) -> None:
    lines = (CHECKOUT / "requirements" / name).read_text().splitlines()
    packages = [line for line in lines if line and line[0] not in " #"]

    assert packages
    assert not [line for line in lines if "://" in line]
    assert all(re.match(r"[\w.-]+(\[[\w,-]+\])?==[\w.+!]+( ; .*)? \\$", line) for line in packages)
    for number, line in enumerate(lines):
        if line in packages:
            assert "--hash=sha256:" in lines[number + 1]


def test_the_tests_run_on_the_very_versions_that_are_delivered() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (CHECKOUT / "requirements" / name).read_text()
        return dict(re.findall(r"^([\w.-]+)(?:\[.*\])?==(\S+)", text, re.MULTILINE))

    assert pins("run.txt").items() <= pins("dev.txt").items()


def test_every_package_asked_for_is_in_its_lock() -> None:
    for lock, (source, _) in locks.LOCKS.items():
        asked = re.findall(r"^([A-Za-z][\w.-]*)", (CHECKOUT / "requirements" / source).read_text(), re.MULTILINE)
        locked = (CHECKOUT / "requirements" / lock).read_text().lower()
        missing = [name for name in asked if f"\n{name.lower().replace('_', '-')}==" not in f"\n{locked}"]
        assert missing == [], f"run ./dev lock: {lock} lacks {missing}"


def test_the_check_of_places_finds_a_folder_of_somebodys_machine() -> None:
    assert checks.FOREIGN_PATH.search("see /home/lan/project for it")
    assert checks.FOREIGN_PATH.search('open("/root/secret")')
    assert not checks.FOREIGN_PATH.search("data lie in /var/lib/maitruong and /tmp/x")
    assert not checks.FOREIGN_PATH.search('path("/hoc-sinh/home/x")')
    assert checks.places() == ""


def test_an_only_half_named_server_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.commands", "migrate"],
        env={**os.environ, "PYTHONPATH": str(CHECKOUT), "MT_OWNER_URL": "postgresql://x@/y", "MT_APP_URL": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 2
    assert "Only MT_OWNER_URL is set." in done.stderr


def test_every_command_of_the_project_stands_in_the_page_of_doors_for_machines() -> None:
    page = (CHECKOUT / "docs/machine.md").read_text()
    inner = {"worker", "secure-rows"}  # started by `./dev up` and by each migration
    names = {
        path.stem.replace("_", "-") for path in (CHECKOUT / "maitruong").glob("*/**/management/commands/[a-z]*.py")
    }

    assert names >= {"import", "verify", "seed"}
    assert {name for name in names - inner if not re.search(rf"\./dev {name}\b", page)} == set()
