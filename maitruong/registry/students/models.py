"""Pupils and their families. A pupil's key everywhere is the person's id."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Student(ScopedModel):
    """The learner's dossier, one per person for life; where he learns is in enrolment."""

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

    class Meta:
        indexes = [
            models.Index(fields=["student"], name="guardians_of"),
            models.Index(fields=["guardian"], name="children_of"),
        ]
        constraints = [models.UniqueConstraint(fields=["student", "guardian", "starts_on"], name="uniq_guardianship")]
