"""School years and their terms, by date; facts of the department, the same for every school."""

from __future__ import annotations

from django.db import models


class SchoolYear(models.Model):
    """A school year by its starting year: 2026 is 2026-2027."""

    shared = "the school calendar is public"

    year = models.SmallIntegerField(primary_key=True)
    starts_on = models.DateField()
    ends_on = models.DateField()
    term_two_starts_on = models.DateField()
    closed_at = models.DateTimeField(null=True, help_text="a closed year is never written again")
