"""A browser and the kit's test site, shared by the tests of one file."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings

from maitruong.foundation.ui.tests import harness

HARNESS = {
    "ROOT_URLCONF": "maitruong.foundation.ui.tests.harness",
    "MIDDLEWARE": ["maitruong.foundation.ui.tests.harness.strict_policy"],
    "TEMPLATES": [
        {
            "BACKEND": "django.template.backends.jinja2.Jinja2",
            "OPTIONS": {"environment": "maitruong.foundation.ui.jinja.environment"},
        }
    ],
}


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The address of the test site, under the product's content policy."""
    with override_settings(**HARNESS):
        server, address = harness.start()
        yield address
        server.shutdown()
        server.server_close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained about; a test that opened a page with `visit` fails when this is not empty."""
    return []


@pytest.fixture
def visit(chromium, site: str, complaints: list[str]) -> Iterator[Callable[..., object]]:
    """visit(path, width=1366, dark=False) opens a page; nothing may be refused by the policy or thrown by a script."""
    contexts = []

    def open_page(
        path: str, *, width: int = 1366, dark: bool = False, expect_errors: bool = False, worker: bool = False
    ):
        phone = width < 768
        context = chromium.new_context(
            viewport={"width": width, "height": 844 if phone else 768},
            color_scheme="dark" if dark else "light",
            is_mobile=phone,
            has_touch=phone,
            locale="vi-VN",
            service_workers="allow" if worker else "block",
            permissions=["clipboard-read", "clipboard-write"],
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if not expect_errors:
            page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
        page.goto(site + path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def book() -> harness.Book:
    """An empty book of 45 pupils, served at /luoi/."""
    harness.Here.book = harness.Book()
    return harness.Here.book
