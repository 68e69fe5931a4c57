"""`./dev periods verify [--json]`: is every report that was ever signed still, byte for byte, what was signed?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.registry.periods import verifying


class Command(BaseCommand):
    help = "Kì báo cáo: verify = băm lại mọi số liệu đã chốt và kiểm tra mọi chữ ký."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["verify"])
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0: everything is as it was frozen; 1: something is not, and what is told."""
        checked = whole = 0
        broken = []
        with unit_of_work(system_scope("verify what was frozen")):
            for one in verifying.verify_all():
                checked += 1
                whole += one.is_whole
                if not one.is_whole:
                    broken.append(one)
                    if not options["json"]:
                        self.stdout.write(f"{one.school or 'Toàn tỉnh'}, bản {one.version}: {'; '.join(one.problems)}")
        if options["json"]:
            told = {"checked": checked, "whole": whole, "broken": [asdict(one) for one in broken]}
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stdout.write(
                f"Đã kiểm tra {checked} bản đã chốt: {whole} bản nguyên vẹn, {len(broken)} bản có vấn đề."
            )
        if broken:
            sys.exit(1)
