"""Rooms of one kind at one campus, by how they are built."""

from __future__ import annotations

from .fields import Dataset, Field, Kind, NotHeld

_BUILT = {"permanent": "kiên cố", "semi": "bán kiên cố", "temporary": "tạm"}

FACILITY = Dataset(
    key="facility",
    label="Cơ sở vật chất",
    source="""FROM dossiers_facility f JOIN organisations_unit u ON u.id = f.school_id JOIN organisations_unit cu ON cu.id = f.campus_id
      WHERE f.school_id = ANY(%(schools)s) AND f.school_year = %(year)s""",
    record_id="'CSVC-' || cu.code || '-' || %(year)s || '-' || f.indicator",
    school_id="f.school_id",
    object_id="f.campus_id",
    name="cu.name || ', ' || f.indicator",
    page=("dossiers:school", ("school",)),
    schools_at_once=100,
    fields=(
        Field("school_code", "Mã trường", "u.code", most=20, required=True),
        Field("campus_code", "Mã điểm trường", "cu.code", most=30, required=True),
        Field("indicator", "Loại phòng", "f.indicator", Kind.CODE, most=30, required=True),
        *(Field(name, f"Số phòng {built}", f"f.{name}", Kind.COUNT, most=9_999) for name, built in _BUILT.items()),
        *(
            Field(f"{name}_m2", f"Diện tích {built} (m²)", f"f.{name}_m2", Kind.MEASURE, most=999_999)
            for name, built in _BUILT.items()
        ),
        Field("total", "Tổng số phòng", "f.permanent + f.semi + f.temporary", Kind.COUNT, most=29_997),
        Field(
            "total_m2",
            "Tổng diện tích (m²)",
            "f.permanent_m2 + f.semi_m2 + f.temporary_m2",
            Kind.MEASURE,
            most=2_999_997,
        ),
    ),
    not_held=(NotHeld("report_code", "mã báo cáo của Bộ cho từng kì chưa được công bố cho tỉnh"),),
)
