"""Records of a pupil's school year: their state, who signs which part, and the document while it is being signed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class State(models.TextChoices):
    """In the order of a record's life; the last two are ends."""

    DRAFT = "draft", "Chưa đủ dữ liệu"
    DATA_LOCKED = "data_locked", "Chờ giáo viên bộ môn ký"
    SUBJECT_SIGNED = "subject_signed", "Chờ giáo viên chủ nhiệm ký"
    HOMEROOM_SIGNED = "homeroom_signed", "Chờ hiệu trưởng ký"
    PRINCIPAL_SIGNED = "principal_signed", "Chờ đóng dấu số"
    SEALED = "sealed", "Đã đóng dấu, chờ phát hành"
    ISSUED = "issued", "Đã phát hành"
    SUPERSEDED = "superseded", "Đã có bản thay thế"
    REVOKED = "revoked", "Đã thu hồi"


IN_FORCE = (State.SEALED, State.ISSUED)
"""Sealed and not ended. A corrected version may wait here sealed while the one before it is still issued."""
OPEN_TO_FAMILY = (State.ISSUED, State.SUPERSEDED, State.REVOKED)
ENDED = (State.SUPERSEDED, State.REVOKED)
BEING_SIGNED = (State.DATA_LOCKED, State.SUBJECT_SIGNED, State.HOMEROOM_SIGNED, State.PRINCIPAL_SIGNED)


class RecordFile(ScopedModel):
    """One version of one pupil's record of one school year. `record_id` is its public name: 128 random bits.

    A subject teacher's rights stop at her own block, so she does not reach the record as a whole.
    """

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id", "student": "student_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    class_id = models.BigIntegerField()
    class_name = models.TextField()
    grade = models.SmallIntegerField()
    student_id = models.BigIntegerField()
    initials = models.TextField(help_text="all that the public page tells of the name")
    record_id = models.TextField(unique=True)
    version = models.SmallIntegerField(db_default=1)
    state = models.TextField(choices=State.choices)
    held_back = models.TextField(default="", blank=True, help_text="why a draft cannot be signed yet; Vietnamese")
    prev_hash = models.TextField(default="", blank=True, help_text="SHA-256 of the sealed XML of the year before")
    corrects = models.ForeignKey("RecordFile", on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(default="", blank=True, help_text="of the correction")
    decision = models.TextField(default="", blank=True, help_text="number of the paper the correction rests on")
    xml_sha256 = models.TextField(default="", blank=True)
    pdf_sha256 = models.TextField(default="", blank=True)
    xml_file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    pdf_file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, related_name="+")
    prepared_at = models.DateTimeField(db_default=Now())
    prepared_by = models.BigIntegerField(null=True)
    sealed_at = models.DateTimeField(null=True)
    issued_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="superseded or revoked")
    end_reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_year", "student_id", "version"], name="uniq_record_version"),
            models.UniqueConstraint(
                fields=["school_year", "student_id"],
                condition=models.Q(state__in=["draft", "data_locked", "subject_signed", "homeroom_signed"])
                | models.Q(state="principal_signed"),
                name="uniq_record_being_signed",
            ),
            models.UniqueConstraint(
                fields=["school_year", "student_id"], condition=models.Q(state="sealed"), name="uniq_record_to_issue"
            ),
            models.UniqueConstraint(
                fields=["school_year", "student_id"], condition=models.Q(state="issued"), name="uniq_record_issued"
            ),
        ]
        indexes = [models.Index(fields=["school_id", "school_year", "class_id"], name="record_of_class")]


class RecordDraft(ScopedModel):
    """The document while it is being signed; goes when it is sealed and stored as a file."""

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id", "student": "student_id"}

    record = models.OneToOneField(RecordFile, on_delete=models.PROTECT, primary_key=True, related_name="+")
    school_id = models.BigIntegerField()
    class_id = models.BigIntegerField()
    student_id = models.BigIntegerField()
    document = models.BinaryField()


class RecordBlock(ScopedModel):
    """One signature a record needs: which part, by whom, and when it was given."""

    scope_at: ClassVar = {
        "school": "school_id",
        "school_class": "class_id",
        "subject": "subject",
        "student": "student_id",
    }

    record = models.ForeignKey(RecordFile, on_delete=models.PROTECT, related_name="blocks")
    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    class_id = models.BigIntegerField()
    student_id = models.BigIntegerField()
    node_id = models.TextField()
    subject = models.TextField(default="", blank=True)
    role = models.TextField(help_text="signing.types.Role")
    label = models.TextField()
    position = models.SmallIntegerField()
    signer_id = models.BigIntegerField(help_text="person, or the unit for the seal")
    signed_at = models.DateTimeField(null=True)
    certificate = models.TextField(default="", blank=True, help_text="fingerprint of the certificate that signed")
    consent_id = models.UUIDField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "node_id"], name="uniq_record_block")]
        indexes = [
            models.Index(
                fields=["signer_id", "school_year"], name="block_to_sign", condition=models.Q(signed_at__isnull=True)
            ),
            models.Index(
                fields=["signer_id", "signed_at"], name="block_signed", condition=models.Q(signed_at__isnull=False)
            ),
        ]
