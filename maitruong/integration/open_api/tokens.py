"""The token door (RFC 6749, section 4.4): who a client is, and what a token it was given still opens.

A token is signed and names client, secret, scopes; it holds for 15 minutes. Nothing of it is believed beyond that: client and
secret are looked up with every call, so a client that was disabled, whose days are over, or whose secret was taken back is
refused with its next question.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Final, NamedTuple

from django.core import signing
from django.db.models import Q

from maitruong.foundation.identity import tries
from maitruong.foundation.identity.errors import TooManyTries
from maitruong.foundation.identity.models import SignInTry
from maitruong.foundation.kernel import clock

from .errors import OAuthError
from .models import Client, Secret

SECONDS: Final = 900
FREE_OF_AN_ADDRESS: Final = 60
_SALT: Final = "open_api.token"


class Token(NamedTuple):
    client: Client
    scopes: frozenset[str]


def new_secret() -> tuple[str, str]:
    """(the secret, what is kept of it)."""
    secret = secrets.token_urlsafe(32)
    return secret, digest(secret)


def digest(secret: str) -> str:
    """256 random bits need no slow hash: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def issue(*, key: str, secret: str, asked: Sequence[str], address: str) -> tuple[str, list[str]]:
    """A token and the scopes it opens. No scope asked for: all the client has.

    Raises OAuthError: invalid_client (401), invalid_scope (400); after too many guesses 429.
    """
    counted = _count(key, address)
    client = Client.objects.filter(key=key[:100], disabled_at__isnull=True).first()
    held = digest(secret)
    found = None
    if client is not None and is_open(client):
        for one in _open_secrets(client):
            if hmac.compare_digest(one.hash, held):
                found = one
    if client is None or found is None:
        raise OAuthError(
            401, "invalid_client", "Client authentication failed.", {"WWW-Authenticate": 'Basic realm="maitruong"'}
        )
    SignInTry.objects.filter(pk__in=counted).delete()
    unknown = set(asked) - set(client.scopes)
    if unknown:
        raise OAuthError(400, "invalid_scope", "The client may not ask for this scope.")
    scopes = sorted(asked or client.scopes)
    return signing.dumps([client.pk, found.pk, scopes], salt=_SALT), scopes


def _count(key: str, address: str) -> list[int]:
    keys = [
        (tries.keyed("open_api client", f"{key} {address}"), tries.FREE_TRIES),
        (tries.keyed("open_api address", address), FREE_OF_AN_ADDRESS),
    ]
    try:
        return tries.count_try(keys, who="open_api client")
    except TooManyTries:
        raise OAuthError(429, "invalid_client", "Too many failed attempts.", {"Retry-After": str(SECONDS)}) from None


def read(token: str) -> Token | None:
    """What a token opens at this moment; None when it opens nothing any more."""
    try:
        client_id, secret_id, scopes = signing.loads(token, salt=_SALT, max_age=SECONDS)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    client = Client.objects.filter(pk=client_id, disabled_at__isnull=True).first()
    if client is None or not is_open(client) or not _open_secrets(client).filter(pk=secret_id).exists():
        return None
    return Token(client, frozenset(scopes) & frozenset(client.scopes))


def is_open(client: Client) -> bool:
    today = clock.today()
    return client.valid_from <= today and (client.valid_to is None or client.valid_to >= today)


def _open_secrets(client: Client):  # type: ignore[no-untyped-def]
    return Secret.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=clock.now()), client=client)
