"""Which characters a text may hold, so that every form it takes later can hold it: a table, a JSON answer, a signed XML."""

from __future__ import annotations

import re

#: All but the characters of XML 1.0 (production 2, Char): controls besides tab and line ends, halves of a pair, U+FFFE, U+FFFF.
#: They come along unseen: a vertical tab from a slide, U+FFFF from a broken converter.
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_writable(text: str) -> bool:
    return _NOT_IN_XML.search(text) is None


def writable(text: str) -> str:
    r"""The text without the characters XML forbids; a space where one of them parted words.

    >>> writable("Lê\x0bHoa\uffff")
    'Lê Hoa'
    """
    return _NOT_IN_XML.sub(lambda found: " " if found[0].isspace() else "", text)
