"""Signing a record step by step: subjects, homeroom teacher, principal, seal. Never a later one before an earlier one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from cryptography import x509
from lxml import etree

from maitruong.foundation.signing.canonical import NotCanonical, canonical_bytes, parse
from maitruong.foundation.signing.certificates import TrustStore
from maitruong.foundation.signing.entitlement import problem_with_holder
from maitruong.foundation.signing.ports import CertificateDirectory, Signer
from maitruong.foundation.signing.types import SignatureVerdict
from maitruong.foundation.signing.xades import PendingSignature, prepare_signature, verify_element

from .document import build, carry_signatures, claim_for, element_of, first_problem, identity_of, steps_of
from .errors import EarlierSignatureBroken, NoSuchPart, NotYourPart, SignedOutOfOrder, StoredRecordDamaged
from .types import Identity, RecordContent, SigningStep


@dataclass(frozen=True, slots=True)
class PendingStep:
    """One step of one record, waiting for the key. Collect `digest` of a batch, sign them all, then `complete` each."""

    root: etree._Element
    step: SigningStep
    pending: PendingSignature

    @property
    def digest(self) -> bytes:
        """32 bytes for `Signer.sign`."""
        return self.pending.digest

    def complete(self, value: bytes) -> bytes:
        """The record with this signature in it. Raises SignerFailed when the value is not of the certificate's key."""
        self.pending.complete(value)
        return canonical_bytes(self.root)


def prepare_step(
    record: bytes,
    node_id: str,
    certificate: x509.Certificate,
    *,
    at: dt.datetime,
    trust: TrustStore,
    directory: CertificateDirectory,
) -> PendingStep:
    """Check that it is this step's turn and this certificate's part, and digest what it will sign.

    Raises StoredRecordDamaged, NoSuchPart, SignedOutOfOrder, EarlierSignatureBroken, NotYourPart, AlreadySigned,
    CertificateNotUsable.
    """
    root, identity = _open(record)
    due = steps_of(root, identity)
    step = next((step for step in due if step.node_id == node_id), None)
    if step is None:
        raise NoSuchPart(node_id=node_id)
    claim = claim_for(step, identity)
    if problem := problem_with_holder(certificate, claim, at=at, directory=directory):
        raise NotYourPart(step=step.label, reason=problem[1])
    _check_earlier(root, identity, step, due[: due.index(step)], at=at, trust=trust, directory=directory)
    pending = prepare_signature(element_of(root, node_id), certificate, role=step.role, at=at)
    return PendingStep(root, step, pending)


def sign_step(
    record: bytes,
    node_id: str,
    signer: Signer,
    *,
    at: dt.datetime,
    trust: TrustStore,
    directory: CertificateDirectory,
) -> bytes:
    """The record with one more signature; raises like `prepare_step`, and whatever the signer refuses."""
    pending = prepare_step(record, node_id, signer.certificate, at=at, trust=trust, directory=directory)
    return pending.complete(signer.sign(pending.digest))


def rebuild_keeping_signatures(signed: bytes, content: RecordContent) -> tuple[bytes, tuple[str, ...]]:
    """The record built anew after a block was unlocked, with every signature whose content is unchanged.

    Returns the new bytes and the ids of the parts still signed; the changed block and all above it sign again.
    """
    before, _ = _open(signed)
    fresh = parse(build(content))
    kept = carry_signatures(before, fresh)
    return canonical_bytes(fresh), kept


def steps_still_due(record: bytes) -> tuple[SigningStep, ...]:
    """The steps that carry no signature yet, in order. Looks for presence only: `prepare_step` and verify check."""
    root, identity = _open(record)
    return tuple(step for step in steps_of(root, identity) if not _is_signed(root, step))


def _open(record: bytes) -> tuple[etree._Element, Identity]:
    try:
        root = parse(record)
        if problem := first_problem(root):
            raise StoredRecordDamaged(reason=problem)
        return root, identity_of(root)
    except NotCanonical as problem:
        raise StoredRecordDamaged(reason=problem.reason) from None
    except ValueError:
        raise StoredRecordDamaged(reason="có giá trị ghi sai kiểu") from None


def _check_earlier(
    root: etree._Element,
    identity: Identity,
    step: SigningStep,
    due_before: tuple[SigningStep, ...],
    *,
    at: dt.datetime,
    trust: TrustStore,
    directory: CertificateDirectory,
) -> None:
    """All earlier layers must be signed; the layer just below is checked, for that is what the signer vouches for.

    What lies deeper was checked when the layer below was signed, and its signature holds it fast since.
    """
    earlier = [other for other in due_before if other.role is not step.role]
    missing = [other.label for other in earlier if not _is_signed(root, other)]
    if missing:
        raise SignedOutOfOrder(step=step.label, missing=", ".join(missing))
    for other in (other for other in earlier if other.role is earlier[-1].role):
        element = element_of(root, other.node_id)
        report = verify_element(element, claim_for(other, identity), trust=trust, directory=directory, now=at)
        if report.verdict is not SignatureVerdict.VALID:
            raise EarlierSignatureBroken(step=step.label, where=other.label, reason=report.sentence)


def _is_signed(root: etree._Element, step: SigningStep) -> bool:
    element = element_of(root, step.node_id)
    return element is not None and len(element) > 0 and etree.QName(element[-1]).localname == "Signature"
