"""What the population register said of each person, and who asked for something to be put right."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel

from .rules import MatchState

_STATES = [(state.value, state.value) for state in MatchState]


class Check(ScopedModel):
    """How a person stands with the register. It counts while `basis` is still what the person's facts give (rules.Identity.basis).

    A failed exchange never takes a verdict away that still counts: it only tells when it was tried and why nothing came.
    """

    scope_at: ClassVar = {"school": "places", "many": "school", "student": "person_id"}

    person = models.OneToOneField("people.Person", on_delete=models.PROTECT, related_name="+")
    places = ArrayField(models.BigIntegerField(), help_text="the person's, followed by the worker")
    state = models.TextField(choices=_STATES)
    basis = models.TextField(help_text="hash of number, name, birth date and sex it was asked for")
    suggestion = models.JSONField(default=dict, help_text="only the fields that differ, as the register writes them")
    name_step = models.TextField(default="", blank=True)
    why = models.TextField(
        default="", blank=True, help_text="of the last try that came to nothing, a word of ports.Trouble"
    )
    exchange = models.TextField(default="", blank=True, help_text="our id of the exchange the verdict came with")
    evidence = models.TextField(default="", blank=True, help_text="the register's id of it")
    asked_at = models.DateTimeField(help_text="the last try")
    answered_at = models.DateTimeField(null=True, help_text="when the verdict came")
    tries = models.IntegerField(default=0, help_text="in a row that came to nothing")
    wanted_at = models.DateTimeField(null=True, help_text="somebody waits for this one at a page")
    due_on = models.DateField(null=True, help_text="the day by which a mismatch is to be cleared")

    class Meta:
        indexes = [models.Index(fields=["state", "person"], name="checks_by_state")]


class CheckVersion(ScopedModel):
    """A verdict another one took the place of. Versions are added, never changed."""

    scope_at: ClassVar = {"school": "places", "many": "school", "student": "person_id"}
    append_only: ClassVar = True

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    places = ArrayField(models.BigIntegerField())
    state = models.TextField()
    basis = models.TextField()
    suggestion = models.JSONField(default=dict)
    exchange = models.TextField(default="", blank=True)
    evidence = models.TextField(default="", blank=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(db_default=Now())


class CorrectionKind(models.TextChoices):
    CORRECT = "correct", "Đề nghị điều chỉnh"
    APPEAL = "appeal", "Dữ liệu dân cư chưa đúng"


class Correction(ScopedModel):
    """A school asks the department to put confirmed facts right, or says that it is the register that errs."""

    scope_at: ClassVar = {"school": "school_id", "student": "person_id"}

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    school_id = models.BigIntegerField(help_text="the unit that asks")
    kind = models.TextField(choices=CorrectionKind.choices)
    wanted = models.JSONField(
        default=dict, help_text="field → what is right (days ISO); a number is kept until it is decided"
    )
    was = models.JSONField(default=dict, help_text="the same fields as they stood; numbers masked")
    basis = models.TextField(help_text="of the person's facts when it was asked")
    why = models.TextField()
    file = models.ForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="+")
    asked_by = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField(db_default=Now())
    due_on = models.DateField(help_text="the day by which it is to be decided")
    decision = models.TextField(
        default="", blank=True, choices=[("", "chờ quyết định"), ("agreed", "đồng ý"), ("refused", "không đồng ý")]
    )
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_why = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["due_on", "id"], condition=models.Q(decision=""), name="corrections_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"], condition=models.Q(decision=""), name="one_open_correction"
            )
        ]


class Line(models.Model):
    """How the line to a register does: after several failures in a row it rests, for all processes of the house."""

    shared = "how often a remote register failed; nobody's data"

    register = models.TextField(primary_key=True)
    failed = models.IntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
