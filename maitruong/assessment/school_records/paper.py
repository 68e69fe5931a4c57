"""The reading copy: PDF/A from the SEALED XML and nothing else, then one PAdES seal of the school.

`render` takes a report of `verify_file`, so a page can only be made from values whose signatures all held. The same
sealed file gives the same PDF bytes; the seal adds its own time and value.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import threading
from pathlib import Path
from typing import Any, Final

import fontpkg_be_vietnam_pro
import segno
import typst

from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.foundation.signing.pades import seal_pdf
from maitruong.foundation.signing.ports import Signer
from maitruong.foundation.signing.types import Role

from . import labels
from .errors import NotSealedYet
from .types import Identity, Judgement, Pupil, RecordContent, Stage, SubjectBlock, Summary
from .verify import RecordReport, StepReport, keywords_for

TEMPLATE: Final = Path(__file__).parent / "typst" / "record.typ"
FONTS: Final = Path(fontpkg_be_vietnam_pro.__file__).parent / "files"
PDF_STANDARD: Final = "a-2a"
_of_thread = threading.local()


def render(report: RecordReport) -> bytes:
    """PDF/A-2a of a valid sealed record, in Vietnamese, without a seal yet. Raises NotSealedYet."""
    content = report.content
    if not report.is_valid or content is None:
        raise NotSealedYet(reason=report.sentence.rstrip("."))
    inputs = {
        "data": json.dumps(_page_values(content, report), ensure_ascii=False, sort_keys=True),
        "qr": _qr_svg(content.identity.verify_url),
    }
    made = _compiler().compile(
        format="pdf",
        sys_inputs=inputs,
        pdf_standards=[PDF_STANDARD],
        timestamp=_fixed_offset(_moment(report.steps[-1])),
    )
    if not isinstance(made, bytes):
        raise TypeError("typst gives one PDF as bytes")
    return made


def render_sealed(report: RecordReport, signer: Signer, *, at: dt.datetime) -> bytes:
    """The PDF with the school's PAdES seal over the whole of it. Raises NotSealedYet, PdfNotSealable."""
    return seal_pdf(render(report), signer, at=at, reason="Bản đọc của học bạ số")


def _compiler() -> typst.Compiler:
    """One compiler a thread: it keeps fonts and the parsed template between documents."""
    if not hasattr(_of_thread, "compiler"):
        _of_thread.compiler = typst.Compiler(str(TEMPLATE), font_paths=[str(FONTS)], ignore_system_fonts=True)
    return _of_thread.compiler


def _qr_svg(url: str) -> str:
    made = io.BytesIO()
    segno.make_qr(url, error="m").save(made, kind="svg", border=2, xmldecl=False, dark="#20261f")
    return made.getvalue().decode()


def _moment(found: StepReport) -> dt.datetime:
    """When a step was signed; every step of a valid record has its moment."""
    if found.report.signed_at is None:
        raise NotSealedYet(reason=f"{found.step.label} chưa có thời điểm ký")
    return found.report.signed_at


def _fixed_offset(moment: dt.datetime) -> dt.datetime:
    return moment.astimezone(dt.timezone(dt.timedelta(hours=7)))


def _page_values(content: RecordContent, report: RecordReport) -> dict[str, Any]:
    """Everything the template prints, already in words: it computes nothing but the layout."""
    identity = content.identity
    is_primary = identity.stage is Stage.PRIMARY
    year = SchoolYear(identity.school_year).label.replace("-", " - ")
    stage = labels.STAGE[identity.stage]
    return {
        "title": f"Học bạ {stage} năm học {year}",
        "description": f"Bản đọc của học bạ số {identity.record_id}",
        "keywords": list(keywords_for(content, report.xml_sha256)),
        "demo": identity.demo,
        "record-id": identity.record_id,
        "version": str(identity.version),
        "hash": report.xml_sha256,
        "verify-url": identity.verify_url,
        "stage": stage,
        "school-year": year,
        "is-primary": is_primary,
        "school": {
            "name": identity.school.name,
            "commune": identity.school.commune,
            "province": identity.school.province,
        },
        "class-name": identity.school_class.name,
        "class-facts": _class_facts(identity),
        "corrects": _correction_facts(identity),
        "pupil": _pupil(identity.pupil),
        "subjects": [_subject(block, report.steps) for block in content.subjects],
        "judgements": _judgements(content.summary.judgements),
        "levels": _level_rows(content.summary),
        "corrections": _corrections(content.summary),
        "summary": _present(_summary_facts(content.summary, is_primary=is_primary)),
        "remarks": content.summary.remarks or "",
        "homeroom-comment": content.summary.comment or "",
        "approval": _present(_approval_facts(content)),
        "opinion": content.approval.opinion or "",
        "principal-title": content.approval.principal.title or "Hiệu trưởng",
        "place-date": f"{content.issue.place}, {_long_date(content.issue.issued_on)}",
        "signatures": {
            "homeroom": _signature(report.steps, Role.HOMEROOM_TEACHER),
            "principal": _signature(report.steps, Role.PRINCIPAL),
            "seal": _signature(report.steps, Role.ORGANISATION),
        },
    }


Facts = list[tuple[str, str | None]]


def _present(facts: Facts) -> list[tuple[str, str]]:
    return [(name, value) for name, value in facts if value]


def _pupil(pupil: Pupil) -> dict[str, Any]:
    facts: Facts = [
        ("Ngày sinh", formats.date(pupil.born)),
        ("Giới tính", labels.SEX[pupil.sex]),
        ("Nơi sinh", pupil.birth_place),
        ("Dân tộc", pupil.ethnicity),
        ("Quốc tịch", pupil.nationality),
        ("Chỗ ở hiện nay", pupil.residence),
        ("Đối tượng chính sách", pupil.policy_group),
        ("Mã định danh học sinh", pupil.ministry_id),
        ("Số định danh cá nhân", pupil.personal_id),
        ("Số đăng bộ", pupil.register_number),
    ]
    guardians = [
        (guardian.relation, ", ".join(part for part in (guardian.name, guardian.occupation) if part))
        for guardian in pupil.guardians
    ]
    return {"name": pupil.full_name, "facts": _present(facts), "guardians": guardians}


def _class_facts(identity: Identity) -> list[tuple[str, str]]:
    place = f"{identity.school.name}, {identity.school.commune}, {identity.school.province}"
    school_class = identity.school_class
    return _present(
        [
            ("Trường", place),
            ("Chương trình", school_class.programme),
            ("Môn học lựa chọn", school_class.electives),
            ("Chuyên đề học tập", school_class.topic_clusters),
        ]
    )


def _correction_facts(identity: Identity) -> list[tuple[str, str]]:
    found = identity.corrects
    if found is None:
        return []
    return _present([("Bản trước", found.record_id), ("Lí do", found.reason), ("Văn bản", found.document_number)])


def _subject(block: SubjectBlock, steps: tuple[StepReport, ...]) -> dict[str, Any]:
    signed = next((found for found in steps if found.step.subject == block.code), None)
    by_other = block.taught_by.person_id != block.signer.person_id
    return {
        "name": block.name,
        "elective": block.elective,
        "marks": labels.subject_row(block),
        "level": labels.SUBJECT_LEVEL[block.level] if block.level else "",
        "points": "" if block.test_points is None else str(block.test_points),
        "comment": block.comment or "",
        "signer": block.signer.name,
        "signed-at": formats.day_time(_moment(signed)) if signed else "",
        "taught-by": block.taught_by.name if by_other else "",
    }


def _judgements(found: tuple[Judgement, ...]) -> list[dict[str, Any]]:
    """Part 2 qualities, part 3 competences, each with its rows."""
    parts = (
        ("2. Những phẩm chất chủ yếu", "Phẩm chất", ("quality",)),
        ("3. Những năng lực cốt lõi", "Năng lực", ("general", "specific")),
    )
    return [
        {
            "title": title,
            "column": column,
            "rows": [
                (row.name, labels.JUDGEMENT_LEVEL[row.level], row.comment or "") for row in found if row.group in groups
            ],
        }
        for title, column, groups in parts
    ]


def _level_rows(summary: Summary) -> list[list[str]]:
    return [
        ["Kết quả rèn luyện", *labels.levels_row(summary.conduct)],
        ["Kết quả học tập", *labels.levels_row(summary.learning)],
    ]


def _corrections(summary: Summary) -> str:
    if not summary.corrected_cells:
        return ""
    subjects = f", môn {summary.corrected_subjects}" if summary.corrected_subjects else ""
    return f"{summary.corrected_cells} ô{subjects}; giáo viên chủ nhiệm đã xác nhận."


def _summary_facts(summary: Summary, *, is_primary: bool) -> Facts:
    excused = "" if summary.absences_excused is None else f" (có phép {summary.absences_excused})"
    facts: Facts = [("Số buổi nghỉ cả năm", f"{summary.absences}{excused}")]
    if is_primary:
        height = f"{summary.height_cm} cm" if summary.height_cm else None
        weight = f"{formats.number(summary.weight_hg / 10, 1)} kg" if summary.weight_hg else None
        facts += [
            ("Chiều cao, cân nặng", ", ".join(part for part in (height, weight) if part)),
            ("Sức khoẻ", summary.health),
            ("Kết quả giáo dục", labels.OVERALL[summary.overall] if summary.overall else None),
        ]
    facts += [
        ("Điều chỉnh một môn học", _adjustment(summary)),
        ("Kết quả cuộc thi", "; ".join(summary.contests)),
        ("Khen thưởng", "; ".join(summary.awards)),
        ("Chứng chỉ", summary.certificates),
    ]
    return facts


def _adjustment(summary: Summary) -> str | None:
    """Shown only when the one-subject rule (Circular 22/2021 Điều 9 khoản 3) raised the year's level."""
    learning = summary.learning
    if learning is None or learning.before_adjustment in (None, learning.year):
        return None
    before, after = labels.level(learning.before_adjustment), labels.level(learning.year)
    return f"từ mức {before} lên mức {after} (Thông tư 22/2021, Điều 9 khoản 3)"


def _approval_facts(content: RecordContent) -> Facts:
    approval = content.approval
    computed = labels.PROMOTION[approval.computed] if approval.computed else None
    completed = None
    if approval.completes_stage:
        number = f", số {approval.completion_number}" if approval.completion_number else ""
        completed = f"Đã hoàn thành chương trình giáo dục {labels.STAGE[content.identity.stage].lower()}{number}"
    return [
        ("Kết luận", labels.PROMOTION[approval.promotion]),
        ("Kết quả theo quy định", computed),
        ("Lí do quyết định khác", approval.reason),
        ("Xác nhận", completed),
        ("Ngày quyết định", formats.date(approval.decided_on)),
    ]


def _signature(steps: tuple[StepReport, ...], role: Role) -> dict[str, str]:
    found = next(step for step in steps if step.step.role is role)
    return {
        "name": found.report.signer_name,
        "at": formats.day_time(_moment(found)),
        "certificate": found.report.fingerprint[:16],
    }


def _long_date(day: dt.date) -> str:
    return f"ngày {day.day:02} tháng {day.month:02} năm {day.year}"
