"""Checks a login and password; never more hashes at once than the machine has cores."""

from __future__ import annotations

import os
import threading
from functools import cache
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.http import HttpRequest

from maitruong.foundation.access import queries as access
from maitruong.foundation.kernel import clock

from .models import Account

_turn = threading.BoundedSemaphore(os.cpu_count() or 1)


class AccountBackend(BaseBackend):
    def authenticate(
        self, request: HttpRequest | None, login: str = "", password: str = "", **kwargs: Any
    ) -> Account | None:
        account = Account.objects.filter(login=login.strip().lower(), is_active=True).first()
        with _turn:
            if account is None or not account.has_usable_password():
                make_password(password)  # the same time for a login that does not exist
                return None
            return account if account.check_password(password) else None

    def get_user(self, user_id: int) -> Account | None:
        """The account of a session with the rights its person holds today, by one plain statement: every request asks it."""
        rights, values = access.rights_column("a.person_id", on=clock.today())
        names, columns = _fields()
        query = f"SELECT {rights}, {columns} FROM identity_account a WHERE a.id = %(account)s::bigint AND a.is_active"
        with connection.cursor() as cursor:
            cursor.execute(query, {**values, "account": user_id})
            row = cursor.fetchone()
        if row is None:
            return None
        account = Account.from_db(connection.alias, names, row[1:])
        account.held = access.rights_from(row[0])
        return account


@cache
def _fields() -> tuple[list[str], str]:
    fields = Account._meta.concrete_fields
    return [field.attname for field in fields], ", ".join(f'a."{field.column}"' for field in fields)
