"""POST /oauth2/token: client credentials by HTTP Basic or in the form (RFC 6749)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_plus

from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from maitruong.foundation.access.doors import public

from . import tokens
from .errors import OAuthError

_NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


@csrf_exempt
@public("the token door of other programs: who comes through it proves who it is by its secret")
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    try:
        if request.POST.get("grant_type") != "client_credentials":
            code = "unsupported_grant_type" if "grant_type" in request.POST else "invalid_request"
            raise OAuthError(400, code, "grant_type is client_credentials.")
        key, secret = _credentials(request)
        asked = request.POST.get("scope", "").split()
        made, scopes = tokens.issue(
            key=key, secret=secret, asked=asked, address=str(request.META.get("REMOTE_ADDR", ""))
        )
    except OAuthError as problem:
        told = {"error": problem.code, "error_description": problem.text}
        return JsonResponse(told, status=problem.status, headers={**_NEVER_KEPT, **problem.headers})
    body = {"access_token": made, "token_type": "Bearer", "expires_in": tokens.SECONDS, "scope": " ".join(scopes)}
    return JsonResponse(body, headers=_NEVER_KEPT)


def _credentials(request: HttpRequest) -> tuple[str, str]:
    """One way or the other, never both (RFC 6749, section 2.3)."""
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    in_form = "client_secret" in request.POST
    if kind and in_form:
        raise OAuthError(400, "invalid_request", "Two ways of authentication in one request.")
    if kind.lower() == "basic":
        try:
            key, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            key = secret = ""
        return unquote_plus(key), unquote_plus(secret)
    return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
