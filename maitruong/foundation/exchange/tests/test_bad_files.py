"""Files that must not get in. Each is refused by what is inside, whatever its name says, in a sentence that helps."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import time
import zipfile
from pathlib import Path

import pytest

from maitruong.foundation.exchange import limits, workbook
from maitruong.foundation.exchange.errors import (
    BY_CODE,
    BrokenFile,
    EmptyFile,
    EncryptedFile,
    EntitiesInFile,
    ExchangeError,
    FileTooBig,
    HtmlNotSheet,
    MacroFile,
    NestedArchive,
    NotASpreadsheet,
    ReadersBusy,
    TooCostly,
    TooManyColumns,
    TooManyParts,
    TooManyRows,
    UnsupportedSheet,
    ZipBomb,
)
from maitruong.foundation.exchange.layout import apart

from .files import changed, old_container, part, plain_workbook

SHEET = "xl/worksheets/sheet1.xml"
ROWS = [["Họ và tên", "Lớp"], ["Nông Đức Dũng", "6A1"]]


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return plain_workbook(tmp_path / "good.xlsx", ROWS)


def sheet_with(good: Path, rows: str) -> bytes:
    """The sheet's XML with other rows in it."""
    before, _, rest = part(good, SHEET).decode().partition("<sheetData>")
    return f"{before}<sheetData>{rows}</sheetData>{rest.partition('</sheetData>')[2]}".encode()


def refused(path: Path, kind: type[ExchangeError]) -> ExchangeError:
    with pytest.raises(kind) as caught:
        workbook.look(path)
    assert type(caught.value) is kind
    assert caught.value.text and caught.value.advice
    return caught.value


def test_every_refusal_says_what_happened_and_what_to_do() -> None:
    for kind in BY_CODE.values():
        assert kind.code.startswith("exchange.")
        assert kind.message != ExchangeError.message and kind.remedy.endswith(".")


def test_zip_bomb_is_refused_before_it_is_inflated(good: Path, tmp_path: Path) -> None:
    bomb = changed(good, tmp_path / "bomb.xlsx", {"xl/media/image1.xml": b" " * (80 << 20)})

    problem = refused(bomb, ZipBomb)

    assert "phình ra" in problem.text
    assert bomb.stat().st_size < 200_000


def test_zip_bomb_of_many_modest_parts_is_refused_by_their_sum(good: Path, tmp_path: Path) -> None:
    wave = (b"0123456789abcdef" * 64 + bytes(range(256)) * 16) * 800
    bomb = changed(good, tmp_path / "bomb.xlsx", {f"xl/p{n}.xml": wave for n in range(130)})

    refused(bomb, ZipBomb)


def test_zip_bomb_with_overlapping_entries_is_refused(good: Path, tmp_path: Path) -> None:
    data = bytearray(changed(good, tmp_path / "two.xlsx", {"xl/a.xml": b"<a/>", "xl/b.xml": b"<a/>"}).read_bytes())
    with zipfile.ZipFile(io.BytesIO(bytes(data))) as package:
        first = package.getinfo("xl/a.xml").header_offset
    at = data.rfind(b"xl/b.xml") - 46
    data[at + 42 : at + 46] = first.to_bytes(4, "little")
    (tmp_path / "overlap.xlsx").write_bytes(bytes(data))

    refused(tmp_path / "overlap.xlsx", ZipBomb)


def test_workbook_inside_a_workbook_is_refused(good: Path, tmp_path: Path) -> None:
    inner = good.read_bytes()

    refused(changed(good, tmp_path / "a.xlsx", {"xl/embeddings/oleObject1.bin": b"x"}), NestedArchive)
    refused(changed(good, tmp_path / "b.xlsx", {"xl/media/picture.png": inner}), NestedArchive)


def test_macro_file_is_refused_even_when_renamed_to_xlsx(good: Path, tmp_path: Path) -> None:
    with_code = changed(good, tmp_path / "macro.xlsx", {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 code"})
    types = part(good, "[Content_Types].xml").replace(b"spreadsheetml.sheet.main", b"sheet.macroEnabled.main")
    declared = changed(good, tmp_path / "declared.xlsx", {"[Content_Types].xml": types})

    assert "macro" in refused(with_code, MacroFile).text
    refused(declared, MacroFile)


def test_old_excel_file_with_macros_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "macro.xls"
    path.write_bytes(old_container({"Workbook": b"\x09\x08\x04\x00\x00\x06\x05\x00", "_VBA_PROJECT": b"code"}))

    refused(path, MacroFile)


@pytest.mark.parametrize("name", ["xl/sharedStrings.xml", SHEET, "docProps/core.xml", "xl/workbook.xml"])
def test_xml_entities_are_refused_in_every_part(good: Path, tmp_path: Path, name: str) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    head, _, rest = part(good, name).partition(b"?>")
    bad = changed(good, tmp_path / "entities.xlsx", {name: head + b"?>" + laughs + rest})

    assert name in refused(bad, EntitiesInFile).text


@pytest.mark.parametrize(
    "declared",
    [
        b'<!DOCTYPE x [<!ENTITY mat SYSTEM "file:///etc/passwd">]>',
        b'<!DOCTYPE x [<!ENTITY % ngoai SYSTEM "http://ke-xau.example/x.dtd"> %ngoai;]>',
        b'<!DOCTYPE x SYSTEM "http://ke-xau.example/x.dtd">',
    ],
)
def test_xml_entities_from_outside_are_refused_and_nothing_is_fetched(
    good: Path, tmp_path: Path, declared: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def called(*_: object, **__: object) -> None:
        raise AssertionError("something outside the file was asked for")

    monkeypatch.setattr("socket.create_connection", called)
    head, _, rest = part(good, SHEET).partition(b"?>")
    bad = changed(good, tmp_path / "outside.xlsx", {SHEET: head + b"?>" + declared + rest.replace(b"<v>", b"<v>&mat;")})

    assert SHEET in refused(bad, EntitiesInFile).text


def test_xml_entities_hidden_in_utf_16_are_refused(good: Path, tmp_path: Path) -> None:
    text = part(good, "xl/sharedStrings.xml").decode().replace("UTF-8", "UTF-16").replace("?>", "?><!DOCTYPE x []>")
    bad = changed(good, tmp_path / "wide.xlsx", {"xl/sharedStrings.xml": text.encode("utf-16")})

    refused(bad, BrokenFile)


def test_file_with_a_password_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "locked.xlsx"
    path.write_bytes(old_container({"EncryptedPackage": b"secret", "EncryptionInfo": b"agile"}))

    assert "mật khẩu" in refused(path, EncryptedFile).text


def test_old_excel_file_with_a_password_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "locked.xls"
    globals_ = (
        b"\x09\x08\x10\x00" + b"\x00\x06\x05\x00" + b"\0" * 12 + b"\x2f\x00\x02\x00\x00\x00" + b"\x0a\x00\x00\x00"
    )
    path.write_bytes(old_container({"Workbook": globals_}))

    refused(path, EncryptedFile)


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body><table><tr><td>Nong Duc Dung</td></tr></table></body></html>",
        b"\xef\xbb\xbf  <table border=1><tr><td>1</td></tr></table>",
        "<html><table></table></html>".encode("utf-16"),
        b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"></Workbook>',
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related",
    ],
)
def test_web_page_named_xls_is_refused_with_the_way_out(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "danh-sach.xls"
    path.write_bytes(content)

    assert "Save as" in refused(path, HtmlNotSheet).advice


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"MZ\x90\x00", "chương trình"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\x00\x01\x02\x03" * 10, "nhị phân"),
    ],
)
def test_other_files_are_named_by_their_content_not_their_name(tmp_path: Path, content: bytes, found: str) -> None:
    path = tmp_path / "danh-sach.xlsx"
    path.write_bytes(content)

    assert found in refused(path, NotASpreadsheet).text


def test_other_packages_are_named(good: Path, tmp_path: Path) -> None:
    without = dict.fromkeys(("xl/workbook.xml",))

    assert (
        "Word"
        in refused(changed(good, tmp_path / "a.xlsx", {**without, "word/document.xml": b"<d/>"}), NotASpreadsheet).text
    )
    refused(changed(good, tmp_path / "b.xlsx", {**without, "xl/workbook.bin": b"x"}), UnsupportedSheet)
    refused(changed(good, tmp_path / "c.xlsx", without), NotASpreadsheet)


def test_empty_and_torn_files_are_refused(good: Path, tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").write_bytes(b"")
    (tmp_path / "torn.xlsx").write_bytes(good.read_bytes()[:-300])

    refused(tmp_path / "empty.xlsx", EmptyFile)
    refused(plain_workbook(tmp_path / "blank.xlsx", []), EmptyFile)
    refused(tmp_path / "torn.xlsx", BrokenFile)
    refused(changed(good, tmp_path / "half.xlsx", {SHEET: part(good, SHEET).partition(b"</sheetData>")[0]}), BrokenFile)


def test_file_cut_in_the_middle_anywhere_is_refused_in_words(good: Path, tmp_path: Path) -> None:
    whole = good.read_bytes()

    for twentieth in range(1, 20):
        torn = tmp_path / f"torn{twentieth}.xlsx"
        torn.write_bytes(whole[: len(whole) * twentieth // 20])
        refused(torn, BrokenFile)


def test_file_above_the_size_limit_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 1000)
    path = plain_workbook(tmp_path / "big.xlsx", ROWS)

    refused(path, FileTooBig)


def test_sheet_with_a_cell_in_the_last_row_of_excel_is_refused_not_laid_out(good: Path, tmp_path: Path) -> None:
    far = sheet_with(good, '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>')

    assert "1048576" in refused(changed(good, tmp_path / "far.xlsx", {SHEET: far}), TooManyRows).text


def test_formatted_but_empty_rows_to_the_end_of_the_sheet_are_no_reason_to_refuse(good: Path, tmp_path: Path) -> None:
    empty = sheet_with(
        good,
        '<row r="1"><c r="A1"><v>7</v></c></row><row r="1048575" s="1"/><row r="1048576"><c r="A1048576" s="0"/></row>',
    )

    book = workbook.look(changed(good, tmp_path / "formatted.xlsx", {SHEET: empty}))

    assert book.sheets[0].head == [[7.0]]


def test_sheet_with_a_cell_far_to_the_right_is_refused(good: Path, tmp_path: Path) -> None:
    wide = sheet_with(good, '<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>')
    unordered = sheet_with(good, '<row r="1"><c r="XFD1"><v>1</v></c><c r="A1"><v>1</v></c></row>')

    assert "XFD" in refused(changed(good, tmp_path / "wide.xlsx", {SHEET: wide}), TooManyColumns).text
    refused(changed(good, tmp_path / "unordered.xlsx", {SHEET: unordered}), TooManyColumns)


def test_cells_without_address_cannot_make_the_reader_lay_out_a_giant(good: Path, tmp_path: Path) -> None:
    giant = sheet_with(good, "<row>" + "<c><v>1</v></c>" * 60_000 + '</row><row r="9000"><c><v>1</v></c></row>')

    with pytest.raises(ExchangeError):
        workbook.look(changed(good, tmp_path / "giant.xlsx", {SHEET: giant}))


def test_open_document_that_repeats_a_cell_a_million_times_is_refused(tmp_path: Path) -> None:
    cell = '<table:table-cell office:value-type="float" office:value="1" table:number-columns-repeated="{0}"/>'
    down = open_document(
        tmp_path / "down.ods", f'<table:table-row table:number-rows-repeated="1000000">{cell.format(1)}'
    )
    right = open_document(tmp_path / "right.ods", f"<table:table-row>{cell.format(16384)}")

    refused(down, TooManyRows)
    refused(right, TooManyColumns)


def open_document(path: Path, row: str) -> Path:
    names = "urn:oasis:names:tc:opendocument:xmlns:"
    content = (
        f'<office:document-content xmlns:office="{names}office:1.0" xmlns:table="{names}table:1.0"'
        f' xmlns:text="{names}text:1.0"><office:body><office:spreadsheet><table:table table:name="Lớp 6A1">'
        f"{row}</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("content.xml", content)
        package.writestr("META-INF/manifest.xml", "<m/>")
    return path


def test_open_document_is_read_with_its_formulas(tmp_path: Path) -> None:
    row = (
        '<table:table-row><table:table-cell office:value-type="string"><text:p>Nông Đức Dũng</text:p></table:table-cell>'
        '<table:table-cell office:value-type="float" office:value="3" table:formula="of:=1+2"><text:p>3</text:p>'
        "</table:table-cell>"
    )
    path = open_document(tmp_path / "list.ods", row)

    (batch,) = workbook.read_rows(path, 0)

    assert batch.rows == [["Nông Đức Dũng", 3.0]]
    assert batch.formulas == {(0, 1): "=1+2"}
    assert workbook.look(path).sheets[0].name == "Lớp 6A1"


CELL = "<row r='1'><c r='A1'><v>1</v></c></row>"


@pytest.mark.parametrize(
    "rows",
    [
        "<row r='1'>" + "<row " * 700_000,
        "<row r='1'>" + "<f/>" * 700_000 + "</row>",
        "<row r='1'><c r='A1'>" + "<f " * 700_000 + "</c></row>",
        "<row r='1'><c r='A1' t=\"e\"><v>1</v></c>" + "<c " * 900_000 + "</row>",
        CELL + "</sheetData>" + "<mergeCell " * 350_000,
    ],
    ids=["rows", "formulas without a cell", "formulas", "errors", "merged cells"],
)
def test_a_small_file_of_tags_that_are_never_closed_is_done_with_at_once(good: Path, tmp_path: Path, rows: str) -> None:
    filler = random.Random(1).randbytes(60_000).hex()  # so that it is no zip bomb
    slow = changed(good, tmp_path / "slow.xlsx", {SHEET: sheet_with(good, rows + filler)})
    assert slow.stat().st_size < 200_000

    assert not isinstance(what_comes_of(slow), TooCostly)


def test_shared_strings_and_columns_that_are_never_closed_are_done_with_at_once(good: Path, tmp_path: Path) -> None:
    filler = random.Random(1).randbytes(90_000).hex().encode()
    strings = b"<sst xmlns='x'><si><t>a</t></si>" + b"<si>" * 1_500_000 + filler
    front = sheet_with(good, CELL).replace(b"<sheetData>", b"<col " * 1_000_000 + filler + b"<sheetData>")

    for name, part_of in (("xl/sharedStrings.xml", strings), (SHEET, front)):
        slow = changed(good, tmp_path / "slow.xlsx", {name: part_of})
        assert not isinstance(what_comes_of(slow), TooCostly), name


def what_comes_of(path: Path) -> ExchangeError | None:
    try:
        workbook.look(path)
    except ExchangeError as problem:
        return problem
    return None


def test_shared_strings_that_end_with_an_empty_one_are_all_counted(good: Path, tmp_path: Path) -> None:
    strings = b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>L\xe1\xbb\x9bp</t></si><si/></sst>"
    rows = "<row r='1'><c r='A1' t='s'><v>0</v></c><c r='B1' t='s'><v>1</v></c><c r='C1'><v>6</v></c></row>"
    path = changed(good, tmp_path / "a.xlsx", {"xl/sharedStrings.xml": strings, SHEET: sheet_with(good, rows)})

    assert workbook.look(path).sheets[0].head == [["Lớp", "", 6.0]]


def test_one_long_text_shown_in_every_cell_of_the_first_rows_is_refused(good: Path, tmp_path: Path) -> None:
    strings = b"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>%s</t></si></sst>"
    columns = [f"{a}{b}" for a in ("", "A", "B") for b in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    row = "<row r='{0}'>" + "".join(f"<c r='{at}{{0}}' t=\"s\"><v>0</v></c>" for at in columns) + "</row>"
    rows = "".join(row.format(number) for number in range(1, 61))
    bomb = changed(
        good, tmp_path / "a.xlsx", {"xl/sharedStrings.xml": strings % (b"x" * 4_000), SHEET: sheet_with(good, rows)}
    )

    refused(bomb, TooCostly)


def test_old_sheets_that_together_are_too_many_cells_are_refused_before_they_are_laid_out(tmp_path: Path) -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def globals_of(offset: int) -> bytes:
        names = b"".join(record(0x85, struct.pack("<IBBBB", offset, 0, 0, 1, 0) + b"a") for _ in range(90))
        return record(0x809, bytes(16)) + names + record(0x0A, b"")

    far = record(0x809, bytes(16)) + record(0x203, struct.pack("<HHHd", 65_535, 199, 0, 1.0)) + record(0x0A, b"")
    path = tmp_path / "far.xls"
    path.write_bytes(old_container({"Workbook": globals_of(len(globals_of(0))) + far}))

    assert "số ô" in refused(path, TooCostly).text


def test_a_hundred_thousand_merged_cells_are_enough(good: Path, tmp_path: Path) -> None:
    merges = "".join(f'<mergeCell ref="A{row}:B{row}"/>' for row in range(1, 100_002))
    many = changed(good, tmp_path / "a.xlsx", {SHEET: sheet_with(good, CELL + "</sheetData>" + merges)})

    refused(many, TooManyParts)


def test_merged_cells_made_to_overlap_do_not_hold_the_annotated_sheet_up() -> None:
    began = time.process_time()

    kept = apart([(0, 0, 0, 1), *[(0, 0, 900, 199)] * 3_000])

    assert kept == [(0, 0, 0, 1)]
    assert time.process_time() - began < 5


def test_a_few_lists_are_looked_at_at_once_and_the_next_is_told_to_wait(
    good: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LOOK_PATIENCE_SECONDS", 0.01)
    with contextlib.ExitStack() as others:
        for _ in range(limits.LOOKS_AT_ONCE):
            others.enter_context(workbook._turn())
        refused(good, ReadersBusy)

        monkeypatch.setattr(limits, "LOOK_PATIENCE_SECONDS", 600)
        for _ in range(limits.LOOKS_WAITING):
            others.enter_context(workbook._places)
        refused(good, ReadersBusy)  # at once: nobody else's page waits behind a row of lists

    assert workbook.look(good).sheets


def test_reading_process_knows_no_address_of_a_database(good: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[dict[str, str]] = []
    real = workbook.subprocess.Popen
    monkeypatch.setenv("MT_APP_URL", "postgresql://somewhere")
    monkeypatch.setattr(workbook.subprocess, "Popen", lambda *a, **k: seen.append(k["env"]) or real(*a, **k))

    workbook.look(good)

    assert set(seen[0]) == {"PYTHONPATH", "PYTHONUTF8", "PATH", "OPENBLAS_NUM_THREADS"}
