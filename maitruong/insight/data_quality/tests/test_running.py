"""What is found stays one finding, closes itself when mended, and moves the score; on the pages and by command."""

from __future__ import annotations

import datetime as dt
import io
import json
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events import services as events
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.insight.data_quality import queries, running
from maitruong.insight.data_quality.checks import CHECKS
from maitruong.insight.data_quality.closing import OpenFindings
from maitruong.insight.data_quality.models import Due, Finding, Score
from maitruong.insight.data_quality.views import _NAMES
from maitruong.registry.enrolment import services as enrolment
from maitruong.registry.enrolment.models import SchoolClass
from maitruong.registry.periods import ports
from maitruong.registry.periods.ports import Findings
from maitruong.registry.staff.record_models import Contract
from tests import factories as make

pytestmark = pytest.mark.django_db
NAMES = ("Nguyễn Minh Anh", "Lý A Sính", "Vũ Thị Hà", "Hoàng Gia Bảo")


@pytest.fixture
def place() -> SimpleNamespace:
    department = make.a_department()
    commune = make.a_commune(department)
    ours, theirs = make.a_school(commune), make.a_school(commune, "THCS Vĩnh Bảo")
    class_id, pupils = make.a_class(ours, "8A1", pupils=NAMES)
    other_class, others = make.a_class(theirs, "8B1", pupils=("Trần Văn Xa",))
    head = make.a_post_holder(ours, "principal", "Đỗ Quang Minh")
    with make.as_system():
        for number, pupil in enumerate((*pupils, *others)):
            Person._base_manager.filter(pk=pupil).update(ethnic_group="KINH", nationality="VN", born_on="2013-05-04")
            PersonIdentifier(
                person_id=pupil, places=[ours], scheme="CCCD", value=f"03121300000{number}", valid=DateRange(None, None)
            ).save()
        SchoolClass._base_manager.update(homeroom_id=head.person_id)
    return SimpleNamespace(
        department=department, commune=commune, ours=ours, theirs=theirs, cls=class_id, other_class=other_class,
        pupils=pupils, others=others, head=head,
    )  # fmt: skip


def changed(person_id: int, **values: object) -> None:
    with make.as_system():
        Person._base_manager.filter(pk=person_id).update(**values)


def findings(**asked: object) -> list[Finding]:
    with make.as_system() as scope:
        return list(Finding.objects.visible_to(scope, "").filter(**asked).order_by("pk"))


def score(school_id: int) -> Score:
    with make.as_system() as scope:
        return Score.objects.visible_to(scope, "").get(school_id=school_id)


def as_who(role: str, unit: int) -> Client:
    client = Client()
    client.force_login(make.a_post_holder(unit, role, "Lê Trung Kiên"))
    return client


def test_clean_data_have_no_finding_and_the_full_score(place: SimpleNamespace) -> None:
    told = running.run()

    assert {key: one for key, one in told["checks"].items() if one["open"]} == {}
    assert score(place.ours).score == 1000


def test_every_fault_is_found_once_however_often_it_is_looked_for(place: SimpleNamespace) -> None:
    changed(place.pupils[0], ethnic_group="")
    changed(place.pupils[1], full_name="LY A SINH")
    changed(place.pupils[2], phone="12345")

    first, again = running.run(), running.run()

    assert (first["open"], first["new"]) == (3, 3) and (again["open"], again["new"], again["closed"]) == (3, 0, 0)
    assert {(row.check_key, row.subject_id) for row in findings()} == {
        ("ethnicity_empty", place.pupils[0]),
        ("name_in_capitals", place.pupils[1]),
        ("phone_form", place.pupils[2]),
    }


def test_what_is_mended_closes_itself_and_found_again_is_another_one(place: SimpleNamespace) -> None:
    changed(place.pupils[0], ethnic_group="")
    running.run()
    assert score(place.ours).score < 1000
    changed(place.pupils[0], ethnic_group="KINH")

    assert running.run()["closed"] == 1
    assert score(place.ours).score == 1000 and findings(closed_at__isnull=True) == []

    changed(place.pupils[0], ethnic_group="")
    running.run()
    assert [row.closed_at is None for row in findings()] == [False, True]


def test_a_look_at_one_school_leaves_the_others_findings_alone(place: SimpleNamespace) -> None:
    changed(place.pupils[0], ethnic_group="")
    changed(place.others[0], ethnic_group="")
    running.run()
    changed(place.pupils[0], ethnic_group="KINH")
    changed(place.others[0], ethnic_group="KINH")

    assert running.run([place.ours])["closed"] == 1

    assert [row.school_id for row in findings(closed_at__isnull=True)] == [place.theirs]


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("number_tells_other", {"born_on": dt.date(2012, 5, 4)}),
        ("number_tells_other", {"sex": "female"}),
        ("phone_form", {"phone": "+8491"}),
    ],
)
def test_a_pupils_number_and_phone(place: SimpleNamespace, key: str, values: dict[str, object]) -> None:
    changed(place.pupils[0], **values)

    running.run()

    assert [(row.check_key, row.subject_id) for row in findings()] == [(key, place.pupils[0])]


def test_a_pupil_without_a_number_unless_a_foreigner(place: SimpleNamespace) -> None:
    with make.as_system():
        PersonIdentifier._base_manager.filter(person_id__in=place.pupils[:2]).delete()
    changed(place.pupils[1], nationality="LA")

    running.run()

    assert [(row.check_key, row.subject_id) for row in findings()] == [("number_missing", place.pupils[0])]


def test_a_teacher_without_a_contract_where_records_are_kept(place: SimpleNamespace) -> None:
    one, other = make.an_employee(place.ours, "Nguyễn Thị Lan"), make.an_employee(place.ours, "Trần Văn Bình")
    assert running.run()["checks"]["teacher_without_contract"]["open"] == 0  # nobody began records
    with make.as_system():
        Contract(school_id=place.ours, person_id=one, kind="indefinite", starts_on=dt.date(2020, 9, 1)).save()
        Contract(
            school_id=place.ours,
            person_id=other,
            kind="fixed",
            starts_on=dt.date(2020, 9, 1),
            ends_on=dt.date(2021, 8, 31),
        ).save()

    running.run()

    assert [row.subject_id for row in findings(check_key="teacher_without_contract")] == [other]


def test_rooms_without_area(place: SimpleNamespace) -> None:
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO dossiers_facility (school_id, school_year, campus_id, indicator, permanent, permanent_m2, semi, semi_m2,"
            " temporary, temporary_m2, version) VALUES (%(s)s, 2026, %(s)s, 'CLASSROOM', 3, 0, 0, 0, 0, 0, 1),"
            " (%(s)s, 2026, %(s)s, 'LIBRARY', 1, 60, 0, 0, 0, 0, 1)",
            {"s": place.ours},
        )
    running.run()

    assert [row.facts["kind"] for row in findings(check_key="room_area_zero")] == ["CLASSROOM"]


def test_a_warning_is_explained_and_stops_costing(place: SimpleNamespace) -> None:
    changed(place.pupils[1], full_name="LY A SINH")
    changed(place.pupils[0], ethnic_group="")
    running.run()
    before = score(place.ours)
    warning, error = findings(severity="W")[0], findings(severity="E")[0]
    head = Client()
    head.force_login(place.head)

    assert head.post(f"/sach-du-lieu/{error.pk}/giai-trinh/", {"why": "thôi"}).status_code == 422
    assert head.post(f"/sach-du-lieu/{warning.pk}/giai-trinh/", {"why": " "}).status_code == 422
    assert head.post(f"/sach-du-lieu/{warning.pk}/giai-trinh/", {"why": "đúng như giấy khai sinh"}).status_code == 302
    running.run()

    after = score(place.ours)
    assert (before.warnings, after.warnings) == (1, 0) and after.score > before.score and after.errors == 1
    assert findings(pk=warning.pk)[0].explanation == "đúng như giấy khai sinh"  # looked for again, it keeps its words
    with make.as_system() as scope:
        assert Entry.objects.visible_to(scope, "").filter(action="quality.explained").count() == 1


def test_what_stands_against_closing_is_told_by_check_with_its_address(place: SimpleNamespace) -> None:
    for pupil in place.pupils[:2]:
        changed(pupil, ethnic_group="")
    changed(place.pupils[2], full_name="VU THI HA")
    running.run()

    with make.as_system() as scope:
        blocking, waiting = queries.standing(scope, school_id=place.ours, school_year=2026)

    assert [key for key, _, _ in blocking] == ["ethnicity_empty"] and "Còn 1 trường hợp nữa" in blocking[0][1]
    assert [key for key, _, _ in waiting] == ["name_in_capitals"]
    assert blocking[0][2] == f"/sach-du-lieu/truong/{place.ours}/?luat=ethnicity_empty"


@pytest.mark.django_db(transaction=True)  # what is due is compared with the start of a transaction
def test_a_fact_has_its_school_looked_at_within_the_beat(place: SimpleNamespace) -> None:
    running.run()
    Due.objects.all().delete()
    with make.as_system() as scope:
        enrolment.open_class(scope, school_id=place.ours, school_year=2026, grade=8, name="8A9")
    taken, told = events.fan_out(), events.deliver()
    assert taken and told
    assert list(Due.objects.values_list("school_id", flat=True)) == [place.ours]

    running.look_at_due()

    found = {row.check_key for row in findings(closed_at__isnull=True)}
    assert found == {"empty_class", "class_without_homeroom"} and not Due.objects.exists()


def test_a_school_sees_its_own_list_and_no_neighbours(place: SimpleNamespace) -> None:
    changed(place.pupils[0], ethnic_group="")
    changed(place.others[0], ethnic_group="")
    running.run()
    head = Client()
    head.force_login(place.head)

    page = head.get("/sach-du-lieu/", follow=True).content.decode()

    assert "Nguyễn Minh Anh chưa có dân tộc" in page and "Trần Văn Xa" not in page
    assert head.get(f"/sach-du-lieu/truong/{place.theirs}/").status_code == 404
    assert head.post(f"/sach-du-lieu/truong/{place.theirs}/kiem-tra/").status_code == 404
    (foreign,) = findings(school_id=place.theirs)
    assert head.post(f"/sach-du-lieu/{foreign.pk}/giai-trinh/", {"why": "x"}).status_code == 404


def test_the_button_looks_now(place: SimpleNamespace) -> None:
    head = Client()
    head.force_login(place.head)
    assert "Dữ liệu sạch" in head.get(f"/sach-du-lieu/truong/{place.ours}/").content.decode()
    changed(place.pupils[0], ethnic_group="")

    page = head.post(f"/sach-du-lieu/truong/{place.ours}/kiem-tra/", follow=True).content.decode()

    assert "Nguyễn Minh Anh chưa có dân tộc" in page and "Đã kiểm tra lại" in page
    assert "Chưa có dân tộc · 1" in page


def test_the_department_sees_schools_by_score_and_may_explain_nothing(place: SimpleNamespace) -> None:
    changed(place.others[0], ethnic_group="")
    running.run()
    officer = as_who("department_officer", place.department)

    page = officer.get("/sach-du-lieu/").content.decode()

    assert page.index("THCS Vĩnh Bảo") < page.index("THCS Lê Chân") and "1 lỗi phải sửa" in page
    (row,) = findings()
    assert officer.post(f"/sach-du-lieu/{row.pk}/giai-trinh/", {"why": "x"}).status_code == 404
    with make.as_system() as scope:
        officer.get(f"/sach-du-lieu/truong/{place.theirs}/")
        assert Entry.objects.visible_to(scope, "").filter(action="quality.listed").count() == 1


def test_by_command_for_machines(place: SimpleNamespace) -> None:
    changed(place.pupils[0], ethnic_group="")
    out = io.StringIO()

    call_command("quality", "run", "--json", stdout=out)

    told = json.loads(out.getvalue())
    assert told["open"] == told["new"] == 1 and told["checks"]["ethnicity_empty"] == {"open": 1, "closed": 0, "new": 1}
    assert set(told["checks"]) == set(CHECKS)


def test_every_check_has_its_short_name() -> None:
    assert set(_NAMES) == set(CHECKS)


def test_a_report_is_refused_while_an_error_stands_and_a_warning_is_unexplained(place: SimpleNamespace) -> None:
    changed(place.pupils[0], ethnic_group="")
    changed(place.pupils[1], full_name="LY A SINH")

    def asked() -> Findings:
        with make.as_system() as scope:
            return OpenFindings().open_findings(
                scope, school_id=place.ours, school_year=2026, as_of=dt.date(2026, 9, 30)
            )

    found = asked()  # nobody had looked before
    assert [one.code for one in found.blocking] == ["ethnicity_empty"]
    assert [one.code for one in found.unexplained] == ["name_in_capitals"]

    changed(place.pupils[0], ethnic_group="KINH")
    (warning,) = findings(severity="W", closed_at__isnull=True)
    with make.as_system():
        Finding._base_manager.filter(pk=warning.pk).update(explanation="đúng giấy khai sinh")
    assert asked() == Findings()


def test_the_house_asks_this_module_before_a_report_is_closed() -> None:
    assert isinstance(ports.findings_source(), OpenFindings)
