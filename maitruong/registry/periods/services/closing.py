"""A school closes a period: its figures are made and frozen, then the principal signs exactly those bytes."""

from __future__ import annotations

import uuid

from django.db import transaction
from lxml import etree

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope, system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events import services as events
from maitruong.foundation.files import media
from maitruong.foundation.files import services as files
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.formats import date
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.canonical import canonical_bytes, parse
from maitruong.foundation.signing.certificates import fingerprint
from maitruong.foundation.signing.directory import HouseDirectory
from maitruong.foundation.signing.entitlement import problem_with_holder
from maitruong.foundation.signing.errors import ConsentForOther
from maitruong.foundation.signing.services import Consent, Item, Unlocked
from maitruong.foundation.signing.types import Claim, Role
from maitruong.foundation.signing.xades import prepare_signature
from maitruong.registry.calendar import queries as years

from .. import calendar, keeping, ports, reports
from ..errors import (
    AlreadyClosed,
    ErrorsStand,
    FileDamaged,
    NobodyLooked,
    NothingToSign,
    SignerNotEntitled,
    TooEarly,
    WarningsUnexplained,
)
from ..events import SnapshotSigned
from ..models import Signature, Snapshot
from ..snapshot import Built, build
from ..snapshot.manifest import read, sha256, unsigned
from ..types import FROZEN, OPEN_STATES, SIGNED, PeriodRow

CLOSE = "periods.close"
_WHOLE = system_scope("a snapshot reads all that stands in a school's name")


def may_freeze(scope: Scope, school_id: int) -> bool:
    """The school's principal; or the department, for schools that have only to sign then."""
    return scope.covers(CLOSE, school_id=school_id) or scope.covers("periods.manage", school_id=school_id)


def preview(scope: Scope, *, period: PeriodRow, school_id: int, version: int = 0) -> Built:
    """The figures as they would be frozen now as a version; nothing is kept. Raises NotFound."""
    if not scope.covers("periods.view", school_id=school_id):
        raise NotFound
    return _build(period, school_id, version=version)


@transaction.atomic
def freeze(scope: Scope, *, period_id: int, school_id: int) -> int:
    """Make a school's figures for a period and freeze them for the principal's signature. Returns the snapshot's id.

    Made again before anybody signed, the former take is nobody's. Raises NotFound, TooEarly, AlreadyClosed, NobodyLooked,
    ErrorsStand, WarningsUnexplained.
    """
    if not may_freeze(scope, school_id):
        raise NotFound
    period = calendar.period(period_id)
    refuse_early(period)
    reports.hold(period.id, school_id)
    if reports.report(period.id, school_id).state not in OPEN_STATES:
        raise AlreadyClosed
    refuse_findings(scope, period, school_id)
    version, take = _number(period.id, school_id)
    built = _build(period, school_id, version=version)
    row = Snapshot(
        school_id=school_id,
        period_id=period.id,
        school_year=period.school_year,
        version=version,
        take=take,
        as_of=period.as_of,
        governor_id=built.governor_id,
        governor_kind=built.governor_kind,
        manifest_sha256=built.manifest_sha256,
        made_at=clock.now(),
        made_by=scope.actor_name,
    )
    row.save(force_insert=True)
    keeping.keep_take(scope, row, built)
    reports.move(scope, period, school_id, FROZEN, snapshot=row)
    audit.record(
        scope,
        "periods.frozen",
        school_id=school_id,
        object_type="snapshot",
        object_id=row.pk,
        changes={"version": row.version, "take": row.take, "sha256": row.manifest_sha256},
    )
    return row.pk


def refuse_early(period: PeriodRow) -> None:
    if clock.today() < period.as_of:
        raise TooEarly(as_of=period.as_of)


def refuse_findings(scope: Scope, period: PeriodRow, school_id: int) -> None:
    """Nobody closes over errors that stand, nor over warnings nobody explained, nor where nobody looked."""
    source = ports.findings_source()
    if source is None:
        raise NobodyLooked
    found = source.open_findings(scope, school_id=school_id, school_year=period.school_year, as_of=period.as_of)
    if found.blocking:
        raise ErrorsStand(count=len(found.blocking), first=found.blocking[0].sentence)
    if found.unexplained:
        raise WarningsUnexplained(count=len(found.unexplained), first=found.unexplained[0].sentence)


def ask_to_sign(scope: Scope, *, period_id: int, school_id: int) -> Consent:
    """List the one thing that will be signed, by the hash of the manifest. Nothing is signed yet.

    Raises NotFound, NothingToSign, TakePast, FileDamaged, KeyMissing, CertificateNotUsable.
    """
    if not scope.covers(CLOSE, school_id=school_id):
        raise NotFound
    period = calendar.period(period_id)
    row = _waiting(period.id, school_id)
    _manifest(row)
    school = organisations.unit(school_id).name
    label = f"{school} · {period.label} · số liệu ngày {date(period.as_of)} · bản {row.version}"
    return signing.ask_consent(
        scope,
        school_id=school_id,
        role=Role.PRINCIPAL,
        title="Ký chốt số liệu",
        items=[Item(_ref(row.pk), row.manifest_sha256, label)],
    )


def sign(scope: Scope, *, consent_id: uuid.UUID, pin: str, code: str) -> Snapshot:
    """Sign what the consent lists, with PIN and second step; from now on these figures stand.

    A wrong PIN or code is counted in the caller's transaction. Raises what `unlock` raises, NotFound, NothingToSign,
    ErrorsStand and its like when something was found meanwhile, ConsentForOther, SignerNotEntitled, FileDamaged, TakePast.
    """
    unlocked = signing.unlock(scope, consent_id=consent_id, pin=pin, code=code)
    with transaction.atomic():
        found = _of_consent(unlocked)
        if found is None or not scope.covers(CLOSE, school_id=found.school_id):
            raise NotFound
        reports.hold(found.period_id, found.school_id)
        row = _waiting(found.period_id, found.school_id)
        if row.pk != found.pk:
            raise NothingToSign
        period = calendar.period(row.period_id)
        refuse_findings(scope, period, row.school_id)
        _sign(scope, row, period, unlocked)
        return row


def snapshot_ref(item: Item) -> int | None:
    """The snapshot a consent's item is about; None for another module's item."""
    kind, _, number = item.ref.partition(":")
    return int(number) if kind == "periods" and number.isdigit() else None


def _ref(snapshot_id: int) -> str:
    return f"periods:{snapshot_id}"


def _of_consent(unlocked: Unlocked) -> Snapshot | None:
    number = snapshot_ref(unlocked.items[0])
    return Snapshot._base_manager.filter(pk=number).first() if number else None


def _sign(scope: Scope, row: Snapshot, period: PeriodRow, unlocked: Unlocked) -> None:
    if scope.actor_id is None:
        raise NotFound
    manifest = _manifest(row)
    if not unlocked.allows(_ref(row.pk), sha256(manifest)):
        raise ConsentForOther(what=f"số liệu bản {row.version}")
    at, certificate = clock.now(), unlocked.signer.certificate
    claim = claim_of(str(scope.actor_id), read(manifest).school_code, row.school_year)
    if problem := problem_with_holder(certificate, claim, at=at, directory=HouseDirectory()):
        raise SignerNotEntitled(reason=problem[1])
    root = parse(manifest)
    pending = prepare_signature(root, certificate, role=Role.PRINCIPAL, at=at)
    pending.complete(unlocked.signer.sign(pending.digest))
    keeping.keep_for_good(scope, row)
    kept = _keep_signed(scope, row, root)
    Signature(
        snapshot=row,
        school_id=row.school_id,
        signed_by=scope.actor_id,
        signer_name=scope.actor_name,
        certificate=fingerprint(certificate),
        consent=unlocked.consent_id,
        signed_at=at,
        file_id=kept.id,
        sha256=kept.sha256,
    ).save(force_insert=True)
    reports.move(scope, period, row.school_id, SIGNED, snapshot=row)
    audit.record(
        scope,
        "periods.signed",
        school_id=row.school_id,
        object_type="snapshot",
        object_id=row.pk,
        changes={"version": row.version, "consent": str(unlocked.consent_id), "sha256": row.manifest_sha256},
    )
    events.publish(
        SnapshotSigned(
            school_id=row.school_id,
            school_year=row.school_year,
            period_id=row.period_id,
            snapshot_id=row.pk,
            version=row.version,
        )
    )


def claim_of(signer_id: str, school_code: str, school_year: int) -> Claim:
    return Claim(holder_id=signer_id, role=Role.PRINCIPAL, unit_code=school_code, school_year=school_year)


def _keep_signed(scope: Scope, row: Snapshot, root: etree._Element) -> files.FileRef:
    name = f"so-lieu-{row.school_year}-{row.period_id}-ban-{row.version}.xml"
    return files.keep(
        scope,
        school_id=row.school_id,
        data=canonical_bytes(root),
        media_type=media.XML,
        name=name,
        purpose=keeping.PURPOSE,
    )


def _waiting(period_id: int, school_id: int) -> Snapshot:
    """The take that waits for the principal. Raises NothingToSign."""
    row = reports.latest(period_id, school_id)
    if row is None or reports.report(period_id, school_id).state != FROZEN:
        raise NothingToSign
    return row


def _manifest(row: Snapshot) -> bytes:
    """The manifest as it was made. Raises FileDamaged, TakePast."""
    data = keeping.bytes_of(row.pk, keeping.MANIFEST)
    if sha256(unsigned(data)) != row.manifest_sha256:
        raise FileDamaged(what="bản kê không đúng mã băm đã ghi")
    return data


def _number(period_id: int, school_id: int) -> tuple[int, int]:
    """Version and take of the next snapshot: a signed version is never made again."""
    last = reports.latest(period_id, school_id)
    if last is None:
        return 1, 1
    signed = Signature._base_manager.filter(pk=last.pk).exists()
    return (last.version + 1, 1) if signed else (last.version, last.take + 1)


def _build(period: PeriodRow, school_id: int, *, version: int) -> Built:
    """Whoever asks, the same rows are read: what a principal's sight leaves out must not change the bytes."""
    known, before = years.known(), calendar.period_before(period)
    with unit_of_work(_WHOLE):
        return build(school_id, period, before=before, calendar=known, version=version)
