"""Pairs of people who may be one human."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Pair(ScopedModel):
    """Two entries a run found alike, and what was decided. A decision stands while both are written as they were then.

    places: the units that know both. Who knows one of the two learns nothing of the pair.
    """

    scope_at: ClassVar = {"school": "places", "student": "persons", "many": "school student"}

    low = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    high = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+", db_index=False)
    persons = ArrayField(models.BigIntegerField())
    places = ArrayField(models.BigIntegerField())
    likely = models.FloatField(help_text="0 to 1: how likely they are one human, by the run that found them")
    name = models.TextField(help_text="likeness of the names, a key of verification.rules.likeness")
    birth = models.TextField()
    number = models.TextField()
    sex = models.TextField()
    phone = models.TextField()
    basis = models.TextField(help_text="hash of what was compared: other words, another question")
    found_at = models.DateTimeField(db_default=Now())
    gone_at = models.DateTimeField(null=True, help_text="a later run found them alike no more")
    decision = models.TextField(
        default="", blank=True, choices=[("", "chờ xem"), ("one", "là một người"), ("two", "là hai người")]
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.BigIntegerField(null=True)
    why = models.TextField(default="", blank=True)
    merge = models.ForeignKey("people.Merge", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [
            models.Index(
                fields=["-likely", "id"], condition=models.Q(decision="", gone_at__isnull=True), name="pairs_waiting"
            ),
            models.Index(fields=["-decided_at"], condition=~models.Q(decision=""), name="pairs_decided"),
        ]
        constraints = [models.UniqueConstraint(fields=["low", "high"], name="uniq_pair")]
