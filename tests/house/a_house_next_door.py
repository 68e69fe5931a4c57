"""An OpenID provider of our own that does as it is told: honest by default, and every wrong a correct one would never do.

It keeps codes for one use, checks the proof of PKCE and the client's secret; what it signs, and with what, a test may change.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "mai-truong", "bí mật / của & hai nhà"


class NextDoor(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Doors)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
        self.codes: dict[str, dict[str, str]] = {}
        self.people: dict[str, dict[str, Any]] = {}
        self.overrides: dict[str, Any] = {}
        self.document: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.honestly
        self.before: Callable[[BaseHTTPRequestHandler], bool] = lambda request: False
        self.exchanges: list[int] = []
        self.key_questions = 0

    def honestly(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{_written({'alg': 'none'})}.{_written(claims)}."

    def by_shared_secret(self, claims: dict[str, Any]) -> str:
        """HMAC with the public key taken for a secret, as in the attack on libraries that let the token choose."""
        text = f"{_written({'alg': 'HS256', 'kid': 'one'})}.{_written(claims)}"
        return f"{text}.{_letters(hmac.digest(self.key.as_pem(private=False), text.encode(), 'sha256'))}"

    def by_another_key(self, claims: dict[str, Any]) -> str:
        stranger = RSAKey.generate_key(2048, {"kid": "one"})
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, stranger)

    def lets_in(self, address: str, who: str) -> dict[str, str]:
        """What it sends the browser back with, once `who` has signed in at the address our house sent her to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        code = f"code-{len(self.codes)}-{time.monotonic_ns():x}"
        self.codes[code] = asked | {"who": who}
        return {"code": code, "state": asked["state"], "iss": self.issuer}

    def token_for(self, form: dict[str, str]) -> dict[str, Any] | None:
        asked = self.codes.pop(form.get("code", ""), None)
        proof = _letters(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        if asked["code_challenge"] != proof:
            return None
        now = int(time.time())
        access = "một mã truy cập"
        claims = {
            "iss": self.issuer,
            "sub": asked["who"],
            "aud": CLIENT,
            "exp": now + 300,
            "iat": now,
            "nonce": asked["nonce"],
            "at_hash": _letters(hashlib.sha256(access.encode()).digest()[:16]),
            **self.people.get(asked["who"], {}),
            **self.overrides,
        }
        return {"access_token": access, "token_type": "Bearer", "id_token": self.sign(claims)}

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/auth",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "authorization_response_iss_parameter_supported": True,
            **self.document,
        }


class Doors(BaseHTTPRequestHandler):
    server: NextDoor

    def do_GET(self) -> None:
        if self.server.before(self):
            return
        if self.path == "/keys":
            self.server.key_questions += 1
            self.answer(200, {"keys": [{"kty": "?"}, self.server.key.as_dict(private=False)]})
        else:
            self.answer(200, self.server.discovery())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.server.before(self):
            return
        form = {name: values[0] for name, values in parse_qs(body).items()}
        pair = base64.b64decode(self.headers.get("Authorization", "Basic ").removeprefix("Basic ")).decode()
        if [unquote(part) for part in pair.split(":")] != [CLIENT, SECRET]:
            self.answer(401, {"error": "invalid_client"})
            return
        given = self.server.token_for(form)
        self.server.exchanges.append(200 if given else 400)
        self.answer(200 if given else 400, given or {"error": "invalid_grant"})

    def answer(self, status: int, told: Any) -> None:
        self.say(status, json.dumps(told).encode(), "application/json")

    def say(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(OSError):  # who asked may have gone
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


def _letters(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _written(part: dict[str, Any]) -> str:
    return _letters(json.dumps(part).encode())


def opened() -> NextDoor:
    house = NextDoor()
    threading.Thread(target=house.serve_forever, daemon=True).start()
    return house
