"""The dossiers beside the rolls: what schools, classes and pupils are in a school year, and what was decided or measured when.

Columns named by a sheet of the catalogue are declared there. Facts of a year are saved over; decisions, measurements, papers
and awards are rows with a day that end or are taken back, and are never changed.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel

from .catalogue import CAMPUS, CLASS, LEARNER, PARTICULARS, SCHOOL_YEAR
from .fields import columns_of
from .rules import KINDS


@columns_of(PARTICULARS)
class Particulars(ScopedModel):
    """What is written of a school for good, beside schools.School."""

    scope_at: ClassVar = {"school": "school_id"}

    school = models.OneToOneField("organisations.Unit", on_delete=models.PROTECT, primary_key=True, related_name="+")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())


@columns_of(SCHOOL_YEAR)
class SchoolProfile(ScopedModel):
    """A school in a school year."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["school_id", "school_year"], name="one_profile_a_school_and_year")
        ]


@columns_of(CAMPUS)
class Campus(ScopedModel):
    """Where a campus is and what it has. The campus itself is a unit under its school."""

    scope_at: ClassVar = {"school": "school_id"}

    unit = models.OneToOneField("organisations.Unit", on_delete=models.PROTECT, primary_key=True, related_name="+")
    school_id = models.BigIntegerField()
    is_main = models.BooleanField(
        default=False, db_default=False, help_text="the main one; without such a unit the school's own address is it"
    )
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["school_id"], name="campuses_of")]
        constraints = [models.UniqueConstraint(fields=["school_id"], condition=Q(is_main=True), name="one_main_campus")]


class Facility(ScopedModel):
    """Rooms of one kind at one campus in a school year, by how they are built: number, and floor area in m²."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    campus = models.ForeignKey(
        "organisations.Unit",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        help_text="the campus, or the school itself for the place it has no campus for",
    )
    indicator = models.TextField(help_text="key in reference facility")
    permanent = models.IntegerField(default=0, help_text="above grade 4: kiên cố")
    permanent_m2 = models.DecimalField(max_digits=10, decimal_places=1, default=0)
    semi = models.IntegerField(default=0, help_text="grade 4: bán kiên cố")
    semi_m2 = models.DecimalField(max_digits=10, decimal_places=1, default=0)
    temporary = models.IntegerField(default=0, help_text="below grade 4: tạm")
    temporary_m2 = models.DecimalField(max_digits=10, decimal_places=1, default=0)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "campus", "indicator"], name="one_facility_a_campus_and_year"
            ),
            models.CheckConstraint(
                name="facility_counts",
                condition=Q(permanent__gte=0, semi__gte=0, temporary__gte=0)
                & Q(permanent_m2__gte=0, semi_m2__gte=0, temporary_m2__gte=0),
            ),
        ]


class Recognition(ScopedModel):
    """A decision that a school meets the national standard, or a level of accreditation, for five years."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    kind = models.TextField(choices=list(KINDS.items()))
    level = models.SmallIntegerField()
    number = models.TextField()
    decided_on = models.DateField()
    decided_by = models.TextField()
    ends_on = models.DateField(help_text="the last day it holds")
    withdrawn_on = models.DateField(null=True, help_text="from this day it holds no more")
    withdrawn_why = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["school_id", "kind", "-decided_on"], name="recognitions_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["school_id", "kind", "number"], condition=Q(withdrawn_on__isnull=True), name="one_decision_once"
            ),
            models.CheckConstraint(name="recognition_is_forward", condition=Q(ends_on__gte=F("decided_on"))),
        ]


@columns_of(CLASS)
class ClassProfile(ScopedModel):
    """A class beside its name and grade; the class itself belongs to a year."""

    scope_at: ClassVar = {"school": "school_id", "school_class": "school_class_id", "whatever": "subject"}

    school_class = models.OneToOneField(
        "enrolment.SchoolClass", on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["school_id", "school_year"], name="class_profiles_of")]


@columns_of(LEARNER)
class LearnerYear(ScopedModel):
    """A pupil in a school year at a school."""

    scope_at: ClassVar = {"school": "school_id", "student": "student_id"}

    school_id = models.BigIntegerField()
    school_year = models.SmallIntegerField()
    student = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "student"], name="one_learner_year_a_school_and_pupil"
            )
        ]
        indexes = [models.Index(fields=["student", "school_year"], name="learner_years_of")]


class OfPupil(ScopedModel):
    """What is known of a pupil wherever he learns: schools he comes to read it, schools he was at go on reading it."""

    scope_at: ClassVar = {"school": "places", "many": "school", "student": "student_id"}

    student = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    places = ArrayField(models.BigIntegerField())
    written_at_id = models.BigIntegerField(help_text="the school that wrote it")
    withdrawn_at = models.DateTimeField(null=True, help_text="taken back as written by mistake")
    withdrawn_why = models.TextField(default="", blank=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        abstract = True


class Measurement(OfPupil):
    """What was measured and found on a day."""

    measured_on = models.DateField()
    height_cm = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    weight_kg = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    blood_group = models.TextField(default="", blank=True)
    eyes = models.BooleanField(null=True, help_text="an eye condition was found")
    spine = models.BooleanField(null=True)
    congenital = models.BooleanField(null=True)
    rickets = models.BooleanField(null=True)
    note = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "measured_on"], condition=Q(withdrawn_at__isnull=True), name="one_measurement_a_day"
            )
        ]


class IdentityPaper(OfPupil):
    """A paper that says who somebody is; several hold at once."""

    kind = models.TextField(help_text="key in reference identity_document")
    number = models.TextField(help_text="shown masked; in full only on an audited click")
    issued_on = models.DateField(null=True)
    issued_at = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["student", "kind", "number"], condition=Q(withdrawn_at__isnull=True), name="one_paper_once"
            )
        ]


class Award(OfPupil):
    """A prize or commendation of a day."""

    awarded_on = models.DateField()
    level = models.TextField()
    content = models.TextField()
    subject = models.TextField(default="", blank=True)
    number = models.TextField(default="", blank=True, help_text="of the decision")

    class Meta:
        indexes = [models.Index(fields=["student", "-awarded_on"], name="awards_of")]
