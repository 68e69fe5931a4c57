"""The people of the sign-in page, and a few pupils of class 8A2 whose names try out every page. All invented."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .layout import STAR_CLASS, STAR_COMMUNE, Layout, commune_unit
from .plan import GUARDIANS_AT
from .roster import Roster, SchoolClass
from .staffing import Staffing, staff
from .types import DemoPersonRow, GrantRow

OFFICER, IT_ADMIN, COMMUNE_OFFICER, NOBODY = 1, 2, 3, 4
DEPARTMENT_UNIT = 1
_YEAR = (date(2026, 9, 1), date(2027, 8, 31))


@dataclass(frozen=True, slots=True)
class Fix:
    """What is not left to chance about one person. Guardians given by id are made elsewhere."""

    full_name: str
    sex: str
    born: date
    ethnic_group: str = "KINH"
    guardians: tuple[tuple[int, str], ...] | None = None  # (person, relation)
    twin_of: int | None = None
    family: str | None = None  # the parents' family name when the full name does not begin with it


@dataclass(frozen=True, slots=True)
class Extra:
    """A guardian made by a school besides those its pupils bring."""

    person: int
    fix: Fix
    occupation: str


@dataclass(slots=True)
class Fixed:
    """Everything fixed: by person, the extra guardians by school number, sign-in people and their grants."""

    people: dict[int, Fix] = field(default_factory=dict)
    extras: dict[int, list[Extra]] = field(default_factory=dict)
    demo: list[DemoPersonRow] = field(default_factory=list)
    grants: list[GrantRow] = field(default_factory=list)
    star_class: int = 0


def fix(layout: Layout) -> Fixed:
    """Choose the persons and say what is fixed about them."""
    star, second, third = (layout.named(name) for name in ("THCS Lê Chân", "TH Nguyễn Công Trứ", "TH Kim Đồng"))
    roster = Roster(star, layout.ability_salt)
    posts = staff(star, roster)
    star_class = _class(roster, STAR_CLASS)
    son = _class(Roster(second, layout.ability_salt), "3B").pupils[9]
    teachers_child = _class(Roster(third, layout.ability_salt), "4A").pupils[5]
    daughter = star_class.pupils[13]
    mother, father = star.first_person + GUARDIANS_AT, star.first_person + GUARDIANS_AT + 1
    husband = third.first_person + GUARDIANS_AT
    who = _staff_of_star(posts, star_class)
    found = Fixed(star_class=star_class.id)
    found.people |= {
        OFFICER: Fix("Lê Trung Kiên", "male", date(1982, 3, 14)),
        IT_ADMIN: Fix("Vũ Đình Bách", "male", date(1990, 8, 2)),
        COMMUNE_OFFICER: Fix("Bùi Thị Hải Yến", "female", date(1987, 11, 20)),
        NOBODY: Fix("Mai Anh Tú", "male", date(1995, 6, 9)),
        who["principal"]: Fix("Đỗ Minh Nguyệt", "female", date(1974, 10, 5)),
        who["deputy"]: Fix("Lương Quốc Việt", "male", date(1979, 1, 27)),
        who["homeroom"]: Fix("Hoàng Thị Vân", "female", date(1985, 4, 18)),
        who["maths"]: Fix("Nguyễn Thị Lan", "female", date(1988, 9, 30)),
        who["clerk"]: Fix("Phạm Thu Trang", "female", date(1992, 12, 12)),
        daughter: Fix("Nguyễn Gia Hân", "female", date(2013, 5, 21),
                      guardians=((mother, "MOTHER"), (father, "FATHER"))),
        son: Fix("Nguyễn Gia Bảo", "male", date(2018, 2, 3), guardians=((mother, "MOTHER"), (father, "FATHER"))),
        teachers_child: Fix("Phạm Khánh Linh", "female", date(2017, 7, 16),
                            guardians=((who["maths"], "MOTHER"), (husband, "FATHER"))),
    }  # fmt: skip
    found.people |= _names_that_try_pages(star_class)
    found.extras = {
        star.number: [
            Extra(mother, Fix("Trần Mỹ Hạnh", "female", date(1986, 6, 25)), "Kế toán"),
            Extra(father, Fix("Nguyễn Văn Thành", "male", date(1983, 2, 11)), "Kĩ sư xây dựng"),
        ],
        third.number: [Extra(husband, Fix("Phạm Quốc Hưng", "male", date(1986, 3, 8)), "Lái tàu")],
    }
    _people_of_the_page(found, layout, who, star.unit_id, star_class, mother, daughter)
    _grants(found, layout, who, (star.unit_id, second.unit_id, third.unit_id), mother, daughter, son, teachers_child)
    return found


def _class(roster: Roster, name: str) -> SchoolClass:
    return next(found for found in roster.open if found.name == name)


def _staff_of_star(posts: Staffing, star_class: SchoolClass) -> dict[str, int]:
    maths = next(
        lesson.person for lesson in posts.lessons if lesson.school_class is star_class and lesson.subject == "TOAN"
    )
    return {
        "principal": posts.holder("principal"),
        "deputy": posts.holder("deputy_principal"),
        "clerk": posts.holder("clerk"),
        "homeroom": posts.homeroom[star_class.id],
        "maths": maths,
    }


def _names_that_try_pages(star_class: SchoolClass) -> dict[int, Fix]:
    one, long, mong, tay, twin, other_twin = (star_class.pupils[place] for place in (20, 21, 22, 23, 24, 25))
    born = date(2013, 8, 8)
    return {
        one: Fix("Khen", "male", date(2013, 1, 15), "MONG", family="Sùng"),
        long: Fix("Công Tằng Tôn Nữ Nguyễn Hoàng Phương Anh Thư", "female", date(2013, 10, 2), family="Nguyễn"),
        mong: Fix("Giàng A Páo", "male", date(2012, 12, 30), "MONG"),
        tay: Fix("Nông Thúy Hằng", "female", date(2013, 3, 19), "TAY"),
        twin: Fix("Vũ Minh Khang", "male", born),
        other_twin: Fix("Vũ Minh Khôi", "male", born, twin_of=twin),
    }


def _people_of_the_page(
    found: Fixed, layout: Layout, who: dict[str, int], unit: int, star_class: SchoolClass, mother: int, pupil: int
) -> None:
    school = layout.schools[unit - 1_001].short_name
    name = star_class.name
    found.demo = [
        DemoPersonRow("so-gddt", OFFICER, "Chuyên viên · Sở GDĐT"),
        DemoPersonRow("phuong-le-chan", COMMUNE_OFFICER, "Chuyên viên giáo dục · UBND phường Lê Chân"),
        DemoPersonRow("hieu-truong", who["principal"], f"Hiệu trưởng · {school}"),
        DemoPersonRow("pho-hieu-truong", who["deputy"], f"Phó hiệu trưởng, đang thay hiệu trưởng · {school}"),
        DemoPersonRow("chu-nhiem-8a2", who["homeroom"], f"Chủ nhiệm {name} · {school}"),
        DemoPersonRow("giao-vien-toan", who["maths"], f"Giáo viên Toán {name}, phụ huynh · {school}"),
        DemoPersonRow("van-thu", who["clerk"], f"Văn thư · {school}"),
        DemoPersonRow("phu-huynh", mother, "Phụ huynh · 2 con ở 2 trường"),
        DemoPersonRow("hoc-sinh-8a2", pupil, f"Học sinh {name} · {school}"),
        DemoPersonRow("quan-tri", IT_ADMIN, "Quản trị hệ thống"),
        DemoPersonRow("chua-co-vai", NOBODY, "Chưa được giao vai trò"),
    ]


def _grants(
    found: Fixed,
    layout: Layout,
    who: dict[str, int],
    units: tuple[int, int, int],
    mother: int,
    daughter: int,
    son: int,
    teachers_child: int,
) -> None:
    """Grants no school gives by itself: officers, families of the page, the deputy who stands in."""
    star, second, third = units

    def grant(person: int, role: str, unit: int, students: tuple[int, ...] | None = None, **more: Any) -> GrantRow:
        row = GrantRow(person, role, unit, None, None, students, date(2025, 7, 1), None, None, "")
        return row._replace(**more)

    found.grants = [
        grant(OFFICER, "department_officer", DEPARTMENT_UNIT),
        grant(IT_ADMIN, "it_admin", DEPARTMENT_UNIT),
        grant(COMMUNE_OFFICER, "commune_officer", commune_unit(STAR_COMMUNE)),
        grant(
            who["deputy"],
            "principal",
            star,
            valid_from=date(2026, 11, 16),
            valid_to=date(2026, 11, 27),
            acting_for=who["principal"],
            reason="Quyết định 45/QĐ-THCSLC ngày 13/11/2026: điều hành thay hiệu trưởng đi tập huấn",
        ),
        grant(mother, "guardian", star, (daughter,)),
        grant(mother, "guardian", second, (son,)),
        grant(who["maths"], "guardian", third, (teachers_child,)),
        grant(daughter, "pupil", star, (daughter,), valid_from=_YEAR[0]),
    ]
