"""What another house publishes: where it is asked, and the keys it signs with. Read over the wire, remembered for a while."""

from __future__ import annotations

import threading
import time
from typing import Any
from urllib.parse import urlsplit

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from maitruong.foundation.kernel import wire

from ..models_openid import OpenIdProvider
from .errors import ProviderDown, ProviderNotUnderstood
from .types import Endpoints

SECONDS = 5.0
LARGEST = 200_000
KEEP_SECONDS = 600
ASK_AGAIN_SECONDS = 30
"""A token that names an unknown key brings the keys anew, at most this often: made-up names must not become a flood of questions."""
_DISCOVERY = "/.well-known/openid-configuration"

_lock = threading.Lock()
_held: dict[str, tuple[float, Any]] = {}


def endpoints(provider: OpenIdProvider) -> Endpoints:
    """Raises ProviderDown, ProviderNotUnderstood: also when the document speaks of another issuer or leads to a stranger's host."""
    document = _document(provider, provider.issuer.rstrip("/") + _DISCOVERY, KEEP_SECONDS)
    if document.get("issuer") != provider.issuer:
        raise ProviderNotUnderstood
    return Endpoints(
        authorization=_place(provider, document, "authorization_endpoint"),
        token=_place(provider, document, "token_endpoint"),
        keys=_place(provider, document, "jwks_uri"),
        says_issuer=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _place(provider: OpenIdProvider, document: dict[str, Any], name: str) -> str:
    address = document.get(name)
    if not isinstance(address, str) or not _is_of(provider, address):
        raise ProviderNotUnderstood
    return address


def keys(provider: OpenIdProvider, *, anew: bool = False) -> KeySet:
    """The keys tokens are signed with; asked anew for a name that is not among them. Raises ProviderDown, ProviderNotUnderstood."""
    document = _document(provider, endpoints(provider).keys, ASK_AGAIN_SECONDS if anew else KEEP_SECONDS)
    found = document.get("keys")
    if not isinstance(found, list):
        raise ProviderNotUnderstood
    # Secrets shared by both sides do not belong there, and a key we cannot read hinders no other.
    signing = [key for key in found if isinstance(key, dict) and key.get("kty") in ("RSA", "EC", "OKP")]
    signing = [key for key in signing if key.get("use", "sig") == "sig" and _readable(key)]
    if not signing:
        raise ProviderNotUnderstood
    return KeySet.import_key_set({"keys": signing})


def _readable(key: dict[str, Any]) -> bool:
    try:
        KeySet.import_key_set({"keys": [key]})  # type: ignore[list-item]  # a stranger's: whatever it is, reading tells
    except (JoseError, ValueError, TypeError, KeyError):
        return False
    return True


def forget() -> None:
    """Ask everything anew: after a provider was changed."""
    with _lock:
        _held.clear()


def ask(method: str, address: str, **more: Any) -> wire.Answer:
    """One exchange with the other house. Raises ProviderDown, ProviderNotUnderstood."""
    try:
        return wire.exchange(method, address, seconds=SECONDS, largest=LARGEST, **more)
    except wire.Unreachable as error:
        raise ProviderDown from error
    except wire.NotUnderstood as error:
        raise ProviderNotUnderstood from error


def object_in(answer: wire.Answer) -> dict[str, Any]:
    """The JSON object of an answer. Raises ProviderNotUnderstood."""
    try:
        found = answer.json()
    except wire.NotUnderstood as error:
        raise ProviderNotUnderstood from error
    if not isinstance(found, dict):
        raise ProviderNotUnderstood
    return found


def _document(provider: OpenIdProvider, address: str, keep_seconds: float) -> dict[str, Any]:
    if not _is_of(provider, address):
        raise ProviderNotUnderstood
    now = time.monotonic()
    with _lock:
        at, held = _held.get(address, (-1e9, None))
    if held is not None and now - at < keep_seconds:
        return dict(held)
    answer = ask("GET", address, headers={"Accept": "application/json"})
    if answer.status != 200:
        raise ProviderNotUnderstood
    found = object_in(answer)
    with _lock:
        _held[address] = (now, found)
    return found


def _is_of(provider: OpenIdProvider, address: str) -> bool:
    """Whether an address is one of that house: its own host, or one named when it was written down."""
    if not wire.may_be_asked(address):
        return False
    issuer, other = urlsplit(provider.issuer), urlsplit(address)
    return other.scheme == issuer.scheme and (other.netloc == issuer.netloc or other.netloc in provider.hosts)
