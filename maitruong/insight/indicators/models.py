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
        indexes = [
            # Sums over a province are answered from the index alone.
            models.Index(
                fields=["school_year", "indicator", "term", "grade", "key"],
                include=["school_id", "value"],
                name="fact_by_coordinate",
            )
        ]


class Figures(ScopedModel):
    """What lists and the centre show of a school in a year, ready in one row: sums over the school's facts.

    Written by the statement that writes the facts, each group its own columns, so the two never differ.
    """

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    schools = models.IntegerField(db_default=0)
    classes = models.IntegerField(db_default=0)
    pupils = models.IntegerField(db_default=0)
    records_due = models.IntegerField(db_default=0)
    records_sealed = models.IntegerField(db_default=0)
    verify_active = models.IntegerField(
        db_default=0, help_text="learners and staff to be verified with the population register"
    )
    verify_foreign = models.IntegerField(db_default=0, help_text="of them foreigners without a number")
    verified = models.IntegerField(db_default=0)
    books_1 = models.IntegerField(db_default=0)
    books_closed_1 = models.IntegerField(db_default=0)
    books_2 = models.IntegerField(db_default=0)
    books_closed_2 = models.IntegerField(db_default=0)
    marks_day = models.DateField(null=True, help_text="the day in Việt Nam `marks` were counted for")
    marks = models.IntegerField(db_default=0, help_text="marks entered on that day")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_year", "school_id"], name="uniq_figures")]


class LevelFigures(ScopedModel):
    """Pupils of each learning level of a school's grade in a term (0: the whole year), ready in one row as in Figures."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    term = models.SmallIntegerField()
    grade = models.SmallIntegerField()
    level_0 = models.IntegerField(db_default=0)
    level_1 = models.IntegerField(db_default=0)
    level_2 = models.IntegerField(db_default=0)
    level_3 = models.IntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_year", "term", "school_id", "grade"], name="uniq_level_figures")
        ]


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
