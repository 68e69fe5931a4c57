"""Long work people can watch: who asked, how far it is, how it ended. The queue itself is procrastinate's."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now

from maitruong.foundation.access.scoping import ScopedModel


class Job(ScopedModel):
    """One piece of long work, shown with its progress to who asked and to the school's office."""

    scope_at: ClassVar = {"school": "school_id"}

    school_id = models.BigIntegerField(help_text="the unit it is done for")
    kind = models.TextField(help_text="stable name of the work: exchange.apply_import")
    title = models.TextField()
    asked_by = models.BigIntegerField(null=True)
    workspace = models.TextField(default="", blank=True, help_text="the scope is rebuilt from person and workspace")
    reason = models.TextField(default="", blank=True, help_text="for work of the house itself")
    arguments = models.JSONField(default=dict)
    state = models.TextField(
        default="waiting",
        choices=[
            ("waiting", "chờ"),
            ("running", "đang chạy"),
            ("done", "xong"),
            ("failed", "hỏng"),
            ("cancelled", "đã dừng"),
        ],
    )
    done_steps = models.IntegerField(default=0)
    all_steps = models.IntegerField(null=True)
    told = models.TextField(default="", blank=True, help_text="what it says to people now")
    result = models.JSONField(default=dict)
    cancel_asked_at = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(db_default=Now())
    started_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True, help_text="a running job without a beat for a minute is taken up again")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "beat_at"], name="job_by_state")]
