"""The whole suite runs as the application's role, on one clone of a migrated template per test process."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest

from tools import pytest_house, testbase
from tools.cluster import Running
from tools.roles import Addresses

_numbers = itertools.count(1)
# Containers and chroots deny a browser its sandbox, and so does being root; it opens nothing but our own pages.
CHROMIUM_ARGUMENTS = ["--disable-gpu", "--no-sandbox"]


@pytest.fixture(scope="session")
def test_server() -> Iterator[Running]:
    """The PostgreSQL of the tests, running."""
    running = pytest_house.server.start()
    testbase.drop_abandoned(running)
    yield running
    pytest_house.server.cluster.release()


@pytest.fixture(scope="session")
def template_database(test_server: Running, request: pytest.FixtureRequest) -> str:
    """The name of the database that holds the migrated schema and nothing else; never connect to it."""
    settings = os.environ["DJANGO_SETTINGS_MODULE"]
    return pytest_house.server.template(test_server, settings, rebuild=request.config.getvalue("create_db"))


@pytest.fixture(scope="session")
def django_db_setup(
    test_server: Running, template_database: str, django_test_environment: None, django_db_blocker: object
) -> Iterator[None]:
    """In place of pytest-django's own, which would migrate as the application's role and own what it made."""
    from django.db import connections
    from django.test import TransactionTestCase

    def clone() -> None:
        connections.close_all()
        testbase.clone(test_server, template_database, pytest_house.DATABASE)

    def put_back(case: TransactionTestCase) -> None:
        """After a test that really committed. TRUNCATE would need the owner and would take reference data along."""
        clone()

    blocker: pytest.FixtureRequest = django_db_blocker  # type: ignore[assignment]
    with blocker.unblock():  # type: ignore[attr-defined]
        clone()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", put_back)
        yield
    with blocker.unblock():  # type: ignore[attr-defined]
        connections.close_all()
    testbase.drop(test_server, pytest_house.DATABASE)


@pytest.fixture
def owner_db(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A connection as the owner, in autocommit. It does not see what a test has not committed."""
    with psycopg.connect(os.environ["MT_OWNER_URL"], autocommit=True) as db:
        yield db


@pytest.fixture
def app_db(django_db_setup: None) -> Iterator[psycopg.Connection]:
    """A second connection as the application's role, as psql would have it: no scope chosen."""
    with psycopg.connect(os.environ["MT_APP_URL"], autocommit=True) as db:
        yield db


@pytest.fixture
def fresh_database(test_server: Running, template_database: str) -> Iterator[Callable[[], Addresses]]:
    """A maker of further databases with the migrated schema, for processes started by a test; dropped after it."""
    made: list[str] = []

    def make() -> Addresses:
        name = f"{pytest_house.DATABASE}_{next(_numbers)}"
        testbase.clone(test_server, template_database, name)
        made.append(name)
        return pytest_house.server.addresses(name)

    yield make
    for name in made:
        testbase.drop(test_server, name)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A real browser for the journeys of one file.

    Its driver keeps an event loop running in this thread; with the file's last test both are gone, because the tests
    that follow in this process are plain code and some of them want a loop of their own.
    """
    from django.db import connections
    from playwright.sync_api import sync_playwright

    connections.close_all()  # beside a running loop this thread is given connections of their own
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()  # those of the loop: the next file with a browser would find them, to a database long gone
