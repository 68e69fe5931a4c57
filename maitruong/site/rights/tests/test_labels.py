"""The audit's page speaks Vietnamese: every act the house writes has its words there."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import maitruong
from maitruong.site.rights import labels

HOUSE = Path(maitruong.__file__).parent
WRITERS = {"record", "record_many", "_record", "_record_account"}


def acts_written() -> Iterator[str]:
    """The codes given to the audit's writers anywhere in the house, as far as they stand there in full."""
    for path in HOUSE.rglob("*.py"):
        if "tests" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in WRITERS and len(node.args) > 1:
                code = node.args[1]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def test_every_act_of_the_audit_has_its_words_and_its_group() -> None:
    codes = set(acts_written())

    assert len(codes) > 40
    assert sorted(code for code in codes if labels.action_label(code) == code) == []
    assert (
        sorted(code for code in codes if not code.startswith((*labels.GROUPS, "calendar.", "schools.", "site."))) == []
    )


def test_changes_are_told_in_words_and_never_by_number() -> None:
    changes = [
        ("role", "", "clerk"),
        ("valid_from", "", "2026-11-22"),
        ("guardian", "", "71"),
        ("sha256", "", "0ab1"),
        ("class", "", "12506"),
    ]

    told, more = labels.changes_shown(changes, {71: "Nguyễn Thị Hoa"})

    assert told == ["việc: văn thư", "từ ngày: 22/11/2026", "người giám hộ: Nguyễn Thị Hoa"]
    assert more == 0


def test_long_entries_are_cut_and_say_how_much_is_left() -> None:
    told, more = labels.changes_shown([("name", "", str(n)) for n in range(7)], {})

    assert (len(told), more) == (labels.MOST_CHANGES, 7 - labels.MOST_CHANGES)
    assert labels.changes_shown([("", "", "[1, 2]"), ("", "", "[3, 4]")], {}) == (["2 ô"], 0)
