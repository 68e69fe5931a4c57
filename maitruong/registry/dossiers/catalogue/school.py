"""What is written of a school for good, of a school in a year, and of each of its campuses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import Contradiction
from ..fields import CONTINUING, GENERAL, LOWER, PRESCHOOL, PRIMARY, UPPER, Field, Kind, Sheet

RANKS = (("1", "Hạng I"), ("2", "Hạng II"), ("3", "Hạng III"))
DIFFICULT = (
    ("I", "Xã khu vực I"),
    ("II", "Xã khu vực II"),
    ("III", "Xã khu vực III"),
    ("coast", "Xã đặc biệt khó khăn vùng bãi ngang ven biển, hải đảo"),
    ("border", "Xã biên giới"),
    ("none", "Không thuộc vùng khó khăn"),
)
REGIONS = (
    ("lowland", "Đồng bằng"),
    ("midland", "Trung du"),
    ("mountain", "Miền núi"),
    ("highland", "Vùng cao"),
    ("island", "Hải đảo"),
    ("urban", "Đô thị"),
)
TRANSPORT = (
    ("road", "Đường ô tô"),
    ("motorbike", "Đường xe máy"),
    ("foot", "Đường đi bộ"),
    ("water", "Đường thuỷ"),
)

PARTICULARS = Sheet(
    key="truong",
    title="Thông tin cố định",
    groups={"so": "Định danh, xếp hạng", "dat": "Vị trí, khuôn viên", "lienlac": "Liên lạc"},
    fields=(
        Field("legal_identifier", "Mã định danh cơ sở", "so", Kind.TEXT, most=35, hint="Do cơ quan quản lí cấp."),
        Field("rank", "Hạng trường", "so", Kind.CHOICE, choices=RANKS, sector="hạng trường"),
        Field("project_code", "Mã dự án đầu tư", "so", Kind.TEXT, most=50),
        Field("international", "Trường có yếu tố nước ngoài", "so"),
        Field("priority_area", "Khu vực ưu tiên", "dat", Kind.CHOICE, list_name="priority_area"),
        Field("region", "Vùng địa lí", "dat", Kind.CHOICE, choices=REGIONS),
        Field("area_m2", "Diện tích khuôn viên", "dat", Kind.MEASURE, most=5_000_000, places=1, unit="m²"),
        Field("email", "Thư điện tử", "lienlac", Kind.TEXT, most=120),
        Field("website", "Trang thông tin", "lienlac", Kind.TEXT, most=200),
        Field("fax", "Fax", "lienlac", Kind.TEXT, most=30),
    ),
)


def _sanitation(values: Mapping[str, Any]) -> None:
    if values["toilets_by_sex"] and values["toilets_for_pupils"] is False:
        raise Contradiction(
            one="“Nhà vệ sinh riêng cho nam và nữ”: có",
            other="“Có nhà vệ sinh cho học sinh”: không",
            advice="Sửa một trong hai ô.",
        )


def _internet(values: Mapping[str, Any]) -> None:
    if values["internet_for_teaching"] and values["internet"] is False:
        raise Contradiction(
            one="“Dùng Internet để dạy học”: có", other="“Có Internet”: không", advice="Sửa một trong hai ô."
        )


SCHOOL_YEAR = Sheet(
    key="nam-hoc",
    title="Thông tin năm học",
    groups={
        "tochuc": "Tổ chức",
        "vung": "Vùng, mức chất lượng",
        "nguoihoc": "Người học",
        "chuongtrinh": "Chương trình, hoạt động giáo dục",
        "vesinh": "Nước sạch, vệ sinh, y tế",
        "thietbi": "Thiết bị, hạ tầng số",
    },
    fields=(
        Field("party_cell", "Có chi bộ Đảng", "tochuc"),
        Field("counselling_unit", "Có tổ tư vấn học sinh", "tochuc", levels=GENERAL),
        Field("parents_board", "Có ban đại diện cha mẹ học sinh trường", "tochuc"),
        Field("digital_plan", "Có kế hoạch chuyển đổi số của năm học", "tochuc"),
        Field("difficult_area", "Vùng khó khăn", "vung", Kind.CHOICE, choices=DIFFICULT),
        Field("specially_difficult", "Ở xã, thôn đặc biệt khó khăn", "vung"),
        Field("minimum_quality", "Đạt mức chất lượng tối thiểu", "vung", levels=(PRIMARY,)),
        Field("disabled_learners", "Có học sinh khuyết tật học hoà nhập", "nguoihoc"),
        Field("semi_boarders", "Có học sinh bán trú", "nguoihoc"),
        Field("boarders", "Có học sinh nội trú", "nguoihoc", levels=GENERAL),
        Field("ethnic_semi_boarders", "Có học sinh bán trú dân tộc", "nguoihoc", levels=(PRIMARY, LOWER)),
        Field("handwashing_programme", "Thực hiện chương trình giáo dục rửa tay", "chuongtrinh"),
        Field("sex_education", "Giáo dục giới tính, phòng chống HIV", "chuongtrinh", levels=GENERAL),
        Field("life_skills", "Giáo dục kĩ năng sống", "chuongtrinh"),
        Field("ethnic_language", "Dạy tiếng dân tộc thiểu số", "chuongtrinh", levels=GENERAL),
        Field("vocational_teaching", "Dạy nghề phổ thông, giáo dục hướng nghiệp", "chuongtrinh", levels=(LOWER, UPPER)),
        Field("non_specialised", "Trường chuyên có lớp không chuyên", "chuongtrinh", levels=(UPPER,)),
        Field("online_learning", "Tổ chức dạy học trực tuyến", "chuongtrinh", levels=(*GENERAL, CONTINUING)),
        Field("swimming", "Dạy bơi cho học sinh", "chuongtrinh", levels=GENERAL),
        Field("vietnamese_enhanced", "Tăng cường tiếng Việt cho trẻ em", "chuongtrinh", levels=(PRESCHOOL, PRIMARY)),
        Field("clean_water", "Có nước sạch", "vesinh"),
        Field("toilets_for_pupils", "Có nhà vệ sinh cho học sinh", "vesinh"),
        Field("toilets_by_sex", "Nhà vệ sinh riêng cho nam và nữ", "vesinh"),
        Field("handwashing_place", "Có chỗ rửa tay thuận tiện, có xà phòng", "vesinh"),
        Field("health_room", "Có phòng y tế", "vesinh"),
        Field("disabled_access", "Có lối đi, thiết bị cho người khuyết tật", "vesinh"),
        Field("one_way_kitchen", "Bếp ăn một chiều", "vesinh", levels=(PRESCHOOL, PRIMARY)),
        Field("grid_power", "Có điện lưới", "thietbi"),
        Field("internet", "Có Internet", "thietbi"),
        Field("internet_for_teaching", "Dùng Internet để dạy học", "thietbi"),
        Field("computers_for_teaching", "Dùng máy tính để dạy học", "thietbi"),
        Field("minimum_equipment", "Đủ thiết bị dạy học tối thiểu", "thietbi"),
        Field("computers", "Số máy tính dùng cho học sinh", "thietbi", Kind.COUNT, most=5_000, unit="máy"),
    ),
    checks=(_sanitation, _internet),
)

CAMPUS = Sheet(
    key="diem-truong",
    title="Điểm trường",
    groups={"dat": "Vị trí, khuôn viên"},
    fields=(
        Field("distance_km", "Cách điểm chính", "dat", Kind.MEASURE, most=300, places=1, unit="km"),
        Field("transport", "Đường đến điểm trường", "dat", Kind.CHOICE, choices=TRANSPORT),
        Field("area_m2", "Diện tích khuôn viên", "dat", Kind.MEASURE, most=5_000_000, places=1, unit="m²"),
        Field("phone", "Điện thoại", "dat", Kind.TEXT, most=20),
        Field("clean_water", "Có nước sạch", "dat"),
        Field("grid_power", "Có điện lưới", "dat"),
        Field("internet", "Có Internet", "dat"),
        Field("toilets_by_sex", "Nhà vệ sinh riêng cho nam và nữ", "dat"),
    ),
)
