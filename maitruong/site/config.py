"""What the process is told from outside, read once, in one place."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Config:
    var: Path
    owner_url: str
    app_url: str
    hosts: tuple[str, ...]
    public_address: str
    secure_cookies: bool

    @property
    def keys(self) -> Path:
        return self.var / "keys"


def read(environ: dict[str, str] | None = None) -> Config:
    env = os.environ if environ is None else environ
    var = Path(env.get("MT_VAR") or CHECKOUT / "var")
    return Config(
        var=var,
        owner_url=env.get("MT_OWNER_URL", ""),
        app_url=env.get("MT_APP_URL", ""),
        hosts=tuple(h for h in env.get("MT_HOSTS", "127.0.0.1,localhost,[::1]").split(",") if h),
        public_address=env.get("MT_PUBLIC_ADDRESS", "http://127.0.0.1:8000"),
        secure_cookies=env.get("MT_PUBLIC_ADDRESS", "").startswith("https://"),
    )


def secret_key(config: Config) -> str:
    """The installation's own key: made once, kept outside the repository, readable by its owner alone."""
    path = config.keys / "django.key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(secrets.token_urlsafe(64))
        except FileExistsError:
            pass  # another process of the same start was quicker; its key is the key
    return path.read_text()


def database(url: str) -> dict[str, object]:
    """Django's description of a database from a libpq address; the host may be a socket folder, in the query."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": query.pop("port", "") or str(parts.port or ""),
        "OPTIONS": query,
    }
