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
        """The account of a session, by one plain statement: every request asks it."""
        names, query = _by_id()
        with connection.cursor() as cursor:
            cursor.execute(query, [user_id])
            row = cursor.fetchone()
        return Account.from_db(connection.alias, names, row) if row else None


@cache
def _by_id() -> tuple[list[str], str]:
    fields = Account._meta.concrete_fields
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return [
        field.attname for field in fields
    ], f"SELECT {columns} FROM identity_account WHERE id = %s::bigint AND is_active"
