"""A small site for the kit's browser tests: the gallery, one page with a grid, and a book held in memory.

It answers under the product's own content policy, so whatever the kit does that the policy forbids fails here.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, ClassVar
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path
from django.views.static import serve

from maitruong.foundation.kernel import formats
from maitruong.foundation.ui import views

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
MOMENT = "2026-11-24T14:05:00+07:00"
FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Vũ", "Hoàng", "Đặng", "Bùi", "Lý")
MIDDLE = ("Thị Ngọc", "Minh", "Hoàng Bảo", "Gia", "Phạm Khánh", "Văn", "Thuỳ", "A")
GIVEN = ("Ánh", "An", "Anh", "Bảo", "Huyền", "Chiến", "Chi", "Dũng", "Sính", "Đạt", "Hân")
MARK_KEYS = ("tx1", "tx2", "tx3", "tx4", "gk", "ck")
COLUMNS: list[dict[str, Any]] = [
    *(
        {
            "key": f"tx{n}",
            "label": f"TX{n}",
            "long": f"thường xuyên {n}",
            "sub": "hệ số 1",
            "kind": "mark",
            "group": "TX",
        }
        for n in range(1, 5)
    ),
    {"key": "gk", "label": "GK", "long": "giữa kì", "sub": "hệ số 2", "kind": "mark", "break": True},
    {"key": "ck", "label": "CK", "long": "cuối kì", "sub": "hệ số 3", "kind": "mark"},
    {"key": "tb", "label": "ĐTB", "sub": "tự tính", "kind": "calc", "break": True},
    {"key": "nx", "label": "Nhận xét", "kind": "text"},
]
OTHER_KINDS: list[dict[str, Any]] = [
    {"key": "kt", "label": "KT", "long": "bài kiểm tra", "kind": "integer", "max": 10},
    {"key": "dg", "label": "Đánh giá", "kind": "choice", "choices": [("Đ", "Đạt"), ("CĐ", "Chưa đạt")]},
    {"key": "th", "label": "Mức", "kind": "choice", "choices": [("T", "Tốt"), ("H", "Hoàn thành"), ("C", "Cần cố")]},
    {"key": "nx", "label": "Nhận xét", "kind": "text"},
]


@dataclass
class Book:
    """A mark book in memory that answers as the contract of the grid says."""

    pupils: int = 45
    columns: list[dict[str, Any]] = field(default_factory=lambda: COLUMNS)
    values: dict[tuple[str, str], str] = field(default_factory=dict)
    authors: dict[tuple[str, str], str] = field(default_factory=dict)
    locked: dict[str, set[str]] = field(default_factory=dict)
    version: int = 1
    requests: list[dict[str, Any]] = field(default_factory=list)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    polls: list[int] = field(default_factory=list)
    refuse_all: dict[str, str] | None = None
    status: int = 0
    poll_every: int = 10
    lock: threading.Lock = field(default_factory=threading.Lock)

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "id": f"p{n}",
                "name": f"{FAMILY[n % 9]} {MIDDLE[n % 8]} {GIVEN[n % 11]}",
                "cells": {column["key"]: self.text(f"p{n}", column["key"]) for column in self.columns},
                "locked": self.locked.get(f"p{n}", set()),
            }
            for n in range(1, self.pupils + 1)
        ]

    def text(self, row: str, column: str) -> str:
        return self.average(row) if column == "tb" else self.values.get((row, column), "")

    def average(self, row: str) -> str:
        """(sum of regular + 2 x midterm + 3 x final) / 9, half up; empty while a mark is missing."""
        marks = [self.values.get((row, key), "") for key in MARK_KEYS]
        if not all(marks) or "V" in marks:
            return ""
        tenths = [formats.parse_mark(mark) or 0 for mark in marks]
        total = sum(tenths[:4]) + 2 * tenths[4] + 3 * tenths[5]
        return formats.average((2 * total + 9) // 18)

    def etag(self) -> str:
        return f'"{self.version}"'

    def write(self, row: str, column: str, value: str, by: str = "thầy Dũng") -> None:
        """Somebody else writes."""
        with self.lock:
            self.values[row, column] = value
            self.authors[row, column] = by
            self.version += 1

    def save(self, sent: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.requests.append(sent)
            if sent["request_id"] in self.answers:
                return self.answers[sent["request_id"]]
            since, answered = self.etag(), [self.save_cell(cell) for cell in sent["cells"]]
            self.version += 1
            rows = {cell["row"]: {"tb": self.average(cell["row"])} for cell in sent["cells"]}
            answer = {"etag": self.etag(), "since": since, "at": MOMENT, "cells": answered, "rows": rows}
            self.answers[sent["request_id"]] = answer
            return answer

    def save_cell(self, cell: dict[str, Any]) -> dict[str, Any]:
        at = cell["row"], cell["column"]
        now = self.values.get(at, "")
        base = {"row": cell["row"], "column": cell["column"]}
        if now not in (cell["saw"], cell["value"]):
            theirs = {"value": now, "by": self.authors.get(at, "cô Hoa"), "at": MOMENT}
            return {**base, "value": now, "state": "conflict", "theirs": theirs}
        if cell["value"] == "6,6":  # a value only the server knows to be wrong
            return {
                **base,
                "value": cell["value"],
                "state": "refused",
                "message": "Em này đã được miễn bài kiểm tra. Xoá điểm này.",
            }
        self.values[at] = cell["value"]
        return {**base, "value": cell["value"], "state": "saved"}

    def changed(self) -> dict[str, Any]:
        cells = [
            {"row": row, "column": column, "value": value, "state": "saved", "by": self.authors.get((row, column), "")}
            for (row, column), value in self.values.items()
        ]
        rows = {f"p{n}": {"tb": self.average(f"p{n}")} for n in range(1, self.pupils + 1)}
        return {"etag": self.etag(), "at": MOMENT, "cells": cells, "rows": rows}


class Here:
    """The book of the test that is running."""

    book: ClassVar[Book] = Book()


def strict_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["Content-Security-Policy"] = POLICY
        return response

    return answer


def grid_page(request: HttpRequest) -> HttpResponse:
    book = Here.book
    template = engines["jinja2"].env.from_string(PAGE)  # type: ignore[attr-defined]
    context = {
        "book": book,
        "columns": book.columns,
        "rows": book.rows(),
        "at": MOMENT,
        "me": {
            "name": "Nguyễn Thị Lan",
            "initials": "NL",
            "workspaces": [{"label": "", "role": "Giáo viên", "place": "THCS Lê Chân", "url": "/", "current": True}],
            "sign_out_url": "/ra/",
        },
        "menu": [
            {"items": [{"label": "Hôm nay", "icon": "sun", "url": "/"}]},
            {
                "label": "Đánh giá",
                "items": [
                    {"label": "Sổ điểm", "icon": "table", "url": "/luoi/", "current": True},
                    {"label": "Điểm danh", "icon": "attendance", "url": "/", "count": 2, "count_kind": "warn"},
                    {"label": "Liên lạc", "icon": "message", "url": "/", "count": 5},
                ],
            },
        ],
        "crumbs": [{"label": "THCS Lê Chân", "url": "/"}, {"label": "Sổ điểm", "url": "/"}, {"label": "Toán 8A2"}],
        "find": {"url": "/", "label": "Tìm học sinh, lớp, văn bản"},
        "notices": {"url": "/", "count": 0},
        "page_title": "Sổ điểm Toán 8A2",
        "csrf_token": "the-token",
    }
    return HttpResponse(template.render(context))


PAGE = """
{% extends "ui/frames/grid.html" %}
{% import "ui/kit.html" as ui %}
{% block heading %}Toán 8A2 · Học kì I{% endblock %}
{% block context %}{{ rows|length }} học sinh · 4 điểm thường xuyên · <a href="/">Thông tư 22/2021</a>{% endblock %}
{% block actions %}{{ ui.sync_state(attrs={"data-grid-sync": "so-diem"}) }}{{ ui.button("Lịch sử", icon_name="history", href="/", wide=true) }}{{ ui.button("Excel", icon_name="download", href="/", wide=true) }}{{ ui.button("Khoá sổ", "main", "lock", type="button") }}{% endblock %}
{% block pick %}{{ ui.grid_pick("so-diem") }}{% endblock %}
{% block sheet %}{{ ui.grid("so-diem", "Sổ điểm Toán 8A2", columns, rows, save_url="/luoi/luu/", poll_url="/luoi/moi/", why_url="/luoi/vi-sao/", etag=book.etag(), at=at, active=columns[-3].key, poll_every=book.poll_every) }}{% endblock %}
{% block side %}{{ ui.grid_side("so-diem") }}{{ ui.grid_keys() }}{% endblock %}
"""  # noqa: E501


def save(request: HttpRequest) -> HttpResponse:
    book = Here.book
    if book.status:
        return HttpResponse(status=book.status)
    if book.refuse_all:
        return JsonResponse(book.refuse_all, status=422)
    if request.headers.get("X-CSRFToken") != "the-token":
        return HttpResponse(status=403)
    return JsonResponse(book.save(json.loads(request.body)))


def poll(request: HttpRequest) -> HttpResponse:
    book = Here.book
    same = request.headers.get("If-None-Match") == book.etag()
    book.polls.append(304 if same else 200)
    return HttpResponse(status=304) if same else JsonResponse(book.changed())


def why(request: HttpRequest, row: str) -> HttpResponse:
    return HttpResponse(f'<section class="card card--tight"><h2 class="small strong">Vì sao, hàng {row}</h2></section>')


def static_file(request: HttpRequest, path: str) -> HttpResponse:
    answer = serve(request, path, document_root=str(Path(settings.STATIC_ROOT)))
    if path.endswith(".js"):
        answer["Content-Type"] = "text/javascript"
    return answer  # type: ignore[return-value]


urlpatterns = [
    path("kit/", include("maitruong.foundation.ui.urls")),
    path("sw.js", views.service_worker),
    path("luoi/", grid_page),
    path("luoi/luu/", save),
    path("luoi/moi/", poll),
    path("luoi/vi-sao/<row>/", why),
    path("static/<path:path>", static_file),
]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


def start() -> tuple[_Server, str]:
    """Serve on a free port of this machine, in the background; returns the server and its address."""
    server = make_server("127.0.0.1", 0, WSGIHandler(), server_class=_Server, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}"
