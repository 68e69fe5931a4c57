"""`./dev registry link IN OUT`: whose rows of two lists are one human being (docs/machine.md)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.registry.verification import services

REFUSED = 1


class Command(BaseCommand):
    help = "Đối chiếu người của ngành với một danh sách dân cư."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        link = what.add_parser(
            "link", help="own và population (.csv hay .parquet) của thư mục IN; kết quả vào thư mục OUT"
        )
        link.add_argument("folder", type=Path, metavar="IN")
        link.add_argument("out", type=Path, metavar="OUT")
        link.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = services.link_lists(options["folder"], options["out"])
        except Refusal as refusal:
            told = {"code": refusal.code, "message": refusal.text, "remedy": refusal.advice}
            if options["json"]:
                self.stdout.write(json.dumps(told, ensure_ascii=False))
            else:
                self.stderr.write(f"{refusal.text} {refusal.advice}")
            raise SystemExit(REFUSED) from None
        if options["json"]:
            self.stdout.write(json.dumps(report.as_dict(), ensure_ascii=False))
        else:
            linked, doubtful, unknown = map(formats.number, (report.linked, report.doubtful, report.unknown))
            self.stdout.write(
                f"Đã ghép {linked} người, {doubtful} người cần xem lại, {unknown} người chưa thấy ai giống."
            )
