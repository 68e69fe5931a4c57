"""A record's values as the page prints them."""

from __future__ import annotations

from typing import Any

from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.school_year import SchoolYear

from .. import labels
from ..assembling import verify_url
from ..models import ENDED, IN_FORCE, State
from ..queries import RecordPage, RecordRow
from ..types import RecordContent, Stage, SubjectBlock

KIND = {"sealed": "info", "issued": "good", "superseded": "warn", "revoked": "danger", "draft": "neutral"}


def record_context(page: RecordPage, *, download: str, other: str, above: dict[str, str]) -> dict[str, Any]:
    """What both record pages show; `download`, `other`: names of the routes of the reader's own side; `above`: the list it came from."""
    year = SchoolYear(page.row.school_year).label
    content = page.content
    return {
        "page_title": f"Học bạ {year} · {page.row.name}",
        "crumbs": [above, {"label": page.row.name}],
        "page": page,
        "year": year,
        "tag_kind": KIND.get(page.row.state, "quill"),
        "kinds": KIND,
        "primary": content is not None and content.identity.stage is Stage.PRIMARY,
        "subjects": _subjects(content) if content else [],
        "facts": _facts(content) if content else [],
        "pupil": _pupil(content) if content else [],
        "judgements": [(j.name, labels.JUDGEMENT_LEVEL[j.level]) for j in content.summary.judgements]
        if content
        else [],
        "being_corrected": _being_corrected(page),
        "stands_now": next((row for row in page.versions if row.state == State.ISSUED), None),
        "verify_url": verify_url(page.row.record_id),
        "has_files": bool(page.xml_sha256),
        "download_route": download,
        "other_route": other,
    }


def _being_corrected(page: RecordPage) -> RecordRow | None:
    """The version that will take this one's place, where the reader reaches it: a family does not before it is issued."""
    newer = [row for row in page.versions if row.version > page.row.version]
    return next((row for row in newer if page.row.state in IN_FORCE and row.state not in ENDED), None)


def _subjects(content: RecordContent) -> list[dict[str, Any]]:
    return [
        {
            "name": block.name,
            "marks": _marks(block),
            "level": labels.SUBJECT_LEVEL[block.level] if block.level else "",
            "points": "" if block.test_points is None else str(block.test_points),
            "comment": block.comment or "",
            "signer": block.signer.name,
        }
        for block in content.subjects
    ]


def _marks(block: SubjectBlock) -> list[str]:
    """Term one, term two and the year, with what the summer put in its place behind an arrow."""
    one, two, year, again = labels.subject_row(block)
    return [one, two, f"{year} → {again}" if again else year]


def _pupil(content: RecordContent) -> list[tuple[str, str]]:
    """The citizen number stays in the signed file; the page does not show it."""
    pupil = content.identity.pupil
    return [
        ("Họ và tên", pupil.full_name),
        ("Ngày sinh", formats.date(pupil.born)),
        ("Giới tính", labels.SEX[pupil.sex]),
        ("Nơi sinh", pupil.birth_place),
        ("Dân tộc", pupil.ethnicity),
        ("Lớp", content.identity.school_class.name),
    ]


def _facts(content: RecordContent) -> list[tuple[str, str]]:
    summary, approval = content.summary, content.approval
    found = [
        ("Học tập", labels.level(summary.learning.year) if summary.learning else ""),
        ("Học tập sau hè", labels.level(summary.learning.after_summer) if summary.learning else ""),
        ("Rèn luyện", labels.level(summary.conduct.year) if summary.conduct else ""),
        ("Rèn luyện sau hè", labels.level(summary.conduct.after_summer) if summary.conduct else ""),
        ("Kết quả giáo dục", labels.OVERALL[summary.overall] if summary.overall else ""),
        ("Số buổi nghỉ", f"{summary.absences} (có phép {summary.absences_excused or 0})"),
        ("Khen thưởng", "; ".join(summary.awards)),
        ("Nhận xét", summary.comment or ""),
        ("Kết luận", labels.PROMOTION[approval.promotion]),
        ("Lí do quyết định", approval.reason or ""),
        ("Phê duyệt", f"{approval.principal.name}, {(approval.principal.title or '').lower()}"),
        ("Ngày quyết định", formats.date(approval.decided_on)),
    ]
    return [(label, value) for label, value in found if value]
