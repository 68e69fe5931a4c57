"""Sessions in a table of the house: each row says whose it is, so that the account and its rights of today come with it in one
statement, and everybody can see where she is signed in and end it there."""

from __future__ import annotations

import datetime as dt
import hashlib
from functools import cache, lru_cache
from typing import Any

import orjson
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import connection
from django.utils import timezone

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.statement import Statement
from maitruong.foundation.kernel import clock

from .models import Account, Session

#: Names of what the session itself keeps of its life, in whole seconds; the row tells them too.
BEGAN, SEEN, DEVICE = "began", "seen", "device"


class SessionStore(db.SessionStore):
    """The name is part of the signature of what is stored."""

    account: Account | None = None
    """Whose session this is, as read with it: active, with the rights its person holds today."""

    @classmethod
    def get_model_class(cls) -> type[AbstractBaseSession]:
        return Session

    def load(self) -> dict[str, Any]:
        rights, values = access.rights_column("a.person_id", on=clock.today())
        names, statement = _with_account(rights)
        row = statement.row({**values, "session": self.session_key, "now": timezone.now()})
        if row is None:
            self._session_key: str | None = None
            return {}
        if row[2] is not None:
            self.account = Account.from_db(connection.alias, names, row[2:])
            self.account.held = access.rights_from(row[1])
        return self.decode(row[0])

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """What stands in the row, when its signature is ours; nothing otherwise."""
        found: dict[str, Any] = orjson.loads(_checked(session_data))
        return found

    def create_model_instance(self, data: dict[str, Any]) -> AbstractBaseSession:
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        row.account_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        row.began_at, row.seen_at = _moment(data.get(BEGAN)), _moment(data.get(SEEN))
        row.device = data.get(DEVICE, "")
        return row


def _moment(seconds: int | None) -> dt.datetime | None:
    return None if seconds is None else dt.datetime.fromtimestamp(seconds, dt.UTC)


@lru_cache(maxsize=4096)
def _checked(session_data: bytes | str) -> bytes:
    """The content of a signed text, as JSON. A session is read with every request and changes with few: its signature is looked
    at once. As bytes, so that nobody changes what the next request gets."""
    return orjson.dumps(db.SessionStore.decode(SessionStore(), session_data))


@cache
def _with_account(rights: str) -> tuple[list[str], Statement]:
    """Names of an account's fields, and the statement that brings them after what the session holds and the rights."""
    fields = Account._meta.concrete_fields
    assert fields[0].attname == "id"  # by which a row tells whether there was an account
    columns = ", ".join(f'a."{field.column}"' for field in fields)
    return [field.attname for field in fields], Statement(
        f"SELECT s.session_data, {rights}, {columns} FROM identity_session s"
        " LEFT JOIN identity_account a ON a.id = s.account_id AND a.is_active"
        " WHERE s.session_key = %(session)s AND s.expire_date > %(now)s"
    )


def handle(session_key: str) -> str:
    """What a page may name a session by: the key itself opens it."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]
