"""How far a job is."""

from __future__ import annotations

from maitruong.foundation.access.types import Scope

from .models import Job


def job(scope: Scope, permission: str, job_id: int) -> Job | None:
    return Job.objects.visible_to(scope, permission).filter(pk=job_id).first()
