"""Form 2C (Sơ yếu lí lịch, mẫu 2C/TCTW-98) from a record: its numbered items and its tables, in its order.

Items nothing is kept of stay on the paper with a dotted line, for the hand. Where the titles of the form and of the record differ,
the form's stand.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from maitruong.foundation.kernel import formats, phones
from maitruong.foundation.people.models import Sex
from maitruong.foundation.reference import catalogue as reference

from . import record_models as tables
from .records import Record
from .sections import DEGREES, SECTIONS
from .types import POSTS

_BEST_FIRST = list(DEGREES)


@dataclass(frozen=True)
class Item:
    """number: of the form, "" for a further line of the same item."""

    number: str
    label: str
    value: str = ""


@dataclass(frozen=True)
class Table:
    number: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Form2C:
    managing: str
    unit: str
    items: tuple[Item, ...]
    tables: tuple[Table, ...]


def form_2c(record: Record, *, managing: str, number: str, on: dt.date) -> Form2C:
    """managing: the body above the school.   number: of the citizen, in full or masked as whoever asks may see it."""
    rows: dict[Any, tuple[Any, ...]] = {part.section.table: part.rows for part in record.parts}
    once = rows.get(tables.StaffProfile, ())
    profile = once[0] if once else tables.StaffProfile()
    unit = record.employments[0].school_name if record.employments else ""
    return Form2C(managing, unit, tuple(_items(record, rows, profile, number, on)), tuple(_tables(rows, record)))


def _items(
    record: Record, rows: dict[Any, tuple[Any, ...]], profile: tables.StaffProfile, number: str, on: dt.date
) -> Iterable[Item]:
    person, post = record.person, next((row for row in record.employments), None)
    step = next(iter(rows.get(tables.SalaryStep, ())), None)
    degrees = sorted(rows.get(tables.Qualification, ()), key=lambda row: _BEST_FIRST.index(row.level))
    yield Item("1", "Họ và tên khai sinh (chữ in hoa)", person.full_name.upper())
    yield Item("2", "Tên gọi khác", profile.other_names)
    yield Item("3", "Chức vụ", POSTS.get(post.post, "") if post else "")
    yield Item("", "Phụ cấp chức vụ", formats.number(step.position / 100, 2) if step and step.position else "")
    yield Item("4", "Sinh ngày", _day(person.born_on))
    yield Item("", "Giới tính", dict(Sex.choices).get(person.sex, ""))
    yield Item("5", "Nơi sinh", profile.birthplace or person.birthplace)
    yield Item("6", "Quê quán", profile.native_place)
    yield Item("7", "Nơi ở hiện nay", person.residence or profile.permanent_address)
    yield Item("", "Điện thoại", phones.show(person.phone) if person.phone else "")
    yield Item("8", "Dân tộc", _group(person.ethnic_group))
    yield Item("9", "Tôn giáo", profile.religion)
    yield Item("10", "Thành phần gia đình xuất thân")
    yield Item("11", "Nghề nghiệp bản thân trước khi được tuyển dụng", profile.job_before)
    yield Item("12", "Ngày được tuyển dụng", _day(profile.recruited_on))
    yield Item("", "Vào cơ quan", profile.recruited_by)
    yield Item("13", "Ngày vào cơ quan hiện đang công tác", _day(post.starts_on) if post else "")
    yield Item("14", "Ngày vào Đảng Cộng sản Việt Nam", _day(profile.party_on))
    yield Item("", "Ngày chính thức", _day(profile.party_official_on))
    yield Item("15", "Tham gia các tổ chức chính trị, xã hội", profile.organisations)
    yield Item("16", "Ngày nhập ngũ, xuất ngũ, quân hàm", profile.military)
    yield Item("17", "Trình độ giáo dục phổ thông", profile.general_education)
    yield Item(
        "", "Trình độ chuyên môn cao nhất", f"{DEGREES[degrees[0].level]}, {degrees[0].major}" if degrees else ""
    )
    yield Item("", "Lí luận chính trị", profile.political_theory)
    yield Item("", "Quản lí nhà nước", profile.state_management)
    yield Item("", "Ngoại ngữ", _listed(f"{r.language} {r.level}" for r in rows.get(tables.LanguageCertificate, ())))
    yield Item("", "Tin học", profile.computing)
    yield Item("18", "Công tác chính đang làm", profile.main_work)
    yield Item("19", "Chức danh nghề nghiệp, mã số", _title(step))
    yield Item("", "Bậc, hưởng từ", f"bậc {step.step}, từ {_day(step.starts_on)}" if step else "")
    yield Item("20", "Danh hiệu được phong", profile.highest_honour)
    yield Item("21", "Sở trường công tác", profile.strength)
    yield Item("22", "Khen thưởng", _listed(_dated(r.title, r.starts_on) for r in rows.get(tables.Reward, ())))
    kinds = _choices("ki-luat", "kind")
    yield Item("23", "Kỉ luật", _listed(_dated(kinds[r.kind], r.starts_on) for r in rows.get(tables.Discipline, ())))
    yield Item("24", "Tình trạng sức khoẻ, chiều cao, cân nặng, nhóm máu", profile.health)
    yield Item("25", "Số căn cước", number)
    yield Item("", "Thương binh loại, gia đình chính sách", profile.policy_family)


def _tables(rows: dict[Any, tuple[Any, ...]], record: Record) -> Iterable[Table]:
    forms = _choices("bang-cap", "level")
    taught = [(r.place, r.major, r.form, _day(r.starts_on), forms[r.level]) for r in rows.get(tables.Qualification, ())]
    trained = [
        (r.place, r.content, "", _span(r.starts_on, r.ends_on), r.certificate) for r in rows.get(tables.Training, ())
    ]
    columns = ("Tên trường", "Ngành học, nội dung", "Hình thức", "Thời gian", "Văn bằng, chứng chỉ")
    yield Table("26", "Đào tạo, bồi dưỡng về chuyên môn, nghiệp vụ", columns, (*taught, *trained))
    worked = [(r.starts_on, r.ends_on, r.post, r.place) for r in rows.get(tables.WorkHistory, ())]
    worked += [(r.starts_on, r.ends_on, POSTS.get(r.post, r.post), r.school_name) for r in record.employments]
    worked.sort(key=lambda row: row[0] or dt.date.min)
    work = [(_span(since, until), f"{post}, {place}") for since, until, post, place in worked]
    yield Table("27", "Tóm tắt quá trình công tác", ("Từ ngày đến ngày", "Chức danh, chức vụ, đơn vị"), tuple(work))
    yield Table("28", "Đặc điểm lịch sử bản thân", (), ())
    yield Table("29", "Quan hệ với nước ngoài", (), ())
    family = tuple(
        (r.relation, r.full_name, str(r.birth_year or ""), _listed((r.work, r.residence)))
        for r in rows.get(tables.FamilyMember, ())
    )
    yield Table("30", "Quan hệ gia đình", ("Quan hệ", "Họ và tên", "Năm sinh", "Làm gì, ở đâu"), family)
    yield Table("31", "Hoàn cảnh kinh tế gia đình", (), ())
    if record.may_see_pay:
        steps = tuple((_day(r.starts_on), r.title, str(r.step), r.decision) for r in rows.get(tables.SalaryStep, ()))
        yield Table("", "Quá trình lương của bản thân", ("Từ ngày", "Mã số", "Bậc", "Quyết định"), steps)


def _group(key: str) -> str:
    return next((code.name for code in reference.codes("ethnic_group") if code.key == key), key)


def _title(step: Any) -> str:
    return _choices("luong", "title").get(step.title, step.title) if step else ""


def _choices(section: str, name: str) -> Any:
    field = next(field for field in SECTIONS[section].fields if field.name == name)
    assert field.choices is not None
    return field.choices()


def _day(day: dt.date | None) -> str:
    return formats.date(day) if day else ""


def _span(since: dt.date | None, until: dt.date | None) -> str:
    return f"{_day(since)} – {_day(until) or 'nay'}" if since else _day(until)


def _dated(what: str, day: dt.date | None) -> str:
    return f"{what} ({day.year})" if day else what


def _listed(parts: Iterable[str]) -> str:
    return "; ".join(part for part in parts if part)
