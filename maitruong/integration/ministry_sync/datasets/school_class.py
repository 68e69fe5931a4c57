"""Classes, in the four shapes the ministry keeps apart: preschool, primary, secondary, continuing."""

from __future__ import annotations

from .fields import Dataset, Field, Kind, NotHeld, flags

_LANGUAGES = tuple(
    field
    for number in ("1", "2")
    for field in (
        Field(f"language_{number}", f"Ngoại ngữ {number}", f"cp.language_{number}", Kind.CODE, most=10),
        Field(
            f"language_{number}_periods",
            f"Số tiết ngoại ngữ {number}",
            f"cp.language_{number}_periods",
            Kind.COUNT,
            most=30,
        ),
    )
)
_CONTINUING = "s.levels = ARRAY['05']"
_CORE = (
    Field("school_code", "Mã trường", "u.code", most=20, required=True),
    Field("campus_code", "Mã điểm trường", "cu.code", most=30),
    Field("grade", "Khối", "c.grade", Kind.COUNT, most=12, required=True),
    Field("class_code", "Mã lớp", "c.id::text", most=30, required=True),
    Field("name", "Tên lớp", "c.name", most=50, required=True),
    Field("homeroom_name", "Giáo viên chủ nhiệm", "h.full_name", most=150),
    Field("homeroom_code", "Mã giáo viên chủ nhiệm", "h.id::text", most=30),
)
_MANY = {
    "disabled_learners": "Có học sinh khuyết tật",
    "semi_boarding": "Lớp bán trú",
    "parents_board": "Có ban đại diện cha mẹ học sinh",
}
_TAUGHT = Field(
    "taught",
    "Phân công dạy",
    """timetable_assignment t WHERE t.class_id = c.id AND t.school_year = c.school_year AND t.school_id = c.school_id
       AND (t.ends_on IS NULL OR t.ends_on >= %(day)s) ORDER BY t.subject, t.teacher_id, t.starts_on, t.id""",
    Kind.ROWS,
    of=(
        Field("subject", "Môn", "t.subject", Kind.CODE, most=30, required=True),
        Field("teacher_code", "Mã giáo viên", "t.teacher_id::text", most=30, required=True),
        Field("since", "Từ ngày", "t.starts_on", Kind.DAY),
    ),
)


def _dataset(
    key: str, label: str, which: str, fields: tuple[Field, ...], not_held: tuple[NotHeld, ...] = ()
) -> Dataset:
    return Dataset(
        key=key,
        label=label,
        source=f"""FROM enrolment_schoolclass c JOIN organisations_unit u ON u.id = c.school_id
          JOIN schools_school s ON s.unit_id = c.school_id
          LEFT JOIN dossiers_classprofile cp ON cp.school_class_id = c.id
          LEFT JOIN organisations_unit cu ON cu.id = c.campus_id
          LEFT JOIN people_person h ON h.id = c.homeroom_id
          WHERE c.school_id = ANY(%(schools)s) AND c.school_year = %(year)s AND {which}""",
        record_id="'LOP-' || u.code || '-' || %(year)s || '-' || c.id",
        school_id="c.school_id",
        object_id="c.id",
        name="c.name",
        page=("dossiers:class", ("object",)),
        schools_at_once=60,
        fields=(*_CORE, *fields),
        not_held=not_held,
    )


PRESCHOOL = _dataset(
    "class_preschool",
    "Lớp mầm non",
    f"NOT {_CONTINUING} AND c.grade < 1",
    (
        Field("age_group", "Nhóm tuổi", "cp.age_group", Kind.CODE, most=10),
        Field("mixed_ages", "Ghép độ tuổi", "nullif(cp.mixed_ages, 'none')", Kind.CODE, codes=("2", "3", "4")),
        *flags(
            "cp",
            {
                "two_sessions": "Học hai buổi",
                "combined": "Lớp ghép",
                "national_programme": "Theo chương trình của Bộ",
                "english_familiarised": "Làm quen tiếng Anh",
                "vietnamese_enhanced": "Tăng cường tiếng Việt",
                **_MANY,
            },
        ),
    ),
)
PRIMARY = _dataset(
    "class_primary",
    "Lớp tiểu học",
    f"NOT {_CONTINUING} AND c.grade BETWEEN 1 AND 5",
    (
        *_LANGUAGES,
        Field("sessions", "Số buổi một tuần", "cp.sessions", Kind.CODE, codes=("5", "6-8", "9-10")),
        Field("combined_with", "Khối ghép cùng", "cp.combined_with", most=20),
        *flags(
            "cp",
            {
                "combined": "Lớp ghép",
                "special_class": "Lớp chuyên biệt",
                "vietnamese_equipment": "Đủ thiết bị Tiếng Việt",
                "maths_equipment": "Đủ thiết bị Toán",
                **_MANY,
            },
        ),
    ),
)
SECONDARY = _dataset(
    "class_secondary",
    "Lớp THCS, THPT",
    f"NOT {_CONTINUING} AND c.grade > 5",
    (
        *_LANGUAGES,
        Field("stream", "Định hướng", "cp.stream", Kind.CODE, most=20),
        Field("specialism", "Môn chuyên", "cp.specialism", Kind.CODE, most=20),
        Field("vocational_learners", "Số học sinh học nghề", "cp.vocational_learners", Kind.COUNT, most=999),
        *flags("cp", {"two_sessions": "Học hai buổi", "specialised": "Lớp chuyên", **_MANY}),
        _TAUGHT,
    ),
)
CONTINUING = _dataset(
    "class_continuing",
    "Lớp giáo dục thường xuyên",
    _CONTINUING,
    (
        Field("class_kind", "Loại lớp", "cp.continuing_kind", Kind.CODE, most=20),
        Field("study_form", "Hình thức học", "cp.study_form", Kind.CODE, most=20),
        Field("training_code", "Mã lớp đào tạo, dạy nghề", "cp.training_code", most=20),
        *flags("cp", _MANY),
        _TAUGHT,
    ),
)
CLASSES = (PRESCHOOL, PRIMARY, SECONDARY, CONTINUING)
