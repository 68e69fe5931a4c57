"""The outbox: a fact is written in the transaction that made it true, and delivered afterwards, at least once."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class OutboxEvent(models.Model):
    """A published fact waiting for its reactions. Carries ids, never names or marks."""

    shared = "facts carry only ids; the worker reads them before any scope exists"

    kind = models.TextField()
    school_id = models.BigIntegerField(null=True)
    payload = models.JSONField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        db_table = "events_outbox"


class Delivery(models.Model):
    """One event on its way to one reaction: this row is what may fail and be tried again, alone."""

    shared = "delivery state of facts that carry only ids"

    event_id = models.BigIntegerField()
    reaction = models.TextField()
    kind = models.TextField()
    school_id = models.BigIntegerField(null=True)
    payload = models.JSONField()
    at = models.DateTimeField()
    due_at = models.DateTimeField(db_default=Now())
    tries = models.SmallIntegerField(db_default=0)
    failure = models.TextField(db_default="")

    class Meta:
        indexes = [models.Index(fields=["due_at", "id"], name="delivery_due")]
        constraints = [models.UniqueConstraint(fields=["reaction", "event_id"], name="uniq_delivery")]
