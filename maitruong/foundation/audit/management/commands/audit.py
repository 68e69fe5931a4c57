"""`./dev audit verify [--json]`: names any changed, removed, added or re-ordered entry."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.audit import queries, services


class Command(BaseCommand):
    help = "Niêm phong và kiểm tra nhật ký thao tác."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["verify", "seal"])
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        scope = system_scope(f"audit {options['what']}")
        with unit_of_work(scope):
            if options["what"] == "seal":
                self.stdout.write(json.dumps({"sealed": services.seal()}))
                return
            findings = list(queries.verify())
        for finding in findings:
            self.stdout.write(json.dumps(asdict(finding), ensure_ascii=False) if options["json"] else finding.sentence)
        if findings:
            raise SystemExit(1)
        self.stdout.write(json.dumps({"verified": True}) if options["json"] else "Nhật ký nguyên vẹn.")
