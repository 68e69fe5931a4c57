"""The list of schools as a spreadsheet: the figures of the page, all of its pages, in the order that was asked for."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request
from maitruong.foundation.audit import services as audit
from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.parsers import text
from maitruong.foundation.exchange.sheets import write_list
from maitruong.foundation.kernel import formats

from . import queries
from .queries import SchoolRow

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST = 10_000  # more schools than any province has
_FIGURES = {
    "classes": "Số lớp",
    "pupils": "Số học sinh",
    "marks_today": "Điểm ghi hôm nay",
    "books": "Số sổ điểm",
    "books_closed": "Sổ đã khoá",
    "records_due": "Số học bạ",
    "records_sealed": "Học bạ đã đóng dấu",
    "verify_active": "Người cần xác thực định danh",
    "verified": "Định danh đã xác thực",
}
_COLUMNS = (
    Column("name", "Trường", text(), width=32),
    Column("commune", "Xã, phường", text(), width=24),
    *(Column(key, label, text(), width=16) for key, label in _FIGURES.items()),
)


@needs("insight.view")
@require_safe
def export_schools(request: Request) -> HttpResponse:
    """Figures of schools and of no person; taken out of the house all the same, so the audit is told."""
    scope = request.scope
    of = queries.period(formats.whole_number(request.GET.get("nam")))
    asked = queries.asked_schools(request.GET)
    rows, _ = queries.schools(scope, of, page=slice(0, _MOST), commune=asked["xa"], name=asked["q"], order=asked["xep"])
    place = scope.workspace.unit_id if scope.workspace else 0
    audit.record(
        scope,
        "insight.schools_exported",
        school_id=place,
        object_type="unit",
        object_id=place,
        changes={"school_year": of.school_year, "rows": len(rows)},
    )
    answer = HttpResponse(schools_file(rows, of), content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="truong-{of.school_year}.xlsx"'
    return answer


def schools_file(rows: Sequence[SchoolRow], of: queries.Period) -> bytes:
    columns = [column for column in _COLUMNS if not (of.past and column.key == "marks_today")]
    title = f"Năm học {of.school_year}-{of.school_year + 1}"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "truong.xlsx"
        told = ({"name": row.name, "commune": row.commune, **row.numbers} for row in rows)
        write_list(columns, told, title=title, out=out)
        return out.read_bytes()
