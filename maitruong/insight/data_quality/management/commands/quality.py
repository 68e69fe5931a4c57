"""`./dev quality run [--school CODE] --json`: look at the whole sector, or one school, for what is wrong (docs/machine.md)."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maitruong.foundation.kernel import formats
from maitruong.foundation.organisations import queries as organisations
from maitruong.insight.data_quality import running


class Command(BaseCommand):
    help = "Kiểm tra dữ liệu của toàn ngành hoặc một trường theo các luật đã đặt tên."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        run = what.add_parser("run", help="kiểm tra ngay")
        run.add_argument("--school", default="", help="mã trường")
        run.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        schools = None
        if options["school"]:
            unit = organisations.unit_by_code(options["school"])
            if unit is None or unit.kind != "school":
                raise CommandError(f"Không có trường mã {options['school']}.")
            schools = [unit.id]
        told = running.run(schools)
        if options["json"]:
            self.stdout.write(json.dumps(told))
            return
        numbers = map(formats.number, (told["open"], told["new"], told["closed"]))
        self.stdout.write("Còn {} điều cần sửa, {} điều mới, {} điều đã hết.".format(*numbers))
