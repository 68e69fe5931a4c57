"""`./dev openid add FILE | list | remove KEY`: houses people may sign in through (VNeID's gateway, a province's own)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maitruong.foundation.identity.openid import registering
from maitruong.foundation.identity.openid.errors import OpenIdRefused
from maitruong.foundation.identity.openid.flow import open_providers


class Command(BaseCommand):
    help = "Cổng định danh cho phép đăng nhập qua. Mật khẩu của phần mềm (client secret) đặt ở biến MT_OPENID_SECRET, không ghi trong tệp."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["add", "list", "remove"])
        parser.add_argument("name", nargs="?", default="", help="add: the file; remove: the key")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "add":
            self._add(Path(options["name"]))
        elif options["what"] == "remove" and not registering.close(options["name"]):
            raise CommandError(f"Không có cổng {options['name']!r}.")
        told = [
            {"key": row.key, "name": row.name, "issuer": row.issuer, "client_id": row.client_id}
            for row in open_providers()
        ]
        self.stdout.write(json.dumps({"providers": told}, ensure_ascii=False))

    def _add(self, path: Path) -> None:
        try:
            given = json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise CommandError(f"Không đọc được tệp {path}: {error}") from error
        if not isinstance(given, dict):
            raise CommandError("Tệp phải là một đối tượng JSON.")
        try:
            registering.write(given, secret=os.environ.get("MT_OPENID_SECRET", ""))
        except registering.NotWritten as error:
            raise CommandError(str(error)) from error
        except OpenIdRefused as error:
            raise CommandError(f"{error.text} ({error.code})") from error
