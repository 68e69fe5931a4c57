"""Reading an XML file that must already be in canonical form (C14N 1.0, UTF-8): one document, one sequence of bytes.

A file equal to its own canonical form has no comment, processing instruction, declaration, DTD, CDATA, entity, second
spelling of a namespace or blank between attributes. So "any changed byte is refused" needs no list of tricks: what the
digests do not cover, this does.
"""

from __future__ import annotations

import copy
from typing import Final

from lxml import etree

LARGEST_FILE_BYTES: Final = 2_000_000
MOST_ELEMENTS: Final = 20_000
MOST_ATTRIBUTES: Final = 50
"""Of one element; in a document of this house at most a dozen."""
MOST_NAMESPACES: Final = 8
"""In force at one element; in a document of this house three."""
MOST_DECLARATIONS: Final = 400
"""Of namespaces in the whole file; in a document of this house two a signature and one."""
DEEPEST: Final = 64


class NotCanonical(Exception):
    """The bytes are not a document of ours; `reason` completes a Vietnamese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def canonical_bytes(element: etree._Element) -> bytes:
    """Inclusive Canonical XML 1.0 without comments, of an element as the top of its own document.

    An element inside a tree is copied first: started there, libxml2 writes a wrong `xmlns=""` on grandchildren, and no
    other program would agree with the digest. The copy keeps the namespaces the element uses, which in the documents of
    this house are all that are in scope.
    """
    top = element if element.getparent() is None else copy.deepcopy(element)
    return etree.tostring(top, method="c14n", with_comments=False)


def parse(data: bytes) -> etree._Element:
    """The root of a canonical document. Raises NotCanonical; never reads a DTD, an entity or the network."""
    if len(data) > LARGEST_FILE_BYTES:
        raise NotCanonical(f"tệp lớn hơn {LARGEST_FILE_BYTES // 1_000_000} MB")
    if not data.startswith(b"<"):
        raise NotCanonical("tệp không phải XML hay PDF của học bạ")
    if b"<!" in data or b"<?" in data:
        # Canonical XML writes a "<" only to open or close an element; stop before a parser meets a DTD or an entity.
        raise NotCanonical("tệp có phần khai báo, chú thích hoặc chỉ thị mà hồ sơ gốc không có")
    if data.count(b"xmlns") > MOST_DECLARATIONS:
        raise NotCanonical("tệp có quá nhiều không gian tên")
    root = _parsed(data)
    _refuse_costly(root)
    if _canonical_or_nothing(root) != data:
        raise NotCanonical("cách ghi của tệp không còn đúng từng byte như lúc lập")
    return root


def _parsed(data: bytes) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8", resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, collect_ids=False
    )
    try:
        data.decode("utf-8")
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotCanonical("tệp không đọc được như một tài liệu XML") from None


def _refuse_costly(root: etree._Element) -> None:
    """Parsing takes a moment for any file of this size. Putting into canonical form takes minutes for two megabytes of
    attributes, or of namespaces within each other: whoever sends such a file would hold up everybody."""
    if root.xpath("count(//*)") > MOST_ELEMENTS:
        raise NotCanonical("tệp có quá nhiều phần tử")
    if root.xpath(f"boolean(//@*[{MOST_ATTRIBUTES + 1}])"):
        raise NotCanonical("tệp có phần tử mang quá nhiều thuộc tính")
    if root.xpath("boolean(" + "/*" * (DEEPEST + 1) + ")"):
        raise NotCanonical("tệp có các phần tử lồng nhau quá sâu")
    if _namespaces_in_force(root) > MOST_NAMESPACES:
        raise NotCanonical("tệp có quá nhiều không gian tên")


def _namespaces_in_force(root: etree._Element) -> int:
    """The most that are declared around one place; a second declaration of a name counts again."""
    most = now = 0
    for event, _ in etree.iterwalk(root, events=("start-ns", "end-ns")):
        now += 1 if event == "start-ns" else -1
        most = max(most, now)
    return most


def _canonical_or_nothing(root: etree._Element) -> bytes | None:
    """None where there is no canonical form: a namespace with a relative name has none."""
    try:
        return canonical_bytes(root)
    except etree.C14NError:
        return None
