"""Who works where, by date."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from maitruong.foundation.access.scoping import ScopedModel

from . import record_models as record_models


class Employment(ScopedModel):
    """A person employed at a school during a period, with the post held there."""

    scope_at: ClassVar = {"school": "school_id", "student": "person_id"}

    school = models.ForeignKey("organisations.Unit", on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    code = models.TextField(default="", blank=True, help_text="teacher code of the sector")
    post = models.TextField(help_text="principal, deputy_principal, teacher, clerk, it_admin, officer")
    subjects = models.JSONField(default=list, help_text="codes of subjects taught")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    name_key = models.TextField(
        db_collation="C",
        editable=False,
        help_text="the person's sort_key; the database fills it and carries corrections of the name",
    )

    class Meta:
        indexes = [
            models.Index(fields=["person"], name="employment_of_person"),
            models.Index(fields=["name_key", "id"], name="employment_by_name"),
        ]
        constraints = [models.UniqueConstraint(fields=["school", "person", "starts_on"], name="uniq_employment")]
