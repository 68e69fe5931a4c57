"""How far a job is."""

from __future__ import annotations

from maitruong.foundation.access.types import Scope

from .models import Job


def job(scope: Scope, permission: str, job_id: int) -> Job | None:
    return Job.objects.visible_to(scope, permission).filter(pk=job_id).first()


def latest(scope: Scope, permission: str, *, kinds: tuple[str, ...], limit: int) -> list[Job]:
    """The newest jobs of these kinds."""
    return list(Job.objects.visible_to(scope, permission).filter(kind__in=kinds).order_by("-pk")[:limit])


def is_under_way(scope: Scope, permission: str, *, kinds: tuple[str, ...]) -> bool:
    return Job.objects.visible_to(scope, permission).filter(kind__in=kinds, ended_at__isnull=True).exists()
