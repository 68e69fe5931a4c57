"""Give certificates to the demo's people, take a person's consent to a batch, open the key for exactly that batch."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity import tries
from maitruong.foundation.identity.errors import TooManyTries, WrongCode
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock, formats, vietnamese
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people

from . import demo_keys
from .authority import read_certificate
from .certificates import TrustStore, fingerprint
from .errors import (
    CertificateNotUsable,
    CodeLocked,
    ConsentUsed,
    KeyLocked,
    KeyMissing,
    ReasonMissing,
    SecondStepMissing,
    TooManyAtOnce,
    WrongConsentCode,
    WrongDemoCode,
    WrongPin,
    WrongPinCounted,
)
from .keys import SoftwareSigner
from .models import Certificate, PersonKey, SigningConsent
from .ports import Signer
from .types import Holder, HolderKind, Role

PERMISSION: Final = "signing.certificates"
MOST_AT_ONCE: Final = 100
CONSENT_LASTS: Final = dt.timedelta(minutes=5)
FREE_TRIES: Final = 5
LOCKED_FOR: Final = dt.timedelta(minutes=15)


# --- certificates --------------------------------------------------------------------------------------------------------


def issue_demo_certificates(
    scope: Scope,
    *,
    school_id: int,
    titles: dict[int, str],
    pin: str,
    valid_from: dt.datetime,
    valid_to: dt.datetime,
    with_seal: bool = True,
) -> int:
    """Certificates and software keys for people of a school (person id → title) and for its seal. Returns how many.

    Whoever has a certificate that is not revoked keeps it. Raises OnlyInDemo in a real database, PinTooWeak.
    """
    demo_keys.refuse_in_real()
    authority = demo_keys.authority()
    unit = organisations.unit(school_id)
    held = Certificate._base_manager.filter(school_id=school_id, revoked_at__isnull=True)
    have = set(held.values_list("person_id", flat=True))
    names = people.names(titles)
    wanted: list[tuple[int | None, Holder, str]] = [
        (person_id, Holder(HolderKind.PERSON, str(person_id), names[person_id], unit.code, unit.name, title), pin)
        for person_id, title in titles.items()
        if person_id not in have
    ]
    if with_seal and None not in have:
        seal = Holder(HolderKind.ORGANISATION, str(school_id), unit.name, unit.code, unit.name)
        wanted.append((None, seal, demo_keys.house_pin("seal")))
    for person_id, holder, own_pin in wanted:
        issued = authority.issue(holder, valid_from=valid_from, valid_to=valid_to)
        row = register_certificate(
            scope, school_id=school_id, person_id=person_id, certificate=issued.certificate, title=holder.title
        )
        PersonKey(
            certificate=row,
            school_id=school_id,
            person_id=person_id,
            encrypted_pem=demo_keys.encrypted(issued, own_pin),
        ).save(force_insert=True)
    return len(wanted)


def register_certificate(
    scope: Scope, *, school_id: int, person_id: int | None, certificate: x509.Certificate, title: str = ""
) -> Certificate:
    """Tell the directory whose certificate it is, demo or real; audited."""
    name = organisations.unit(school_id).name if person_id is None else people.names([person_id]).get(person_id, "")
    row = Certificate(
        school_id=school_id,
        person_id=person_id,
        holder_name=name,
        title=title,
        fingerprint=fingerprint(certificate),
        pem=certificate.public_bytes(Encoding.PEM).decode(),
        valid_from=certificate.not_valid_before_utc,
        valid_to=certificate.not_valid_after_utc,
    )
    row.save(force_insert=True)
    audit.record(
        scope,
        "signing.certificate_registered",
        school_id=school_id,
        object_type="certificate",
        object_id=row.pk,
        subject_id=person_id,
        changes={"fingerprint": row.fingerprint},
    )
    return row


def revoke_certificate(scope: Scope, *, certificate_id: int, reason: str) -> None:
    """From this moment on nothing new is signed with it; what it signed before stays valid.

    Raises NotFound (also when it was revoked before), ReasonMissing.
    """
    mine = Certificate.objects.visible_to(scope, PERMISSION).select_for_update()
    changed = mine.filter(pk=certificate_id, revoked_at__isnull=True).first()
    if changed is None:
        raise NotFound
    reason = vietnamese.tidy(reason)
    if not reason:
        raise ReasonMissing
    changed.revoked_at, changed.revoke_reason = clock.now(), reason
    changed.save(update_fields=["revoked_at", "revoke_reason"])
    audit.record(
        scope,
        "signing.certificate_revoked",
        school_id=changed.school_id,
        object_type="certificate",
        object_id=changed.pk,
        subject_id=changed.person_id,
        why=reason,
    )


def trust() -> TrustStore:
    """Whom this installation believes: in a demo its own authority, in a real one the certificates put into keys/trust."""
    if identity.is_demo():
        return demo_keys.demo_trust()
    where = settings.CONFIG.keys / "trust"
    roots, between = (
        tuple(read_certificate(path) for path in sorted((where / name).glob("*.crt")))
        for name in ("roots", "intermediates")
    )
    return TrustStore(roots=roots, intermediates=between)


def seal_signer(school_id: int) -> Signer:
    """The digital seal of a school, opened for a job. Demo keys now; a token or HSM is another Signer. Raises KeyMissing."""
    row = _key(school_id, None)
    if row is None:
        raise KeyMissing(name=f"con dấu số của {organisations.unit(school_id).name}")
    return demo_keys.open_key(row, demo_keys.house_pin("seal"))


# --- consent -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One hash a person is asked to sign. ref: the asking module's own id; label: how it is listed on the page."""

    ref: str
    sha256: str
    label: str


@dataclass(frozen=True)
class Consent:
    """A consent as its page shows it. confirm_code: told on the page in a demo when the account has no second factor.

    locked: why nothing can be signed with it for now, and until when, after too many wrong tries.
    """

    id: uuid.UUID
    role: Role
    title: str
    items: tuple[Item, ...]
    expires_at: dt.datetime
    used: bool
    needs_totp: bool
    confirm_code: str
    locked: KeyLocked | CodeLocked | None = None


@dataclass(frozen=True)
class Unlocked:
    """A key opened for one consent: it may sign these items and nothing else."""

    signer: SoftwareSigner
    consent_id: uuid.UUID
    items: tuple[Item, ...]

    def allows(self, ref: str, sha256: str) -> bool:
        return any(item.ref == ref and item.sha256 == sha256 for item in self.items)


def ask_consent(scope: Scope, *, school_id: int, role: Role, title: str, items: Sequence[Item]) -> Consent:
    """Write down what is about to be signed, for the page that lists it. Raises TooManyAtOnce, KeyMissing, CertificateNotUsable."""
    if not 1 <= len(items) <= MOST_AT_ONCE:
        raise TooManyAtOnce(count=len(items), most=MOST_AT_ONCE)
    if scope.actor_id is None:
        raise NotFound
    usable_certificate(school_id, scope.actor_id)
    now = clock.now()
    row = SigningConsent(
        id=uuid.uuid4(),
        school_id=school_id,
        person_id=scope.actor_id,
        role=role.value,
        title=title,
        items=[[item.ref, item.sha256, item.label] for item in items],
        asked_at=now,
        expires_at=now + CONSENT_LASTS,
    )
    row.save(force_insert=True)
    return _shown(row)


def consent(scope: Scope, consent_id: uuid.UUID) -> Consent:
    """One's own consent. Another person's and one that never was answer alike: NotFound."""
    row = SigningConsent._base_manager.filter(pk=consent_id, person_id=scope.actor_id or 0).first()
    if row is None:
        raise NotFound
    return _shown(row)


def unlock(scope: Scope, *, consent_id: uuid.UUID, pin: str, code: str) -> Unlocked:
    """Use a consent up: PIN, then second step, then the open key. Audited with every hash.

    Wrong tries are counted in this very transaction: the caller answers a refusal inside its unit of work (as every view
    does) and lets it commit. How many are left is told to nobody but her whose consent it is.
    Raises NotFound, ConsentUsed, KeyLocked, WrongPin, WrongCode, CodeLocked, SecondStepMissing, OnlyInDemo.
    """
    row = (
        SigningConsent._base_manager.select_for_update().filter(pk=consent_id, person_id=scope.actor_id).first()
        if scope.actor_id
        else None
    )
    if row is None:
        raise NotFound
    if row.used_at is not None or row.expires_at < clock.now():
        raise ConsentUsed
    usable_certificate(row.school_id, row.person_id)
    try:
        signer, key = _open_with_pin(row, pin)
        _second_step(row, key, code)
    except (WrongPin, KeyLocked, WrongCode, TooManyTries) as refusal:
        _tell_refused(scope, row, refusal.code)
        raise
    _forget_failures(key)
    row.used_at = clock.now()
    row.save(update_fields=["used_at"])
    audit.record(
        scope,
        "signing.consented",
        school_id=row.school_id,
        object_type="consent",
        object_id=row.pk,
        subject_id=row.person_id,
        changes={"role": row.role, "title": row.title, "hashes": [[ref, sha256] for ref, sha256, _ in row.items]},
    )
    return Unlocked(signer, row.pk, _items(row))


def _tell_refused(scope: Scope, row: SigningConsent, code: str) -> None:
    """Somebody tried to sign in this person's name and had not what it takes. What was typed is not kept."""
    key = _key(row.school_id, row.person_id)
    audit.record(
        scope,
        "signing.refused",
        school_id=row.school_id,
        object_type="consent",
        object_id=row.pk,
        subject_id=row.person_id,
        changes={"because": code, "tries": key.failed_tries if key else 0, "locked": bool(key and key.locked_until)},
    )


def usable_certificate(school_id: int, person_id: int) -> Certificate:
    """The person's certificate at this unit, good at this moment. Raises KeyMissing, CertificateNotUsable."""
    held = Certificate._base_manager.filter(school_id=school_id, person_id=person_id).order_by("-valid_from").first()
    if held is None:
        raise KeyMissing(name="thầy/cô")
    now = clock.now()
    if held.revoked_at is not None:
        raise CertificateNotUsable(name=held.holder_name, reason="chứng thư đã bị thu hồi")
    if not held.valid_from <= now <= held.valid_to:
        raise CertificateNotUsable(name=held.holder_name, reason="chứng thư chưa đến hạn hoặc đã hết hạn")
    return held


def _open_with_pin(row: SigningConsent, pin: str) -> tuple[SoftwareSigner, PersonKey]:
    key = _key(row.school_id, row.person_id, lock=True)
    if key is None:
        raise KeyMissing(name="thầy/cô")
    if key.locked_until is not None and key.locked_until > clock.now():
        raise KeyLocked(until=_minute_after(key.locked_until))
    try:
        return demo_keys.open_key(key, pin), key
    except WrongPin:
        raise WrongPinCounted(left=_count_failure(key), minutes=_minutes(LOCKED_FOR)) from None


def _second_step(row: SigningConsent, key: PersonKey, code: str) -> None:
    """The account's authenticator; in a demo, for an account without one, the code shown on the consent's own page.

    That code proves no second possession, it only lets the whole path be walked; a real database refuses such an account.
    """
    account = Account.objects.filter(person_id=row.person_id, is_active=True).first()
    if account is not None and account.totp_secret:
        check_code(account, code)
        return
    if not identity.is_demo():
        raise SecondStepMissing
    if not hmac.compare_digest(_demo_code(row).encode(), code.strip().encode()):
        raise WrongDemoCode(left=_count_failure(key), minutes=_minutes(LOCKED_FOR))


def check_code(account: Account, code: str) -> None:
    """The account's authenticator at a consent, with what is left or how long to wait. Raises WrongConsentCode, CodeLocked."""
    whose = str(account.pk)
    try:
        identity.check_code(account, code)
    except (WrongCode, TooManyTries):
        if left := tries.tries_left(identity.CODE, whose):
            raise WrongConsentCode(left=left, minutes=_minutes(tries.WINDOW)) from None
        raise CodeLocked(until=_minute_after(tries.free_again_at(identity.CODE, whose))) from None


def _count_failure(key: PersonKey) -> int:
    """Write it down; returns how many tries are left. Raises KeyLocked for the last one."""
    key.failed_tries += 1
    left = FREE_TRIES - key.failed_tries
    if left <= 0:
        key.failed_tries, key.locked_until = 0, clock.now() + LOCKED_FOR
    key.save(update_fields=["failed_tries", "locked_until"])
    if left <= 0 and key.locked_until is not None:
        raise KeyLocked(until=_minute_after(key.locked_until))
    return left


def _forget_failures(key: PersonKey) -> None:
    """Both the PIN and the code were right: the PIN alone must not make guesses at the code free again."""
    if key.failed_tries or key.locked_until:
        key.failed_tries, key.locked_until = 0, None
        key.save(update_fields=["failed_tries", "locked_until"])


def _minutes(span: dt.timedelta) -> int:
    return int(span.total_seconds() // 60)


def _minute_after(moment: dt.datetime) -> str:
    """A minute in which it is over for certain, as the page says it."""
    return formats.day_time(moment + dt.timedelta(seconds=59))


def _key(school_id: int, person_id: int | None, *, lock: bool = False) -> PersonKey | None:
    rows = PersonKey._base_manager.filter(school_id=school_id, certificate__revoked_at__isnull=True)
    rows = rows.filter(person_id__isnull=True) if person_id is None else rows.filter(person_id=person_id)
    rows = rows.select_related("certificate").order_by("-pk")
    return (rows.select_for_update(of=("self",)) if lock else rows).first()


def _demo_code(row: SigningConsent) -> str:
    """Six digits bound to this one consent, made like a time-based code: HMAC, cut to a number."""
    digest = hmac.new(settings.SECRET_KEY.encode(), f"consent:{row.pk}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:4], 'big') % 1_000_000:06d}"


def _shown(row: SigningConsent) -> Consent:
    account = Account.objects.filter(person_id=row.person_id, is_active=True).first()
    needs_totp = bool(account and account.totp_secret)
    told = _demo_code(row) if not needs_totp and identity.is_demo() else ""
    used, locked = row.used_at is not None, _locked(row, account)
    return Consent(row.pk, Role(row.role), row.title, _items(row), row.expires_at, used, needs_totp, told, locked)


def _locked(row: SigningConsent, account: Account | None) -> KeyLocked | CodeLocked | None:
    key = _key(row.school_id, row.person_id)
    if key is not None and key.locked_until is not None and key.locked_until > clock.now():
        return KeyLocked(until=_minute_after(key.locked_until))
    whose = str(account.pk) if account is not None and account.totp_secret else ""
    if whose and not tries.tries_left(identity.CODE, whose):
        return CodeLocked(until=_minute_after(tries.free_again_at(identity.CODE, whose)))
    return None


def _items(row: SigningConsent) -> tuple[Item, ...]:
    return tuple(Item(ref, sha256, label) for ref, sha256, label in row.items)
