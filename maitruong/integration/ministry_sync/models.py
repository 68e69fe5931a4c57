"""What was sent to the ministry, what came back, and what still waits to be answered."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class State(models.TextChoices):
    PENDING = "PENDING", "chờ Bộ trả lời"
    ACCEPTED = "ACCEPTED", "Bộ đã nhận"
    REJECTED = "REJECTED", "chưa được nhận"
    CANCELLED = "CANCELLED", "đã huỷ ở Bộ"


class Record(ScopedModel):
    """One record of one dataset, as it stands between the house and the ministry. What was sent is kept as
    hashes alone, beside the name it is listed by.

    version only grows, also over failures: the ministry keeps the largest it saw. accepted_* is what the ministry has for all
    we know; basis is the hash of what was last sent as the database writes it, empty when it is to be sent again whatever it is.
    """

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField(
        help_text="the school it is about; the department for what the ministry alone still has"
    )
    dataset = models.TextField()
    school_year = models.SmallIntegerField()
    record_id = models.TextField()
    object_id = models.BigIntegerField(help_text="what a page of the house opens it by")
    person_id = models.BigIntegerField(null=True, help_text="whose record it is")
    name = models.TextField(help_text="as it was sent, for the list of what was refused")
    version = models.IntegerField(default=0)
    event = models.TextField(default="", choices=[("NEW", "mới"), ("UPDATE", "sửa"), ("CANCEL", "huỷ")])
    basis = models.TextField(default="")
    sent_hash = models.TextField(default="", help_text="of the canonical body last sent; empty for a cancel")
    accepted_version = models.IntegerField(default=0)
    accepted_hash = models.TextField(default="", help_text="empty: the ministry holds nothing alive")
    state = models.TextField(choices=State.choices)
    code = models.TextField(default="", blank=True)
    field = models.TextField(default="", blank=True)
    message = models.TextField(default="", blank=True, help_text="the ministry's own words")
    batch_id = models.UUIDField(null=True)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["dataset", "record_id"], name="one_record_of_the_ministry")]
        indexes = [
            models.Index(fields=["school_id", "dataset", "school_year"], name="ministry_records_of"),
            models.Index(fields=["school_id", "id"], condition=Q(state="REJECTED"), name="ministry_refused"),
            models.Index(fields=["batch_id"], condition=Q(state="PENDING"), name="ministry_in_batch"),
        ]


class Batch(ScopedModel):
    """Records on their way, byte for byte as they are sent until they are answered: a repeated batch is the same batch."""

    # The department's own id: what is on its way is of many schools, and nobody's to read but the worker's.
    scope_at: ClassVar = {"school": "unit_id"}

    id = models.UUIDField(primary_key=True)
    unit_id = models.BigIntegerField()
    dataset = models.TextField()
    school_year = models.SmallIntegerField()
    records = models.IntegerField()
    body = models.BinaryField(help_text="gzip of what is sent; emptied once it was answered")
    signature = models.TextField()
    state = models.TextField(
        default="waiting", choices=[("waiting", "chờ gửi"), ("answered", "đã có trả lời"), ("halved", "đã chia đôi")]
    )
    tries = models.IntegerField(default=0)
    next_try_at = models.DateTimeField()
    trouble = models.TextField(default="", blank=True)
    made_at = models.DateTimeField(db_default=Now())
    answered_at = models.DateTimeField(null=True)
    receipt = models.TextField(default="", blank=True, help_text="the ministry's id of its answer")

    class Meta:
        indexes = [models.Index(fields=["next_try_at"], condition=Q(state="waiting"), name="ministry_batches_waiting")]


class Line(models.Model):
    """How the line to the ministry is: one row. It rests after failures, so that nobody queues behind its time-outs."""

    shared = "the state of a line between two machines; names nobody"

    failed_in_row = models.IntegerField(default=0)
    rests_until = models.DateTimeField(null=True)
    trouble = models.TextField(default="", blank=True)
    spoke_at = models.DateTimeField(null=True)
    run_wanted_at = models.DateTimeField(null=True, help_text="since when everything is to be compared and sent")


class Passage(models.Model):
    """The last run and the last reconciliation of a dataset in a school year, as counts."""

    shared = "counts of records by dataset; names nobody"

    dataset = models.TextField()
    school_year = models.SmallIntegerField()
    ran_at = models.DateTimeField(null=True)
    reconciled_at = models.DateTimeField(null=True)
    differences = models.IntegerField(default=0, help_text="found by the last reconciliation, before it mended them")
    left = models.IntegerField(default=0, help_text="still there after it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "school_year"], name="one_passage_a_dataset_and_year")
        ]
