"""Who teaches what to whom (phân công). The timetable itself comes later and reads this."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from maitruong.foundation.access.scoping import ScopedModel


class Assignment(ScopedModel):
    """A teacher of one subject in one class, from a day to a day."""

    scope_at: ClassVar = {"school": "school_id", "school_class": "class_id", "subject": "subject"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    class_id = models.BigIntegerField()
    subject = models.TextField(help_text="subject code of the curriculum")
    teacher_id = models.BigIntegerField(help_text="person")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["teacher_id", "school_year"], name="assignment_of_teacher"),
            # Every page of a book asks who teaches it; the unique index knows only assignments without an end.
            models.Index(fields=["class_id", "subject"], name="assignment_of_class"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["class_id", "subject", "teacher_id"],
                condition=models.Q(ends_on__isnull=True),
                name="uniq_assignment",
            )
        ]
