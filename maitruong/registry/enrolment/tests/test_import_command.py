"""The command for machines."""

from __future__ import annotations

import io
import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from maitruong.foundation.exchange import work
from maitruong.foundation.exchange.models import ImportBatch
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.identity.models import Account
from maitruong.foundation.organisations.models import Unit
from maitruong.foundation.people.models import Person
from tests import factories as make

from .lists import HEADER, ONE, THREE, TWO


def command(*arguments: str) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    code = 0
    try:
        call_command("import", *arguments, "--json", stdout=out)
    except SystemExit as end:
        code = int(end.code or 0)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_machines_check_and_import_by_the_same_services(clerk: Client, place: SimpleNamespace, tmp_path: Path) -> None:
    code_of_school = Unit.objects.get(pk=place.school).code
    login = Account.objects.get(person_id=clerk.scope.actor_id).login  # type: ignore[attr-defined]
    path = str(plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE, TWO, THREE]))
    arguments = ["students", path, "--school", code_of_school, "--as", login]

    dry, told = command(*arguments, "--dry-run")
    assert (dry, told[-1]["checked"]["new"]) == (0, 3)
    assert [line["problem"]["code"] for line in told if "problem" in line] == [
        "student.birth_date_not_whole",
        "personal_id.missing",
    ]
    with make.as_system():
        assert not Person._base_manager.filter(full_name="Nông Đức Dũng").exists()
        assert not ImportBatch._base_manager.exists()
    first, told = command(*arguments)
    assert (first, told[-1]["imported"]) == (0, {"new": 3, "changed": 0, "same": 0, "refused": 0})
    second, told = command(*arguments)
    assert (second, told[-1]["imported"]) == (0, {"new": 0, "changed": 0, "same": 3, "refused": 0})


def test_machines_are_told_of_hidden_rows(clerk: Client, place: SimpleNamespace, tmp_path: Path) -> None:
    school = Unit.objects.get(pk=place.school).code
    login = Account.objects.get(person_id=clerk.scope.actor_id).login  # type: ignore[attr-defined]
    path = plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE, TWO])
    book = openpyxl.load_workbook(path)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(path)

    _, told = command("students", str(path), "--school", school, "--as", login, "--dry-run")

    assert [line["hidden_rows"] for line in told if "hidden_rows" in line] == [
        "Trang tính có 1 dòng đang bị ẩn (dòng 3), vẫn được đọc như các dòng khác."
    ]


def test_command_refuses_rows_files_and_people_by_exit_code(
    clerk: Client, place: SimpleNamespace, tmp_path: Path
) -> None:
    school = Unit.objects.get(pk=place.school).code
    login = Account.objects.get(person_id=clerk.scope.actor_id).login  # type: ignore[attr-defined]
    wrong = plain_workbook(tmp_path / "w.xlsx", [HEADER, [*ONE[:2], "31/02/2013", *ONE[3:]]])
    (tmp_path / "page.xlsx").write_bytes(b"<html></html>")

    assert command("students", str(wrong), "--school", school, "--as", login)[0] == 1
    code, told = command("students", str(tmp_path / "page.xlsx"), "--school", school, "--as", login)
    assert (code, told[-1]["refused"]["code"]) == (1, "exchange.html_not_sheet")
    for who, where in (("khong-ai", school), (login, "KHONG-CO"), (login, Unit.objects.get(pk=place.neighbour).code)):
        code, told = command("students", str(wrong), "--school", where, "--as", who)
        assert (code, told[-1]["refused"]["code"]) == (1, "exchange.not_your_office")
    with pytest.raises(CommandError) as caught:
        command("students", str(tmp_path / "khong-co.xlsx"), "--school", school, "--as", login)
    assert caught.value.returncode == 2


def test_command_that_breaks_says_so_and_leaves_a_list_that_can_be_taken_back(
    clerk: Client, place: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    school = Unit.objects.get(pk=place.school).code
    login = Account.objects.get(person_id=clerk.scope.actor_id).login  # type: ignore[attr-defined]
    monkeypatch.setattr(work, "_keep_rows", lambda *_: 1 / 0)

    path = plain_workbook(tmp_path / "list.xlsx", [HEADER, ONE])
    code, told = command("students", str(path), "--school", school, "--as", login)

    assert (code, told[-1]) == (2, {"broken": {"what": "ZeroDivisionError"}})
    with make.as_system():
        assert ImportBatch._base_manager.get().state == "stopped"
        assert not Person._base_manager.filter(full_name="Nông Đức Dũng").exists()
