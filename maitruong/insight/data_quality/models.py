"""What was found wrong, since when, how it ended or was explained; and a school's score day by day."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Finding(ScopedModel):
    """One thing wrong with one subject. It closes itself when a run finds it no more; found again later it is another one."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    check_key = models.TextField(help_text="key of checks.CHECKS")
    severity = models.TextField(help_text="E or W, as it was when found")
    subject_kind = models.TextField(help_text="pupil, class, staff, facility")
    subject_id = models.BigIntegerField()
    facts = models.JSONField(default=dict, help_text="what the sentence is filled with")
    found_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)
    explanation = models.TextField(default="", blank=True, help_text="of a warning: why it is right as it is")
    explained_by = models.BigIntegerField(null=True)
    explained_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_year", "school_id", "check_key", "subject_id"],
                condition=Q(closed_at__isnull=True),
                name="one_open_finding",
            )
        ]


class Score(ScopedModel):
    """How clean a school's data were on a day. score: tenths of a point, null where there was nothing to look at."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    day = models.DateField()
    score = models.SmallIntegerField(null=True)
    subjects = models.IntegerField()
    errors = models.IntegerField(help_text="open findings that block closing")
    warnings = models.IntegerField(help_text="open warnings nobody explained")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_id", "school_year", "day"], name="one_score_a_day")]


class Due(models.Model):
    """A school to look at again, since something was written there."""

    shared = "names schools only; written by whoever writes, read by the worker"

    school_id = models.BigIntegerField(primary_key=True)
    since = models.DateTimeField()


class Run(models.Model):
    """The last look at the whole province. One row."""

    shared = "one row of moments and counts"

    id = models.SmallIntegerField(primary_key=True, default=1)
    ended_at = models.DateTimeField()
    seconds = models.FloatField()
    open = models.IntegerField()
