"""Schools are founded, renamed, moved and closed by the department; nobody else, and never twice."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from django.test import Client

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.models import Unit
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.schools import errors, queries, services
from tests import factories as make
from tests.house.test_routes import signed_in

TODAY = dt.date(2026, 11, 20)


def a_new(place: SimpleNamespace, **more: Any) -> services.NewSchool:
    new = services.NewSchool(
        "31.tHcs-9", "Trường  THCS Hồ Sen", "THCS", place.commune, place.le_chan, dt.date(1995, 9, 1)
    )
    return replace(new, **more)


def found(place: SimpleNamespace, scope: Scope | None = None, **more: Any) -> int:
    scope = scope or place.officer
    with unit_of_work(scope):
        return services.found_school(scope, a_new(place, **more), why="QĐ 1")


def acts(prefix: str = "schools.") -> list[str]:
    with make.as_system() as scope:
        rows = Entry.objects.visible_to(scope, "").filter(action__startswith=prefix).order_by("pk")
        return list(rows.values_list("action", flat=True))


def test_a_school_older_than_its_commune_is_governed_by_it_since_the_commune_stands(
    department: SimpleNamespace,
) -> None:
    school = found(department)

    unit = organisations.facts(school, on=TODAY)
    assert unit is not None
    assert (unit.code, unit.name, unit.commune) == ("31.THCS-9", "Trường THCS Hồ Sen", "Phường Lê Chân")
    assert (unit.opened_on, unit.governor_id, unit.governed_since) == (
        dt.date(1995, 9, 1),
        department.commune,
        make.FOUNDED,
    )
    facts = queries.facts(school)
    assert facts is not None and (facts.levels, facts.ownership) == (("03",), "1")
    assert acts() == ["schools.founded"]
    commune_officer = make.scope_of(make.a_post_holder(department.commune, "commune_officer", "Trần Văn Xã"))
    assert school in commune_officer.school_ids


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        ({"code": "mã có dấu"}, errors.CodeRefused),
        ({"code": "x"}, errors.CodeRefused),
        ({"name": "  "}, errors.NameMissing),
        ({"name": "123"}, errors.NameMissing),
        ({"school_type": "PALACE"}, errors.TypeUnknown),
        ({"school_type": "KT"}, errors.LevelsMissing),
        ({"governor_id": 0}, errors.GovernorUnknown),
        ({"commune_id": 0}, errors.CommuneUnknown),
        ({"on": dt.date(2026, 11, 21)}, errors.DayAhead),
    ],
)
def test_what_cannot_be_a_school_is_refused_and_nothing_is_written(
    department: SimpleNamespace, wrong: dict[str, Any], refusal: type[Refusal]
) -> None:
    before = Unit.objects.count()
    with pytest.raises(refusal):
        found(department, **wrong)
    with pytest.raises(errors.GovernorUnknown):
        found(department, governor_id=department.school)

    assert Unit.objects.count() == before
    assert acts() == []


def test_a_code_is_given_once_and_a_name_once_in_a_commune(department: SimpleNamespace) -> None:
    found(department)

    with pytest.raises(errors.CodeTaken, match="Trường THCS Hồ Sen"):
        found(department, name="Trường khác")
    with pytest.raises(errors.NameTakenHere, match="Phường Lê Chân đã có Trường THCS Hồ Sen, mã 31"):
        found(department, code="T2", name="truong thcs ho sen")
    assert found(department, code="T2", commune_id=department.an_bien)


@pytest.mark.parametrize("who", ["principal", "clerk", "administrator", "commune_officer"])
def test_nobody_but_the_department_founds_renames_moves_or_closes(department: SimpleNamespace, who: str) -> None:
    others = {
        "principal": department.principal,
        "clerk": department.clerk,
        "administrator": make.scope_of(make.a_post_holder(department.department, "it_admin", "Cao Văn Máy")),
        "commune_officer": make.scope_of(make.a_post_holder(department.commune, "commune_officer", "Trần Văn Xã")),
    }
    scope, school = others[who], department.school

    with pytest.raises(NotFound):
        found(department, scope)
    with unit_of_work(scope):
        with pytest.raises(NotFound):
            services.move_school(scope, school_id=school, governor_id=department.department, on=TODAY, why="QĐ")
        with pytest.raises(NotFound):
            services.close_school(scope, school_id=school, last_day=TODAY, why="QĐ")
        with pytest.raises(NotFound):
            rename(scope, school, department.le_chan, "Tên khác")
    assert acts() == []


def rename(scope: Scope, school: int, commune: int, name: str, why: str = "QĐ 2") -> dict[str, list[object]]:
    return services.rename_school(
        scope, school_id=school, name=name, school_type="TH-THCS", ownership="3", levels=(), commune_id=commune,
        address="12 Hồ Sen", why=why,
    )  # fmt: skip


def test_a_new_name_and_kind_are_told_with_the_old_and_the_same_again_is_not(department: SimpleNamespace) -> None:
    school = found(department)
    with unit_of_work(department.officer):
        with pytest.raises(errors.ReasonMissing):
            rename(department.officer, school, department.an_bien, "Trường Hồ Sen", why=" ")
        changes = rename(department.officer, school, department.an_bien, "Trường Hồ Sen")
        assert rename(department.officer, school, department.an_bien, "Trường Hồ Sen", why="") == {}

    assert changes["name"] == ["Trường THCS Hồ Sen", "Trường Hồ Sen"]
    assert changes["levels"] == [["03"], ["02", "03"]]
    assert acts() == ["schools.founded", "schools.renamed"]


def test_a_moved_school_stands_where_it_stood_until_the_day_before(department: SimpleNamespace) -> None:
    day = dt.date(2026, 10, 1)
    with unit_of_work(department.officer):
        assert services.move_school(
            department.officer, school_id=department.school, governor_id=department.department, on=day, why="QĐ 3"
        )
        assert not services.move_school(
            department.officer, school_id=department.school, governor_id=department.department, on=TODAY, why="QĐ 3"
        )
        with pytest.raises(errors.DayTooEarly):
            services.move_school(
                department.officer,
                school_id=department.school,
                governor_id=department.commune,
                on=make.FOUNDED,
                why="QĐ",
            )

    assert organisations.is_under(department.school, department.commune, on=day - dt.timedelta(days=1))
    assert not organisations.is_under(department.school, department.commune, on=day)
    assert acts() == ["schools.moved"]


def test_a_school_with_pupils_is_not_closed_and_without_them_it_leaves_every_list(department: SimpleNamespace) -> None:
    with unit_of_work(department.officer), pytest.raises(errors.StillBound, match="3 học sinh đang học"):
        services.close_school(department.officer, school_id=department.school, last_day=TODAY, why="QĐ 4")
    with unit_of_work(department.principal):
        for seat in Enrolment.objects.visible_to(department.principal, "enrolment.manage"):
            enrolment.end_enrolment(
                department.principal,
                enrolment_id=seat.pk,
                ends_on=dt.date(2026, 11, 19),
                status="transferred_out",
                why="QĐ",
            )

    with unit_of_work(department.officer):
        services.close_school(department.officer, school_id=department.school, last_day=TODAY, why="QĐ 4")
        with pytest.raises(errors.SchoolClosed):
            services.close_school(department.officer, school_id=department.school, last_day=TODAY, why="QĐ 4")

    holder = make.a_post_holder(department.commune, "commune_officer", "Trần Văn Xã")
    tomorrow = access.scope_of(holder.person_id, on=TODAY + dt.timedelta(days=1))
    assert tomorrow is not None and department.school not in tomorrow.school_ids
    assert acts() == ["schools.closed"]


def test_the_pages_of_a_school_for_its_officer_its_head_and_her_neighbour(department: SimpleNamespace) -> None:
    officer = signed_in(department.account)
    form = {
        "code": "T77", "name": "Trường THCS Hồ Sen", "school_type": "THCS", "governor": department.commune,
        "commune": department.le_chan, "day": "01/09/2020",
    }  # fmt: skip
    refused = officer.post("/truong/lap/", {**form, "day": "31/02/2020"})
    assert refused.status_code == 422 and "Trường THCS Hồ Sen" in refused.content.decode()
    made = officer.post("/truong/lap/", form)
    page = officer.get(made["Location"]).content.decode()
    assert "Giải thể" in page and "T77" in page
    for path in ("ten", "noi-quan-li", "giai-the", "sinh-hoat"):
        assert officer.get(f"{made['Location']}{path}/").status_code == 200

    head = signed_in(make.a_principal(department.school, "Đỗ Minh"))
    own = head.get("/truong/cua-toi/")["Location"]
    assert "Giải thể" not in head.get(own).content.decode()
    assert head.get(f"{own}giai-the/").status_code == 404
    assert head.post(f"{own}sinh-hoat/", {"phone": "02253812345", "absence_counting": "day"}).status_code == 302
    assert head.get(made["Location"]).status_code == 404 == Client().get("/truong/1/lop/khong-co/").status_code
    assert queries.facts(department.school).absence_counting == "day"  # type: ignore[union-attr]
