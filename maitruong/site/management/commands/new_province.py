"""`./dev new-province`: an empty real province, with its first administrator's one-time link."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.kernel.errors import Refusal
from maitruong.site import config, province


class Command(BaseCommand):
    help = "Lập một tỉnh thật, trống: đơn vị, danh mục, quản trị viên đầu tiên."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--province", required=True, help="mã tỉnh 2 chữ số, ví dụ 31")
        parser.add_argument("--department", required=True, help="tên Sở")
        parser.add_argument("--address", required=True, help="địa chỉ công khai cố định, https://…")
        parser.add_argument("--administrator", required=True, help="họ và tên quản trị viên đầu tiên")
        parser.add_argument("--login", default="quan-tri")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            born = province.new_province(
                province=options["province"],
                department=options["department"],
                public_address=options["address"],
                administrator=options["administrator"],
                login=options["login"],
            )
        except Refusal as refusal:
            self.stderr.write(
                json.dumps({"refused": refusal.code, "text": refusal.text}, ensure_ascii=False)
                if options["json"]
                else f"{refusal.text} {refusal.advice}"
            )
            raise SystemExit(1) from refusal
        config.write_installation(config.read().var, public_address=options["address"])
        if options["json"]:
            self.stdout.write(json.dumps({"department_id": born.department_id, "login": born.login, "link": born.link}))
            return
        self.stdout.write(
            f"Đã lập tỉnh. Tên đăng nhập: {born.login}\nMở liên kết này một lần, trong 24 giờ, để đặt mật khẩu:\n{born.link}"
        )
