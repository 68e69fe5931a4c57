"""A ZIP package (.xlsx, .ods) opened with suspicion: judged by its directory first, then counted while it is inflated.

Nothing here trusts a name or a declared size. The parts handed on are the bytes counted here; the spreadsheet library later
sees only a new package built from them (slices.py), so tricks with duplicate or overlapping entries never reach it.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from . import limits
from .errors import (
    BrokenFile,
    EncryptedFile,
    EntitiesInFile,
    MacroFile,
    NestedArchive,
    NotASpreadsheet,
    TooManyParts,
    UnsupportedSheet,
    ZipBomb,
)

CHUNK = 1 << 20
FORBIDDEN_IN_XML = (b"<!DOCTYPE", b"<!ENTITY")
LONGEST_FORBIDDEN = max(len(mark) for mark in FORBIDDEN_IN_XML)
ARCHIVE_MAGIC = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
ARCHIVE_SUFFIXES = (".zip", ".xlsx", ".xlsm", ".xls", ".docx", ".docm", ".rar", ".7z", ".gz", ".jar", ".exe", ".ole")
MACRO_MARKS = ("vbaproject", "vbadata", "xl/macrosheets/", "xl/dialogsheets/", "basic/", "scripts/")
# A RuntimeError is what zipfile says of a part that is encrypted, or pressed in a way it does not know.
_UNREADABLE = (zipfile.BadZipFile, RuntimeError, ValueError, OSError)


class Package:
    """One spreadsheet package. Raises an ExchangeError on construction when its directory already tells enough."""

    def __init__(self, file: BinaryIO) -> None:
        try:
            self._zip = zipfile.ZipFile(file)
        except _UNREADABLE as problem:
            raise BrokenFile(where="mục lục tệp nén") from problem
        self._entries = self._zip.infolist()
        self.names = {entry.filename for entry in self._entries}
        self._judge_directory()
        self.kind = self._find_kind()
        self._refuse_macros()
        self._refuse_nested()

    def _judge_directory(self) -> None:
        if len(self._entries) > limits.MAX_ENTRIES:
            raise TooManyParts(count=len(self._entries), what="phần bên trong", limit=limits.MAX_ENTRIES)
        if len(self.names) != len(self._entries):
            raise ZipBomb(what="có hai phần trùng tên")
        total = 0
        for entry in self._entries:
            if entry.flag_bits & 0x1:
                raise EncryptedFile()
            if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise BrokenFile(where="cách nén lạ")
            total += entry.file_size
            big = entry.file_size > limits.RATIO_FLOOR_BYTES
            if big and entry.file_size > limits.MAX_RATIO * max(entry.compress_size, 1):
                ratio = entry.file_size // max(entry.compress_size, 1)
                raise ZipBomb(what=f"phần {entry.filename[:60]} phình ra {ratio} lần")
        if total > limits.MAX_INFLATED_BYTES:
            raise ZipBomb(what=f"mở ra sẽ thành {total // limits.MEGABYTE} MB")
        self._refuse_overlaps()

    def _refuse_overlaps(self) -> None:
        # Entries sharing the same compressed bytes reach ratios no single entry shows.
        end_of_last = 0
        for entry in sorted(self._entries, key=lambda entry: entry.header_offset):
            if entry.header_offset < end_of_last:
                raise ZipBomb(what="các phần chồng lên nhau")
            end_of_last = entry.header_offset + 30 + len(entry.orig_filename) + entry.compress_size

    def _find_kind(self) -> str:
        if "xl/workbook.xml" in self.names or self._office_part("xl/"):
            return "xlsx"
        if "xl/workbook.bin" in self.names:
            raise UnsupportedSheet(kind="Excel nhị phân (.xlsb)")
        if "mimetype" in self.names:
            mimetype = self.read("mimetype").strip()
            if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
                return "ods"
            raise NotASpreadsheet(found="tài liệu LibreOffice không phải bảng tính")
        if "word/document.xml" in self.names:
            raise NotASpreadsheet(found="văn bản Word")
        if "ppt/presentation.xml" in self.names:
            raise NotASpreadsheet(found="trình chiếu PowerPoint")
        raise NotASpreadsheet(found="tệp nén ZIP")

    def _office_part(self, folder: str) -> bool:
        return "[Content_Types].xml" in self.names and any(
            name.lower().startswith(folder) and name.lower().endswith("workbook.xml") for name in self.names
        )

    def _refuse_macros(self) -> None:
        for name in self.names:
            lowered = name.lower()
            if any(mark in lowered if mark.startswith("vba") else lowered.startswith(mark) for mark in MACRO_MARKS):
                raise MacroFile(name=name[:80])
        if self.kind == "xlsx" and b"macroenabled" in self.read("[Content_Types].xml").lower():
            raise MacroFile(name="khai báo trong [Content_Types].xml")
        if self.kind == "ods" and b"encryption-data" in self.read("META-INF/manifest.xml", missing=b""):
            raise EncryptedFile()

    def _refuse_nested(self) -> None:
        for entry in self._entries:
            lowered = entry.filename.lower()
            if "/embeddings/" in lowered or lowered.endswith(ARCHIVE_SUFFIXES):
                raise NestedArchive(name=entry.filename[:80])
            if entry.file_size and not lowered.endswith((".xml", ".rels", ".vml")):
                with self._open(entry) as part:
                    if part.read(8).startswith(ARCHIVE_MAGIC):
                        raise NestedArchive(name=entry.filename[:80])

    def _open(self, entry: zipfile.ZipInfo) -> zipfile.ZipExtFile:
        try:
            return self._zip.open(entry)  # type: ignore[return-value]
        except _UNREADABLE as problem:
            raise BrokenFile(where=entry.filename[:80]) from problem

    def read(self, name: str, *, limit: int = limits.MAX_SMALL_PART_BYTES, missing: bytes | None = None) -> bytes:
        """The whole of a small part, searched for entity declarations. Absent: `missing`, or BrokenFile when None."""
        if name not in self.names:
            if missing is None:
                raise BrokenFile(where=f"thiếu phần {name[:80]}")
            return missing
        if self._zip.getinfo(name).file_size > limit:
            raise ZipBomb(what=f"phần {name[:60]} quá lớn")
        return b"".join(self.stream(name))

    def stream(self, name: str) -> Iterator[bytes]:
        """The part in chunks of at most 1 MB. zipfile stops at the declared size, which the directory check has judged."""
        if name not in self.names:
            raise BrokenFile(where=f"thiếu phần {name[:80]}")
        tail = b""
        try:
            with self._open(self._zip.getinfo(name)) as part:
                while chunk := part.read(CHUNK):
                    refuse_entities(tail + chunk, name)
                    tail = chunk[-LONGEST_FORBIDDEN:]
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as problem:
            raise BrokenFile(where=name[:80]) from problem

    def scan_xml(self, *, skip: set[str]) -> None:
        """Look through every XML part the reader itself does not go through, for entity declarations."""
        for name in sorted(self.names - skip):
            if name.lower().endswith((".xml", ".rels", ".vml", ".rdf")):
                for _chunk in self.stream(name):
                    pass


def refuse_entities(chunk: bytes, name: str) -> None:
    """Refuse a document type or an entity declaration, and UTF-16, in which one could hide from this search."""
    if any(mark in chunk for mark in FORBIDDEN_IN_XML):
        raise EntitiesInFile(name=name[:80])
    if b"\x00" in chunk and name.lower().endswith((".xml", ".rels")):
        raise BrokenFile(where=f"phần {name[:80]} không ghi bằng UTF-8")
