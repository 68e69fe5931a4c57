"""Certificates the house knows, the demo's encrypted keys, and consents: one person, one batch, once."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Certificate(ScopedModel):
    """A signing certificate of a person or of the unit itself (its seal). Never deleted: old signatures need it."""

    scope_at: ClassVar = {"school": "school_id", "student": "person_id"}

    school_id = models.BigIntegerField(help_text="the unit it was issued for")
    person_id = models.BigIntegerField(null=True, help_text="None: the seal of the unit")
    holder_name = models.TextField(help_text="as it stands in the certificate")
    title = models.TextField(default="", blank=True)
    fingerprint = models.TextField(unique=True, help_text="SHA-256 of the DER form, hex")
    pem = models.TextField()
    valid_from = models.DateTimeField()
    valid_to = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoke_reason = models.TextField(default="", blank=True)
    registered_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["school_id", "person_id"], name="certificate_of_holder")]


class PersonKey(ScopedModel):
    """A software key under a PIN, for the demo only: a real province signs with tokens, HSMs and remote services.

    Wrong PINs are counted here, so that every web worker sees every guess.
    """

    scope_at: ClassVar = {"school": "school_id", "student": "person_id"}

    certificate = models.OneToOneField(Certificate, on_delete=models.PROTECT, related_name="+")
    school_id = models.BigIntegerField()
    person_id = models.BigIntegerField(null=True)
    encrypted_pem = models.TextField()
    failed_tries = models.SmallIntegerField(db_default=0)
    locked_until = models.DateTimeField(null=True)


class SigningConsent(ScopedModel):
    """A person's word to sign exactly these hashes, for a few minutes, once.

    items: [[reference, SHA-256 hex, label]], at most 100, as they were listed on the page.
    """

    scope_at: ClassVar = {"school": "school_id", "student": "person_id"}

    id = models.UUIDField(primary_key=True)
    school_id = models.BigIntegerField()
    person_id = models.BigIntegerField()
    role = models.TextField(help_text="signing.types.Role")
    title = models.TextField()
    items = models.JSONField()
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id", "asked_at"], name="consent_of_person")]
