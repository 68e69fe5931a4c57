"""The signed token of another house: what must hold before a word of it is believed.

Source: OpenID Connect Core 1.0 §3.1.3.6–3.1.3.7; RFC 8725 (best practice of JWT).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError

from ..models_openid import OpenIdProvider
from . import documents
from .errors import (
    AccessTokenWrong,
    AlgorithmRefused,
    AudienceWrong,
    IssuerWrong,
    NonceWrong,
    ProviderNotUnderstood,
    SignatureWrong,
    TokenExpired,
    TokenNotYetValid,
)

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signed by a private key of that house. Never `none`, never HMAC: its key would be known to whoever knows the client's secret,
or be a public one taken for a secret."""
LEEWAY = 60
OLDEST = 600
"""Seconds. How far clocks may differ, and how old a token fetched a moment ago may say it is."""
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}


def claims_of(provider: OpenIdProvider, token: str, *, nonce: str, access_token: str = "") -> dict[str, Any]:
    """The claims of an ID token, once everything holds. Raises an error of its own for each thing that does not."""
    algorithm = _algorithm(token)
    claims = _signed(provider, token)
    if claims.get("iss") != provider.issuer:
        raise IssuerWrong
    _check_audience(provider, claims)
    _check_times(claims)
    if not isinstance(claims.get("nonce"), str) or not hmac.compare_digest(claims["nonce"].encode(), nonce.encode()):
        raise NonceWrong
    _check_access_token(claims, access_token, algorithm)
    if not isinstance(claims.get("sub"), str) or not 0 < len(claims["sub"]) <= 255:
        raise ProviderNotUnderstood
    return claims


def _algorithm(token: str) -> str:
    try:
        header = jws.extract_compact(token.encode()).headers()
    except (JoseError, ValueError) as error:
        raise ProviderNotUnderstood from error
    if header.get("alg") not in ALGORITHMS:
        raise AlgorithmRefused
    return str(header["alg"])


def _signed(provider: OpenIdProvider, token: str) -> dict[str, Any]:
    """Checked with the keys at hand; where the token names another one, once more with keys fetched anew (they change now and then)."""
    for anew in (False, True):
        try:
            return dict(jwt.decode(token, documents.keys(provider, anew=anew), algorithms=ALGORITHMS).claims)
        except InvalidKeyIdError as error:
            if anew:
                raise SignatureWrong from error
        except BadSignatureError as error:
            raise SignatureWrong from error
        except (JoseError, ValueError, TypeError) as error:
            raise SignatureWrong from error
    raise AssertionError("unreachable")


def _check_audience(provider: OpenIdProvider, claims: dict[str, Any]) -> None:
    audience = claims.get("aud")
    meant = audience if isinstance(audience, list) else [audience]
    if provider.client_id not in meant:
        raise AudienceWrong
    # Meant for several: then it says for whom it was made, and that is us.
    if (len(meant) > 1 or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise AudienceWrong


def _check_times(claims: dict[str, Any]) -> None:
    now = time.time()
    expires, made = _time(claims.get("exp")), _time(claims.get("iat"))
    begins = _time(claims.get("nbf", made))
    if expires < now - LEEWAY or made < now - OLDEST - LEEWAY:
        raise TokenExpired
    if max(made, begins) > now + LEEWAY:
        raise TokenNotYetValid


def _time(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise ProviderNotUnderstood
    return value


def _check_access_token(claims: dict[str, Any], access_token: str, algorithm: str) -> None:
    said = claims.get("at_hash")
    if said is None or algorithm[-3:] not in _HASHES:
        return
    digest = _HASHES[algorithm[-3:]](access_token.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not isinstance(said, str) or not hmac.compare_digest(said.encode(), half.encode()):
        raise AccessTokenWrong
