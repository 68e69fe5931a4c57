"""The table of the grid as the server writes it."""

from __future__ import annotations

from html.parser import HTMLParser

from maitruong.foundation.ui import grid

COLUMNS = [
    {"key": "tx1", "label": "TX1", "kind": "mark", "sub": "hệ số 1", "group": "TX"},
    {
        "key": "dg",
        "label": "Đánh giá",
        "kind": "choice",
        "choices": [("Đ", "Đạt"), ("CĐ", "Chưa đạt")],
        "absent": False,
    },
    {"key": "tb", "label": "ĐTB", "kind": "calc", "break": True},
    {"key": "nx", "label": "Nhận xét", "kind": "text"},
]
ROWS = [
    {"id": "a", "name": "Lý A Sính", "cells": {"tx1": "7,5", "dg": "Đ", "tb": "8,0", "nx": "Tốt"}},
    {"id": "b", "name": "Trần Minh An", "note": "chuyển đến 02/11", "cells": {"tx1": None}, "locked": {"tx1"}},
    {"id": "c", "name": "Phạm Gia Bảo", "cells": {}, "locked": True},
]


class Fields(HTMLParser):
    """The inputs and text areas of a table, in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[dict[str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"input", "textarea"}:
            self.found.append(dict(attrs))


def fields(**options: object) -> list[dict[str, str | None]]:
    return Fields(grid.sheet("so", "Sổ", COLUMNS, ROWS, addresses=grid.Addresses(), **options)).found  # type: ignore[arg-type]


def test_every_cell_is_named_by_its_column_and_its_pupil() -> None:
    assert [field["aria-labelledby"] for field in fields()][:5] == ["c1 r1", "c2 r1", "c3 r1", "c4 r1", "c1 r2"]
    assert fields(prefix="x")[0]["aria-labelledby"] == "xc1 xr1"


def test_an_empty_cell_is_empty_and_never_zero_or_none() -> None:
    assert [field.get("value") for field in fields()[4:7]] == ["", "", ""]


def test_computed_and_locked_cells_are_read_only() -> None:
    readonly = [[("readonly" in field) for field in fields()[at : at + 4]] for at in (0, 4, 8)]

    assert readonly == [[False, False, True, False], [True, False, True, False], [True, True, True, True]]
    assert all("readonly" in field for field in fields(locked=True))


def test_what_people_wrote_cannot_become_markup() -> None:
    evil = '"><script>x</script>'
    rows = [{"id": evil, "name": evil, "note": evil, "cells": {"tx1": evil, "nx": "</textarea><script>"}}]
    columns = [{**COLUMNS[0], "label": evil, "sub": evil}, COLUMNS[3]]

    html = grid.sheet(evil, evil, columns, rows, addresses=grid.Addresses(evil, evil, evil), etag=evil)

    assert "<script" not in html


def test_the_script_finds_kinds_choices_and_addresses_in_the_table() -> None:
    html = grid.sheet("so", "Sổ", COLUMNS, ROWS, addresses=grid.Addresses("/luu/", "/moi/"), etag='"7"', active="dg")

    assert 'data-save-url="/luu/" data-poll-url="/moi/" data-why-url="" data-etag="&#34;7&#34;"' in html
    assert 'data-key="dg" data-kind="choice" data-choices="Đ:Đạt|CĐ:Chưa đạt" data-no-absent' in html
    assert html.count("is-shown") == len(ROWS)
