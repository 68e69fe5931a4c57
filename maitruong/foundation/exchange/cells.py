"""Addresses of cells: “G12” on screen, (row, column) counted from 0 inside."""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1024)
def letters(column: int) -> str:
    """Column letters of a column counted from 0.

    >>> letters(0), letters(25), letters(26), letters(701), letters(702)
    ('A', 'Z', 'AA', 'ZZ', 'AAA')
    """
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def column_of(text: str) -> int:
    """The column, from 0, that letters name.

    >>> column_of("A"), column_of("AA"), column_of("bb")
    (0, 26, 53)
    """
    number = 0
    for letter in text.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def address(row: int, column: int) -> str:
    """The address of a cell counted from 0: address(11, 6) is "G12"."""
    return f"{letters(column)}{row + 1}"


def position(text: str) -> tuple[int, int]:
    """(row, column) from 0 of an address such as "G12"."""
    letters_end = next((at for at, sign in enumerate(text) if sign.isdigit()), len(text))
    return int(text[letters_end:]) - 1, column_of(text[:letters_end])
