"""The steady work of the worker forgets what nobody may use any more, as it is wired: not only as functions."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connections

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.files import services as files
from maitruong.foundation.files.models import StoredFile
from maitruong.foundation.files.stores import FolderStore
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity.models import OneTimeLink, Session, SignInTry
from maitruong.foundation.jobs import pulse
from maitruong.foundation.kernel import clock
from tests import factories as make

LATER = clock.now() + dt.timedelta(days=60)
PDF = b"%PDF-1.7\nhet han"


def beat(name: str) -> pulse.Beat:
    return next(found for found in pulse._beats if found.name == name)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FolderStore]:
    store = FolderStore(tmp_path)
    monkeypatch.setattr(files, "store", lambda: store)
    yield store


def keep(kept_until: dt.date | None, data: bytes = PDF) -> str:
    with make.as_system() as scope:
        return files.keep(
            scope,
            school_id=1,
            data=data,
            media_type="application/pdf",
            name="a.pdf",
            purpose="test",
            kept_until=kept_until,
        ).sha256


@pytest.mark.django_db
def test_guesses_links_and_sessions_of_the_past_are_forgotten_and_living_ones_stay(client) -> None:
    school = make.a_school(make.a_commune(make.a_department()))
    account = make.a_principal(school)
    client.force_login(account)
    identity.make_link(account)
    SignInTry.objects.create(key="k")

    do = beat("guesses, links and sessions of the past").do
    assert do() == 0
    with clock.standing_still(LATER):
        assert do() == 3

    assert not SignInTry.objects.exists() and not OneTimeLink.objects.exists() and not Session.objects.exists()


@pytest.mark.django_db
def test_files_past_their_day_are_forgotten_with_their_bytes(folder: FolderStore) -> None:
    late, lasting = keep(dt.date(2026, 1, 1)), keep(None, PDF + b"2")

    assert beat("files past their day").do() == 1

    with make.as_system() as scope:
        assert [row.sha256 for row in StoredFile.objects.visible_to(scope, "")] == [lasting]
    assert folder.get(lasting) and folder.get(late) is None


@pytest.mark.django_db
def test_bytes_another_row_still_names_stay(folder: FolderStore) -> None:
    name = keep(dt.date(2026, 1, 1))
    keep(None)

    assert beat("files past their day").do() == 1
    assert folder.get(name) == PDF


@pytest.mark.django_db(transaction=True)
def test_who_keeps_the_same_bytes_at_that_moment_does_not_lose_them(folder: FolderStore) -> None:
    name = keep(dt.date(2026, 1, 1))
    done = threading.Event()

    def again() -> None:
        keep(None)
        done.set()
        connections.close_all()

    with unit_of_work(make.SYSTEM):
        files.remove_expired(make.SYSTEM)
        other = threading.Thread(target=again)
        other.start()
        assert not done.wait(0.5)
    other.join(10)

    assert done.is_set() and folder.get(name) == PDF
