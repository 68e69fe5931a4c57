"""`./dev second-factors seal|rotate`: seal every second factor with the newest key; rotate makes a new one first."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.identity import sealing


class Command(BaseCommand):
    help = "Niêm kín mã xác thực hai lớp bằng khoá của nơi cài đặt; rotate: thay khoá mới."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["seal", "rotate"])

    def handle(self, *args: Any, **options: Any) -> None:
        made = sealing.new_key() if options["what"] == "rotate" else None
        count = 0
        while found := sealing.seal_again():
            count += found
        self.stdout.write(json.dumps({"new_key": made, "sealed": count, "unused_keys": sealing.unused_keys()}))
