"""Reads about schools; their particulars are public."""

from __future__ import annotations

from collections.abc import Iterable

from .models import School


def levels_of(school_ids: Iterable[int]) -> dict[int, list[str]]:
    return dict(School.objects.filter(pk__in=list(school_ids)).values_list("pk", "levels"))
