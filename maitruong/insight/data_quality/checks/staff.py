"""Checks of those who work at a school, and of its rooms."""

from __future__ import annotations

from ..rules import Severity
from .check import ONLY, Check

_SCHOOLS = "(%(schools)s::bigint[] IS NULL OR {0}.school_id = ANY(%(schools)s::bigint[]))"
_HOLDS = (
    "r.withdrawn_at IS NULL AND r.starts_on <= %(today)s::date AND (r.ends_on IS NULL OR r.ends_on >= %(today)s::date)"
)


def _teacher(without: str) -> str:
    """Teachers of today at a school that keeps records at all: where none was begun, everybody would be found."""
    return f"""SELECT DISTINCT ON (m.school_id, p.id) m.school_id, p.id AS subject, jsonb_build_object('name', p.full_name) AS facts
        FROM staff_employment m JOIN people_person p ON p.id = m.person_id
        WHERE {_SCHOOLS.format("m")} AND m.post = 'teacher' AND m.starts_on <= %(today)s::date
          AND (m.ends_on IS NULL OR m.ends_on >= %(today)s::date)
          AND EXISTS (SELECT FROM {without} k WHERE k.school_id = m.school_id)
          AND NOT EXISTS (SELECT FROM {without} r WHERE r.person_id = p.id AND {_HOLDS})
        ORDER BY m.school_id, p.id"""


STAFF = (
    Check(
        "teacher_without_contract", Severity.ERROR, "principal", "staff",
        "{name} đang dạy mà hồ sơ chưa có hợp đồng còn hiệu lực. Hãy ghi hợp đồng.",
        _teacher("staff_contract"),
    ),
    Check(
        "staff_without_title", Severity.WARNING, "principal", "staff",
        "{name} chưa có chức danh nghề nghiệp và bậc lương. Hãy ghi quyết định xếp lương.",
        _teacher("staff_salarystep"),
    ),
    Check(
        "room_area_zero", Severity.WARNING, "clerk", "facility",
        "Loại phòng «{kind}» có {rooms} phòng mà diện tích bằng 0. Hãy ghi diện tích.",
        f"""SELECT f.school_id, f.id AS subject, jsonb_build_object('kind', f.indicator,
              'rooms', f.permanent + f.semi + f.temporary) AS facts
        FROM dossiers_facility f WHERE {ONLY.format("f")} AND f.permanent + f.semi + f.temporary > 0
          AND f.permanent_m2 + f.semi_m2 + f.temporary_m2 = 0""",
    ),
)  # fmt: skip
