"""Absences by day and session."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Absence(ScopedModel):
    """One missed session (buổi) of one pupil."""

    scope_at: ClassVar = {
        "school": "school_id",
        "school_class": "class_id",
        "student": "student_id",
        "whatever": "subject",
    }

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    class_id = models.BigIntegerField()
    student_id = models.BigIntegerField()
    day = models.DateField()
    session = models.TextField(choices=[("morning", "sáng"), ("afternoon", "chiều")])
    excused = models.BooleanField()
    reason = models.TextField(default="", blank=True)
    entered_by = models.BigIntegerField(null=True)
    entered_at = models.DateTimeField(db_default=Now())
    withdrawn_by = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(null=True, help_text="taken back; the row stays and counts no longer")

    class Meta:
        indexes = [
            models.Index(fields=["student_id", "school_year"], name="absence_of_student"),
            models.Index(fields=["class_id", "day"], name="absence_of_class"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["student_id", "day", "session"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="uniq_absence",
            )
        ]
