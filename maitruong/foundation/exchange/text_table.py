"""Comma-separated files: which alphabet, which separator, then plain rows. Everything in them is text."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Iterator
from typing import Any, BinaryIO

from . import limits
from .errors import BrokenFile, TooManyColumns, TooManyRows

SEPARATORS = ";\t,|"
SAMPLE_LINES = 30
BATCH_ROWS = 500
SHEET_NAME = "Tệp văn bản"
#: Windows-1258 writes a tone as a byte of its own behind its vowel (and the vowel's hat is in the vowel's byte): "Ho\xf2" is Họ.
#: In TCVN3 and VNI files those bytes are letters, and mostly stand behind a consonant: "Th\xde", "Th\xf2" are Thị.
_TONE_1258 = re.compile(rb"[\xcc\xd2\xde\xec\xf2]")
_VOWEL_AND_TONE_1258 = re.compile(
    rb"[aeiouyAEIOUY\xc2\xc3\xca\xd4\xd5\xdd\xe2\xe3\xea\xf4\xf5\xfd][\xcc\xd2\xde\xec\xf2]"
)
#: What no word of windows-1258 has, and hardly any word of TCVN3 is without: a sign beside a letter.
_SIGN_IN_WORD = re.compile(rb"[A-Za-z][\xa1-\xbf]|[\xa1-\xbf][A-Za-z]")


def looks_like_text(start: bytes) -> bool:
    """Text of some alphabet: no control bytes but tab, line ends, and form feed; UTF-16 only with its mark."""
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return not any(byte < 32 and byte not in b"\t\n\r\x0c" for byte in start)


def find_encoding(data: bytes) -> str:
    """UTF-8 or UTF-16 when it is; windows-1258, as an old Vietnamese Excel saves; else one byte a letter, which keeps
    TCVN3 and VNI letters for the repair at the cell."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1258" if _is_1258(data) else "latin-1"
    return "utf-8-sig"


def _is_1258(data: bytes) -> bool:
    tones = len(_TONE_1258.findall(data))
    behind_vowels = len(_VOWEL_AND_TONE_1258.findall(data))
    if not tones or behind_vowels < 0.95 * tones or _SIGN_IN_WORD.search(data):
        return False
    try:
        data.decode("cp1258")
    except UnicodeDecodeError:
        return False
    return True


def _text_of(data: bytes) -> str:
    encoding = find_encoding(data)
    text = data.decode(encoding)
    return unicodedata.normalize("NFC", text) if encoding == "cp1258" else text


def find_separator(lines: list[str]) -> str:
    """The sign that cuts most lines into the same number of columns."""

    def agreement(sign: str) -> tuple[int, int]:
        counts = [line.count(sign) for line in lines if line.strip()]
        common = max(set(counts), key=counts.count, default=0)
        return (counts.count(common) if common else 0, common)

    return max(SEPARATORS, key=agreement)


def rows_of(file: BinaryIO) -> Iterator[list[str]]:
    """All rows. Raises TooManyRows, TooManyColumns, BrokenFile."""
    data = file.read()
    text = io.StringIO(_text_of(data), newline="")
    sample = list(itertools.islice(text, SAMPLE_LINES))
    text.seek(0)
    csv.field_size_limit(limits.MAX_CELL_CHARS * 4)
    table = csv.reader(text, delimiter=find_separator(sample))
    try:
        for number, row in enumerate(table, start=1):
            if number > limits.MAX_ROWS and any(row):
                raise TooManyRows(sheet=SHEET_NAME, rows=number, limit=limits.MAX_ROWS)
            if len(row) > limits.MAX_COLUMNS:
                raise TooManyColumns(sheet=SHEET_NAME, column=len(row), limit=limits.MAX_COLUMNS)
            yield [value.replace("\x00", "")[: limits.MAX_CELL_CHARS] for value in row]
    except csv.Error as problem:
        raise BrokenFile(where=f"dòng {table.line_num}") from problem


def look(file: BinaryIO) -> dict[str, Any]:
    """The file as one sheet."""
    head: list[list[str]] = []
    count = last = 0
    for count, row in enumerate(rows_of(file), start=1):
        last = count if any(row) else last
        if count <= limits.HEAD_ROWS:
            head.append(row)
    return {"name": SHEET_NAME, "hidden": False, "rows": last, "head": head, "merges": []}


def read(file: BinaryIO) -> Iterator[dict[str, Any]]:
    """Batches of rows, in the shape of reader.py."""
    rows = rows_of(file)
    first_row = 0
    while batch := list(itertools.islice(rows, BATCH_ROWS)):
        yield {"first_row": first_row, "rows": batch}
        first_row += len(batch)
