"""The package a pupil takes to another province: one zip, its list of files signed by the school (docs/transfer-package.md).

Reading believes nothing: sizes are counted while unpacking, names are taken from the signed list alone, and what is wrong is told in
words beside what could be read.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import io
import json
import re
import zipfile
from dataclasses import dataclass, field
from typing import Any, Final

from lxml import etree

from maitruong.foundation.signing.canonical import NotCanonical, canonical_bytes, parse
from maitruong.foundation.signing.certificates import TrustStore
from maitruong.foundation.signing.ports import CertificateDirectory, Signer
from maitruong.foundation.signing.types import Claim, Role
from maitruong.foundation.signing.xades import sign_element, verify_element

NAMESPACE: Final = "urn:maitruong:transfer-package:1"
SCHEMA: Final = "maitruong.transfer/1"
MANIFEST, DOSSIER, RESULTS = "ke-khai.xml", "ho-so.json", "ket-qua.json"
MOST_FILES, MOST_FILE_BYTES, MOST_BYTES, MOST_JSON = 60, 20_000_000, 60_000_000, 2_000_000
_RECORD: Final = re.compile(r"hoc-ba/[0-9]{4}-[0-9]{1,3}\.(xml|pdf)")
_TAG: Final = f"{{{NAMESPACE}}}"


class NotAPackage(Exception):
    """The bytes cannot be read as a package at all; `reason` completes a Vietnamese sentence."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Maker:
    """The school that signs: its unit's id and code, and the school year."""

    unit_id: int
    code: str
    name: str
    school_year: int


@dataclass(frozen=True)
class Package:
    """What could be read. trusted: the list is signed by a seal this installation believes, and every file is as listed."""

    dossier: dict[str, Any]
    results: dict[str, Any] | None
    records: dict[str, bytes]
    trusted: bool
    signature: str
    problems: tuple[str, ...] = field(default=())


def build(
    maker: Maker,
    dossier: dict[str, Any],
    results: dict[str, Any] | None,
    records: dict[str, bytes],
    *,
    signer: Signer,
    at: dt.datetime,
) -> bytes:
    """The zip. records: name under hoc-ba/ → bytes exactly as they were signed. The same input gives the same files in the same order."""
    files = {DOSSIER: _json({"schema": SCHEMA, **dossier})}
    if results is not None:
        files[RESULTS] = _json(results)
    files |= records
    root = etree.Element(f"{_TAG}package", nsmap={None: NAMESPACE})
    for name, value in (
        ("Id", "ke-khai"),
        ("school-code", maker.code),
        ("organisation-id", str(maker.unit_id)),
        ("school-name", maker.name),
        ("school-year", str(maker.school_year)),
    ):
        root.set(name, value)
    for name, data in files.items():
        etree.SubElement(
            root, f"{_TAG}file", {"name": name, "sha256": hashlib.sha256(data).hexdigest(), "size": str(len(data))}
        )
    sign_element(root, "ke-khai", signer, role=Role.ORGANISATION, at=at)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, data in ((MANIFEST, canonical_bytes(root)), *files.items()):
            bundle.writestr(name, data)
    return packed.getvalue()


def read(data: bytes, *, trust: TrustStore, directory: CertificateDirectory, now: dt.datetime) -> Package:
    """Raises NotAPackage."""
    files = _unpacked(data)
    root = _manifest(files)
    listed = {str(f.get("name")): (str(f.get("sha256")), f.get("size")) for f in root.iterfind(f"{_TAG}file")}
    problems = [
        f"{name}: có trong gói nhưng không có trong bảng kê" for name in files if name not in {*listed, MANIFEST}
    ]
    good = {}
    for name, (sha256, _) in listed.items():
        if name not in files:
            problems.append(f"{name}: có trong bảng kê nhưng thiếu trong gói")
        elif hashlib.sha256(files[name]).hexdigest() != sha256:
            problems.append(f"{name}: nội dung khác bảng kê")
        else:
            good[name] = files[name]
    if DOSSIER not in good:
        raise NotAPackage("hồ sơ của em bị thiếu hoặc đã bị sửa")
    dossier = _object(good[DOSSIER], DOSSIER)
    if dossier.get("schema") != SCHEMA:
        raise NotAPackage("hồ sơ trong gói theo mẫu mà hệ thống chưa đọc được")
    report = verify_element(root, _claim(root), trust=trust, directory=directory, now=now)
    if not report.is_valid:
        problems.append(f"Chữ ký của trường gửi: {report.sentence}")
    return Package(
        dossier=dossier,
        results=_object(good[RESULTS], RESULTS) if RESULTS in good else None,
        records={name: bytes_ for name, bytes_ in good.items() if _RECORD.fullmatch(name)},
        trusted=report.is_valid and not problems,
        signature=report.sentence,
        problems=tuple(problems),
    )


def _unpacked(data: bytes) -> dict[str, bytes]:
    """Every file, unpacked no further than the limits whatever the zip says of its sizes."""
    if len(data) > MOST_BYTES:
        raise NotAPackage("gói lớn hơn mức cho phép")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as bundle:
            entries = bundle.infolist()
            if len(entries) > MOST_FILES:
                raise NotAPackage("gói có quá nhiều tệp")
            files: dict[str, bytes] = {}
            left = MOST_BYTES
            for entry in entries:
                if entry.filename in files:
                    raise NotAPackage("gói có hai tệp trùng tên")
                with bundle.open(entry) as part:
                    content = part.read(min(MOST_FILE_BYTES, left) + 1)
                left -= len(content)
                if len(content) > MOST_FILE_BYTES or left < 0:
                    raise NotAPackage("tệp trong gói lớn hơn mức cho phép khi giải nén")
                files[entry.filename] = content
            return files
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as problem:
        raise NotAPackage("tệp không phải gói zip đọc được") from problem
    except Exception as problem:
        if isinstance(problem, NotAPackage) or type(problem).__module__ != "zlib":
            raise
        raise NotAPackage("tệp không phải gói zip đọc được") from problem


def _manifest(files: dict[str, bytes]) -> etree._Element:
    if MANIFEST not in files:
        raise NotAPackage("gói không có bảng kê")
    try:
        root = parse(files[MANIFEST])
    except NotCanonical as problem:
        raise NotAPackage(f"bảng kê không đọc được: {problem.reason}") from None
    if root.tag != f"{_TAG}package":
        raise NotAPackage("bảng kê không phải của một gói chuyển trường")
    return root


def _claim(root: etree._Element) -> Claim:
    year = str(root.get("school-year", ""))
    return Claim(
        str(root.get("organisation-id", "")),
        Role.ORGANISATION,
        str(root.get("school-code", "")),
        int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0,
    )


def _object(data: bytes, name: str) -> dict[str, Any]:
    try:
        found = json.loads(data) if len(data) <= MOST_JSON else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotAPackage(f"{name} không đọc được")
    return found


def _json(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
