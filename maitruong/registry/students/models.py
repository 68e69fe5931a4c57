"""Pupils and their families. A pupil's key everywhere is the person's id."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Student(ScopedModel):
    """The learner's dossier, one per person for life; where he learns is in enrolment.

    policy_group, near_poor and disability say what holds today: the short form of the dated rows in Standing (ADR 0017).
    """

    scope_at: ClassVar = {"school": "places", "many": "school", "student": "person_id"}

    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, primary_key=True, related_name="+")
    places = ArrayField(models.BigIntegerField())
    religion = models.TextField(default="", blank=True)
    policy_group = models.TextField(default="", blank=True)
    disability = models.TextField(default="", blank=True)
    boarding = models.TextField(default="", blank=True)
    near_poor = models.BooleanField(default=False)
    youth_union = models.BooleanField(default=False)
    pioneer = models.BooleanField(default=False)
    admitted_on = models.DateField(null=True)
    details = models.JSONField(default=dict, help_text="columns of the list that no rule reads, as written")
    version = models.IntegerField(db_default=1)
    updated_at = models.DateTimeField(db_default=Now())


class Guardianship(ScopedModel):
    """Who answers for a child, from a day to a day. It opens the family's workspace through a grant."""

    scope_at: ClassVar = {"school": "school_id", "student": "student_id"}

    school_id = models.BigIntegerField(help_text="the child's school when it was written; moves with the child")
    student = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    guardian = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    relation = models.TextField(help_text="key in reference relation")
    occupation = models.TextField(default="", blank=True)
    workplace = models.TextField(default="", blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    waits_since = models.DateTimeField(
        null=True, help_text="a person of other places: this school sees nothing of her until somebody confirms"
    )
    named_as = models.TextField(default="", db_default="", blank=True, help_text="while it waits: as the school wrote")
    basis = models.TextField(
        default="", db_default="", blank=True, help_text="the document it began with: a judgment, a decision"
    )
    end_why = models.TextField(
        default="", db_default="", blank=True, help_text="why it ended, as the family may read it"
    )

    class Meta:
        indexes = [
            models.Index(fields=["student"], name="guardians_of"),
            models.Index(fields=["guardian"], name="children_of"),
        ]
        constraints = [models.UniqueConstraint(fields=["student", "guardian", "starts_on"], name="uniq_guardianship")]


class Standing(ScopedModel):
    """What a pupil is entitled to by law, from a day to a day: a policy group, a poor household, a disability.

    Never changed: it ends, or it is withdrawn as written by mistake. source: "list" is a word in a school's list, without
    papers; "paper" names the paper. places: the units that know the pupil, as in his dossier.
    """

    scope_at: ClassVar = {"school": "places", "many": "school", "student": "student_id"}

    student = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    places = ArrayField(models.BigIntegerField())
    kind = models.TextField(choices=[("policy", "diện chính sách"), ("disability", "khuyết tật")])
    key = models.TextField(help_text="in reference policy_group or disability")
    level = models.TextField(default="", blank=True, help_text="in reference disability_level")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, help_text="the last day it holds")
    source = models.TextField(choices=[("list", "theo danh sách"), ("paper", "có giấy tờ")])
    paper_number = models.TextField(default="", blank=True)
    paper_day = models.DateField(null=True)
    paper_by = models.TextField(default="", blank=True, help_text="who issued it")
    end_why = models.TextField(default="", blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["student", "starts_on"], name="standings_of"),
            # For the beat of a new day: what began or ended in the last days.
            models.Index(fields=["ends_on"], condition=Q(ends_on__isnull=False), name="standings_that_end"),
            models.Index(fields=["starts_on"], name="standings_that_begin"),
        ]
        constraints = [
            models.CheckConstraint(
                name="standing_is_forward", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
            ExclusionConstraint(
                name="one_standing_of_a_key_at_a_time",
                expressions=[
                    ("student", RangeOperators.EQUAL),
                    ("kind", RangeOperators.EQUAL),
                    ("key", RangeOperators.EQUAL),
                    (
                        Func(
                            F("starts_on"),
                            F("ends_on"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
