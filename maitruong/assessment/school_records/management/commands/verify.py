"""`./dev verify FILE [--json]`: is this file a school record as it was sealed, does it still stand, and if not, what changed?"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.assessment.school_records import queries
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope

LARGEST_BYTES = 12_000_000


class Command(BaseCommand):
    help = "Kiểm tra một tệp học bạ (XML hoặc PDF): còn hiệu lực, đã thay, đã thu hồi, bị sửa chỗ nào."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit 0: as it was sealed (also superseded or revoked, which is told); 1: altered or unknown; 2: cannot be read."""
        path: Path = options["file"]
        try:
            if path.stat().st_size > LARGEST_BYTES:
                raise OSError("lớn hơn 12 MB")
            data = path.read_bytes()
        except OSError as problem:
            self.stderr.write(f"Không đọc được tệp {path.name}: {problem.strerror or problem}.")
            sys.exit(2)
        with unit_of_work(system_scope("verify a file")):
            found = queries.verify_upload(data)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(found), ensure_ascii=False))
        else:
            self.stdout.write(" ".join(filter(None, (found.sentence, found.also))))
            if found.school:
                year = f"{found.school_year}-{found.school_year + 1}"
                self.stdout.write(f"  {found.initials}  {found.school}, năm học {year}, bản {found.version}")
                self.stdout.write(f"  SHA-256 {found.xml_sha256}")
            for place in found.problems:
                self.stdout.write(f"  {place.where}: {place.sentence}")
        if found.exit_code:
            sys.exit(found.exit_code)
