"""Sessions in Django's own table, read by one plain statement: every request asks it, and building it anew costs more than it."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.utils import timezone

_READ = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"


class SessionStore(db.SessionStore):
    """The name is part of the signature of what is stored: sessions made by Django's class are read, and the other way."""

    def load(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_READ, [self.session_key, timezone.now()])
            row = cursor.fetchone()
        if row is None:
            self._session_key: str | None = None
            return {}
        return self.decode(row[0])
