"""What a school is, beside being a unit: its levels, type and ownership."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class School(models.Model):
    """The school behind a unit of kind school. Keyed by the unit's id, which is `school_id` everywhere."""

    shared = "a school's public particulars"

    unit = models.OneToOneField("organisations.Unit", on_delete=models.PROTECT, primary_key=True, related_name="+")
    levels = ArrayField(
        models.TextField(), help_text="keys in reference education_level: 01 preschool ... 05 continuing"
    )
    school_type = models.TextField(help_text="code in reference school_type")
    ownership = models.TextField(default="1", help_text="code in reference ownership")
    phone = models.TextField(default="", blank=True)
    two_sessions = models.BooleanField(db_default=False, help_text="teaches two sessions a day")
    absence_counting = models.TextField(
        db_default="plan",
        help_text="plan, day or session: see teaching/attendance/rules; how missed sessions are counted",
    )
