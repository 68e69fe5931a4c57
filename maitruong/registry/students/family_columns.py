"""The columns of the list of pupils that tell of the family: who the parents are, how they are reached, who else answers."""

from __future__ import annotations

import datetime as dt

from maitruong.foundation.exchange import parsers
from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.day_parsers import year
from maitruong.foundation.exchange.number_parsers import personal_number, phone
from maitruong.foundation.exchange.parsers import person_name, text

from . import list_checks
from .list_parsers import optional, show_phone

_WHOEVER = (
    "phụ huynh",
    "người giám hộ",
    "phụ huynh hoặc người giám hộ",
    "cha mẹ",
    "cha mẹ học sinh",
    "cha mẹ hoặc người giám hộ",
)
PARENT_AGES = range(list_checks.YOUNGEST_PARENT, 100)


def parents(today: dt.date) -> tuple[Column, ...]:
    found: list[Column] = []
    for key, who, other in (("father", "cha", "bố"), ("mother", "mẹ", "mẹ")):
        title = who
        found += [
            Column(
                f"{key}_name",
                f"Họ tên {title}",
                optional(person_name),
                (other, f"họ và tên {other}", f"tên {other}"),
                width=24,
            ),
            Column(f"{key}_occupation", f"Nghề nghiệp {title}", text(), (f"{other} nghề",)),
            Column(
                f"{key}_born",
                f"Năm sinh {title}",
                year(earliest=today.year - PARENT_AGES.stop, latest=today.year - PARENT_AGES.start),
                (f"ngày sinh {other}",),
                width=9,
            ),
            Column(
                f"{key}_number",
                f"Số định danh {title}",
                personal_number(today=today, ages=PARENT_AGES, own=False),
                (f"cccd {other}", f"số cmnd {other}"),
                sensitive=True,
                width=15,
            ),
            Column(
                f"{key}_workplace", f"Nơi làm việc {title}", text(), (f"cơ quan {other}", f"đơn vị công tác {other}")
            ),
        ]
    return tuple(found)


def contacts() -> tuple[Column, ...]:
    show = show_phone
    return (
        Column(
            "contact_phone",
            "Điện thoại liên hệ",
            phone,
            (
                "điện thoại",
                "số điện thoại",
                "sđt",
                "sđt liên hệ",
                "điện thoại gia đình",
            ),
            looks="phone",
            sensitive=True,
            show=show,
        ),
        Column(
            "contact_email",
            "Thư điện tử liên hệ",
            parsers.email,
            ("email", "email liên hệ", "thư điện tử"),
            looks="email",
            sensitive=True,
            width=24,
        ),
        Column("father_phone", "Điện thoại cha", phone, ("sđt bố", "số điện thoại bố"), sensitive=True, show=show),
        Column("mother_phone", "Điện thoại mẹ", phone, ("sđt mẹ", "số điện thoại mẹ"), sensitive=True, show=show),
        Column(
            "student_phone",
            "Điện thoại học sinh",
            phone,
            ("sđt học sinh", "điện thoại hs"),
            sensitive=True,
            show=show,
        ),
    )


def guardian(today: dt.date) -> tuple[Column, ...]:
    """Somebody who answers for the child, without a word who: “phụ huynh”, “cha/mẹ hoặc người giám hộ”."""

    def of(what: str) -> tuple[str, ...]:
        return tuple(f"{what} {who}" for who in _WHOEVER)

    return (
        Column(
            "guardian_name",
            "Họ tên người giám hộ",
            optional(person_name),
            (*_WHOEVER, *of("họ tên"), *of("tên")),
            aside=True,
            width=24,
        ),
        Column("guardian_occupation", "Nghề nghiệp người giám hộ", text(), of("nghề nghiệp"), aside=True),
        Column(
            "guardian_born",
            "Năm sinh người giám hộ",
            year(earliest=today.year - PARENT_AGES.stop, latest=today.year - PARENT_AGES.start),
            (*of("năm sinh"), *of("ngày sinh")),
            aside=True,
            width=9,
        ),
        Column(
            "guardian_number",
            "Số định danh người giám hộ",
            personal_number(today=today, ages=PARENT_AGES, own=False),
            (*of("cccd"), *of("số cccd")),
            sensitive=True,
            aside=True,
            width=15,
        ),
        Column("guardian_workplace", "Nơi làm việc người giám hộ", text(), of("nơi làm việc"), aside=True),
        Column(
            "guardian_phone",
            "Điện thoại người giám hộ",
            phone,
            of("điện thoại"),
            aside=True,
            sensitive=True,
            show=show_phone,
        ),
    )
