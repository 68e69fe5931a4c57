"""Checks a login and password; never more hashes at once than the machine has cores."""

from __future__ import annotations

import os
import threading
from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
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
        """For the framework's own use. A request's account comes with its session (`sessions`)."""
        return Account.objects.filter(pk=user_id, is_active=True).first()
