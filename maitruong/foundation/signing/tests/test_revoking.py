"""Who answers for certificates sees them on a page and takes one out of use, with a reason."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel import clock
from maitruong.foundation.signing import queries, services
from maitruong.foundation.signing.errors import CertificateNotUsable, ReasonMissing
from maitruong.foundation.signing.models import Certificate
from tests import factories as make
from tests.house.test_routes import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_schools() -> SimpleNamespace:
    department = make.a_department()
    here, there = make.a_school(department), make.a_school(department, "THCS Vĩnh Bảo")
    teacher = make.an_employee(here, "Phạm Thu Lan")
    now = clock.now()
    with make.as_system():
        row = Certificate(
            school_id=here,
            person_id=teacher,
            holder_name="Phạm Thu Lan",
            fingerprint="a" * 64,
            pem="",
            valid_from=now - dt.timedelta(days=1),
            valid_to=now + dt.timedelta(days=365),
        )
        row.save(force_insert=True)
    return SimpleNamespace(
        here=here,
        teacher=teacher,
        certificate=row.pk,
        head=make.a_principal(here),
        stranger=make.a_principal(there, "Bùi Thị Hoa"),
        clerk=make.a_post_holder(here, "clerk", "Đặng Văn Thư"),
        administrator=make.a_post_holder(department, "it_admin", "Cao Văn Máy"),
    )


def test_a_head_revokes_with_a_reason_and_nothing_new_is_signed_with_it(two_schools: SimpleNamespace) -> None:
    scope = make.scope_of(two_schools.head)
    with unit_of_work(scope):
        assert services.usable_certificate(two_schools.here, two_schools.teacher).pk == two_schools.certificate
        with pytest.raises(ReasonMissing):
            services.revoke_certificate(scope, certificate_id=two_schools.certificate, reason=" ")
        services.revoke_certificate(scope, certificate_id=two_schools.certificate, reason="Lộ mã PIN")
        with pytest.raises(NotFound):
            services.revoke_certificate(scope, certificate_id=two_schools.certificate, reason="lần nữa")
        with pytest.raises(CertificateNotUsable, match="đã bị thu hồi"):
            services.usable_certificate(two_schools.here, two_schools.teacher)
        assert queries.certificate(scope, two_schools.certificate).state == "revoked"

    with make.as_system() as system:
        (entry,) = Entry.objects.visible_to(system, "").filter(action="signing.certificate_revoked")
    assert entry.subject_id == two_schools.teacher


@pytest.mark.parametrize("who", ["stranger", "clerk"])
def test_another_school_and_who_holds_no_such_right_find_nothing(two_schools: SimpleNamespace, who: str) -> None:
    account = getattr(two_schools, who)
    scope = make.scope_of(account)
    with unit_of_work(scope):
        assert queries.certificates(scope) == ([], None)
        with pytest.raises(NotFound):
            services.revoke_certificate(scope, certificate_id=two_schools.certificate, reason="Lộ mã PIN")
    assert signed_in(account).get(f"/chung-thu/{two_schools.certificate}/thu-hoi/").status_code == 404


def test_the_pages_for_the_departments_administrator(two_schools: SimpleNamespace) -> None:
    browser = signed_in(two_schools.administrator)
    address = f"/chung-thu/{two_schools.certificate}/thu-hoi/"

    assert "Phạm Thu Lan" in browser.get("/chung-thu/?q=thu").content.decode()
    assert "Không có chứng thư nào" in browser.get("/chung-thu/?q=không ai").content.decode()
    assert browser.post(address, {"why": ""}).status_code == 422
    assert browser.post(address, {"why": "Thôi việc"}).status_code == 302
    page = browser.get(address).content.decode()
    assert "Chứng thư đã thu hồi" in page and "Thôi việc" in page


def test_the_list_goes_page_by_page_in_two_statements(two_schools: SimpleNamespace, django_assert_num_queries) -> None:
    scope = make.scope_of(two_schools.head)
    with unit_of_work(scope):
        for n in range(3):
            Certificate(
                school_id=two_schools.here, person_id=None, holder_name=f"Con dấu {n}", fingerprint=f"{n}" * 64, pem="",
                valid_from=clock.now(), valid_to=clock.now(),
            ).save(force_insert=True)  # fmt: skip
        with django_assert_num_queries(4):
            first, after = queries.certificates(scope, limit=3)
            rest, end = queries.certificates(scope, after=after, limit=3)

    assert [row.holder for row in first] == ["Con dấu 2", "Con dấu 1", "Con dấu 0"]
    assert [row.holder for row in rest] == ["Phạm Thu Lan"] and end is None
