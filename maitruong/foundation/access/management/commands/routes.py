"""Every address of the house and who may open it."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.access.checks import described_routes


class Command(BaseCommand):
    help = (
        "Every route: path, name, guard (a permission, or why it is public), methods. --json: one JSON object a line."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="JSON lines")

    def handle(self, *args: Any, **options: Any) -> None:
        for route in sorted(described_routes(), key=lambda r: r.path):
            told = {"route": f"/{route.path}", **asdict(route)}
            del told["path"]
            if options["json"]:
                self.stdout.write(json.dumps(told, ensure_ascii=False))
            else:
                self.stdout.write(f"{told['route']:<60} {route.name:<32} {' '.join(route.methods):<16} {route.guard}")
