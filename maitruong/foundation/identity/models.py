"""People who sign in: one account per person, whatever the roles."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.queries import Held

from . import models_openid as models_openid


class AccountManager(BaseUserManager):
    def get_by_natural_key(self, username: str | None) -> Any:
        return self.get(login=(username or "").lower())


class Account(AbstractBaseUser):
    """The one account of a person. A password may be unset (demo, or a sign-in by another way).

    totp_secret: a token of sealing.py, empty when there is no second factor; only sealing.py writes and opens it.
    """

    shared = "sign-in reads the account before any scope exists; it holds no name and no number"

    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="+")
    login = models.TextField(unique=True)
    is_active = models.BooleanField(default=True)
    totp_secret = models.TextField(default="", blank=True)
    totp_last_step = models.BigIntegerField(default=0, help_text="a code is good once")
    password_changed_at = models.DateTimeField(null=True)
    demo_label = models.TextField(default="", blank=True, help_text="shown on the one-click list of a demo database")
    demo_order = models.SmallIntegerField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    USERNAME_FIELD = "login"
    objects = AccountManager()

    held: Held | None = None
    """The rights of the person today, where they were read with the account (`sessions.SessionStore.load`)."""


class Session(AbstractBaseSession):
    """A browser that came through the door, or stands before it (no account yet). What it keeps is signed, not secret."""

    shared = "read before anyone is known; who holds a key holds the session, and no page shows one"

    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, related_name="+")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True, help_text="of what a person did last, to the minute")
    device = models.TextField(
        default="", blank=True, help_text="browser and system in words, told by the browser itself"
    )

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from .sessions import SessionStore

        return SessionStore


class SignInTry(models.Model):
    """A failed sign-in, counted in the database so that every web worker sees every guess."""

    shared = "counted before anyone is known; holds only keyed hashes of login and address"

    key = models.TextField(help_text="keyed hash of the login, or of the address")
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["key", "at"], name="sign_in_try")]


class Installation(models.Model):
    """What kind of database this is: born demo or real, and never changed. One row."""

    shared = "one row that says what this database is"

    id = models.SmallIntegerField(primary_key=True, default=1)
    kind = models.TextField(choices=[("demo", "bản thử"), ("real", "thật")])
    province_code = models.TextField()
    province_name = models.TextField()
    department_id = models.BigIntegerField(null=True)
    public_address = models.TextField(default="")
    born_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="one_installation", condition=models.Q(id=1))]


class OneTimeLink(models.Model):
    """A link that sets a first password once, or pairs a second factor; only its hash is kept."""

    shared = "opened before anyone is signed in; only a hash"

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    token_hash = models.TextField(unique=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    own = models.BooleanField(
        db_default=False, help_text="begun by the person herself: pairs a second factor, in that browser only"
    )
