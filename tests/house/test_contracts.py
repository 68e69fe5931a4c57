"""The import map: seen to hold, and seen to fail when a module is entered by its window."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tools.places import CHECKOUT

CONTRACT = """
[importlinter]
root_package = house
contract_types =
    front_doors: tools.contracts.FrontDoors

[importlinter:contract:doors]
name = Doors
type = front_doors
root = house
doors =
    services
    rules
open_rooms =
    ground
exempt_importers =
    house.site
"""
MODULES = ("office", "office/fees", "office/benefits", "ground", "ground/kernel", "site", "office/fees/tests")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A tiny house with two modules in one room, a ground floor, and a roof that joins them."""
    for name in ("", *MODULES):
        (tmp_path / "house" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "house" / name / "__init__.py").touch()
    for name in ("office/benefits/services", "office/benefits/models", "ground/kernel/text", "office/fees/models"):
        (tmp_path / "house" / f"{name}.py").touch()
    (tmp_path / "house/office/benefits/rules").mkdir()
    for name in ("__init__", "tt01"):
        (tmp_path / "house/office/benefits/rules" / f"{name}.py").touch()
    (tmp_path / ".importlinter").write_text(CONTRACT)
    return tmp_path


def lint(folder: Path) -> tuple[int, str]:
    """Exit code and words of import-linter on a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "tools.lint_imports"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": f"{CHECKOUT}:{folder}", "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("importer", "line"),
    [
        ("office/fees/views", "from house.office.benefits import services"),
        ("office/fees/views", "from house.office.benefits.rules import tt01"),
        ("office/fees/views", "from house.office.fees import models"),
        ("office/fees/views", "from house.ground.kernel import text"),
        ("site/wiring", "from house.office.benefits import models"),
        ("office/fees/tests/test_fees", "from house.office.benefits import models"),
        ("office/conftest", "from house.office.benefits import models"),
    ],
)
def test_doors_own_files_the_ground_the_roof_and_tests_may_be_imported(house: Path, importer: str, line: str) -> None:
    (house / "house" / f"{importer}.py").write_text(line)

    code, said = lint(house)

    assert code == 0, said
    assert "1 kept, 0 broken" in said


@pytest.mark.parametrize(
    ("line", "entered"),
    [
        ("from house.office.benefits import models", "house.office.benefits.models"),
        ("import house.office.benefits.models", "house.office.benefits.models"),
        ("def f():\n    from house.office.benefits.models import Benefit", "house.office.benefits.models"),
        ("import house.office.benefits", "house.office.benefits"),
    ],
)
def test_a_private_file_of_another_module_is_named_with_its_line(house: Path, line: str, entered: str) -> None:
    (house / "house/office/fees/views.py").write_text(line)

    code, said = lint(house)

    assert code == 1
    assert f"house.office.fees.views imports {entered} (line {line.count(chr(10)) + 1})" in said


def test_this_house_keeps_its_contracts() -> None:
    code, said = lint(CHECKOUT)

    assert code == 0, said
    assert "0 broken" in said


def test_what_is_delivered_imports_no_package_of_the_tests() -> None:
    """A package of requirements/dev.in alone is not there on a server: an import of it would stop the program."""
    listed = (CHECKOUT / "requirements/dev.in").read_text().splitlines()
    names = {re.split(r"[\[=<>~]", line)[0].replace("-", "_") for line in listed if line and not line.startswith("-")}
    delivered = [
        path
        for path in (CHECKOUT / "maitruong").rglob("*.py")
        if "tests" not in path.parts and path.name != "conftest.py"
    ]
    imported = {
        (str(path.relative_to(CHECKOUT)), name.split(".")[0])
        for path in delivered
        for node in ast.walk(ast.parse(path.read_text()))
        for name in _named(node)
    }

    assert "signxml" in names and len(delivered) > 300
    assert sorted((path, name) for path, name in imported if name in names) == []


def _named(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) and not node.level else []
