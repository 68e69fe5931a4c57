"""`./dev seed NAME [--seed N] [--scale 1/10] [--json]`: a demo province in an empty database."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import asdict
from fractions import Fraction
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandParser

from maitruong.foundation.kernel.errors import Refusal
from maitruong.site import config
from maitruong.site.demo.load import NotEmpty, Unfinished
from maitruong.site.demo.seed import seed

GIGABYTES = 15
"""Room asked for the whole province; a part of it needs its part."""


class ProvinceNotEmpty(Refusal):
    code = "demo.not_empty"
    message = "Cơ sở dữ liệu này đã có một tỉnh."
    remedy = "Chỉ dựng được tỉnh giả lập trong cơ sở dữ liệu trống: đặt MT_VAR tới một thư mục mới rồi chạy lại."


class ProvinceUnfinished(Refusal):
    code = "demo.unfinished"
    message = (
        "Tỉnh giả lập trong cơ sở dữ liệu này đang được dựng, hoặc lần dựng trước bị ngắt giữa chừng nên thiếu dữ liệu "
        "và chỉ mục."
    )
    remedy = (
        "Nếu không còn lệnh nào đang dựng: xoá cơ sở dữ liệu ấy (thư mục postgres trong MT_VAR), hoặc đặt MT_VAR tới một "
        "thư mục mới, rồi chạy lại."
    )


class InsideCheckout(Refusal):
    code = "demo.inside_checkout"
    message = "Tỉnh giả lập này chiếm tới {gigabytes} GB, không dựng trong thư mục mã nguồn ({folder})."
    remedy = (
        "Đặt MT_VAR tới một thư mục ngoài mã nguồn, ví dụ: MT_VAR=~/mai-truong-tinh ./dev seed province. "
        "Nếu vẫn muốn dựng ở đây, thêm --here."
    )


class NoRoom(Refusal):
    code = "demo.no_room"
    message = "Ổ đĩa chứa {folder} còn trống {free} GB, tỉnh giả lập này cần {gigabytes} GB."
    remedy = "Dọn bớt ổ đĩa, đặt MT_VAR tới ổ khác, hoặc dựng một phần của tỉnh bằng --scale 1/10."


class Command(BaseCommand):
    help = "Dựng một tỉnh giả lập trong cơ sở dữ liệu trống: small hoặc province (cả tỉnh hay một phần)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", choices=["small", "province"])
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--scale", type=Fraction, default=Fraction(1), help="phần của tỉnh: 1, 1/3, 1/10 ...")
        parser.add_argument("--here", action="store_true", help="dựng province ngay trong thư mục mã nguồn")
        parser.add_argument("--processes", type=int, help="số tiến trình cùng dựng (mặc định 2)")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        def tell(words: str) -> None:
            self.stderr.write(json.dumps({"step": words}, ensure_ascii=False) if options["json"] else f"  {words}")

        given = config.read()
        try:
            if options["name"] == "province":
                _refuse_place(given, options["scale"], here=options["here"])
            done = seed(
                options["name"],
                number=options["seed"],
                scale=options["scale"],
                owner_url=given.owner_url,
                tell=tell,
                processes=options["processes"],
            )
        except NotEmpty:
            self._refused(ProvinceNotEmpty(), as_json=options["json"])
        except Unfinished:
            self._refused(ProvinceUnfinished(), as_json=options["json"])
        except Refusal as problem:
            self._refused(problem, as_json=options["json"])
        self.stdout.write(
            json.dumps(asdict(done), ensure_ascii=False) if options["json"] else f"Xong trong {done.seconds} giây."
        )

    def _refused(self, why: Refusal, *, as_json: bool) -> NoReturn:
        told = {"refused": why.code, "text": why.text, "remedy": why.advice}
        self.stderr.write(json.dumps(told, ensure_ascii=False) if as_json else f"{why.text}\n  {why.advice}")
        sys.exit(1)


def _refuse_place(given: config.Config, scale: Fraction, *, here: bool) -> None:
    """The province belongs neither into a checkout nor onto a full disk. Raises InsideCheckout, NoRoom."""
    folder = given.var.absolute()
    asked = round(float(GIGABYTES * scale), 1)
    if folder.is_relative_to(config.CHECKOUT) and not here:
        raise InsideCheckout(folder=folder, gigabytes=_comma(asked))
    folder.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(folder).free / 1024**3
    if free < asked:
        raise NoRoom(folder=folder, free=_comma(round(free, 1)), gigabytes=_comma(asked))


def _comma(number: float) -> str:
    return f"{number:g}".replace(".", ",")
