"""`./dev duplicates find --json`: who stands twice in the sector's database (docs/machine.md)."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel import formats
from maitruong.registry.duplicates import services


class Command(BaseCommand):
    help = "Tìm hồ sơ trùng trong toàn tỉnh và cập nhật danh sách chờ xem."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        find = what.add_parser("find", help="đối chiếu mọi người với mọi người")
        find.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        found = services.find_again(system_scope("look for people who are entered twice"))
        if options["json"]:
            self.stdout.write(json.dumps(found.as_dict()))
        else:
            people, pairs, new = map(formats.number, (found.people, found.pairs, found.new))
            self.stdout.write(f"Đã đối chiếu {people} người: {pairs} cặp cần xem, {new} cặp mới.")
