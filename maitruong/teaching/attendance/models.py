"""Absences by day and session."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Absence(ScopedModel):
    """One missed session (buổi) of one pupil."""

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id", "student": "student_id"}

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

    class Meta:
        indexes = [models.Index(fields=["student_id", "school_year"], name="absence_of_student")]
        constraints = [models.UniqueConstraint(fields=["student_id", "day", "session"], name="uniq_absence")]
