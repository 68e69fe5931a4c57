"""`./dev rollover {plan,run,reverse}`: the step of the province, or of one school, into the next year (docs/machine.md)."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.registry.calendar import queries as calendar
from maitruong.registry.enrolment.rollover import running

_SCOPE = system_scope("the step into the next school year, by command")
STOPPED = 1


class Command(BaseCommand):
    help = "Lên lớp năm học mới cho toàn tỉnh hoặc một trường."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        for name, told in (
            ("plan", "đếm, không ghi gì vào danh sách lớp"),
            ("run", "lên lớp"),
            ("reverse", "lùi lại"),
        ):
            one = what.add_parser(name, help=told)
            one.add_argument("--from-year", type=int, help="năm học đang kết thúc, ví dụ 2026 cho 2026-2027")
            one.add_argument("--school", help="mã trường; không có thì mọi trường")
            one.add_argument("--why", default="", help="lí do lùi lại")
            one.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        year = options["from_year"] or calendar.year_on(clock.today())
        total: Counter[str] = Counter()
        stopped: list[dict[str, Any]] = []
        for school_id in self._schools(year, options["school"]):
            try:
                total.update(self._step(options, school_id, year))
                total["schools"] += 1
            except Refusal as refusal:
                stopped.append({"school": school_id, "code": refusal.code, "message": refusal.text})
        told = {"from_year": year, **total, "stopped": stopped}
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False))
        else:
            self.stdout.write(", ".join(f"{name}: {value}" for name, value in told.items() if name != "stopped"))
            for one in stopped:
                self.stderr.write(f"{one['school']}: {one['message']}")
        if stopped:
            raise SystemExit(STOPPED)

    def _step(self, options: dict[str, Any], school_id: int, year: int) -> dict[str, int]:
        act = {"plan": running.LOOK, "run": running.RUN, "reverse": running.BACK}[options["what"]]
        return running.step(_SCOPE, act, school_id=school_id, from_year=year, why=options["why"])

    def _schools(self, year: int, code: str | None) -> list[int]:
        with unit_of_work(_SCOPE):
            if code:
                found = list(organisations.ids_of_codes([code]).values())
                if not found:
                    raise CommandError(f"Không có trường nào mang mã {code}.")
                return found
            return running.schools_with_classes(_SCOPE, year)
