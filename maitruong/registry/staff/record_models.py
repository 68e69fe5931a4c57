"""The tables of a colleague's record: one for each part of form 2C that has a history. Rows are ended or withdrawn, never removed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


def one_at_a_time(name: str) -> ExclusionConstraint:
    """At one school a person has one of these on a day; what was withdrawn never was."""
    days: Any = Func(F("starts_on"), F("ends_on"), Value("[]"), function="daterange")
    return ExclusionConstraint(
        name=name,
        expressions=[
            ("school_id", RangeOperators.EQUAL),
            ("person", RangeOperators.EQUAL),
            (days, RangeOperators.OVERLAPS),
        ],
        condition=Q(withdrawn_at__isnull=True),
    )


class RecordRow(ScopedModel):
    """What every part of a record has: whose it is, from when to when it held, and by which decision."""

    scope_at: ClassVar = {"school": "school_id", "student": "person_id"}

    school_id = models.BigIntegerField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField(null=True, help_text="null where the part has no beginning, as a relative")
    ends_on = models.DateField(null=True, help_text="the last day it holds")
    decision = models.TextField(default="", blank=True, help_text="number and day of the paper it rests on")
    written_at = models.DateTimeField(db_default=Now())
    withdrawn_at = models.DateTimeField(null=True, help_text="written by mistake; stays to be read in the audit")
    version = models.IntegerField(db_default=1)

    class Meta:
        abstract = True


class Contract(RecordRow):
    kind = models.TextField(help_text="key of sections.CONTRACTS")

    class Meta:
        constraints = [one_at_a_time("one_contract_at_a_time")]


class SalaryStep(RecordRow):
    """Title and step with all the month's pay rests on. A new title, step or allowance is a new row."""

    title = models.TextField(help_text="key in reference staff_title")
    step = models.SmallIntegerField()
    counted_from = models.DateField(help_text="since when the step counts towards the next one")
    next_on = models.DateField(
        null=True, help_text="reckoned by rules.next_step_on when written; null on the last step"
    )
    role = models.TextField(help_text="of rules.Role")
    area = models.TextField(help_text="of rules.Area")
    school_kind = models.TextField(help_text="of rules.SchoolKind")
    position = models.SmallIntegerField(default=0, help_text="allowance of the post, hundredths of a coefficient")
    reserved = models.SmallIntegerField(default=0, help_text="kept difference, hundredths of a coefficient")
    over_scale = models.SmallIntegerField(default=0, help_text="percent beyond the last step")

    class Meta:
        constraints = [one_at_a_time("one_salary_step_at_a_time")]


class Qualification(RecordRow):
    level = models.TextField(help_text="key of sections.DEGREES")
    major = models.TextField()
    place = models.TextField(default="", blank=True)
    form = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["school_id", "person"], name="qualifications_of")]


class Training(RecordRow):
    content = models.TextField()
    place = models.TextField(default="", blank=True)
    certificate = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["school_id", "person"], name="trainings_of")]


class LanguageCertificate(RecordRow):
    language = models.TextField()
    level = models.TextField()
    place = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["school_id", "person"], name="languages_of")]


class Leave(RecordRow):
    kind = models.TextField(help_text="key of sections.LEAVES")
    reason = models.TextField(default="", blank=True)

    class Meta:
        constraints = [one_at_a_time("one_leave_at_a_time")]


class Reward(RecordRow):
    title = models.TextField()
    given_by = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["school_id", "person"], name="rewards_of")]


class Discipline(RecordRow):
    kind = models.TextField(help_text="key of sections.DISCIPLINES")
    reason = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["school_id", "person"], name="disciplines_of")]


class WorkHistory(RecordRow):
    """Where she worked before this school; at this school it is the employment that tells."""

    post = models.TextField()
    place = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["school_id", "person"], name="former_work_of")]


class FamilyMember(RecordRow):
    relation = models.TextField()
    full_name = models.TextField()
    birth_year = models.SmallIntegerField(null=True)
    work = models.TextField(default="", blank=True)
    residence = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["school_id", "person"], name="relatives_of")]


class Secondment(RecordRow):
    kind = models.TextField(help_text="key of sections.SECONDMENTS")
    place = models.TextField()

    class Meta:
        constraints = [one_at_a_time("one_secondment_at_a_time")]


class StaffProfile(RecordRow):
    """What form 2C asks once. Corrected in place, old → new in the audit: these are facts, not standings."""

    teaching_since = models.DateField(null=True, help_text="from when the teachers' seniority counts")
    other_names = models.TextField(default="", blank=True)
    birthplace = models.TextField(default="", blank=True)
    native_place = models.TextField(default="", blank=True)
    religion = models.TextField(default="", blank=True)
    permanent_address = models.TextField(default="", blank=True)
    job_before = models.TextField(default="", blank=True)
    recruited_on = models.DateField(null=True)
    recruited_by = models.TextField(default="", blank=True)
    main_work = models.TextField(default="", blank=True)
    general_education = models.TextField(default="", blank=True)
    political_theory = models.TextField(default="", blank=True)
    state_management = models.TextField(default="", blank=True)
    computing = models.TextField(default="", blank=True)
    party_on = models.DateField(null=True)
    party_official_on = models.DateField(null=True)
    organisations = models.TextField(default="", blank=True)
    military = models.TextField(default="", blank=True)
    highest_honour = models.TextField(default="", blank=True)
    strength = models.TextField(default="", blank=True)
    health = models.TextField(default="", blank=True)
    policy_family = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_id", "person"], condition=Q(withdrawn_at__isnull=True), name="one_staff_profile"
            )
        ]


class StandardReview(ScopedModel):
    """A teacher against the professional standard in one school year, by herself or by the head."""

    scope_at: ClassVar = {"school": "school_id", "student": "person_id"}

    school_id = models.BigIntegerField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    school_year = models.SmallIntegerField()
    judged_by = models.TextField(choices=[("self", "tự đánh giá"), ("head", "hiệu trưởng")])
    criteria = models.JSONField(help_text="levels of the criteria, 0-3, in the order of the standard")
    overall = models.SmallIntegerField(help_text="by rules.standard_overall when written")
    act = models.TextField(help_text="id of the act it was judged by")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["school_id", "school_year", "person", "judged_by"], name="one_review_a_year_and_judge"
            )
        ]


class YearlyRating(ScopedModel):
    """How a school rated one of its people for a school year."""

    scope_at: ClassVar = {"school": "school_id", "student": "person_id"}

    school_id = models.BigIntegerField()
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    school_year = models.SmallIntegerField()
    rating = models.TextField(help_text="of rules.Yearly")
    written_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_id", "school_year", "person"], name="one_rating_a_year")]
