"""The suite says what it did not run, and does not pass for complete when a tool was missing."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools import packages
from tools.places import CHECKOUT

TESTS = {
    "passes": "def test_passes(): pass",
    "tool": "import pytest\n@pytest.mark.tools('xmlsec1', 'no-such-program')\ndef test_tool(): pass",
    "skips": "import pytest\ndef test_skips(): pytest.skip('not today')",
    "fails": "def test_fails(): assert False",
}


def run(folder: Path, *names: str, options: tuple[str, ...] = (), **environment: str) -> tuple[int, list[str]]:
    """Exit code and lines of a suite made of the named tests."""
    outer = {name: value for name, value in os.environ.items() if name != "MT_ALL_MUST_RUN"}
    for name in names:
        (folder / f"test_{name}.py").write_text(TESTS[name])
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-c",
            str(CHECKOUT / "pyproject.toml"),
            "--rootdir",
            str(folder),
            *options,
            str(folder),
        ],
        cwd=CHECKOUT,
        env={**outer, "PYTHONPATH": str(CHECKOUT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout.splitlines()


def test_a_complete_run_says_so(tmp_path: Path) -> None:
    code, lines = run(tmp_path, "passes")

    assert code == 0
    assert lines[-2] == "not run: 0"
    assert "1 passed" in lines[-1]


def test_a_missing_tool_gives_code_three_the_apt_line_and_the_count(tmp_path: Path) -> None:
    code, lines = run(tmp_path, "passes", "tool")

    assert code == 3
    assert "not run: 1" in lines
    assert any("sudo apt-get install" in line and "no-such-program" in line for line in lines)


def test_a_failure_outweighs_a_missing_tool(tmp_path: Path) -> None:
    code, _ = run(tmp_path, "fails", "tool")

    assert code == 1


def test_where_all_must_run_any_skip_is_a_failure(tmp_path: Path) -> None:
    assert run(tmp_path, "passes", "skips")[0] == 0
    assert run(tmp_path, "passes", "skips", MT_ALL_MUST_RUN="1")[0] == 1


@pytest.mark.parametrize("options", [(), ("-n", "2")])
def test_tests_not_come_to_are_counted(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, lines = run(tmp_path, "fails", "passes", "skips", options=("-x", "-p", "no:randomly", *options))

    assert code != 0
    counted = int(next(line for line in lines if line.startswith("not run:")).split()[-1])
    reached = sum(int(number) for number in re.findall(r"(\d+) (?:passed|failed)", lines[-1]))
    assert counted == 3 - reached


def test_programs_are_named_by_their_package() -> None:
    assert packages.programs()["pdfsig"] == "poppler-utils"
    assert packages.apt_command(["pdfsig", "pdftoppm", "chromium"]) == "sudo apt-get install chromium poppler-utils"
