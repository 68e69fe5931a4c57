"""Who works at a school, with the record of form 2C as far as the ministry asks for it."""

from __future__ import annotations

from .fields import Dataset, Field, Kind, NotHeld, flag, partial_date
from .learner import WHO

_NOW = "{0}.person_id = e.person_id AND {0}.school_id = e.school_id AND {0}.withdrawn_at IS NULL"
_HOLDS = (
    _NOW
    + " AND ({0}.starts_on IS NULL OR {0}.starts_on <= %(day)s) AND ({0}.ends_on IS NULL OR {0}.ends_on >= %(day)s)"
)


def _latest(table: str, alias: str) -> str:
    return (
        f"LEFT JOIN LATERAL (SELECT * FROM {table} {alias} WHERE {_HOLDS.format(alias)}"
        f" ORDER BY {alias}.starts_on DESC NULLS LAST, {alias}.id DESC LIMIT 1) {alias} ON true"
    )


STAFF = Dataset(
    key="staff",
    label="Đội ngũ",
    source=f"""FROM (SELECT DISTINCT ON (e.school_id, coalesce(w.merged_into_id, w.id)) e.*, coalesce(w.merged_into_id, w.id) AS living_id
        FROM staff_employment e JOIN people_person w ON w.id = e.person_id
        WHERE e.school_id = ANY(%(schools)s) AND e.starts_on <= %(day)s
          AND (e.ends_on IS NULL OR e.ends_on >= make_date(%(year)s, 7, 1))
        ORDER BY e.school_id, coalesce(w.merged_into_id, w.id), e.starts_on DESC, e.id DESC) e
      JOIN people_person p ON p.id = e.living_id
      JOIN organisations_unit u ON u.id = e.school_id AND u.kind = 'school'
      LEFT JOIN staff_staffprofile sf ON {_NOW.format("sf")}
      {_latest("staff_contract", "ct")} {_latest("staff_salarystep", "ss")} {_latest("staff_qualification", "q")}
      LEFT JOIN staff_standardreview sr ON sr.person_id = e.person_id AND sr.school_id = e.school_id
        AND sr.school_year = %(year)s AND sr.judged_by = 'head'
      LEFT JOIN staff_yearlyrating yr ON yr.person_id = e.person_id AND yr.school_id = e.school_id AND yr.school_year = %(year)s""",
    record_id="'CANBO-' || u.code || '-' || %(year)s || '-' || p.id",
    school_id="e.school_id",
    object_id="p.id",
    person_id="p.id",
    name="p.full_name",
    page=("staff:file", ("object",)),
    schools_at_once=40,
    fields=(
        Field("school_code", "Mã trường", "u.code", most=20, required=True),
        Field("staff_code", "Mã cán bộ", "coalesce(nullif(e.code, ''), p.id::text)", most=30, required=True),
        Field(
            "status",
            "Tình trạng làm việc",
            "CASE WHEN e.ends_on < %(day)s THEN 'left' ELSE 'working' END",
            Kind.CODE,
            codes=("working", "left"),
            required=True,
        ),
        Field("post", "Vị trí", "e.post", Kind.CODE, most=30, required=True),
        *WHO,
        Field("email", "Thư điện tử", "p.email", most=120),
        Field("since", "Làm tại trường từ", "e.starts_on", Kind.DAY),
        Field("until", "Ngày cuối", "e.ends_on", Kind.DAY),
        Field("contract", "Hình thức hợp đồng", "ct.kind", Kind.CODE, codes=("indefinite", "fixed", "labour")),
        *partial_date("recruited", "Ngày tuyển dụng", "sf.recruited_on"),
        Field("recruited_by", "Cơ quan tuyển dụng", "sf.recruited_by", most=255),
        Field("job_before", "Nghề khi được tuyển", "sf.job_before", most=255),
        Field("rank_code", "Mã số chức danh nghề nghiệp", "ss.title", Kind.CODE, most=20),
        Field("salary_step", "Bậc lương", "ss.step", Kind.COUNT, most=20),
        Field(
            "qualification",
            "Trình độ chuyên môn",
            "q.level",
            Kind.CODE,
            codes=("doctor", "master", "bachelor", "college", "intermediate"),
        ),
        Field("major", "Chuyên ngành", "q.major", most=255),
        Field("political_theory", "Lí luận chính trị", "sf.political_theory", most=100),
        Field("state_management", "Quản lí nhà nước", "sf.state_management", most=100),
        Field("computing", "Tin học", "sf.computing", most=100),
        flag("party_member", "Đảng viên", "CASE WHEN sf.party_on IS NOT NULL THEN true END"),
        Field("standard_result", "Kết quả chuẩn nghề nghiệp", "sr.overall", Kind.COUNT, most=3),
        Field("yearly_rating", "Xếp loại viên chức", "yr.rating", Kind.CODE, most=30),
        Field("highest_honour", "Danh hiệu cao nhất", "sf.highest_honour", most=255),
        Field(
            "subjects",
            "Môn dạy",
            "jsonb_array_elements_text(e.subjects) WITH ORDINALITY AS sj(code, at) ORDER BY sj.at",
            Kind.ROWS,
            of=(Field("subject", "Môn", "sj.code", Kind.CODE, most=30, required=True),),
        ),
        Field(
            "languages",
            "Ngoại ngữ",
            f"staff_languagecertificate lc WHERE {_NOW.format('lc')} ORDER BY lc.starts_on, lc.id",
            Kind.ROWS,
            of=(
                Field("language", "Ngoại ngữ", "lc.language", most=50, required=True),
                Field("level", "Trình độ", "lc.level", most=50, required=True),
                Field("given_on", "Ngày cấp", "lc.starts_on", Kind.DAY),
            ),
        ),
        Field(
            "trainings",
            "Đào tạo, bồi dưỡng",
            f"staff_training tr WHERE {_NOW.format('tr')} ORDER BY tr.starts_on, tr.id",
            Kind.ROWS,
            of=(
                Field("content", "Nội dung", "tr.content", most=255, required=True),
                Field("place", "Nơi học", "tr.place", most=255),
                Field("certificate", "Chứng chỉ", "tr.certificate", most=255),
                Field("since", "Từ ngày", "tr.starts_on", Kind.DAY),
                Field("until", "Đến ngày", "tr.ends_on", Kind.DAY),
            ),
        ),
        Field(
            "rewards",
            "Khen thưởng",
            f"staff_reward rw WHERE {_NOW.format('rw')} ORDER BY rw.starts_on, rw.id",
            Kind.ROWS,
            of=(
                Field("content", "Nội dung", "rw.title", most=255, required=True),
                Field("given_by", "Cấp khen", "rw.given_by", most=255),
                Field("decision", "Số quyết định", "rw.decision", most=255),
                Field("given_on", "Ngày", "rw.starts_on", Kind.DAY),
            ),
        ),
        Field(
            "discipline",
            "Kỉ luật",
            f"staff_discipline di WHERE {_NOW.format('di')} ORDER BY di.starts_on, di.id",
            Kind.ROWS,
            of=(
                Field(
                    "kind",
                    "Hình thức",
                    "di.kind",
                    Kind.CODE,
                    codes=("reprimand", "warning", "removal", "dismissal"),
                    required=True,
                ),
                Field("decision", "Số quyết định", "di.decision", most=255),
                Field("given_on", "Ngày", "di.starts_on", Kind.DAY),
            ),
        ),
    ),
    not_held=(
        NotHeld("social_insurance_number", "hồ sơ cán bộ chưa có ô số sổ bảo hiểm xã hội"),
        NotHeld("youth_union", "tổ chức chính trị - xã hội ghi thành lời trong hồ sơ 2C, không tách riêng Đoàn"),
        NotHeld("staff_group, staff_type", "mã nhóm của Bộ chưa được công bố; vị trí gửi thay ở ô post"),
        NotHeld("teaches_disabled, sessions, life_skills_training", "hồ sơ cán bộ không có các ô này"),
        NotHeld("excellent_teacher", "ghi trong khen thưởng, không có ô riêng"),
    ),
)
