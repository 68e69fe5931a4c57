"""The manifest: what a snapshot is of, who governed the school and where it lay on the day, and every file by its hash.

Canonical XML, so that the house's one shape of signature (ADR 0007) fits under it. It names no moment and no person: made twice
from the same data it is the same bytes; when and by whom it was signed says the signature.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from maitruong.foundation.signing.canonical import canonical_bytes, parse
from maitruong.foundation.signing.xades import without_signature

NAMESPACE: Final = "urn:maitruong:reporting-snapshot:1"
SCHEMA_VERSION: Final = 1
ROOT_ID: Final = "snapshot"


@dataclass(frozen=True)
class Named:
    """A file of a snapshot by its hash. rows: how many it holds."""

    name: str
    sha256: str
    rows: int
    size_bytes: int


@dataclass(frozen=True)
class Manifest:
    """governance: (kind, code, name) from the department down to who governs the school; place: (code, name) of commune, then province."""

    period: str
    school_year: int
    as_of: dt.date
    version: int
    school_code: str
    school_name: str
    school_type: str
    ownership: str
    levels: str
    governance: tuple[tuple[str, str, str], ...]
    place: tuple[tuple[str, str], ...]
    files: tuple[Named, ...]

    def written(self) -> bytes:
        """The unsigned manifest in canonical form."""
        root = etree.Element(
            _tag("snapshot"),
            nsmap={None: NAMESPACE},
            attrib={
                "Id": ROOT_ID,
                "schema": str(SCHEMA_VERSION),
                "period": self.period,
                "school-year": str(self.school_year),
                "as-of": self.as_of.isoformat(),
                "version": str(self.version),
            },
        )
        _add(
            root,
            "school",
            code=self.school_code,
            name=self.school_name,
            type=self.school_type,
            ownership=self.ownership,
            levels=self.levels,
        )
        governance = _add(root, "governance")
        for kind, code, name in self.governance:
            _add(governance, "unit", kind=kind, code=code, name=name)
        place = _add(root, "place")
        for code, name in self.place:
            _add(place, "area", code=code, name=name)
        files = _add(root, "files")
        for one in self.files:
            _add(
                files,
                "file",
                name=one.name,
                sha256=one.sha256,
                rows=str(one.rows),
                **{"size-bytes": str(one.size_bytes)},
            )
        return canonical_bytes(root)


def read(data: bytes) -> Manifest:
    """A manifest, signed or not. Raises NotCanonical, and KeyError or ValueError for what is none of ours."""
    root = parse(data)
    if root.tag != _tag("snapshot") or root.get("schema") != str(SCHEMA_VERSION):
        raise ValueError("no manifest of this schema")
    school = root.find(_tag("school"))
    if school is None:
        raise ValueError("no school")
    return Manifest(
        period=root.attrib["period"],
        school_year=int(root.attrib["school-year"]),
        as_of=dt.date.fromisoformat(root.attrib["as-of"]),
        version=int(root.attrib["version"]),
        school_code=school.attrib["code"],
        school_name=school.attrib["name"],
        school_type=school.attrib["type"],
        ownership=school.attrib["ownership"],
        levels=school.attrib["levels"],
        governance=tuple((u.attrib["kind"], u.attrib["code"], u.attrib["name"]) for u in _all(root, "unit")),
        place=tuple((a.attrib["code"], a.attrib["name"]) for a in _all(root, "area")),
        files=tuple(
            Named(f.attrib["name"], f.attrib["sha256"], int(f.attrib["rows"]), int(f.attrib["size-bytes"]))
            for f in _all(root, "file")
        ),
    )


def unsigned(data: bytes) -> bytes:
    """A manifest's bytes without the signature it carries."""
    return without_signature(parse(data))


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _all(root: etree._Element, name: str) -> Sequence[etree._Element]:
    return list(root.iter(_tag(name)))


def _add(parent: etree._Element, element: str, /, **facts: str) -> etree._Element:
    return etree.SubElement(parent, _tag(element), attrib=facts)


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
