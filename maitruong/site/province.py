"""A real province is born empty: its department, the communes that govern schools, the public lists, and one administrator
who still has to set a password. Everything else is done on pages: see docs/runbook.md, "A real province begins"."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from maitruong.foundation.access import services as grants
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity.models import Account, Installation
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import admin_units
from maitruong.foundation.organisations import services as organisations
from maitruong.foundation.people import services as people
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.periods import services as periods
from maitruong.site.demo.load import is_unfinished, load_admin_units


class AlreadyBorn(Refusal):
    code = "site.already_born"
    message = "Cơ sở dữ liệu này đã là {kind} của {name}."
    remedy = "Một cơ sở dữ liệu không đổi loại. Tạo cơ sở dữ liệu trống khác rồi chạy lại."


class HalfADemo(Refusal):
    code = "site.half_a_demo"
    message = "Trong cơ sở dữ liệu này có một tỉnh giả lập đang dựng dở, nên bảng thiếu chỉ mục."
    remedy = "Tạo cơ sở dữ liệu trống khác rồi chạy lại."


class AddressNotHttps(Refusal):
    code = "site.address_not_https"
    message = "Địa chỉ {address} không bắt đầu bằng https://."
    remedy = "Ghi địa chỉ công khai cố định của tỉnh, ví dụ https://maitruong.tinh.edu.vn."


@dataclass(frozen=True)
class Born:
    department_id: int
    login: str
    link: str


def new_province(*, province: str, department: str, public_address: str, administrator: str, login: str) -> Born:
    """Fill an empty database as a real province. Returns the one-time link, told once.

    Raises AlreadyBorn, HalfADemo, AddressNotHttps.
    """
    if not public_address.startswith("https://"):
        raise AddressNotHttps(address=public_address)
    unit = admin_units.province(province)
    today, tree_begins = clock.today(), admin_units.LIST_BEGINS
    scope = system_scope("new province")
    with transaction.atomic(), unit_of_work(scope):
        born = Installation.objects.filter(pk=1).first()
        if born:
            raise AlreadyBorn(kind=born.get_kind_display(), name=born.province_name)  # type: ignore[attr-defined]
        raw: Any = connection.connection
        if is_unfinished(raw):
            raise HalfADemo
        load_admin_units(raw)
        department_id = organisations.found_unit(
            kind="department", code=f"SO{province}", name=department, parent_id=None, on=tree_begins
        )
        organisations.found_communes(province, department_id=department_id, on=tree_begins)
        Installation.objects.create(
            kind="real",
            province_code=province,
            province_name=unit.name,
            department_id=department_id,
            public_address=public_address,
        )
        _school_year(today)
        person_id = people.register_person(scope, full_name=administrator, places=[department_id])
        grants.grant(
            person_id=person_id, role="it_admin", unit_id=department_id, valid_from=today, reason="Lập tỉnh mới"
        )
        account = Account(person_id=person_id, login=login.lower())
        account.set_unusable_password()
        account.save()
        token = identity.make_link(account)
        audit.record(
            scope,
            "site.province_born",
            school_id=department_id,
            object_type="installation",
            object_id=1,
            subject_id=person_id,
        )
    return Born(department_id, login.lower(), f"{public_address.rstrip('/')}/bat-dau/{token}/")


def _school_year(today: dt.date) -> None:
    """The present school year with the usual frame; the department sets the exact days."""
    year = Year.containing(today).start
    SchoolYear.objects.create(
        year=year,
        starts_on=dt.date(year, 9, 5),
        ends_on=dt.date(year + 1, 5, 31),
        term_two_starts_on=dt.date(year + 1, 1, 18),
    )
    periods.open_periods(year)
