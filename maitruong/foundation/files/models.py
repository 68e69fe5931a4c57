"""Stored files: the bytes lie in a store named by their hash; here is whose they are and how long they stay."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class StoredFile(ScopedModel):
    """One file of one unit. Content is addressed by SHA-256, so the same bytes are kept once."""

    scope_at: ClassVar = {"school": "school_id", "student": "student_id"}

    school_id = models.BigIntegerField()
    student_id = models.BigIntegerField(null=True, help_text="the pupil it is about; a family sees no other files")
    sha256 = models.TextField()
    size_bytes = models.BigIntegerField()
    media_type = models.TextField()
    name = models.TextField(help_text="as the person named it; never part of a path")
    purpose = models.TextField(help_text="import, annotated, record_xml, record_pdf ...")
    kept_until = models.DateField(null=True)
    added_by = models.BigIntegerField(null=True)
    added_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["sha256"], name="file_by_hash")]
