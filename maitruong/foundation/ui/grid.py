"""The grid's table, written as short as HTML allows: 45 rows of 8 cells in about 30 KB and one millisecond.

A macro would spend ten times as long on the same text, and a page of marks is opened by every teacher of the
province. The contract of columns, rows and addresses stands in README.md; the script that brings it to life is
static/ui/grid/. Unquoted attributes and left-out </td> are plain HTML; roles are spelt out because the phone's style
sheet turns table parts into blocks, which takes their meaning away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

Column = Mapping[str, Any]
Row = Mapping[str, Any]

POLL_SECONDS = 10
_WIDTHS = {"mark": "mark", "integer": "mark", "choice": "choice", "calc": "calc", "text": "text"}


@dataclass(frozen=True)
class Addresses:
    """Where the script saves, asks for news and fetches the explanation of a row; "" for none."""

    save: str = ""
    poll: str = ""
    why: str = ""


def sheet(
    id: str,
    label: str,
    columns: Sequence[Column],
    rows: Sequence[Row],
    *,
    addresses: Addresses,
    etag: str = "",
    at: str = "",
    locked: bool = False,
    active: str = "",
    poll_every: int = POLL_SECONDS,
    prefix: str = "",
) -> Markup:
    """The <table data-grid>. prefix: put before the ids of names and columns when a page holds a second grid."""
    shown = active or next((column["key"] for column in columns if column["kind"] != "calc"), "")
    wide = " marks--open" if any(column["kind"] == "text" for column in columns) else ""
    opening = Markup(
        '<table class="marks{wide}" id="{id}" data-grid role="grid" aria-label="{label}" aria-rowcount="{rows}"'
        ' aria-colcount="{columns}" data-save-url="{save}" data-poll-url="{poll}" data-why-url="{why}"'
        ' data-etag="{etag}" data-at="{at}" data-active="{shown}"{every}{locked}>'
    ).format(
        wide=wide,
        id=id,
        label=label,
        rows=len(rows) + 1,
        columns=len(columns) + 1,
        save=addresses.save,
        poll=addresses.poll,
        why=addresses.why,
        etag=etag,
        at=at,
        shown=shown,
        every=Markup(' data-poll-every="{}"').format(poll_every) if poll_every != POLL_SECONDS else "",
        locked=Markup(' aria-readonly="true"') if locked else "",
    )
    body = _rows(columns, rows, shown=shown, locked=locked, prefix=prefix)
    return opening + _head(columns, prefix) + Markup(f'<tbody role="rowgroup">{body}</tbody></table>')  # noqa: S704


def _head(columns: Sequence[Column], prefix: str) -> Markup:
    widths = Markup("").join(Markup('<col class="marks__{}">').format(_WIDTHS[column["kind"]]) for column in columns)
    heads = Markup("").join(_column_head(column, n, prefix) for n, column in enumerate(columns, 1))
    return Markup(
        '<colgroup><col class="marks__name">{}</colgroup><thead role="rowgroup"><tr role="row">'
        '<th scope="col" role="columnheader">Họ và tên</th>{}</tr></thead>'
    ).format(widths, heads)


def _column_head(column: Column, n: int, prefix: str) -> Markup:
    facts = {
        "key": column["key"],
        "kind": column["kind"],
        "long": column.get("long"),
        "group": column.get("group"),
        "choices": "|".join(f"{code}:{words}" for code, words in column.get("choices", ())) or None,
        "max": column.get("max"),
    }
    data = Markup("").join(
        Markup(' data-{}="{}"').format(name, value) for name, value in facts.items() if value is not None
    )
    if column.get("absent") is False:
        data += Markup(" data-no-absent")
    sub = Markup("<small>{}</small>").format(column["sub"]) if column.get("sub") else ""
    return Markup('<th scope="col" role="columnheader" class="is-{}{}"{}><span id="{}c{}">{}</span>{}</th>').format(
        column["kind"], " is-break" if column.get("break") else "", data, prefix, n, column["label"], sub
    )


def _rows(columns: Sequence[Column], rows: Iterable[Row], *, shown: str, locked: bool, prefix: str) -> str:
    """All rows as text. Every text of a person goes through escape; the rest was escaped when it was put together."""
    kinds = [(column["key"], *_cell_parts(column, n, shown, prefix)) for n, column in enumerate(columns, 1)]
    parts: list[str] = []
    for n, row in enumerate(rows, 1):
        who = f"{prefix}r{n}"
        note = f'<small class="marks__note">{escape(row["note"])}</small>' if row.get("note") else ""
        parts.append(
            f'<tr role="row" data-row="{escape(row["id"])}"><th scope="row" role="rowheader"><span class="marks__who">'
            f'<span class="marks__n">{n}</span><span><span id="{who}">{escape(row["name"])}</span>{note}</span></span></th>'
        )
        cells = row["cells"]
        closed = _closed(row, columns, locked)
        for key, before, between, after, computed in kinds:
            value = cells.get(key)
            fixed = " readonly tabindex=-1" if computed or key in closed else ""
            parts.append(
                f"{before} {who}{between[0]}{fixed}{between[1]}{'' if value is None else escape(value)}{after}"
            )
        parts.append("</tr>")
    return "".join(parts)


def _cell_parts(column: Column, n: int, shown: str, prefix: str) -> tuple[str, tuple[str, str], str, bool]:
    """What stands before the row's id, around its read-only mark, and after the value, for every cell of a column."""
    marked = " ".join(
        name for name, holds in (("is-break", column.get("break")), ("is-shown", column["key"] == shown)) if holds
    )
    td = f'<td role=gridcell class="{marked}">' if marked else "<td role=gridcell>"
    kind = column["kind"]
    if kind == "text":
        return (f'{td}<textarea class=cell rows=1 aria-labelledby="{prefix}c{n}', ('"', ">"), "</textarea>", False)
    look = f'"cell cell--{kind}"' if kind in ("calc", "choice") else "cell"
    return (f'{td}<input class={look} aria-labelledby="{prefix}c{n}', ('"', ' value="'), '">', kind == "calc")


def _closed(row: Row, columns: Sequence[Column], locked: bool) -> Collection[str]:
    """The keys of a row nobody may write: all, those the row names, or none."""
    closed = row.get("locked", ())
    if locked or closed is True:
        return {column["key"] for column in columns}
    return closed or ()
