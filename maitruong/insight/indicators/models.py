"""Figures of each school, ready to be summed for whoever may see the school."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Fact(ScopedModel):
    """One figure: an indicator of a school in a school year, with the coordinates it is counted by (0 or '' where it has none)."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    indicator = models.TextField()
    term = models.SmallIntegerField(default=0)
    grade = models.SmallIntegerField(default=0)
    key = models.TextField(default="", help_text="a level, a day (ISO) or another coordinate")
    value = models.BigIntegerField()
    counted_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "indicator", "term", "grade", "key"], name="uniq_fact"
            )
        ]
        indexes = [models.Index(fields=["school_year", "indicator"], name="fact_by_indicator")]


class Stale(models.Model):
    """A school's group of figures that must be counted again. Marking it twice is marking it once."""

    shared = "ids of schools and names of groups only; written by reactions, read by the worker and for 'as of'"

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    group = models.TextField()
    since = models.DateTimeField(help_text="when the oldest uncounted fact happened")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_id", "school_year", "group"], name="uniq_stale")]
        indexes = [models.Index(fields=["since"], name="stale_since")]


class Pulse(models.Model):
    """When the worker last looked whether anything was stale. One row."""

    shared = "one moment, of the worker"

    looked_at = models.DateTimeField()
