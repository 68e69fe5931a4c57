"""The school itself, with what is written of it in the school year."""

from __future__ import annotations

from maitruong.registry.dossiers.rules import ACCREDITATION, NATIONAL

from .fields import Dataset, Field, Kind, NotHeld, codes_of, flag, flags, partial_date, translated

_PRINCIPAL = """(SELECT {what} FROM staff_employment e JOIN people_person p ON p.id = e.person_id
  WHERE e.school_id = u.id AND e.post = 'principal'
  AND e.starts_on <= %(day)s AND (e.ends_on IS NULL OR e.ends_on >= %(day)s) ORDER BY e.starts_on DESC, e.id DESC LIMIT 1)"""
_STANDARD = """(SELECT max(r.level) FROM dossiers_recognition r WHERE r.school_id = u.id AND r.kind = '{kind}'
  AND r.decided_on <= %(day)s AND r.ends_on >= %(day)s AND (r.withdrawn_on IS NULL OR r.withdrawn_on > %(day)s))"""
_PRIORITY = codes_of("priority_area", "code")
# A school carries the code or, from older lists, the key.
_OWNERSHIP = {"1": "1", "2": "2", "3": "3", **codes_of("ownership", "code")}

SCHOOL = Dataset(
    key="school",
    label="Trường",
    source="""FROM organisations_unit u JOIN schools_school s ON s.unit_id = u.id
      LEFT JOIN organisations_adminunit a ON a.id = u.admin_unit_id
      LEFT JOIN organisations_adminunit ap ON ap.id = a.parent_id
      LEFT JOIN dossiers_particulars dp ON dp.school_id = u.id
      LEFT JOIN dossiers_schoolprofile sp ON sp.school_id = u.id AND sp.school_year = %(year)s
      WHERE u.id = ANY(%(schools)s) AND u.kind = 'school' AND (u.closed_on IS NULL OR u.closed_on > %(day)s)""",
    record_id="'TRUONG-' || u.code || '-' || %(year)s",
    school_id="u.id",
    object_id="u.id",
    name="u.name",
    page=("dossiers:school", ("school",)),
    schools_at_once=250,
    fields=(
        Field("school_code", "Mã trường", "u.code", most=20, required=True),
        Field("legal_identifier", "Mã định danh cơ sở", "dp.legal_identifier", most=35),
        Field("name", "Tên trường", "u.name", most=200, required=True),
        Field(
            "levels",
            "Cấp học",
            "array_to_string(s.levels, ',')",
            most=14,
            required=True,
        ),
        Field(
            "ownership",
            "Loại hình sở hữu",
            translated("s.ownership", _OWNERSHIP),
            Kind.CODE,
            codes=("1", "2", "3"),
            required=True,
        ),
        Field("school_type", "Loại trường", "s.school_type", Kind.CODE, most=30, required=True),
        Field(
            "area_code",
            "Khu vực ưu tiên",
            translated("dp.priority_area", _PRIORITY),
            Kind.CODE,
            codes=tuple(_PRIORITY.values()),
        ),
        Field("commune_code", "Mã xã, phường", "a.code", most=5),
        Field("province_code", "Mã tỉnh", "ap.code", most=2),
        Field("address", "Địa chỉ", "u.address", most=255),
        Field("longitude", "Kinh độ", "round(u.longitude::numeric, 6)", Kind.MEASURE, most=180),
        Field("latitude", "Vĩ độ", "round(u.latitude::numeric, 6)", Kind.MEASURE, most=90),
        Field("phone", "Điện thoại", "s.phone", most=20),
        Field("email", "Thư điện tử", "dp.email", most=120),
        Field("website", "Trang thông tin", "dp.website", most=200),
        Field("fax", "Fax", "dp.fax", most=30),
        Field("project_code", "Mã dự án đầu tư", "dp.project_code", most=50),
        Field("rank", "Hạng trường", "dp.rank", Kind.CODE, codes=("1", "2", "3")),
        Field("area_m2", "Diện tích khuôn viên", "dp.area_m2", Kind.MEASURE, most=5_000_000),
        Field("region_code", "Vùng địa lí", "dp.region", Kind.CODE, most=20),
        Field("difficult_area", "Vùng khó khăn", "sp.difficult_area", Kind.CODE, most=20),
        Field(
            "campuses",
            "Số điểm trường",
            "(SELECT count(*) FROM dossiers_campus c JOIN organisations_unit cu ON cu.id = c.unit_id"
            " WHERE c.school_id = u.id AND cu.closed_on IS NULL)",
            Kind.COUNT,
            most=99,
        ),
        *partial_date("founded", "Ngày thành lập", "u.opened_on"),
        Field("principal_name", "Hiệu trưởng", _PRINCIPAL.format(what="p.full_name"), most=150),
        Field("principal_phone", "Điện thoại hiệu trưởng", _PRINCIPAL.format(what="p.phone"), most=20),
        Field("principal_email", "Thư điện tử hiệu trưởng", _PRINCIPAL.format(what="p.email"), most=120),
        Field("national_standard", "Mức đạt chuẩn quốc gia", _STANDARD.format(kind=NATIONAL), Kind.COUNT, most=2),
        Field("accreditation", "Cấp độ kiểm định", _STANDARD.format(kind=ACCREDITATION), Kind.COUNT, most=4),
        flag("two_sessions", "Dạy hai buổi một ngày", "s.two_sessions"),
        flag("international", "Có yếu tố nước ngoài", "dp.international"),
        *flags(
            "sp",
            {
                "party_cell": "Có chi bộ Đảng",
                "disabled_learners": "Có học sinh khuyết tật",
                "semi_boarders": "Có học sinh bán trú",
                "boarders": "Có học sinh nội trú",
                "specially_difficult": "Vùng đặc biệt khó khăn",
                "computers_for_teaching": "Dùng máy tính để dạy học",
                "internet": "Có Internet",
                "grid_power": "Có điện lưới",
                "clean_water": "Có nước sạch",
                "toilets_by_sex": "Nhà vệ sinh riêng nam, nữ",
                "handwashing_programme": "Chương trình rửa tay",
                "sex_education": "Giáo dục giới tính",
                "life_skills": "Giáo dục kĩ năng sống",
                "minimum_quality": "Đạt mức chất lượng tối thiểu",
                "minimum_equipment": "Đủ thiết bị tối thiểu",
                "vocational_teaching": "Dạy nghề phổ thông",
                "non_specialised": "Có lớp không chuyên",
                "disabled_access": "Có lối đi cho người khuyết tật",
                "counselling_unit": "Có tổ tư vấn học sinh",
                "online_learning": "Dạy học trực tuyến",
            },
        ),
    ),
    not_held=(NotHeld("district", "cấp huyện đã bỏ từ 01/7/2025; ô này của Bộ được để trống"),),
)
