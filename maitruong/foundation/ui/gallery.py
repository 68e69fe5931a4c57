"""What the gallery shows: invented people and figures, enough to put every component into every state."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from maitruong.foundation.ui import charts

NAMES = (
    "Nguyễn Thị Ngọc Ánh",
    "Trần Minh An",
    "Lê Hoàng Bảo Anh",
    "Phạm Gia Bảo",
    "Vũ Thị Hà Châu",
    "Hoàng Văn Chiến",
    "Đặng Thuỳ Chi",
    "Bùi Tiến Dũng",
    "Nguyễn Phạm Khánh Huyền",
    "Lý A Sính",
)
MARKS = (
    ("8", "9", "7", "8,5", "10", "10", "9,2", "Chắc kiến thức, trình bày rõ ràng."),
    ("5,5", "5,5", "3,5", "7,5", "6,5", "6,2", "6,0", ""),
    ("8", "7,5", "9", "8", "7,5", "8,5", "8,1", ""),
    ("8,5", "7", "9", "8,5", "7", "8", "7,9", ""),
    ("9,5", "7,5", "9,5", "8", "8,5", "9,2", "8,8", "Tiến bộ ở hình học."),
    ("8", "7", "7,5", "7,5", "7", "7", "7,2", ""),
    ("9,5", "7,5", "8", "9", "9", "7,8", "8,5", ""),
    ("8", "8,5", "V", "6", "8", "6,8", "", ""),
    ("9", "10", "9", "9,5", "9", "", "", ""),
    ("6", "7", "6,5", "6", "6,5", "", "", ""),
)
COLUMNS: list[dict[str, Any]] = [
    {"key": "tx1", "label": "TX1", "long": "thường xuyên 1", "sub": "hệ số 1", "kind": "mark", "group": "TX"},
    {"key": "tx2", "label": "TX2", "long": "thường xuyên 2", "sub": "hệ số 1", "kind": "mark", "group": "TX"},
    {"key": "tx3", "label": "TX3", "long": "thường xuyên 3", "sub": "hệ số 1", "kind": "mark", "group": "TX"},
    {"key": "tx4", "label": "TX4", "long": "thường xuyên 4", "sub": "hệ số 1", "kind": "mark", "group": "TX"},
    {"key": "gk", "label": "GK", "long": "giữa kì", "sub": "hệ số 2", "kind": "mark", "break": True},
    {"key": "ck", "label": "CK", "long": "cuối kì", "sub": "hệ số 3", "kind": "mark"},
    {"key": "tb", "label": "ĐTB", "long": "điểm trung bình", "sub": "tự tính", "kind": "calc", "break": True},
    {"key": "nx", "label": "Nhận xét", "kind": "text"},
]


def sample() -> dict[str, Any]:
    """Everything gallery.html asks for."""
    return {
        "me": _me(),
        "menu": _menu(),
        "crumbs": [{"label": "Mái Trường", "url": "/"}, {"label": "Bộ giao diện"}],
        "columns": COLUMNS,
        "rows": _rows(),
        "trend": [62, 63, 65, 64, 67, 70, 69, 71.4],
        "wavy": [96, 97.4, 96.8, 98.1, 97.9, 97.2, 97.8, 96.2, 97.8],
        "levels": _levels(),
        "plain_bars": [
            charts.Bar("Trường Tiểu học", (412,), "#bieu-do"),
            charts.Bar("Trường THCS", (263,), "#bieu-do"),
            charts.Bar("Trường THPT", (91,), "#bieu-do"),
            charts.Bar("Trung tâm GDTX", (None,)),
        ],
        "hours": [3, 14, 29, 36, 38, 30, 10, 8, 16.2],
        "before": [2, 10, 24, 31, 33, 27, 9, 7, 18, 24, 20, 12],
        "ticks": ["6h", "", "8h", "", "10h", "", "12h", "", "14h", "", "16h", ""],
        "map": _map(),
        "map_legend": [
            ("m1", "dưới 40%"),
            ("m2", "40–59"),
            ("m3", "60–74"),
            ("m4", "75–89"),
            ("m5", "từ 90%"),
            ("none", charts.NO_DATA),
        ],
        "level_legend": [("c1", "Tốt"), ("c2", "Khá"), ("c3", "Đạt"), ("c4", "Chưa đạt")],
    }


def _me() -> dict[str, Any]:
    return {
        "name": "Nguyễn Thị Lan",
        "initials": "NL",
        "sign_out_url": "#",
        "workspaces": [
            {"label": "", "role": "Giáo viên", "place": "THCS Lê Chân", "url": "#", "current": True},
            {"label": "2 con", "role": "Phụ huynh", "place": "TH Nguyễn Công Trứ", "url": "#", "current": False},
        ],
    }


def _menu() -> list[dict[str, Any]]:
    parts = (
        ("", (("Nút", "plus", "nut"), ("Ô nhập", "pencil", "o-nhap"), ("Lời nhắn", "message", "loi-nhan"))),
        ("Danh sách", (("Bảng, hàng", "table", "danh-sach"), ("Số liệu", "chart", "bieu-do"))),
        ("Nhập liệu", (("Lưới điểm", "notebook", "luoi"), ("Hộp thoại", "info", "hop-thoai"))),
        ("Nền", (("Màu, chữ", "sun", "nen"), ("Biểu tượng", "dashboard", "bieu-tuong"))),
    )
    groups = [
        {"label": label, "items": [{"label": words, "icon": icon, "url": f"#{at}"} for words, icon, at in items]}
        for label, items in parts
    ]
    first = groups[0]["items"]
    first[0].update(current=True)  # type: ignore[attr-defined]
    first[2].update(count=5)  # type: ignore[attr-defined]
    return groups


def _rows() -> list[dict[str, Any]]:
    keys = [column["key"] for column in COLUMNS]
    return [
        {"id": f"mau-{index}", "name": name, "cells": dict(zip(keys, marks, strict=True))}
        for index, (name, marks) in enumerate(zip(NAMES, MARKS, strict=True), 1)
    ]


def _levels() -> list[charts.Bar]:
    shares = {6: (31, 42, 24, 3), 7: (28, 43, 25, 4), 8: (26, 42, 27, 5), 9: (29, 44, 24, 3), 10: None}
    return [
        charts.Bar(f"Khối {grade}", share or (None,) * 4, "#bieu-do" if share else "")
        for grade, share in shares.items()
    ]


def _map() -> Markup:
    """Thirty made-up communes as hexagons, one of them far away in a frame."""
    areas = []
    for index in range(30):
        column, row = index % 6, index // 6
        x, y = 40 + column * 52, 36 + row * 45 + (column % 2) * 22
        value = None if index in (8, 21) else (index * 37) % 100
        areas.append(_hexagon(f"Xã số {index + 1}", x, y, value, labelled=index in (2, 13, 27)))
    areas.append(_hexagon("Đảo xa", 372, 236, 76, labelled=False))
    frame = charts.Frame(336, 200, 72, 72)
    return charts.choropleth(areas, "Bản đồ minh hoạ, tỉ lệ theo xã", width=420, height=290, frames=[frame])


def _hexagon(name: str, x: float, y: float, value: int | None, *, labelled: bool) -> charts.Area:
    ring = [(x + 29 * math.cos(math.tau * part / 6), y + 25 * math.sin(math.tau * part / 6)) for part in range(6)]
    return charts.Area(
        name=name,
        path=charts.path_of([ring]),
        value_text=f"{value}%",
        step=charts.step_of(value, (40, 60, 75, 90)),
        href="#bieu-do",
        label_at=(x, y + 5) if labelled else None,
    )
