"""What kind of file the bytes are, whatever their name says."""

from __future__ import annotations

from collections.abc import Callable

PDF = "application/pdf"
XML = "application/xml"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
CSV = "text/csv"
ZIP = "application/zip"
JSON = "application/json"
PNG = "image/png"
JPEG = "image/jpeg"
_PAGE_SIGNS = (b"<!doctype html", b"<html", b"<script", b"<svg")


def _xml(data: bytes) -> bool:
    """A document, but no web page and no drawing, both of which a browser would run."""
    head = data[:2000].lstrip().lower()
    return head.startswith(b"<") and not any(sign in head for sign in _PAGE_SIGNS) and b"\0" not in data


def _text(data: bytes) -> bool:
    return b"\0" not in data and data.lstrip()[:1] != b"<"


LOOKS_LIKE: dict[str, Callable[[bytes], bool]] = {
    PDF: lambda data: data.startswith(b"%PDF-"),
    XML: _xml,
    XLSX: lambda data: data.startswith(b"PK\x03\x04"),
    XLS: lambda data: data.startswith(b"\xd0\xcf\x11\xe0"),
    ODS: lambda data: data.startswith(b"PK\x03\x04"),
    CSV: _text,
    ZIP: lambda data: data.startswith(b"PK\x03\x04"),
    JSON: lambda data: data[:1] in (b"{", b"[") and b"\0" not in data,
    PNG: lambda data: data.startswith(b"\x89PNG\r\n\x1a\n"),
    JPEG: lambda data: data.startswith(b"\xff\xd8\xff"),
}
NAMES = {
    PDF: "PDF",
    XML: "XML",
    XLSX: "Excel .xlsx",
    XLS: "Excel .xls",
    ODS: "LibreOffice .ods",
    CSV: "CSV",
    ZIP: "tệp nén .zip",
    JSON: "JSON",
    PNG: "ảnh PNG",
    JPEG: "ảnh JPEG",
}


def is_really(media_type: str, data: bytes) -> bool:
    """Whether the bytes begin like the type; a type that is not on the list is never accepted."""
    looks = LOOKS_LIKE.get(media_type)
    return looks is not None and looks(data)
