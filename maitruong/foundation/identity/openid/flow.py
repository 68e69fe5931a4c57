"""The way to another house and back: authorization code with PKCE, bound to the browser that began it."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from maitruong.foundation.kernel import clock, wire

from .. import services
from ..models_openid import OpenIdBeginning, OpenIdProvider
from . import documents, secret_files, tokens
from .errors import (
    CodeRefused,
    IssuerMixedUp,
    OpenIdRefused,
    ProviderNotUnderstood,
    ProviderUnknown,
    SaidNo,
    StateOfAnotherBrowser,
    StateUnknown,
)
from .reading import identity_from
from .types import Identity

TIME_FOR_IT = dt.timedelta(minutes=10)
BEGINNINGS_FREE = 60
"""From one address in a quarter of an hour: a school's computers stand behind one."""
_BROWSER = "openid_browser"


def open_providers() -> list[OpenIdProvider]:
    """The houses the door offers."""
    return list(OpenIdProvider.objects.filter(is_open=True).order_by("id"))


def provider_of(key: str) -> OpenIdProvider:
    """Raises ProviderUnknown."""
    found = OpenIdProvider.objects.filter(key=key, is_open=True).first()
    if found is None:
        raise ProviderUnknown
    return found


def begin(request: HttpRequest, provider: OpenIdProvider, *, wanted: str = "") -> str:
    """Where to send the browser. What comes back is good for this browser, once, for ten minutes.

    Raises ProviderDown, ProviderNotUnderstood, TooManyTries.
    """
    services.limit(request, "openid", free=BEGINNINGS_FREE)
    places = documents.endpoints(provider)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    OpenIdBeginning.objects.create(
        state_hash=_hash(state),
        provider=provider,
        browser_hash=_hash(request.session.setdefault(_BROWSER, secrets.token_urlsafe(32))),
        nonce=nonce,
        verifier=verifier,
        wanted=wanted,
        expires_at=clock.now() + TIME_FOR_IT,
    )
    question = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": way_back(request, provider),
        "scope": provider.scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    return f"{places.authorization}{'&' if '?' in places.authorization else '?'}{urlencode(question)}"


def finish(request: HttpRequest, provider: OpenIdProvider, answer: dict[str, str]) -> tuple[Identity, str]:
    """Who came back, and the page she wanted. answer: the parameters of the address she came back to.

    Raises an error of its own for everything that is not as it was begun.
    """
    began = _take(request, answer.get("state", ""))
    if began.provider_id != provider.pk:
        raise IssuerMixedUp
    places = documents.endpoints(provider)
    if answer.get("iss", "" if places.says_issuer else provider.issuer) != provider.issuer:
        raise IssuerMixedUp
    if answer.get("error"):
        raise SaidNo
    if not 0 < len(answer.get("code", "")) <= 4096:
        raise ProviderNotUnderstood
    given = _exchange(request, provider, places.token, code=answer["code"], verifier=began.verifier)
    token, access_token = given.get("id_token"), given.get("access_token")
    if not isinstance(token, str) or not isinstance(access_token, str):
        raise ProviderNotUnderstood
    claims = tokens.claims_of(provider, token, nonce=began.nonce, access_token=access_token)
    return identity_from(provider, claims), began.wanted


def way_back(request: HttpRequest, provider: OpenIdProvider) -> str:
    """The one address of this house the other one sends people back to; written down there in these letters."""
    config = settings.CONFIG
    address = config.public_address if config.secure_cookies else f"http://{request.get_host()}"
    return f"{address.rstrip('/')}{reverse('identity:openid_back', args=[provider.key])}"


def _take(request: HttpRequest, state: str) -> OpenIdBeginning:
    """Takes the beginning out: of two answers with one state, sent at once, one finds it."""
    rows = OpenIdBeginning.objects.filter(state_hash=_hash(state))
    began = rows.select_related("provider").first()
    if began is None or began.expires_at < clock.now():
        raise StateUnknown
    if not hmac.compare_digest(began.browser_hash, _hash(request.session.get(_BROWSER, ""))):
        raise StateOfAnotherBrowser  # left where it is: a stranger must not end what its owner is about to finish
    if not rows.delete()[0]:
        raise StateUnknown
    return began


def _exchange(
    request: HttpRequest, provider: OpenIdProvider, address: str, *, code: str, verifier: str
) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": way_back(request, provider),
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    if provider.client_proof == "basic":
        pair = f"{quote(provider.client_id, safe='')}:{quote(secret_files.read(provider.key), safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form["client_id"] = provider.client_id
        if provider.client_proof == "post":
            form["client_secret"] = secret_files.read(provider.key)
    answer = documents.ask("POST", address, body=urlencode(form).encode(), headers=headers)
    if answer.status == 200:
        return documents.object_in(answer)
    if answer.status in (400, 401):
        raise CodeRefused(reason=_reason(answer))
    raise ProviderNotUnderstood


def _reason(answer: wire.Answer) -> str:
    """The other house's word for why, for the log."""
    try:
        return str(documents.object_in(answer).get("error", ""))[:60]
    except OpenIdRefused:
        return ""


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
