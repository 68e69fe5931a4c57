"""`./dev connections add FILE | list | rotate KEY | disable KEY --why TEXT`: programs of others that may ask over OneRoster."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel.errors import Refusal
from maitruong.integration.open_api import queries, services
from maitruong.integration.open_api.models import Client
from maitruong.integration.open_api.types import Given

_SCOPE = system_scope("a connection is kept from the command line")
_KEYS = {"name", "contact", "email", "purpose", "basis", "scopes", "units", "valid_to"}


class Command(BaseCommand):
    help = "Phần mềm ngoài được hỏi dữ liệu qua OneRoster. Khoá bí mật chỉ in ra một lần."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["add", "list", "rotate", "disable"])
        parser.add_argument("name", nargs="?", default="", help="add: the file; rotate, disable: the client_id")
        parser.add_argument("--why", default="", help="disable: for the audit")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with unit_of_work(_SCOPE):
                told = getattr(self, f"_{options['what']}")(options)
        except Refusal as refusal:
            raise CommandError(f"{refusal.text} {refusal.advice} ({refusal.code})") from refusal
        self.stdout.write(json.dumps(told, ensure_ascii=False, default=str))

    def _add(self, options: dict[str, Any]) -> dict[str, Any]:
        try:
            given = json.loads(Path(options["name"]).read_text())
        except (OSError, ValueError) as error:
            raise CommandError(f"Không đọc được tệp {options['name']}: {error}") from error
        if not isinstance(given, dict) or set(given) - _KEYS:
            raise CommandError(f"Tệp là một đối tượng JSON với các khoá: {', '.join(sorted(_KEYS))}.")
        ends = given.get("valid_to")
        try:
            valid_to = dt.date.fromisoformat(ends) if ends else None
        except (TypeError, ValueError) as error:
            raise CommandError("valid_to là một ngày, ví dụ 2027-08-31.") from error
        texts = {name: str(given.get(name, "")) for name in ("name", "contact", "email", "purpose", "basis")}
        lists = {name: [str(one) for one in given.get(name) or []] for name in ("scopes", "units")}
        made = services.register_client(
            _SCOPE, **texts, scopes=lists["scopes"], unit_codes=lists["units"], valid_to=valid_to
        )
        return _shown(made)

    def _list(self, options: dict[str, Any]) -> dict[str, Any]:
        keys = dict(Client.objects.values_list("id", "key"))
        rows = queries.clients()
        return {
            "connections": [
                {
                    "client_id": keys[row.id],
                    "name": row.name,
                    "units": row.places,
                    "last_call": row.last_at,
                    "calls_today": row.calls_today,
                    "disabled_at": row.disabled_at,
                }
                for row in rows
            ]
        }

    def _rotate(self, options: dict[str, Any]) -> dict[str, Any]:
        return _shown(services.rotate_secret(_SCOPE, client_id=_client(options["name"])))

    def _disable(self, options: dict[str, Any]) -> dict[str, Any]:
        services.disable_client(_SCOPE, client_id=_client(options["name"]), why=options["why"])
        return {"disabled": options["name"]}


def _client(key: str) -> int:
    found = Client.objects.filter(key=key).values_list("pk", flat=True).first()
    if found is None:
        raise CommandError(f"Không có kết nối {key!r}.")
    return int(found)


def _shown(made: Given) -> dict[str, Any]:
    return {"client_id": made.key, "client_secret": made.secret}
