"""`./dev exchange push|reconcile|key`: the sector database at the ministry (docs/machine.md)."""

from __future__ import annotations

import json
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.access.types import system_scope
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.integration.ministry_sync import services


class Command(BaseCommand):
    help = "Gửi dữ liệu ngành lên Bộ, đối soát hai bên."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        for name, words in (("push", "gửi thay đổi"), ("reconcile", "gửi, đối soát và bù")):
            one = what.add_parser(name, help=words)
            one.add_argument("--json", action="store_true")
            one.add_argument("--dataset", default="")
            one.add_argument("--school", default="", help="mã trường")
        connect = what.add_parser("connect", help="khai báo cổng tiếp nhận; in khoá công khai để đăng kí ở Bộ")
        connect.add_argument("--address", required=True)
        connect.add_argument("--sender", required=True, help="mã định danh của Sở, ví dụ H31.09")
        what.add_parser("disconnect", help="thôi gửi lên Bộ")
        what.add_parser("key", help="khoá công khai để đăng kí ở Bộ; lần đầu thì tạo khoá")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] in ("key", "connect", "disconnect"):
            self._gate(options)
            return
        scope = system_scope(services.REASON)
        asked = {"dataset": options["dataset"], "school": options["school"]}
        try:
            if options["what"] == "push":
                done = services.push(scope, **asked)
                result: dict[str, Any] = {
                    name: done[name]
                    for name in ("NEW", "UPDATE", "CANCEL", "refused", "accepted", "rejected", "failed", "stopped")
                }
                right = not done["failed"] and not done["stopped"]
            else:
                result = services.as_result(services.reconcile(scope, **asked))
                right = not result["left"] and not result["waiting"]
        except Refusal as refusal:
            self._tell(options, {"refused": {"code": refusal.code, "message": refusal.text, "remedy": refusal.advice}})
            sys.exit(1)
        self._tell(options, result)
        if not right:
            sys.exit(1)

    def _gate(self, options: dict[str, Any]) -> None:
        if options["what"] == "disconnect":
            services.disconnect()
            return
        if options["what"] == "connect":
            try:
                services.connect(options["address"], options["sender"])
            except Refusal as refusal:
                self.stderr.write(f"{refusal.text} {refusal.advice}")
                sys.exit(1)
        self.stdout.write(json.dumps(services.make_key()))

    def _tell(self, options: dict[str, Any], result: dict[str, Any]) -> None:
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        elif "refused" in result and isinstance(result["refused"], dict):
            self.stdout.write(f"{result['refused']['message']} {result['refused']['remedy']}")
        elif options["what"] == "push":
            sent = formats.number(result["accepted"])
            self.stdout.write(
                f"Bộ đã nhận {sent} bản ghi; chưa nhận {formats.number(result['rejected'] + result['refused'])}."
            )
        else:
            found, left = formats.number(result["differences"]), formats.number(result["left"])
            self.stdout.write(f"Tìm thấy {found} chỗ lệch, sau khi bù còn {left}.")
