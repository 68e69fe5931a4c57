"""Checks of classes."""

from __future__ import annotations

from ..rules import Severity
from .check import ONLY, SEATED, Check

_CLASS = f"FROM enrolment_schoolclass c WHERE {ONLY.format('c')}"
_NAMED = "SELECT c.school_id, c.id AS subject, jsonb_build_object('class', c.name) AS facts"

CLASSES = (
    Check(
        "class_without_homeroom", Severity.ERROR, "principal", "class",
        "Lớp {class} chưa có giáo viên chủ nhiệm. Hãy phân công chủ nhiệm.",
        f"{_NAMED} {_CLASS} AND c.homeroom_id IS NULL",
    ),
    Check(
        "empty_class", Severity.ERROR, "clerk", "class",
        "Lớp {class} không có học sinh nào. Hãy xếp học sinh vào lớp hoặc xoá lớp.",
        f"{_NAMED} {_CLASS} AND c.id NOT IN (SELECT e.school_class_id {SEATED})",
    ),
    Check(
        "class_over_norm", Severity.WARNING, "principal", "class",
        "Lớp {class} có {pupils} học sinh, quá sĩ số tối đa {norm}. Hãy giải trình hoặc chia lại lớp.",
        # 35 in primary, 45 above it (grades.csv). Preschool's norms go by age groups.
        f"""WITH seated AS (SELECT e.school_class_id, count(DISTINCT p.id) AS pupils {SEATED} GROUP BY 1),
        normed AS (SELECT c.*, CASE WHEN c.grade <= 5 THEN 35 ELSE 45 END AS norm {_CLASS} AND c.grade BETWEEN 1 AND 12)
        SELECT n.school_id, n.id AS subject,
               jsonb_build_object('class', n.name, 'pupils', s.pupils, 'norm', n.norm) AS facts
        FROM normed n JOIN seated s ON s.school_class_id = n.id WHERE s.pupils > n.norm""",
    ),
    Check(
        "homeroom_of_two", Severity.WARNING, "principal", "class",
        "Lớp {class} có giáo viên đang chủ nhiệm {classes} lớp. Hãy phân công lại hoặc giải trình.",
        f"""SELECT school_id, id AS subject, jsonb_build_object('class', name, 'classes', classes) AS facts
        FROM (SELECT c.*, count(*) OVER (PARTITION BY c.school_id, c.homeroom_id) AS classes
              {_CLASS} AND c.homeroom_id IS NOT NULL) AS led WHERE classes > 1""",
    ),
)  # fmt: skip
