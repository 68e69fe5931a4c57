"""What every page of a list shows, and how it reads a number of its form."""

from __future__ import annotations

from django.urls import reverse

from ..models import ImportBatch

STEPS = ["Tải tệp", "Ghép cột", "Kiểm tra", "Nhập"]


def number(text: str | None) -> int | None:
    """A row or a column as a form or an address carries it; None for anything else and for what no sheet has."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else None


def crumbs(found: ImportBatch) -> list[dict[str, str]]:
    return [{"label": "Nhập danh sách", "url": reverse("exchange:lists")}, {"label": found.file_name}]
