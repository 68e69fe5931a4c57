"""What the mark books keep of a class that was opened by mistake."""

from __future__ import annotations

from maitruong.foundation.kernel import formats

from ..models import ClassSheet, Conduct, Mark, MarkBook, MarkHistory, PrimaryMark, QualityMark, Result, SummerResult

_WRITTEN = (Mark, MarkHistory, PrimaryMark, QualityMark, Conduct, Result, SummerResult)


def held_of_class(class_id: int) -> str:
    """Books of the class in which something was written, or that were closed; "" when all are empty and open."""
    years = MarkBook._base_manager.filter(class_id=class_id).values("school_year").distinct()
    if any(model._base_manager.filter(class_id=class_id, school_year__in=years).exists() for model in _WRITTEN):
        return "điểm hoặc nhận xét trong sổ"
    closed = MarkBook._base_manager.filter(class_id=class_id, closed_at__isnull=False).count()
    return f"{formats.number(closed)} sổ đã khoá" if closed else ""


def forget_class(class_id: int) -> None:
    """Remove the empty books of a class."""
    MarkBook._base_manager.filter(class_id=class_id).delete()
    ClassSheet._base_manager.filter(class_id=class_id).delete()
