"""Programs of others that may ask the house: who they are, what for, what they asked; and when a row they read last changed."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Client(models.Model):
    """A program of another house. What it may see is `unit_ids`: a department means the province, anything else its schools."""

    shared = "read at the door before any scope exists; holds no data of a child, and secrets only as hashes beside it"

    key = models.TextField(unique=True, help_text="client_id of OAuth 2")
    name = models.TextField()
    contact = models.TextField(help_text="who answers for it: name, post")
    email = models.TextField()
    purpose = models.TextField(
        help_text="what the data are for; written into every log line's client and shown to families"
    )
    basis = models.TextField(help_text="the paper it stands on: contract, decision, article")
    scopes = ArrayField(models.TextField())
    unit_ids = ArrayField(models.BigIntegerField())
    valid_from = models.DateField()
    valid_to = models.DateField(null=True, help_text="the last day")
    created_at = models.DateTimeField(db_default=Now())
    created_by = models.BigIntegerField(null=True)
    disabled_at = models.DateTimeField(null=True)
    disabled_why = models.TextField(default="", blank=True)


class Secret(models.Model):
    """One secret of a client. Two overlap while the other house changes over; a token dies with the secret it was given for."""

    shared = "looked up at the door before anyone is known; a hash of 256 random bits"

    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="secrets")
    hash = models.TextField(unique=True)
    hint = models.TextField(help_text="its last four letters, to tell two apart")
    created_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField(null=True, help_text="when it stops; set by the rotation that made its successor")


class Call(models.Model):
    """One question of a client: the pattern of the route, never its values; how many rows went out."""

    shared = "a client, a pattern and counts: nothing of a person"
    append_only: ClassVar = True

    client = models.ForeignKey(Client, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField(db_default=models.expressions.RawSQL("clock_timestamp()", []))
    purpose = models.TextField(help_text="the client's purpose as it stood")
    route = models.TextField()
    status = models.SmallIntegerField()
    rows = models.IntegerField()
    milliseconds = models.IntegerField()
    request_id = models.TextField(default="")

    class Meta:
        indexes = [models.Index(fields=["client", "at"], name="call_of_client")]


class Taken(ScopedModel):
    """That a client took people's data of a school on a day: one row, however many pages it asked. Families read it."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField()
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    what = models.TextField(choices=[("roster", "danh sách lớp"), ("demographics", "ngày sinh, giới tính")])
    at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["school_id", "client", "day", "what"], name="taken_once_a_day")]


class Change(models.Model):
    """When a row that is handed out last changed, kept by triggers of the tables it is read from (migration 0002).

    A row that was removed leaves its coordinates (`gone`), so that it can be handed out as to be deleted. The insertion of
    places and people is not written: they know when they were made. The names of the columns say that they point at nothing: what is
    remembered here keeps nobody from removing a class or a school.
    """

    shared = "numbers and moments; whoever joins them has passed the wall of the table they are about"

    kind = models.TextField(help_text="person, place, lesson, class, homeroom, post, unit, year")
    row_id = models.BigIntegerField()
    of_person = models.BigIntegerField(default=0, help_text="of a row that is gone; 0 else")
    of_school = models.BigIntegerField(null=True)
    of_class = models.BigIntegerField(null=True)
    school_year = models.SmallIntegerField(null=True)
    grade = models.SmallIntegerField(null=True)
    gone = models.BooleanField(db_default=False)
    at = models.DateTimeField(db_default=models.expressions.RawSQL("clock_timestamp()", []))

    class Meta:
        indexes = [models.Index(fields=["school_year", "id"], condition=models.Q(gone=True), name="change_gone")]
        constraints = [models.UniqueConstraint(fields=["kind", "row_id", "of_person"], name="one_change_a_row")]
