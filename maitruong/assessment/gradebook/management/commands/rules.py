"""`./dev rules eval TOPIC < pupils.jsonl` · `./dev rules compare --n N --seed S` · `./dev rules recompute --year Y` ·
`./dev rules page` (docs/machine.md).

JSON lines out. Exit 0 right, 1 refused (or a difference found), 2 broken.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.assessment.gradebook import sampling, services
from maitruong.assessment.gradebook.rules import evaluate
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings
from maitruong.foundation import regulations
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations

REFUSED, BROKEN = 1, 2


class Command(BaseCommand):
    help = "Hỏi các quy định đánh giá, đối chiếu chúng với bản tính hàng loạt, tính lại kết quả."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        judge = what.add_parser("eval", help="mỗi dòng vào một đối tượng JSON, mỗi dòng ra một kết quả")
        judge.add_argument("topic")
        compare = what.add_parser("compare", help="học sinh ngẫu nhiên, tính từng em và tính hàng loạt")
        compare.add_argument("--n", type=int, default=20_000)
        compare.add_argument("--seed", type=int, default=1)
        compare.add_argument("--reading", default="tt22_2021", help="mã cách hiểu quy định (RuleSettings.id)")
        what.add_parser("page", help="in sổ đăng kí quy định: ./dev rules page > docs/regulations.md")
        again = what.add_parser("recompute", help="so kết quả đã lưu với kết quả tính lại; --apply mới ghi")
        again.add_argument("--year", type=int, required=True)
        again.add_argument("--school", action="append", default=[], metavar="CODE")
        again.add_argument("--apply", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        acts = {"eval": self._eval, "compare": self._compare, "page": self._page, "recompute": self._recompute}
        code = acts[options["what"]](options)
        if code:
            raise SystemExit(code)

    def _say(self, told: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(told, ensure_ascii=False))

    def _eval(self, options: dict[str, Any]) -> int:
        code = 0
        for number, payload in _payloads(sys.stdin):
            if payload is None:
                self._say({"line": number, "broken": "Dòng này không phải JSON."})
                code = BROKEN
                continue
            told = evaluate.answer(options["topic"], payload)
            self._say(told)
            if "refused" in told:
                code = max(code, REFUSED)
        return code

    def _page(self, options: dict[str, Any]) -> int:
        self.stdout.write(regulations.as_markdown().strip())
        return 0

    def _compare(self, options: dict[str, Any]) -> int:
        try:
            settings = Tt22Settings.from_id(options["reading"])
        except Refusal as refusal:
            self._say({"refused": {"code": refusal.code, "message": refusal.text, "remedy": refusal.advice}})
            return REFUSED
        started = time.monotonic()
        found = sampling.Comparison()
        for found in sampling.compare(options["n"], options["seed"], settings=settings):
            if found.pupils < options["n"]:
                self.stderr.write(f"{found.pupils} em, {found.differences} khác biệt")
        for number, plain, twin in found.examples:
            self._say({"id": number, "plain": plain, "twin": twin})
        self._say(
            {
                "pupils": found.pupils,
                "seed": options["seed"],
                "settings": settings.id,
                "differences": found.differences,
                "seconds": round(time.monotonic() - started, 1),
            }
        )
        return REFUSED if found.differences else 0

    def _recompute(self, options: dict[str, Any]) -> int:
        units = [(code, organisations.unit_by_code(code)) for code in options["school"]]
        for code, unit in units:
            if unit is None:
                self._say({"refused": {"code": "rules.school_unknown", "message": f"Không có trường mã {code}."}})
                return REFUSED
        schools = [unit.id for _, unit in units if unit] or None
        scope = system_scope("rules recompute")
        started = time.monotonic()
        with unit_of_work(scope):
            found = services.recompute(scope, school_year=options["year"], school_ids=schools, apply=options["apply"])
        self._say({**found.as_dict(), "applied": options["apply"], "seconds": round(time.monotonic() - started, 1)})
        return REFUSED if found.differences and not options["apply"] else 0


def _payloads(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """(line number, payload); None for a line that is no JSON. Empty lines are passed over."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except ValueError:
            yield number, None
