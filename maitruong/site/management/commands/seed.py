"""`./dev seed NAME [--seed N] [--json]`: a demo province in an empty database."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.site import config
from maitruong.site.demo.load import NotEmpty
from maitruong.site.demo.seed import seed


class Command(BaseCommand):
    help = "Dựng một tỉnh giả lập trong cơ sở dữ liệu trống: small hoặc province."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=["small", "province"])
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(words: str) -> None:
            if not options["json"]:
                self.stderr.write(f"  {words}")

        try:
            done = seed(options["name"], number=options["seed"], owner_url=config.read().owner_url, tell=tell)
        except NotEmpty:
            words = "Cơ sở dữ liệu này đã có một tỉnh. Chỉ dựng được tỉnh giả lập trong cơ sở dữ liệu trống."
            self.stderr.write(json.dumps({"refused": "demo.not_empty", "text": words}) if options["json"] else words)
            sys.exit(1)
        self.stdout.write(
            json.dumps(asdict(done), ensure_ascii=False) if options["json"] else f"Xong trong {done.seconds} giây."
        )
