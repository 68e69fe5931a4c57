"""Is what was frozen still what it was? Every byte hashed again, every total beside its file, every signature checked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.files import queries as stored
from maitruong.foundation.files.errors import FileDamaged as BytesDamaged
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.canonical import NotCanonical, parse
from maitruong.foundation.signing.directory import HouseDirectory
from maitruong.foundation.signing.xades import verify_element

from . import keeping
from .models import Closing, Signature, SnapshotTotal
from .services.closing import claim_of
from .snapshot import read_table
from .snapshot.building import TOTALS
from .snapshot.manifest import read, sha256, unsigned

BATCH: Final = 100


@dataclass(frozen=True)
class Checked:
    """What was found of one version, or of a closing of the province. problems: in Vietnamese; none: as it was frozen."""

    what: str
    school: str
    period_id: int
    version: int
    files: int = 0
    signer: str = ""
    sha256: str = ""
    problems: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.problems


def verify_all() -> Iterator[Checked]:
    """Every signed version and every closing of the province, a batch in memory at a time. The caller's scope sees them all."""
    after, directory, trust = 0, HouseDirectory(), signing.trust()
    while True:
        rows = Signature._base_manager.filter(pk__gt=after).select_related("snapshot").order_by("pk")[:BATCH]
        found = list(rows)
        for row in found:
            yield verify(row, directory=directory, trust=trust)
        if len(found) < BATCH:
            break
        after = found[-1].pk
    for closing in Closing._base_manager.order_by("pk"):
        yield _verify_closing(closing)


def verify(
    row: Signature, *, directory: HouseDirectory | None = None, trust: signing.TrustStore | None = None
) -> Checked:
    """One signed version."""
    snapshot = row.snapshot
    problems: list[str] = []
    files = 0
    try:
        files = _verify_files(row, problems)
        _verify_signature(row, problems, directory or HouseDirectory(), trust or signing.trust())
    except Refusal as refusal:
        problems.append(refusal.text)
    except NotCanonical as problem:
        problems.append(f"bản kê: {problem.reason}")
    except (KeyError, ValueError):
        problems.append("bản kê hoặc tệp số liệu không đọc được")
    return Checked(
        what="school",
        school=organisations.unit(row.school_id).name,
        period_id=snapshot.period_id,
        version=snapshot.version,
        files=files,
        signer=row.signer_name,
        sha256=snapshot.manifest_sha256,
        problems=problems,
    )


def _verify_files(row: Signature, problems: list[str]) -> int:
    snapshot = row.snapshot
    manifest = keeping.bytes_of(snapshot.pk, keeping.MANIFEST)
    if sha256(manifest) != snapshot.manifest_sha256:
        problems.append("bản kê không đúng mã băm đã ghi")
    told = read(manifest)
    for one in told.files:
        data = keeping.bytes_of(snapshot.pk, one.name)
        if sha256(data) != one.sha256:
            problems.append(f"tệp {one.name} không đúng mã băm trong bản kê")
    _, rows = read_table(keeping.bytes_of(snapshot.pk, TOTALS))
    held = SnapshotTotal._base_manager.filter(snapshot=snapshot).order_by("key", "grade")
    if [list(one) for one in held.values_list("key", "grade", "value", "women")] != sorted(rows):
        problems.append("số tổng trong bảng khác tệp số liệu đã ký")
    return len(told.files)


def _verify_signature(
    row: Signature, problems: list[str], directory: HouseDirectory, trust: signing.TrustStore
) -> None:
    try:
        _, data = stored.read(row.file_id)
    except (NotFound, BytesDamaged):
        problems.append("bản kê đã ký không còn hoặc đã bị sửa")
        return
    if sha256(data) != row.sha256 or sha256(unsigned(data)) != row.snapshot.manifest_sha256:
        problems.append("bản kê đã ký không phải bản kê của số liệu này")
    claim = claim_of(str(row.signed_by), read(data).school_code, row.snapshot.school_year)
    report = verify_element(parse(data), claim, trust=trust, directory=directory, now=clock.now())
    if not report.is_valid:
        problems.append(f"chữ ký của hiệu trưởng: {report.sentence}")


def _verify_closing(row: Closing) -> Checked:
    problems = []
    try:
        ref, _ = stored.read(row.file_id)
        if ref.sha256 != row.sha256:
            problems.append("bản chốt toàn tỉnh không phải tệp đã lập")
    except (NotFound, BytesDamaged):
        problems.append("bản chốt toàn tỉnh không còn hoặc đã bị sửa")
    return Checked("province", "", row.period_id, row.number, 1, row.by_name, row.sha256, problems)
