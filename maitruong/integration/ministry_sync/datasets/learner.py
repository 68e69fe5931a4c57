"""A pupil of a school in a school year, with who he is, his papers, his family and his awards."""

from __future__ import annotations

from .fields import Dataset, Field, Kind, NotHeld, codes_of, flag, flags, partial_date, translated

SEXES = {"male": "1", "female": "0"}
STATUSES = ("enrolled", "new", "transferred_in", "returned", "repeating", "suspended", "transferred_out", "dropped_out",
            "completed", "deceased")  # fmt: skip
_GROUPS = codes_of("ethnic_group", "code_1979")
_PAPERS = codes_of("identity_document", "code")
_DISABILITIES = codes_of("disability", "code")
LEVEL = """CASE WHEN s.levels = ARRAY['05'] THEN '05' WHEN c.grade < 1 THEN '01' WHEN c.grade <= 5 THEN '02'
  WHEN c.grade <= 9 THEN '03' ELSE '04' END"""


def number_of(person: str) -> str:
    return (
        f"(SELECT i.value FROM people_personidentifier i WHERE i.person_id = {person} AND i.scheme = 'CCCD'"
        " AND i.valid @> %(day)s::date ORDER BY i.id DESC LIMIT 1)"
    )


WHO = (
    Field("personal_number", "Số định danh cá nhân", number_of("p.id"), most=12),
    Field("full_name", "Họ và tên", "p.full_name", most=150, required=True),
    Field("sex", "Giới tính", translated("p.sex", SEXES), Kind.CODE, codes=("0", "1", "2"), required=True),
    *partial_date("born", "Ngày sinh", "p.born_on", "p.born_precision", required_year=True),
    Field("ethnic_group", "Dân tộc", translated("p.ethnic_group", _GROUPS), Kind.CODE, codes=tuple(_GROUPS.values())),
    Field("nationality", "Quốc tịch", "p.nationality", Kind.CODE, most=3, required=True),
    Field("phone", "Điện thoại", "p.phone", most=20),
)

LEARNER = Dataset(
    key="learner",
    label="Người học",
    # One record a human and school: the last seat of the year, of whichever of merged rows it was written for.
    source="""FROM (SELECT DISTINCT ON (e.school_id, coalesce(w.merged_into_id, w.id)) e.*, coalesce(w.merged_into_id, w.id) AS living_id
        FROM enrolment_enrolment e JOIN people_person w ON w.id = e.student_id
        WHERE e.school_id = ANY(%(schools)s) AND e.school_year = %(year)s
        ORDER BY e.school_id, coalesce(w.merged_into_id, w.id), e.starts_on DESC, e.id DESC) e
      JOIN people_person p ON p.id = e.living_id
      JOIN organisations_unit u ON u.id = e.school_id
      JOIN schools_school s ON s.unit_id = e.school_id
      JOIN enrolment_schoolclass c ON c.id = e.school_class_id
      LEFT JOIN students_student st ON st.person_id = p.id
      LEFT JOIN dossiers_learneryear ly ON ly.school_id = e.school_id AND ly.school_year = e.school_year AND ly.student_id = e.student_id
      LEFT JOIN LATERAL (SELECT m.* FROM dossiers_measurement m WHERE m.student_id = p.id AND m.withdrawn_at IS NULL
        AND m.measured_on <= %(day)s ORDER BY m.measured_on DESC LIMIT 1) m ON true""",
    record_id="'NGUOIHOC-' || u.code || '-' || %(year)s || '-' || p.id",
    school_id="e.school_id",
    object_id="p.id",
    person_id="p.id",
    name="p.full_name",
    page=("enrolment:dossier", ("object",)),
    schools_at_once=8,
    fields=(
        Field("level", "Cấp học", LEVEL, Kind.CODE, codes=("01", "02", "03", "04", "05"), required=True),
        Field("school_code", "Mã trường", "u.code", most=20, required=True),
        Field("grade", "Khối", "c.grade", Kind.COUNT, most=12, required=True),
        Field("class_code", "Mã lớp", "c.id::text", most=30, required=True),
        Field(
            "student_code", "Mã học sinh", "coalesce(nullif(e.student_code, ''), p.id::text)", most=30, required=True
        ),
        Field("status", "Tình trạng học", "e.status", Kind.CODE, codes=STATUSES, required=True),
        Field("since", "Vào lớp từ ngày", "e.starts_on", Kind.DAY),
        Field("until", "Ngày cuối ở lớp", "e.ends_on", Kind.DAY),
        Field("birthplace", "Nơi sinh", "p.birthplace", most=255),
        Field("residence", "Nơi ở hiện nay", "p.residence", most=255),
        *WHO,
        Field("boarding", "Ăn, ở tại trường", "coalesce(nullif(ly.boarding, ''), st.boarding)", Kind.CODE, most=20),
        Field("policy_group", "Diện chính sách", "st.policy_group", Kind.CODE, most=30),
        Field(
            "disability",
            "Dạng khuyết tật",
            translated("st.disability", _DISABILITIES),
            Kind.CODE,
            codes=tuple(_DISABILITIES.values()),
        ),
        Field("dropout_reason", "Lí do bỏ học", "ly.dropout_reason", Kind.CODE, most=20),
        flag("poor_household", "Hộ nghèo, cận nghèo", "st.near_poor OR st.policy_group IN ('POOR', 'NEAR_POOR')"),
        flag("youth_union", "Đoàn viên", "st.youth_union"),
        flag("pioneer", "Đội viên", "st.pioneer"),
        Field("height_cm", "Chiều cao (cm)", "m.height_cm", Kind.MEASURE, most=250),
        Field("weight_kg", "Cân nặng (kg)", "m.weight_kg", Kind.MEASURE, most=250),
        Field("blood_group", "Nhóm máu", "m.blood_group", Kind.CODE, most=5),
        flag("eye_condition", "Bệnh về mắt", "m.eyes"),
        flag("spine_condition", "Bệnh cột sống", "m.spine"),
        flag("congenital_condition", "Bệnh bẩm sinh", "m.congenital"),
        flag("rickets", "Còi xương", "m.rickets"),
        *flags(
            "ly",
            {
                "two_sessions": "Học hai buổi",
                "repeated_last_year": "Lưu ban năm trước",
                "new_to_preschool": "Mới ra lớp mầm non",
                "ministry_programme": "Theo chương trình của Bộ",
                "can_swim": "Biết bơi",
                "not_graded": "Khuyết tật không đánh giá",
                "learns_ethnic_language": "Học tiếng dân tộc",
                "extra_vietnamese": "Tăng cường tiếng Việt",
                "ethnic_assistant": "Có trợ giảng người dân tộc",
                "language_support": "Cần hỗ trợ ngoại ngữ",
                "ethnic_semi_school": "Trường bán trú dân tộc",
                "lunch_support": "Hỗ trợ ăn trưa",
                "housing_aid": "Hỗ trợ nhà ở",
                "monthly_cash": "Hỗ trợ tiền ăn",
                "rice": "Hỗ trợ gạo",
                "tuition_exempt": "Miễn học phí",
                "tuition_reduced": "Giảm học phí",
                "learning_cost": "Hỗ trợ chi phí học tập",
                "difficult_area": "Vùng khó khăn",
                "father_minority": "Cha là người dân tộc",
                "mother_minority": "Mẹ là người dân tộc",
            },
        ),
        Field(
            "papers",
            "Giấy tờ tuỳ thân",
            "dossiers_identitypaper ip WHERE ip.student_id = p.id AND ip.withdrawn_at IS NULL ORDER BY ip.kind, ip.number",
            Kind.ROWS,
            of=(
                Field(
                    "kind",
                    "Loại giấy tờ",
                    translated("ip.kind", _PAPERS),
                    Kind.CODE,
                    codes=tuple(_PAPERS.values()),
                    required=True,
                ),
                Field("number", "Số giấy tờ", "ip.number", most=50, required=True),
                Field("issued_on", "Ngày cấp", "ip.issued_on", Kind.DAY),
                Field("issued_at", "Nơi cấp", "ip.issued_at", most=255),
            ),
        ),
        Field(
            "guardians",
            "Cha, mẹ, người giám hộ",
            """students_guardianship g JOIN people_person gw ON gw.id = g.guardian_id
               JOIN people_person gp ON gp.id = coalesce(gw.merged_into_id, gw.id)
               WHERE g.student_id = p.id AND g.waits_since IS NULL AND (g.ends_on IS NULL OR g.ends_on >= %(day)s)
               ORDER BY g.relation, gp.id, g.id""",
            Kind.ROWS,
            of=(
                Field("relation", "Quan hệ", "g.relation", Kind.CODE, most=20, required=True),
                Field("full_name", "Họ và tên", "gp.full_name", most=150, required=True),
                Field("personal_number", "Số định danh cá nhân", number_of("gp.id"), most=12),
                Field("birth_year", "Năm sinh", "to_char(gp.born_on, 'YYYY')", most=4),
                Field("occupation", "Nghề nghiệp", "g.occupation", most=150),
            ),
        ),
        Field(
            "awards",
            "Khen thưởng",
            """dossiers_award a WHERE a.student_id = p.id AND a.withdrawn_at IS NULL AND a.written_at_id = e.school_id
               AND a.awarded_on >= make_date(%(year)s, 7, 1) AND a.awarded_on < make_date(%(year)s + 1, 7, 1)
               ORDER BY a.awarded_on, a.id""",
            Kind.ROWS,
            of=(
                Field("level", "Cấp khen", "a.level", Kind.CODE, most=30, required=True),
                Field("content", "Nội dung", "a.content", most=255, required=True),
                Field("subject", "Môn", "a.subject", most=30),
                Field("awarded_on", "Ngày", "a.awarded_on", Kind.DAY),
            ),
        ),
    ),
    not_held=(
        NotHeld("bmi", "tính được từ chiều cao và cân nặng, nơi nhận tự tính"),
        NotHeld("other_name", "hồ sơ học sinh không có ô tên gọi khác"),
        NotHeld("birthplace_code, residence_code", "nơi sinh, nơi ở ghi bằng chữ như giấy khai sinh, chưa gắn mã xã"),
        NotHeld("travel_document", "người nước ngoài: hộ chiếu gửi trong phần giấy tờ tuỳ thân"),
        NotHeld("violence_note", "lời ghi tự do về một trẻ em; nhà trường giữ, không gửi khi chưa có căn cứ"),
        NotHeld("boarding_code", "mã nơi nội trú của Bộ chưa được công bố cho tỉnh"),
    ),
)
