"""The parts of a colleague's record: their words, their fields, and who reads them. Forms, pages and the export are made from this."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from maitruong.foundation.kernel import formats, vietnamese
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.reference import catalogue as reference

from . import record_models as tables
from .errors import FieldMissing, FieldUnreadable
from .rules import Area, Role, SchoolKind

CONTRACTS: Final = {
    "indefinite": "Hợp đồng làm việc không xác định thời hạn",
    "fixed": "Hợp đồng làm việc xác định thời hạn",
    "labour": "Hợp đồng lao động",
}
DEGREES: Final = {
    "doctor": "Tiến sĩ",
    "master": "Thạc sĩ",
    "bachelor": "Đại học",
    "college": "Cao đẳng",
    "intermediate": "Trung cấp",
}
LEAVES: Final = {"maternity": "Nghỉ thai sản", "sick": "Nghỉ ốm", "unpaid": "Nghỉ không lương", "other": "Nghỉ khác"}
DISCIPLINES: Final = {
    "reprimand": "Khiển trách",
    "warning": "Cảnh cáo",
    "removal": "Cách chức",
    "dismissal": "Buộc thôi việc",
}
SECONDMENTS: Final = {"seconded": "Biệt phái", "between": "Dạy liên trường", "strengthen": "Tăng cường"}
ROLES: Final = {Role.TEACHER: "Giáo viên", Role.MANAGER: "Cán bộ quản lí", Role.SUPPORT: "Nhân sự hỗ trợ"}
AREAS: Final = {
    Area.ORDINARY: "Bình thường",
    Area.HARD: "Xã khu vực I, II vùng dân tộc và miền núi, xã đảo, xã biên giới",
    Area.HARDEST: "Vùng đặc biệt khó khăn",
}
KINDS: Final = {
    SchoolKind.ORDINARY: "Trường thường",
    SchoolKind.SEMI_BOARDING: "Phổ thông dân tộc bán trú",
    SchoolKind.TALENT: "Năng khiếu",
    SchoolKind.BOARDING: "Nội trú",
    SchoolKind.SPECIALISED: "Chuyên",
    SchoolKind.PREPARATORY: "Dự bị đại học",
    SchoolKind.DISABLED: "Dành riêng cho người khuyết tật",
}
LONGEST: Final = 500
#: No coefficient (hundredths), percent or year of birth is more.
LARGEST: Final = 9999

Choices = Mapping[Any, str]


@dataclass(frozen=True)
class Field:
    """kind: text, date, choice, whole, or hundredths (typed 0,45 and kept 45)."""

    name: str
    label: str
    kind: str = "text"
    choices: Callable[[], Choices] | None = None
    required: bool = False
    hint: str = ""

    def read(self, typed: str) -> Any:
        """The value of what somebody typed. Raises FieldMissing, FieldUnreadable, and what dates raise."""
        typed = vietnamese.tidy(typed)
        if not typed:
            if self.required:
                raise FieldMissing(label=self.label)
            return {"date": None, "whole": None if self.name == "birth_year" else 0, "hundredths": 0}.get(self.kind, "")
        if len(typed) > LONGEST:
            raise FieldUnreadable(label=self.label, given=typed[:40], advice=f"Viết ngắn lại, không quá {LONGEST} chữ.")
        if self.kind == "date":
            return formats.parse_date(typed)
        if self.kind == "choice":
            return self._chosen(typed)
        if self.kind in ("whole", "hundredths"):
            return self._number(typed)
        return typed

    def _chosen(self, typed: str) -> str:
        assert self.choices is not None
        if typed not in {str(key) for key in self.choices()}:
            raise FieldUnreadable(label=self.label, given=typed, advice="Chọn một giá trị trong danh sách.")
        return typed

    def _number(self, typed: str) -> int:
        whole, comma, part = typed.replace(".", ",").partition(",")
        places = 2 if self.kind == "hundredths" else 0
        number = formats.whole_number(whole + part.ljust(places, "0"))
        if (comma and not part) or len(part) > places or number is None or number > LARGEST:
            example = "0,45" if places else "2"
            raise FieldUnreadable(label=self.label, given=typed, advice=f"Ghi số như {example}.")
        return number

    def shown(self, value: Any) -> str:
        if value is None or value == "":
            return ""
        if self.kind == "date":
            return formats.date(value)
        if self.kind == "choice":
            assert self.choices is not None
            return self.choices().get(value, str(value))
        if self.kind == "hundredths":
            return formats.number(value / 100, 2)
        return str(value)

    def typed(self, value: Any) -> str:
        """As the form shows it again."""
        return str(value or "") if self.kind == "choice" else self.shown(value)


@dataclass(frozen=True)
class Section:
    """single: one at a time, a new row ends the one before.   pay: read with staff.pay.   once: one row that is corrected."""

    key: str
    label: str
    table: type[tables.RecordRow]
    fields: tuple[Field, ...]
    single: bool = False
    pay: bool = False
    once: bool = False

    @property
    def reading(self) -> str:
        return "staff.pay" if self.pay else "staff.records"


def titles() -> Choices:
    return {row.key: f"{row.key} · {row.name}" for row in reference.codes("staff_title")}


def _f(name: str, label: str, **more: Any) -> Field:
    return Field(name, label, **more)


def _choice(name: str, label: str, choices: Choices) -> Field:
    return Field(name, label, "choice", lambda: choices, required=True)


_FROM, _TO = _f("starts_on", "Từ ngày", kind="date", required=True), _f("ends_on", "Đến hết ngày", kind="date")
_DAY = _f("starts_on", "Ngày cấp, ngày quyết định", kind="date", required=True)
_DECISION = _f("decision", "Quyết định, văn bản", hint="Số và ngày, ví dụ 125/QĐ-THCS ngày 01/09/2026")

SECTIONS: Final[dict[str, Section]] = {
    section.key: section
    for section in (
        Section(
            "luong",
            "Chức danh và lương",
            tables.SalaryStep,
            (
                _f("title", "Chức danh nghề nghiệp", kind="choice", choices=titles, required=True),
                _f("step", "Bậc", kind="whole", required=True),
                _FROM,
                _f(
                    "counted_from",
                    "Mốc tính nâng bậc lần sau",
                    kind="date",
                    hint="Để trống nếu tính từ ngày hưởng bậc này",
                ),
                _choice("role", "Tính phụ cấp ưu đãi như", ROLES),
                _choice("area", "Địa bàn của trường", AREAS),
                _choice("school_kind", "Loại trường", KINDS),
                _f("position", "Hệ số phụ cấp chức vụ", kind="hundredths"),
                _f("reserved", "Hệ số chênh lệch bảo lưu", kind="hundredths"),
                _f("over_scale", "Phần trăm vượt khung", kind="whole"),
                _DECISION,
            ),
            single=True,
            pay=True,
        ),
        Section(
            "hop-dong",
            "Hợp đồng",
            tables.Contract,
            (_choice("kind", "Loại hợp đồng", CONTRACTS), _FROM, _TO, _DECISION),
            single=True,
        ),
        Section(
            "bang-cap",
            "Trình độ đào tạo",
            tables.Qualification,
            (
                _choice("level", "Trình độ", DEGREES),
                _f("major", "Chuyên ngành", required=True),
                _f("place", "Cơ sở đào tạo"),
                _f("form", "Hình thức đào tạo"),
                _f("starts_on", "Ngày cấp bằng", kind="date", required=True),
                _f("decision", "Số hiệu bằng"),
            ),
        ),
        Section(
            "boi-duong",
            "Bồi dưỡng",
            tables.Training,
            (
                _f("content", "Nội dung", required=True),
                _f("place", "Nơi bồi dưỡng"),
                _FROM,
                _TO,
                _f("certificate", "Chứng chỉ, chứng nhận"),
            ),
        ),
        Section(
            "ngoai-ngu",
            "Ngoại ngữ, tiếng dân tộc",
            tables.LanguageCertificate,
            (
                _f("language", "Thứ tiếng", required=True),
                _f("level", "Bậc, chứng chỉ", required=True),
                _f("place", "Nơi cấp"),
                _DAY,
                _f("ends_on", "Có giá trị đến", kind="date"),
            ),
        ),
        Section(
            "nghi",
            "Nghỉ dài ngày",
            tables.Leave,
            (_choice("kind", "Loại nghỉ", LEAVES), _FROM, _TO, _f("reason", "Lí do"), _DECISION),
            single=True,
        ),
        Section(
            "biet-phai",
            "Biệt phái, tăng cường",
            tables.Secondment,
            (_choice("kind", "Hình thức", SECONDMENTS), _f("place", "Nơi đến", required=True), _FROM, _TO, _DECISION),
            single=True,
        ),
        Section(
            "khen-thuong",
            "Khen thưởng",
            tables.Reward,
            (_f("title", "Hình thức, danh hiệu", required=True), _f("given_by", "Cấp khen"), _DAY, _DECISION),
        ),
        Section(
            "ki-luat",
            "Kỉ luật",
            tables.Discipline,
            (_choice("kind", "Hình thức", DISCIPLINES), _f("reason", "Lí do", required=True), _DAY, _TO, _DECISION),
            pay=True,
        ),
        Section(
            "cong-tac",
            "Công tác trước khi về trường",
            tables.WorkHistory,
            (_f("post", "Công việc, chức vụ", required=True), _f("place", "Đơn vị", required=True), _FROM, _TO),
        ),
        Section(
            "gia-dinh",
            "Quan hệ gia đình",
            tables.FamilyMember,
            (
                _f("relation", "Quan hệ", required=True),
                _f("full_name", "Họ và tên", required=True),
                _f("birth_year", "Năm sinh", kind="whole"),
                _f("work", "Nghề nghiệp, nơi làm việc"),
                _f("residence", "Nơi ở"),
            ),
        ),
        Section(
            "li-lich",
            "Sơ yếu lí lịch",
            tables.StaffProfile,
            (
                _f("other_names", "Tên gọi khác"),
                _f("birthplace", "Nơi sinh"),
                _f("native_place", "Quê quán"),
                _f("religion", "Tôn giáo"),
                _f("permanent_address", "Nơi thường trú"),
                _f("job_before", "Nghề nghiệp khi được tuyển dụng"),
                _f("recruited_on", "Ngày tuyển dụng", kind="date"),
                _f("recruited_by", "Cơ quan tuyển dụng"),
                _f("main_work", "Công việc chính được giao"),
                _f("teaching_since", "Tính thâm niên nhà giáo từ", kind="date"),
                _f("general_education", "Trình độ giáo dục phổ thông"),
                _f("political_theory", "Lí luận chính trị"),
                _f("state_management", "Quản lí nhà nước"),
                _f("computing", "Tin học"),
                _f("party_on", "Ngày vào Đảng", kind="date"),
                _f("party_official_on", "Ngày vào Đảng chính thức", kind="date"),
                _f("organisations", "Tổ chức chính trị - xã hội"),
                _f("military", "Nhập ngũ, xuất ngũ, quân hàm"),
                _f("highest_honour", "Danh hiệu cao nhất"),
                _f("strength", "Sở trường công tác"),
                _f("health", "Sức khoẻ, chiều cao, cân nặng, nhóm máu"),
                _f("policy_family", "Thương binh, con gia đình chính sách"),
            ),
            once=True,
        ),
    )
}


def values_of(section: Section, typed: Mapping[str, str]) -> dict[str, Any]:
    """What a form says, read field by field. Raises what the first unreadable field raises, with the field's label."""
    found: dict[str, Any] = {}
    for field in section.fields:
        try:
            found[field.name] = field.read(typed.get(field.name, ""))
        except (FieldMissing, FieldUnreadable):
            raise
        except Refusal as problem:
            raise FieldUnreadable(
                label=field.label, given=typed.get(field.name, "")[:40], advice=problem.advice
            ) from problem
    return found


def whole_years(since: dt.date | None, on: dt.date) -> int:
    """Years gone by, in whole years; none when nothing is written or it lies ahead."""
    if since is None:
        return 0
    return max(0, on.year - since.year - ((on.month, on.day) < (since.month, since.day)))
