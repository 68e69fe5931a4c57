"""A classroom and its teacher; and the whole program behind a real browser, for the journeys of this module."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.test import Client

from maitruong.assessment.gradebook.tests import factories as make
from maitruong.foundation.identity.models import Account

THREADS = 4


@pytest.fixture
def room(db: None) -> make.Classroom:
    return make.a_classroom()


@pytest.fixture
def lan(room: make.Classroom) -> Account:
    """Who teaches the classroom mathematics."""
    return make.teacher_of(room)


@pytest.fixture
def site(transactional_db: None) -> Iterator[str]:
    """The address of the running program; what the test commits, it sees."""
    from waitress.server import create_server

    from maitruong.foundation.ui import assets

    assets.build(Path(settings.STATIC_ROOT))  # the static middleware lists the files once, when it starts
    server = create_server(get_wsgi_application(), host="127.0.0.1", port=0, threads=THREADS)
    runner = threading.Thread(target=server.run, daemon=True)
    runner.start()
    yield f"http://127.0.0.1:{server.effective_port}"
    server.close()
    runner.join(timeout=5)


@pytest.fixture
def complaints() -> list[str]:
    """What browsers complained about; a page opened with `visit` fails its test when this is not empty."""
    return []


@pytest.fixture
def visit(chromium: Any, site: str, complaints: list[str]) -> Iterator[Callable[..., Any]]:
    """visit(account, path, width=1366) opens a page as a person."""
    contexts = []

    def open_page(account: Account, path: str, *, width: int = 1366) -> Any:
        phone = width < 768
        context = chromium.new_context(
            viewport={"width": width, "height": 844 if phone else 900},
            is_mobile=phone,
            has_touch=phone,
            locale="vi-VN",
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session_of(account), "url": site}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def session_of(account: Account) -> str:
    client = signed_in(account)
    return str(client.session.session_key)


def signed_in(account: Account) -> Client:
    """A client of Django's own, as this person."""
    client = Client()
    client.force_login(account)
    session = client.session
    session.update({"name": "Người Thử", "seen": int(time.time()), "demo": True})
    session.save()
    return client
