"""A class's or a teacher's whole list in one save: history stays, rights follow, and a page costs the same for any size."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.assessment.gradebook import reactions
from maitruong.assessment.gradebook.models import MarkBook
from maitruong.assessment.gradebook.services import open_books
from maitruong.foundation.access import queries as access
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.events.models import OutboxEvent
from maitruong.foundation.events.services import Delivered
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment.errors import OutsideYear
from maitruong.teaching.timetable import plans, queries
from maitruong.teaching.timetable.errors import BegunLater, ChoiceRefused, NotOnTheStaff, NotTaughtThere
from tests import factories as make
from tests.house.test_routes import signed_in

FIRST, DAY = dt.date(2026, 9, 5), dt.date(2026, 11, 20)


@pytest.fixture
def staffed(place: SimpleNamespace) -> SimpleNamespace:
    place.lan, place.van = place.teacher, make.an_employee(place.school, "Hoàng Thị Vân")
    place.other_class, _ = make.a_class(place.school, "8A3")
    return place


def assign(place: SimpleNamespace, wanted: dict[str, list[int]], on: dt.date = FIRST, **more: object) -> plans.Changed:
    asked = {"class_id": place.class_id, "homeroom_id": None, **more}
    with unit_of_work(place.principal):
        return plans.assign_class(place.principal, wanted=wanted, on=on, **asked)  # type: ignore[arg-type]


def who_teaches(place: SimpleNamespace, on: dt.date, class_id: int | None = None) -> dict[str, list[str]]:
    with unit_of_work(place.principal):
        rows = queries.assignments(place.principal, class_id=class_id or place.class_id, school_year=2026, on=on)
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.subject, []).append(row.teacher_name)
    return found


def rights_of(person: int, on: dt.date) -> list[tuple[str, tuple[int, ...] | None, tuple[str, ...] | None]]:
    return [(grant.role, grant.class_ids, grant.subjects) for grant, _ in access.rights(person, on=on)]


def test_a_whole_class_is_written_in_one_save_and_the_same_again_changes_nothing(staffed: SimpleNamespace) -> None:
    wanted = {"TOAN": [staffed.lan], "KHTN": [staffed.lan, staffed.van], "NV": [staffed.van]}

    assert assign(staffed, wanted, homeroom_id=staffed.van) == plans.Changed(4, 0, True)
    assert assign(staffed, wanted, homeroom_id=staffed.van) == plans.Changed(0, 0, False)

    assert who_teaches(staffed, DAY)["KHTN"] == ["Phạm Thu Lan", "Hoàng Thị Vân"]
    of_class = (staffed.class_id,)
    assert rights_of(staffed.van, DAY) == [
        ("subject_teacher", of_class, ("KHTN",)),
        ("subject_teacher", of_class, ("NV",)),
        ("homeroom_teacher", of_class, None),
    ]


def test_who_comes_in_mid_year_begins_on_the_day_and_who_goes_ended_the_day_before(staffed: SimpleNamespace) -> None:
    assign(staffed, {"TOAN": [staffed.lan], "NV": [staffed.lan]})
    eve = DAY - dt.timedelta(days=1)

    assert assign(staffed, {"TOAN": [staffed.van]}, on=DAY, why="nghỉ thai sản") == plans.Changed(1, 1, False)

    assert who_teaches(staffed, eve) == {"TOAN": ["Phạm Thu Lan"], "NV": ["Phạm Thu Lan"]}
    assert who_teaches(staffed, DAY) == {"TOAN": ["Hoàng Thị Vân"], "NV": ["Phạm Thu Lan"]}
    assert rights_of(staffed.lan, DAY) == [("subject_teacher", (staffed.class_id,), ("NV",))]
    assert rights_of(staffed.van, eve) == []


def test_a_slip_of_the_same_day_is_taken_back_without_a_trace_in_the_list_but_in_the_audit(
    staffed: SimpleNamespace,
) -> None:
    assign(staffed, {"TOAN": [staffed.lan]}, on=DAY)

    assert assign(staffed, {"TOAN": [staffed.van]}, on=DAY) == plans.Changed(1, 1, False)

    assert who_teaches(staffed, DAY) == {"TOAN": ["Hoàng Thị Vân"]}
    assert rights_of(staffed.lan, DAY) == []
    with make.as_system() as scope:
        assert Entry.objects.visible_to(scope, "").filter(action="timetable.assignment_taken_back").count() == 1


def test_days_that_have_been_taught_are_not_given_to_somebody_else(staffed: SimpleNamespace) -> None:
    assign(staffed, {"TOAN": [staffed.lan]}, on=dt.date(2026, 10, 1))

    with pytest.raises(BegunLater, match="Phạm Thu Lan đang được phân công dạy Toán lớp 8A2 từ 01/10/2026"):
        assign(staffed, {"TOAN": [staffed.van]}, on=FIRST)

    assert who_teaches(staffed, DAY) == {"TOAN": ["Phạm Thu Lan"]}
    assert rights_of(staffed.van, DAY) == []


def test_a_subject_not_studied_a_stranger_a_day_outside_and_a_foreign_class_are_refused(
    staffed: SimpleNamespace,
) -> None:
    for wanted, on, refusal in (
        ({"VL": [staffed.lan]}, FIRST, NotTaughtThere),
        ({"TOAN": [make.a_person("Người Ngoài", staffed.school)]}, FIRST, NotOnTheStaff),
        ({"TOAN": [staffed.lan]}, dt.date(2026, 5, 31), OutsideYear),
    ):
        with pytest.raises(refusal):
            assign(staffed, wanted, on=on)
    with pytest.raises(NotFound):
        assign(staffed, {"TOAN": [staffed.lan]}, class_id=staffed.their_class)
    with pytest.raises(NotFound), unit_of_work(staffed.clerk):
        plans.assign_class(staffed.clerk, class_id=staffed.class_id, wanted={}, homeroom_id=None, on=FIRST)

    assert who_teaches(staffed, DAY) == {}


def test_a_whole_teacher_is_written_in_one_save(staffed: SimpleNamespace) -> None:
    assign(staffed, {"TOAN": [staffed.van]})
    wanted = {"teacher_id": staffed.lan, "subject": "TOAN", "school_id": staffed.school, "school_year": 2026}

    with unit_of_work(staffed.principal):
        both = plans.assign_teacher(
            staffed.principal, **wanted, class_ids=[staffed.class_id, staffed.other_class], on=DAY
        )
        fewer = plans.assign_teacher(staffed.principal, **wanted, class_ids=[staffed.other_class], on=DAY)
        shared = plans.assign_teacher(
            staffed.principal,
            **{**wanted, "teacher_id": staffed.van},
            class_ids=[staffed.other_class],
            on=DAY,
            alone=False,
        )

    assert (both, fewer, shared) == (plans.Changed(2, 1), plans.Changed(0, 1), plans.Changed(1, 0))
    assert who_teaches(staffed, DAY) == {}
    assert who_teaches(staffed, DAY, staffed.other_class) == {"TOAN": ["Phạm Thu Lan", "Hoàng Thị Vân"]}


def test_a_class_of_grade_ten_chooses_by_the_programme_and_its_open_books_follow(staffed: SimpleNamespace) -> None:
    class_id, _ = make.a_class(staffed.school, "10A1", grade=10)
    scope = staffed.principal
    with unit_of_work(scope):
        with pytest.raises(ChoiceRefused, match="đúng 4 môn lựa chọn"):
            plans.choose_programme(scope, class_id=class_id, electives=["VL"], clusters=[])
        before = open_books(scope, class_id=class_id)
        chosen = {"electives": ["VL", "HH", "SH", "TH"], "clusters": ["TOAN", "VL", "HH"]}
        assert plans.choose_programme(scope, class_id=class_id, **chosen)
        assert not plans.choose_programme(scope, class_id=class_id, **chosen)
        assert enrolment.programme_of(class_id) == (["VL", "HH", "SH", "TH"], ["TOAN", "VL", "HH"])

    (told,) = OutboxEvent.objects.filter(kind="enrolment.programme_chosen")
    fact = Delivered(told.pk, told.kind, told.school_id, told.payload, told.at)
    reactions.follow_programme([fact, fact])
    with make.as_system() as system:
        after = MarkBook.objects.visible_to(system, "").filter(class_id=class_id)
        assert after.count() == len(before) + 8
        assert set(after.filter(term=1).values_list("subject", flat=True)) >= {"VL", "HH", "SH", "TH"}


def test_the_pages_cost_the_same_statements_for_one_class_and_for_many(staffed: SimpleNamespace) -> None:
    browser = signed_in(make.a_principal(staffed.school, "Lương Thị Hiệu"))
    pages = ("/phan-cong/", "/phan-cong/?xem=giao-vien", f"/phan-cong/lop/{staffed.class_id}/",
             f"/phan-cong/giao-vien/{staffed.lan}/")  # fmt: skip

    def counted() -> list[int]:
        found = []
        for path in pages:
            with CaptureQueriesContext(connection) as asked:
                assert browser.get(path).status_code == 200
            found.append(len(asked))
        return found

    counted()
    few = counted()
    people = [make.an_employee(staffed.school, f"Giáo Viên {n}") for n in range(6)]
    for n, person in enumerate(people):
        class_id, _ = make.a_class(staffed.school, f"9B{n}", grade=9)
        assign(staffed, {"TOAN": [person], "NV": [person, staffed.van]}, class_id=class_id)
    assign(staffed, {"TOAN": people[:3], "NV": people[:2]})

    assert counted() == few


def test_the_forms_of_a_class_and_of_a_teacher(staffed: SimpleNamespace) -> None:
    browser = signed_in(make.a_principal(staffed.school, "Lương Thị Hiệu"))
    of_class, of_teacher = f"/phan-cong/lop/{staffed.class_id}/", f"/phan-cong/giao-vien/{staffed.lan}/"

    form = {"homeroom": staffed.van, "mon-TOAN": [staffed.lan, ""], "day": "05/09/2026"}
    assert browser.post(of_class, form)["Location"] == f"{of_class}?ghi=1-0"
    assert "1 phân công bắt đầu" in browser.get(f"{of_class}?ghi=1-0").content.decode()
    wrong = browser.post(of_class, {**form, "mon-TOAN": staffed.van, "day": "31/02/2026"})
    assert wrong.status_code == 422 and "31/02/2026" in wrong.content.decode()

    assert "8A3" in browser.get(f"{of_teacher}?mon=TOAN").content.decode()
    done = browser.post(f"{of_teacher}?mon=TOAN", {"lop": [staffed.class_id, staffed.other_class], "day": "20/11/2026"})
    assert done["Location"] == f"{of_teacher}?mon=TOAN&nam=2026&ghi=1-0"
    assert who_teaches(staffed, DAY, staffed.other_class) == {"TOAN": ["Phạm Thu Lan"]}
    stranger = signed_in(make.a_principal(staffed.neighbour, "Bùi Thị Hoa"))
    assert stranger.get(of_class).status_code == stranger.get(of_teacher).status_code == 404


def test_a_form_that_came_cut_short_ends_nobodys_teaching_and_an_emptied_field_does(staffed: SimpleNamespace) -> None:
    browser, address = (
        signed_in(make.a_principal(staffed.school, "Lương Thị Hiệu")),
        f"/phan-cong/lop/{staffed.class_id}/",
    )
    browser.post(address, {"homeroom": staffed.van, "mon-TOAN": staffed.lan, "day": "05/09/2026"})

    assert browser.post(address, {"day": "20/11/2026"})["Location"] == f"{address}?ghi=0-0"
    assert who_teaches(staffed, DAY) == {"TOAN": ["Phạm Thu Lan"]}
    with make.as_system():
        ref = enrolment.class_ref(staffed.principal, class_id=staffed.class_id, permission="timetable.assign")
        assert ref.homeroom_id == staffed.van

    assert browser.post(address, {"mon-TOAN": "", "day": "20/11/2026"})["Location"] == f"{address}?ghi=0-1"
    assert who_teaches(staffed, DAY) == {}


def test_a_class_of_another_year_is_no_class_of_this_list(staffed: SimpleNamespace) -> None:
    """Its teachers would end on a day of this year, unseen: they stand in no list of it."""
    days = {
        "starts_on": dt.date(2027, 9, 6),
        "term_two_starts_on": dt.date(2028, 1, 17),
        "ends_on": dt.date(2028, 5, 31),
    }
    SchoolYear.objects.get_or_create(year=2027, defaults=days)
    coming, _ = make.a_class(staffed.school, "9A2", year=2027, grade=9)

    with pytest.raises(NotFound), unit_of_work(staffed.principal):
        plans.assign_teacher(
            staffed.principal,
            teacher_id=staffed.lan,
            subject="TOAN",
            school_id=staffed.school,
            school_year=2026,
            class_ids=[coming],
            on=DAY,
        )
