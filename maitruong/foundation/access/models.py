"""Grants: a person holds a role at a unit, from a day to a day, perhaps limited."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Grant(models.Model):
    """A right. Withdrawn by closing it, never by deleting; the next request no longer has it.

    person_id is a plain number: people stand above this module on the map.
    """

    shared = "who holds which post is read before any scope exists"

    person_id = models.BigIntegerField()
    role = models.TextField()
    unit = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    class_ids = ArrayField(models.IntegerField(), null=True)
    subjects = ArrayField(models.TextField(), null=True)
    student_ids = ArrayField(models.BigIntegerField(), null=True)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the last day it holds")
    reason = models.TextField(default="")
    withdrawn_at = models.DateTimeField(null=True)
    waits_since = models.DateTimeField(
        null=True, help_text="another place made the password new: not usable until the own unit confirms the person"
    )

    class Meta:
        indexes = [
            models.Index(fields=["person_id"], name="grant_of_person"),
            # Who is principal where: families and pupils hold nearly all of a million and a half grants.
            models.Index(fields=["role", "unit"], name="grant_of_role"),
        ]
        constraints = [
            models.CheckConstraint(
                name="grant_period_is_forward",
                condition=models.Q(valid_to__isnull=True) | models.Q(valid_to__gte=models.F("valid_from")),
            )
        ]
