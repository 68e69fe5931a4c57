"""Checks of pupils who sit in a class."""

from __future__ import annotations

from ..rules import Severity
from .check import SEATED, Check


def _pupil(facts: str, and_: str) -> str:
    return f"""SELECT DISTINCT ON (e.school_id, p.id) e.school_id, p.id AS subject,
        jsonb_build_object('name', p.full_name{facts}) AS facts
        {SEATED} AND {and_} ORDER BY e.school_id, p.id, e.starts_on DESC"""


# OFFSET keeps the planner from going through every number of the province for each pupil: right after a large list came in it knows
# nothing yet of how many there are, and takes the index of schemes for the narrower one.
_NUMBER = """FROM (SELECT n.scheme, n.value, n.valid FROM people_personidentifier n WHERE n.person_id = p.id OFFSET 0) AS i
        WHERE i.scheme = 'CCCD' AND i.valid @> %(today)s::date"""

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
    Check(
        "number_missing", Severity.ERROR, "clerk", "pupil",
        "Học sinh {name} chưa có số định danh. Hãy ghi số theo giấy khai sinh hoặc thẻ căn cước.",
        # A foreigner may have none.
        _pupil("", f"p.nationality IN ('', 'VN', 'Việt Nam') AND NOT EXISTS (SELECT {_NUMBER})"),
    ),
    Check(
        "number_tells_other", Severity.WARNING, "clerk", "pupil",
        "Số định danh của {name} nói năm sinh hoặc giới tính khác hồ sơ. Hãy đối chiếu giấy khai sinh; nếu số đúng thì giải trình.",
        # The fourth digit: century and sex; the two after it: the year (Nghị định 137/2015, Điều 13).
        _pupil(
            "",
            f"p.born_on IS NOT NULL AND EXISTS (SELECT {_NUMBER} AND i.value ~ '^[0-9]{{12}}$' AND ("
            "substr(i.value, 5, 2) <> to_char(p.born_on, 'YY')"
            " OR (p.sex = 'male' AND substr(i.value, 4, 1)::int %% 2 = 1)"
            " OR (p.sex = 'female' AND substr(i.value, 4, 1)::int %% 2 = 0)))",
        ),
    ),
    Check(
        "two_classes", Severity.ERROR, "clerk", "pupil",
        "Học sinh {name} đang có tên ở hai lớp trong năm học này. Hãy ghi rời lớp cũ.",
        _pupil(
            "",
            "EXISTS (SELECT FROM (SELECT * FROM enrolment_enrolment x WHERE x.student_id = e.student_id AND x.school_year = e.school_year"
            " OFFSET 0) AS o WHERE o.school_class_id <> e.school_class_id AND o.starts_on <= %(today)s::date AND o.ends_on IS NULL)"
            " AND e.ends_on IS NULL",
        ),
    ),
    Check(
        "phone_form", Severity.WARNING, "clerk", "pupil",
        "Số điện thoại ghi ở hồ sơ của {name} không phải số Việt Nam. Hãy ghi lại.",
        _pupil("", "p.phone <> '' AND p.phone !~ '^\\+84[0-9]{9,10}$'"),
    ),
)  # fmt: skip
