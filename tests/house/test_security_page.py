"""docs/security.md names the test of every bad input; it may name none that is gone, and leave out none of the list."""

from __future__ import annotations

import ast
import re

from tools.places import CHECKOUT

PAGE = CHECKOUT / "docs" / "security.md"
LIST = (
    "zip bomb",
    "macro file",
    "XML entities",
    "spreadsheet formula",
    "HTML or SVG as photo",
    "forged Host",
    "sign-in by GET",
    "session fixed before sign-in",
    "password guesses spread over all web workers",
    "personal number in any URL",
    "personal number in a log line",
    "personal number in a referrer",
    "page visible by Back after sign-out",
    "replaying a signature request for another teacher's block",
)


def rows() -> dict[str, list[tuple[str, str]]]:
    """What is sent → the tests that hold it, as (file, name)."""
    cells = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("|")]
    return {row[0].strip(): re.findall(r"`([\w/.]+\.py)::(\w+)`", row[-1]) for row in cells}


def test_every_bad_input_of_the_list_has_a_line_with_a_test() -> None:
    found = rows()

    assert {name for name in LIST if not found.get(name)} == set()


def test_every_test_the_page_names_exists() -> None:
    named = {pair for tests in rows().values() for pair in tests}
    there = {
        (path, node.name)
        for path in {path for path, _ in named if (CHECKOUT / path).exists()}
        for node in ast.walk(ast.parse((CHECKOUT / path).read_text()))
        if isinstance(node, ast.FunctionDef)
    }

    assert len(named) > 25 and named - there == set()
