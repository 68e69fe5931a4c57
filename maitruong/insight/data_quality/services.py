"""Acts on the work-list: look again now, explain a warning."""

from __future__ import annotations

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import clock

from . import running
from .errors import ErrorsAreMended, ExplanationMissing
from .models import Finding
from .queries import VIEW
from .rules import Severity


def look_again(scope: Scope, *, school_id: int) -> dict[str, int]:
    """Every check of one school, now. Raises NotFound."""
    if not scope.covers(VIEW, school_id=school_id):
        raise NotFound
    told = running.run([school_id])
    return {"open": told["open"], "new": told["new"], "closed": told["closed"]}


def explain(scope: Scope, *, finding_id: int, why: str) -> int:
    """Say why a warning is right as it is; said anew it replaces what was said, which the audit keeps. Returns the school.

    Raises NotFound, ErrorsAreMended, ExplanationMissing.
    """
    row = (
        Finding.objects.visible_to(scope, "quality.explain")
        .select_for_update()
        .filter(pk=finding_id, closed_at__isnull=True)
        .first()
    )
    if row is None:
        raise NotFound
    if row.severity == Severity.ERROR:
        raise ErrorsAreMended
    if not why.strip():
        raise ExplanationMissing
    before, row.explanation = row.explanation, why.strip()[:500]
    row.explained_by, row.explained_at = scope.actor_id, clock.now()
    row.save(update_fields=["explanation", "explained_by", "explained_at"])
    audit.record(
        scope,
        "quality.explained",
        school_id=row.school_id,
        object_type="finding",
        object_id=row.pk,
        subject_id=row.subject_id if row.subject_kind in ("pupil", "staff") else None,
        changes={"check": row.check_key, "explanation": [before, row.explanation]},
    )
    return row.school_id
