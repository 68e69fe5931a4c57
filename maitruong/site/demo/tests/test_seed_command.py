"""`./dev seed` refuses a place where a province does not belong, and says what to do; nothing is touched by then."""

from __future__ import annotations

import json
from collections import namedtuple

import pytest
from django.core.management import call_command

from maitruong.site import config
from maitruong.site.management.commands import seed as command

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def no_load(monkeypatch):
    """What would have been loaded."""
    asked = []

    def load(name, **how):
        asked.append((name, str(how["scale"])))
        raise command.NotEmpty

    monkeypatch.setattr(command, "seed", load)
    return asked


def refused(capsys, *arguments):
    with pytest.raises(SystemExit) as left:
        call_command("seed", *arguments, "--json")
    assert left.value.code == 1
    return json.loads(capsys.readouterr().err.strip().splitlines()[-1])


def test_the_province_is_not_laid_into_the_checkout(monkeypatch, capsys, no_load):
    monkeypatch.setenv("MT_VAR", str(config.CHECKOUT / "var"))

    told = refused(capsys, "province", "--scale", "1/10")

    assert told["refused"] == "demo.inside_checkout"
    assert "MT_VAR" in told["remedy"]
    assert "1,5 GB" in told["text"]
    assert no_load == []


def test_whoever_says_so_may_lay_it_there_and_small_always_may(monkeypatch, capsys, no_load):
    monkeypatch.setenv("MT_VAR", str(config.CHECKOUT / "var"))
    monkeypatch.setattr(command.shutil, "disk_usage", lambda _: Usage(0, 0, 16 * 1024**3))

    refused(capsys, "province", "--here")
    refused(capsys, "small")

    assert no_load == [("province", "1"), ("small", "1")]


def test_a_disk_without_room_is_refused_before_anything_is_written(monkeypatch, capsys, tmp_path, no_load):
    monkeypatch.setenv("MT_VAR", str(tmp_path / "tinh"))
    monkeypatch.setattr(command.shutil, "disk_usage", lambda _: Usage(0, 0, 2 * 1024**3))

    told = refused(capsys, "province")

    assert told["refused"] == "demo.no_room"
    assert "còn trống 2 GB" in told["text"]
    assert no_load == []
    refused(capsys, "province", "--scale", "1/10")
    assert no_load == [("province", "1/10")]


def test_a_database_with_a_province_is_refused_with_words_of_its_own(monkeypatch, capsys, tmp_path, no_load):
    monkeypatch.setenv("MT_VAR", str(tmp_path))

    told = refused(capsys, "small")

    assert told["refused"] == "demo.not_empty"
    assert told["text"].startswith("Cơ sở dữ liệu này đã có một tỉnh")
