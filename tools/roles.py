"""The database's roles, made once and the same way everywhere; safe to run at every start.

    mt_owner    owns every table and migrates; nobody signs in as it but migrations, seeds and restores
    mt_app      web and worker sign in as this; owns nothing
    mt_shared   may use tables that belong to no school; inherited by mt_app and by the three below
    mt_rows     may use tables under row-level security; inherited by the three below only
    mt_scoped, mt_family, mt_wide
                chosen by mt_app for one transaction: whose rows it sees (schools, persons, all)

    mt_backup   chosen by the owner of a foreign server to read every row for a backup; on the embedded server unused

mt_app does not inherit the three: without choosing one it gets "permission denied", never an empty list.
Works as the creator of the embedded cluster, and on any server from PostgreSQL 16 as an owner with CREATEROLE.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tools.trouble import Trouble

OWNER, APP = "mt_owner", "mt_app"
SHARED, ROWS = "mt_shared", "mt_rows"
SCOPES = ("mt_scoped", "mt_family", "mt_wide")
BACKUP = "mt_backup"
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
"""All trusted: the owner of a database may create them without being a superuser."""
EXTENSIONS_OF_A_SUPERUSER = ("pg_stat_statements",)
LOCK_NUMBER = 7_301_200_26
OLDEST_VERSION = 160000


def stamp() -> str:
    """Changes when this file does, so that a start can tell whether a cluster was prepared by it."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:16]


def prepare_cluster(superuser_url: str) -> None:
    """The embedded cluster: its two sign-in roles and the memberships."""
    with psycopg.connect(superuser_url, autocommit=True) as db:
        _lock(db)
        for name in (OWNER, APP):
            _make_role(db, name, "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS")
        _make_group_roles(db, app=APP)
        _run(db, "GRANT pg_read_all_stats TO {}", OWNER)
        for name in ("postgres", "template1"):
            _run(db, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)


def prepare_database(superuser_url: str, database: str, *, template: str | None = None) -> None:
    """A database of the embedded cluster, owned by mt_owner, closed to everybody else but the application.

    With `template`: a clone of it, file by file, together with what its migrations made.
    """
    with psycopg.connect(superuser_url, autocommit=True) as db:
        _lock(db)
        if not _exists(db, "pg_database", "datname", database):
            # A copy carries tables, extensions and grants inside the database, but not the grants on the database.
            copied = "TEMPLATE {} STRATEGY file_copy" if template else "TEMPLATE template0"
            names = [database, OWNER, *([template] if template else [])]
            _run(db, "CREATE DATABASE {} OWNER {} " + copied, *names)
        _close_to_strangers(db, database)
    if template is None:
        with psycopg.connect(superuser_url, dbname=database, autocommit=True) as db:
            _make_extensions(db, (*EXTENSIONS, *EXTENSIONS_OF_A_SUPERUSER))
            _run(db, "GRANT EXECUTE ON FUNCTION pg_stat_statements_reset TO {}", OWNER)
            _close_schema(db, owner=OWNER)


def prepare_external(owner_url: str, app_url: str) -> None:
    """A database on a server of somebody else's, from its owner's address alone; the owner is no superuser."""
    owner, app = (conninfo_to_dict(url).get("user") for url in (owner_url, app_url))
    if not owner or not app or owner == app:
        raise Trouble(
            "MT_OWNER_URL and MT_APP_URL must name two different users.",
            "The application signs in as a user that owns nothing.",
        )
    password = conninfo_to_dict(app_url).get("password")
    with psycopg.connect(owner_url, autocommit=True) as db:
        if db.info.server_version < OLDEST_VERSION:
            raise Trouble(f"The server is PostgreSQL {db.info.server_version // 10000}.", "At least 16 is needed.")
        _lock(db)
        try:
            _make_role(db, str(app), "LOGIN", password=str(password) if password else None)
            _make_group_roles(db, app=str(app))
            _make_role(db, BACKUP, "NOLOGIN")
            _grant_role(db, "mt_wide", BACKUP, inherited=True)
            _grant_role(db, BACKUP, str(owner), inherited=False)
        except psycopg.errors.InsufficientPrivilege as problem:
            raise Trouble(
                f"{owner} may not make the roles of Mái Trường: {problem.diag.message_primary}.",
                f"As an administrator of the server: ALTER ROLE {owner} CREATEROLE; then start again.",
            ) from problem
        try:
            _close_to_strangers(db, db.info.dbname)
            _make_extensions(db, EXTENSIONS)
            _close_schema(db, owner=str(owner))
        except psycopg.errors.InsufficientPrivilege as problem:
            raise Trouble(
                f"{owner} does not own the database {db.info.dbname}: {problem.diag.message_primary}.",
                f"As an administrator of the server: ALTER DATABASE {db.info.dbname} OWNER TO {owner};",
            ) from problem
    verify(owner_url, app_url)


def verify(owner_url: str, app_url: str) -> None:
    """Refuse to run when the application could step around row-level security. Raises Trouble naming what is wrong."""
    with psycopg.connect(app_url, autocommit=True) as db:
        user = db.info.user
        power = db.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        owns = db.execute(
            "SELECT count(*) FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm') AND pg_has_role(current_user, relowner, 'MEMBER')"
        ).fetchone()
        missing = [s for s in SCOPES if not _may_set(db, s)]
        inherited = [s for s in (*SCOPES, ROWS) if _inherits(db, s)]
    findings = []
    if power and any(power):
        findings.append("is superuser, bypasses row-level security or makes roles")
    if owns and owns[0]:
        findings.append(f"owns or may own {owns[0]} tables")
    if missing:
        findings.append(f"may not choose {', '.join(missing)}")
    if inherited:
        findings.append(f"inherits {', '.join(inherited)}")
    if findings:
        raise Trouble(
            f"The application's user {user} {'; it '.join(findings)}.",
            "Name another user in MT_APP_URL, or let the owner make it.",
        )


def for_a_program(url: str) -> tuple[str, dict[str, str]]:
    """An address for a command line, which every user of the machine can read, and the password for its environment."""
    parts = conninfo_to_dict(url)
    password = parts.pop("password", None)
    return make_conninfo("", **parts), {"PGPASSWORD": str(password)} if password else {}


@dataclass(frozen=True)
class Addresses:
    """The two addresses of one database: of its owner, and of the application."""

    owner: str
    app: str

    def environment(self) -> dict[str, str]:
        return {"MT_OWNER_URL": self.owner, "MT_APP_URL": self.app}


def _lock(db: psycopg.Connection) -> None:
    db.execute("SELECT pg_advisory_lock(%s)", [LOCK_NUMBER])  # gone with the connection


def _run(db: psycopg.Connection, statement: str, *names: str) -> None:
    db.execute(sql.SQL(statement).format(*(sql.Identifier(name) for name in names)))  # type: ignore[arg-type]


def _exists(db: psycopg.Connection, table: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(table), sql.Identifier(column))
    return db.execute(query, [name]).fetchone() is not None


def _make_role(db: psycopg.Connection, name: str, attributes: str, *, password: str | None = None) -> None:
    if _exists(db, "pg_roles", "rolname", name):
        return
    _run(db, "CREATE ROLE {} " + attributes, name)
    if password:
        db.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(name), sql.Literal(password)))


def _make_group_roles(db: psycopg.Connection, *, app: str) -> None:
    for name in (SHARED, ROWS, *SCOPES):
        _make_role(db, name, "NOLOGIN")
    _grant_role(db, SHARED, app, inherited=True)
    for scope in SCOPES:
        _grant_role(db, scope, app, inherited=False)
        _grant_role(db, SHARED, scope, inherited=True)
        _grant_role(db, ROWS, scope, inherited=True)


def _grant_role(db: psycopg.Connection, role: str, to: str, *, inherited: bool) -> None:
    """Membership either inherited and never chosen, or chosen and never inherited."""
    query = """SELECT 1 FROM pg_auth_members WHERE roleid = %s::regrole AND member = %s::regrole
        AND inherit_option = %s AND set_option = %s"""
    # Who makes a role becomes its administrator, a member that neither inherits nor chooses: not what is asked here.
    if db.execute(query, [f'"{role}"', f'"{to}"', inherited, not inherited]).fetchone() is None:
        how = "WITH INHERIT TRUE, SET FALSE" if inherited else "WITH INHERIT FALSE, SET TRUE"
        _run(db, f"GRANT {{}} TO {{}} {how}", role, to)


def _may_set(db: psycopg.Connection, role: str) -> bool:
    row = db.execute("SELECT pg_has_role(current_user, oid, 'SET') FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    return bool(row and row[0])


def _inherits(db: psycopg.Connection, role: str) -> bool:
    row = db.execute(
        "SELECT pg_has_role(current_user, oid, 'USAGE') FROM pg_roles WHERE rolname = %s", [role]
    ).fetchone()
    return bool(row and row[0])


def _close_to_strangers(db: psycopg.Connection, database: str) -> None:
    _run(db, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    _run(db, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", database, SHARED)


def _make_extensions(db: psycopg.Connection, names: tuple[str, ...]) -> None:
    for name in names:
        if not _exists(db, "pg_extension", "extname", name):
            _run(db, "CREATE EXTENSION {} SCHEMA public", name)


def _close_schema(db: psycopg.Connection, *, owner: str) -> None:
    db.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    _run(db, "GRANT USAGE ON SCHEMA public TO {}", SHARED)
    # A function may run as its owner; nobody but the application gets one without a word.
    _run(db, "ALTER DEFAULT PRIVILEGES FOR ROLE {} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC", owner)
    _run(db, "ALTER DEFAULT PRIVILEGES FOR ROLE {} GRANT EXECUTE ON FUNCTIONS TO {}", owner, SHARED)
