"""What the process is told from outside, read once, in one place."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

CHECKOUT = Path(__file__).resolve().parents[2]
INSTALLATION = "installation.json"


@dataclass(frozen=True)
class Config:
    var: Path
    owner_url: str
    app_url: str
    hosts: tuple[str, ...]
    public_address: str
    secure_cookies: bool
    file_store: str = ""
    file_store_endpoint: str = ""
    expose_demo: bool = False
    sign_again_days: int = 30
    transfer_accept_days: int = 3
    transfer_release_days: int = 2
    leaked_passwords: str = ""
    ministry_address: str = ""
    ministry_sender: str = ""

    @property
    def keys(self) -> Path:
        return self.var / "keys"


def read(environ: dict[str, str] | None = None) -> Config:
    """The environment first, then what `new-province` wrote beside the data, then a newcomer's own machine."""
    env = os.environ if environ is None else environ
    var = Path(env.get("MT_VAR") or CHECKOUT / "var")
    written = _written(var)
    address = env.get("MT_PUBLIC_ADDRESS") or written.get("public_address") or "http://127.0.0.1:8000"
    hosts = env.get("MT_HOSTS") or written.get("hosts") or "127.0.0.1,localhost,[::1]"
    return Config(
        var=var,
        owner_url=env.get("MT_OWNER_URL", ""),
        app_url=env.get("MT_APP_URL", ""),
        hosts=tuple(host for host in hosts.split(",") if host),
        public_address=address,
        secure_cookies=address.startswith("https://"),
        file_store=env.get("MT_FILE_STORE", ""),
        file_store_endpoint=env.get("MT_S3_ENDPOINT", ""),
        expose_demo=env.get("MT_EXPOSE_DEMO") == "1",
        sign_again_days=int(env.get("MT_SIGN_AGAIN_DAYS") or 30),
        transfer_accept_days=int(env.get("MT_TRANSFER_ACCEPT_DAYS") or 3),
        transfer_release_days=int(env.get("MT_TRANSFER_RELEASE_DAYS") or 2),
        leaked_passwords=_readable(env.get("MT_LEAKED_PASSWORDS", "")),
        ministry_address=env.get("MT_MINISTRY_ADDRESS", ""),
        ministry_sender=env.get("MT_MINISTRY_SENDER", ""),
    )


def _readable(path: str) -> str:
    """A list somebody asked for must be there: without it every leaked password would pass unseen."""
    if path and not os.access(path, os.R_OK):
        raise ValueError(
            f"MT_LEAKED_PASSWORDS names {path}, which cannot be read: put the list there or leave the setting out."
        )
    return path


def _written(var: Path) -> dict[str, str]:
    path = var / INSTALLATION
    return json.loads(path.read_text()) if path.exists() else {}


def write_installation(var: Path, *, public_address: str) -> None:
    """Keep the permanent address of a real province; only its own host is answered from then on."""
    host = urlsplit(public_address).hostname or ""
    path = var / INSTALLATION
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"public_address": public_address, "hosts": f"{host},127.0.0.1"}) + "\n")
    path.chmod(0o600)


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
