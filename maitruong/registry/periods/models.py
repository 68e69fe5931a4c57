"""Reporting periods, what schools reported in them, and what happened to it.

All but the dates of a period can only be added to: the database gives nobody the right to change or remove a row, so what was
frozen stays frozen whatever a later program does. A state is the last movement, never a column.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Period(models.Model):
    """A reporting period of a school year: the day whose figures count, and the day they are due."""

    shared = "the calendar of reporting is public"

    school_year = models.SmallIntegerField()
    kind = models.TextField(help_text="key in reference reporting_period")
    as_of = models.DateField()
    due_on = models.DateField()
    basis = models.TextField(help_text="the act or letter that asks for it, as pages cite it")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_year", "kind"], name="one_period_a_year_and_kind")]


class OfPeriod(ScopedModel):
    """What belongs to a school in a period and is never changed."""

    scope_at: ClassVar = {"school": "school_id"}
    append_only: ClassVar = True

    school_id = models.BigIntegerField()

    class Meta:
        abstract = True


class Snapshot(OfPeriod):
    """A school's figures as they were made: version 1 until signed, the next after a return or an accepted correction.

    take: how often this version was made before it was signed.   governor: who governed the school on the day.
    manifest_sha256: of the manifest's canonical bytes without any signature; it names everything else by its hash.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+", db_index=False)
    school_year = models.SmallIntegerField()
    version = models.SmallIntegerField()
    take = models.SmallIntegerField()
    as_of = models.DateField()
    governor_id = models.BigIntegerField(null=True)
    governor_kind = models.TextField(default="", blank=True)
    manifest_sha256 = models.TextField()
    made_at = models.DateTimeField()
    made_by = models.TextField(default="", blank=True, help_text="name of who made it, as it was then")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "school_id", "version", "take"], name="one_take_of_a_version")
        ]


class SnapshotFile(OfPeriod):
    """Where the bytes of a snapshot are. for_good: kept when it was signed; those of a take nobody signed are forgotten in time."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.TextField(help_text="data set, or manifest")
    file_id = models.BigIntegerField()
    sha256 = models.TextField()
    rows = models.IntegerField()
    for_good = models.BooleanField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "name", "for_good"], name="one_file_a_set_and_snapshot")
        ]


class SnapshotTotal(OfPeriod):
    """A total of a snapshot as in its file `totals`, so that pages of the province open no file. grade 0: all grades."""

    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.TextField(db_collation="C")
    grade = models.SmallIntegerField()
    value = models.IntegerField()
    women = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["snapshot", "key", "grade"], name="one_total_a_key_and_grade")]


class Signature(OfPeriod):
    """The principal's signature under a snapshot's manifest."""

    snapshot = models.OneToOneField(Snapshot, on_delete=models.PROTECT, primary_key=True, related_name="+")
    signed_by = models.BigIntegerField(help_text="person")
    signer_name = models.TextField()
    certificate = models.TextField(help_text="fingerprint")
    consent = models.UUIDField()
    signed_at = models.DateTimeField()
    file_id = models.BigIntegerField(help_text="the signed manifest")
    sha256 = models.TextField()


class Movement(OfPeriod):
    """Something that happened to a school's report. The state is the last one of a kind that makes a state."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+", db_index=False)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    kind = models.TextField(help_text="frozen, signed, checked, accepted, returned, asked, granted, declined")
    why = models.TextField(default="", blank=True)
    wanted = models.TextField(default="", blank=True, help_text="of a correction: what shall change")
    by_id = models.BigIntegerField(null=True)
    by_name = models.TextField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["period", "school_id", "-id"], name="movements_of_report")]


class Closing(OfPeriod):
    """The department closed the period for the province; closed once more when a correction was accepted. school_id: its unit."""

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.SmallIntegerField()
    schools = models.IntegerField()
    file_id = models.BigIntegerField(help_text="which version of which school counts, by hash")
    sha256 = models.TextField()
    by_name = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["period", "number"], name="one_closing_a_number")]
