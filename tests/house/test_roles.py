"""The roles: made by the embedded server's creator or by an owner who is no superuser, with the same result."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import errors

from tools import postgres, roles
from tools.cluster import Cluster, Running
from tools.roles import Addresses
from tools.trouble import Trouble

A_HOUSE = """
    CREATE TABLE notices (text text);
    GRANT SELECT, INSERT ON notices TO mt_shared;
    CREATE TABLE pupils (school_id bigint, name text);
    GRANT SELECT, INSERT ON pupils TO mt_rows;
    ALTER TABLE pupils ENABLE ROW LEVEL SECURITY;
    ALTER TABLE pupils FORCE ROW LEVEL SECURITY;
    CREATE POLICY scoped ON pupils TO mt_scoped USING (school_id = ANY ((SELECT current_setting('mt.schools')::bigint[])::bigint[]));
    CREATE POLICY wide ON pupils TO mt_wide USING (true);
    CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2';
"""


@pytest.fixture(scope="module", params=["foreign", "embedded"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def server(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server of its own: roles belong to a whole server, and this one begins without ours."""
    cluster = Cluster(tmp_path_factory.mktemp("roles") / "cluster", for_tests=True)
    yield cluster.hold()
    cluster.release(wait=True)
    place = postgres.layout(cluster.home)
    if place.base != cluster.home:
        shutil.rmtree(place.base)


@pytest.fixture(scope="module")
def house(server: Running, kind: str) -> Addresses:
    """A house with a shared table and one under row-level security; its roles are made twice, to the same effect."""
    addresses = Addresses(server.url("house", "mt_owner"), server.url("house", "mt_app"))
    if kind == "foreign":
        with psycopg.connect(server.superuser_url, autocommit=True) as db:
            # What the administrator of somebody else's server gives: a database and its owner, who may make roles.
            db.execute("CREATE ROLE mt_owner LOGIN CREATEROLE")
            db.execute("CREATE DATABASE house OWNER mt_owner")
    for _ in range(2):
        if kind == "foreign":
            roles.prepare_external(addresses.owner, addresses.app)
        else:
            roles.prepare_cluster(server.superuser_url)
            roles.prepare_database(server.superuser_url, "house")
    with psycopg.connect(addresses.owner) as db:
        db.execute(A_HOUSE)  # type: ignore[arg-type]
    return addresses


@pytest.fixture
def app(house: Addresses) -> Iterator[psycopg.Connection]:
    with psycopg.connect(house.app) as db:
        yield db
        db.rollback()


def test_the_application_uses_shared_tables_at_once(app: psycopg.Connection) -> None:
    app.execute("INSERT INTO notices VALUES ('Họp phụ huynh')")

    assert app.execute("SELECT count(*) FROM notices").fetchone() == (1,)


def test_the_application_without_a_scope_gets_an_error_not_an_empty_list(app: psycopg.Connection) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute("SELECT * FROM pupils")


def test_a_chosen_scope_sees_its_rows_and_the_shared_tables(app: psycopg.Connection) -> None:
    app.execute("SELECT set_config('role', 'mt_wide', true)")
    app.execute("INSERT INTO pupils VALUES (1, 'An'), (2, 'Bình')")

    app.execute("SELECT set_config('role', 'mt_scoped', true), set_config('mt.schools', '{2}', true)")

    assert app.execute("SELECT name FROM pupils").fetchall() == [("Bình",)]
    assert app.execute("SELECT count(*) FROM notices").fetchone() == (0,)


def test_a_scope_without_schools_named_is_an_error(app: psycopg.Connection) -> None:
    app.execute("SET LOCAL ROLE mt_wide")
    app.execute("INSERT INTO pupils VALUES (1, 'An')")
    app.execute("SELECT set_config('role', 'mt_scoped', true)")

    with pytest.raises(errors.UndefinedObject):
        app.execute("SELECT * FROM pupils")


@pytest.mark.parametrize("role", ["mt_owner", "mt_rows", "mt_shared", "postgres"])
def test_the_application_may_choose_the_three_scopes_only(app: psycopg.Connection, role: str) -> None:
    with pytest.raises((errors.InsufficientPrivilege, errors.InvalidParameterValue)):
        app.execute(f"SET ROLE {role}")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE mine (x int)", "TRUNCATE notices", "CREATE ROLE friend", "DROP TABLE notices"]
)
def test_the_application_makes_and_unmakes_nothing(app: psycopg.Connection, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)  # type: ignore[arg-type]


def test_the_application_may_use_temporary_tables_functions_and_extensions(app: psycopg.Connection) -> None:
    app.execute("CREATE TEMPORARY TABLE staging (x int)")

    row = app.execute("SELECT two(), unaccent('Đặng Ngọc Ước'), similarity('hoa', 'hoà') > 0").fetchone()

    assert row == (2, "Dang Ngoc Uoc", True)


def test_even_the_owner_sees_no_row_behind_a_forced_policy(house: Addresses) -> None:
    with psycopg.connect(house.app) as db:
        db.execute("SET ROLE mt_wide")
        db.execute("INSERT INTO pupils VALUES (3, 'Cúc')")
        db.commit()
    with psycopg.connect(house.owner) as db:
        assert db.execute("SELECT count(*) FROM pupils").fetchone() == (0,)


def test_a_stranger_with_a_login_gets_nowhere(house: Addresses, server: Running, kind: str) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as db:
        db.execute("DROP ROLE IF EXISTS stranger")
        db.execute("CREATE ROLE stranger LOGIN")

    for database in ("house", *(["postgres"] if kind == "embedded" else [])):
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(server.url(database, "stranger"))


@pytest.mark.parametrize(
    ("change", "back", "word"),
    [
        (
            "GRANT mt_scoped TO mt_app WITH INHERIT TRUE",
            "GRANT mt_scoped TO mt_app WITH INHERIT FALSE",
            "inherits mt_scoped",
        ),
        ("ALTER ROLE mt_app BYPASSRLS", "ALTER ROLE mt_app NOBYPASSRLS", "bypasses"),
        ("ALTER TABLE notices OWNER TO mt_app", "ALTER TABLE notices OWNER TO mt_owner", "owns or may own 1 tables"),
        (
            "REVOKE mt_wide FROM mt_app",
            "GRANT mt_wide TO mt_app WITH INHERIT FALSE, SET TRUE",
            "may not choose mt_wide",
        ),
    ],
)
def test_an_application_that_could_step_around_the_wall_is_refused(
    server: Running, house: Addresses, kind: str, change: str, back: str, word: str
) -> None:
    roles.verify(house.owner, house.app)
    grantor = "SET ROLE mt_owner;" if kind == "foreign" and ("mt_wide" in change or "mt_scoped" in change) else ""
    with psycopg.connect(server.superuser_url, dbname="house", autocommit=True) as db:
        db.execute(grantor + change)  # type: ignore[arg-type]
        try:
            with pytest.raises(Trouble, match=word):
                roles.verify(house.owner, house.app)
        finally:
            db.execute(back)  # type: ignore[arg-type]
    roles.verify(house.owner, house.app)


def test_an_owner_that_may_not_make_roles_is_told_what_to_ask_for(server: Running, tmp_path: Path) -> None:
    with psycopg.connect(server.superuser_url, autocommit=True) as db:
        db.execute("CREATE ROLE weak LOGIN")
        db.execute("CREATE DATABASE weak OWNER weak")

    with pytest.raises(Trouble, match="weak may not make the roles") as refused:
        roles.prepare_external(server.url("weak", "weak"), server.url("weak", "weak_app"))

    assert "ALTER ROLE weak CREATEROLE" in refused.value.remedy


def test_one_user_for_both_is_refused(server: Running) -> None:
    with pytest.raises(Trouble, match="two different users"):
        roles.prepare_external(server.superuser_url, server.superuser_url)


def test_a_password_never_reaches_a_command_line() -> None:
    address, environment = roles.for_a_program(
        "postgresql://mt_app:b%C3%AD%20m%E1%BA%ADt@db.example/house?sslmode=require"
    )

    assert "mật" not in address
    assert environment == {"PGPASSWORD": "bí mật"}
    assert roles.for_a_program("postgresql://mt_app@/house?host=%2Frun%2Fmt")[1] == {}
