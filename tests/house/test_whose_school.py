"""Whoever answers for many schools reads on a phone, too, at which of them somebody is: names repeat from school to school."""

from __future__ import annotations

import pytest

from maitruong.foundation.identity.models import Account
from tests import factories as make
from tests.house.test_routes import signed_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/doi-ngu/", "/hoc-sinh/"])
def test_a_list_of_many_schools_names_the_school_on_a_phone_and_one_of_one_school_does_not(address: str) -> None:
    department = make.a_department()
    school = make.a_school(make.a_commune(department))
    make.a_school(make.a_commune(department, "Xã Vĩnh Bảo"), "THCS Vĩnh Bảo")
    make.a_class(school, pupils=("Lý A Sính",))
    make.an_employee(school, "Nguyễn Thị Lan")
    officer = make.a_post_holder(department, "department_officer", "Lê Trung Kiên")

    def page(account: Account) -> str:
        return signed_in(account).get(address).content.decode()

    named = '<small class="phone-only">THCS Lê Chân</small>'
    assert named in page(officer)
    assert named not in page(make.a_principal(school))
