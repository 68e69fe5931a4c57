"""Checks of pupils who sit in a class."""

from __future__ import annotations

from ..rules import Severity
from .check import SEATED, Check


def _pupil(facts: str, and_: str) -> str:
    return f"""SELECT DISTINCT ON (e.school_id, p.id) e.school_id, p.id AS subject,
        jsonb_build_object('name', p.full_name{facts}) AS facts
        {SEATED} AND {and_} ORDER BY e.school_id, p.id, e.starts_on DESC"""


PUPILS = (
    Check(
        "ethnicity_empty", Severity.ERROR, "clerk", "pupil",
        "Học sinh {name} chưa có dân tộc. Hãy chọn dân tộc theo giấy khai sinh.",
        _pupil("", "p.ethnic_group = ''"),
    ),
    Check(
        "birth_in_future", Severity.ERROR, "clerk", "pupil",
        "Học sinh {name} có ngày sinh {born} sau hôm nay. Hãy sửa theo giấy khai sinh.",
        _pupil(", 'born', to_char(p.born_on, 'DD/MM/YYYY')", "p.born_on > %(today)s::date"),
    ),
    Check(
        "age_grade_gap", Severity.ERROR, "clerk", "pupil",
        "Học sinh {name} sinh năm {born}, học lớp {grade}: lệch {gap} tuổi so với tuổi chuẩn. Hãy kiểm tra ngày sinh và lớp.",
        # Class 1 is for those who turn 6 in the year it begins. A birth after today is a finding of its own.
        _pupil(
            ", 'born', extract(year FROM p.born_on)::int, 'grade', e.grade,"
            " 'gap', e.school_year - extract(year FROM p.born_on)::int - 5 - e.grade",
            "e.grade BETWEEN 1 AND 12 AND p.born_on <= %(today)s::date"
            " AND e.school_year - extract(year FROM p.born_on)::int - 5 - e.grade NOT BETWEEN -1 AND 3",
        ),
    ),
    Check(
        "name_form", Severity.WARNING, "clerk", "pupil",
        "Họ tên «{name}» có chữ số, thừa dấu cách hoặc dấu tiếng Việt ghi sai kiểu. Hãy viết lại họ tên.",
        _pupil("", "(p.full_name IS NOT NFC NORMALIZED OR p.full_name ~ '[0-9]|  |^ | $')"),
    ),
    Check(
        "first_grade_without_guardian", Severity.WARNING, "homeroom_teacher", "pupil",
        "Học sinh lớp 1 {name} chưa có phụ huynh hay người giám hộ. Hãy ghi người chịu trách nhiệm về em.",
        _pupil(
            "",
            "e.grade = 1 AND NOT EXISTS (SELECT FROM students_guardianship g WHERE g.student_id = p.id"
            " AND g.starts_on <= %(today)s::date AND (g.ends_on IS NULL OR g.ends_on >= %(today)s::date))",
        ),
    ),
    Check(
        "name_in_capitals", Severity.WARNING, "clerk", "pupil",
        "Họ tên {name} viết toàn chữ in hoa. Hãy viết lại: chỉ in hoa chữ cái đầu.",
        # Letters of Việt Nam beyond ASCII change case only where the database's locale knows them, so those of ASCII decide.
        _pupil("", "p.full_name ~ '[A-Z]{2}' AND p.full_name !~ '[a-z]'"),
    ),
)  # fmt: skip
