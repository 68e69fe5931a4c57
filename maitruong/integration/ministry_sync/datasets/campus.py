"""A place where a school teaches."""

from __future__ import annotations

from .fields import Dataset, Field, Kind, flag, flags

CAMPUS = Dataset(
    key="campus",
    label="Điểm trường",
    source="""FROM dossiers_campus c JOIN organisations_unit cu ON cu.id = c.unit_id JOIN organisations_unit u ON u.id = c.school_id
      WHERE c.school_id = ANY(%(schools)s) AND (cu.closed_on IS NULL OR cu.closed_on > %(day)s)
        AND (u.closed_on IS NULL OR u.closed_on > %(day)s)""",
    record_id="'DIEMTRUONG-' || cu.code || '-' || %(year)s",
    school_id="c.school_id",
    object_id="c.unit_id",
    name="cu.name",
    page=("dossiers:campus", ("school", "object")),
    schools_at_once=250,
    fields=(
        Field("school_code", "Mã trường", "u.code", most=20, required=True),
        Field("campus_code", "Mã điểm trường", "cu.code", most=30, required=True),
        Field("name", "Tên điểm trường", "cu.name", most=200, required=True),
        flag("is_main", "Là điểm chính", "c.is_main"),
        Field("address", "Địa chỉ", "cu.address", most=255),
        Field("phone", "Điện thoại", "c.phone", most=20),
        Field("distance_km", "Cách điểm chính (km)", "c.distance_km", Kind.MEASURE, most=300),
        Field("transport", "Đường đến điểm trường", "c.transport", Kind.CODE, most=20),
        Field("area_m2", "Diện tích", "c.area_m2", Kind.MEASURE, most=5_000_000),
        *flags(
            "c",
            {
                "clean_water": "Có nước sạch",
                "grid_power": "Có điện lưới",
                "internet": "Có Internet",
                "toilets_by_sex": "Nhà vệ sinh riêng nam, nữ",
            },
        ),
    ),
)
