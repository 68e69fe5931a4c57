"""Search by name, pages by key, the person's file."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import bulk as people
from maitruong.foundation.people.errors import ChangedMeanwhile
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.enrolment import queries, services
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from maitruong.registry.staff.models import Employment
from tests import factories as make

from .test_pages import signed_in

NAMES = ("Nguyễn Thị Hòa", "Nguyễn Thị Hoà", "Nguyễn Văn Hoa", "Trần Hoàng An", "Đỗ Ân", "Lê 100%")


@pytest.fixture
def many(place: SimpleNamespace) -> SimpleNamespace:
    make.a_class(place.school, "7A1", pupils=NAMES, grade=7)
    place.officer = make.scope_of(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))
    return place


def found(scope: Scope, q: str, **more: object) -> list[str]:
    with unit_of_work(scope):
        return [row.full_name for row in queries.pupils(scope, school_year=2026, q=q, **more).rows]  # type: ignore[arg-type]


@pytest.mark.parametrize("who", ["principal", "officer"])
@pytest.mark.parametrize(
    ("q", "names"),
    [
        ("hoa", ["Nguyễn Văn Hoa", "Nguyễn Thị Hòa", "Nguyễn Thị Hoà", "Trần Thị Hòa"]),
        ("hoang", ["Trần Hoàng An"]),
        ("van hoa", ["Nguyễn Văn Hoa"]),
        ("nguyen van", ["Nguyễn Văn Hoa"]),
        ("Hòa", ["Nguyễn Thị Hòa", "Nguyễn Thị Hoà", "Trần Thị Hòa"]),
        ("nguyen hoa", ["Nguyễn Văn Hoa", "Nguyễn Thị Hòa", "Nguyễn Thị Hoà"]),
        ("an", ["Trần Hoàng An", "Nguyễn Minh Ánh", "Đỗ Ân"]),
        ("ÂN", ["Đỗ Ân"]),
        ("do an", ["Đỗ Ân"]),
        ("100%", ["Lê 100%"]),
        ("%", []),
        ("khong co ai", []),
    ],
)
def test_a_name_is_found_with_and_without_marks_from_the_beginning_of_its_words(
    many: SimpleNamespace, who: str, q: str, names: list[str]
) -> None:
    assert sorted(found(getattr(many, who), q)) == sorted(names)


@pytest.mark.parametrize("who", ["principal", "officer"])
def test_a_year_that_is_over_shows_who_sat_there_on_its_last_day(many: SimpleNamespace, who: str) -> None:
    year = {"starts_on": dt.date(2025, 9, 5), "ends_on": dt.date(2026, 5, 31), "closed_at": clock.now()}
    SchoolYear.objects.update_or_create(year=2025, defaults=year)
    _, (ended, left, _) = make.a_class(
        many.school, "7A1", pupils=("Bùi Văn Xong", "Bùi Văn Đi", "Bùi Văn Mở"), grade=7, year=2025
    )
    with make.as_system():
        seats = Enrolment._base_manager.filter(school_year=2025)
        seats.filter(student_id=ended).update(ends_on=dt.date(2026, 5, 31))
        seats.filter(student_id=left).update(ends_on=dt.date(2026, 3, 1), status="transferred_out")
    client = signed_in(getattr(many, who).actor_id)

    page = client.get("/hoc-sinh/?nam=2025").text
    searched = client.get("/hoc-sinh/?nam=2025&q=bui&dau=1").text

    for text in (page, searched):
        assert "Bùi Văn Xong" in text and "Bùi Văn Mở" in text and "Bùi Văn Đi" not in text
        assert 'name="nam" value="2025"' in text and "năm học 2025-2026" in text
    assert "Bùi Văn" not in client.get("/hoc-sinh/").text
    if who == "officer":
        assert 'class="is-num">2<' in client.get("/truong/?nam=2025").text


def test_the_words_may_be_asked_for_anywhere_in_the_name(many: SimpleNamespace) -> None:
    assert sorted(found(many.officer, "hoa", anywhere=True)) == sorted(
        ["Nguyễn Văn Hoa", "Nguyễn Thị Hòa", "Nguyễn Thị Hoà", "Trần Thị Hòa", "Trần Hoàng An"]
    )


def test_a_name_search_pages_by_key_in_the_order_of_given_names(many: SimpleNamespace) -> None:
    make.a_class(many.school, "9A", pupils=tuple(f"Phạm Văn Hoà{'i' * (n % 3)}" for n in range(7)), grade=9)
    everybody = found(many.officer, "hoa")
    seen: list[str] = []
    after = None
    with unit_of_work(many.officer):
        while True:
            page = queries.pupils(many.officer, school_year=2026, q="hoa", after=after, limit=3)
            seen += [row.full_name for row in page.rows]
            if page.next is None:
                break
            after = page.next

    assert seen == everybody and len(seen) == 11


def test_the_officer_sees_the_province_the_principal_her_school_and_nobody_else(many: SimpleNamespace) -> None:
    assert len(found(many.officer, "")) == 10
    assert len(found(many.principal, "")) == 9
    assert found(many.stranger, "") == ["Vũ Thị Hà"]
    assert found(many.stranger, "", school_id=many.school) == []


def test_a_scope_of_many_schools_searches_past_the_wall_and_still_finds_only_its_own(many: SimpleNamespace) -> None:
    for number in range(6):
        school = make.a_school(many.commune, f"TH số {number}")
        make.a_class(school, "1A", pupils=("Bùi Văn Hòa",), grade=1)
    commune = make.scope_of(make.a_post_holder(many.commune, "commune_officer", "Trần Văn Xã"))
    assert len(commune.school_ids) == 7

    names = found(commune, "hòa")
    with unit_of_work(commune), connection.cursor() as cursor:
        queries.pupils(commune, school_year=2026, q="hòa")
        cursor.execute("SELECT current_setting('role')")
        role = cursor.fetchone()[0]

    assert names.count("Bùi Văn Hòa") == 6 and "Nguyễn Thị Hòa" in names and len(names) == 9
    assert found(commune, "vũ thị hà") == []
    assert role == "mt_scoped"


def test_pages_by_key_go_forward_and_back_over_everybody_once(many: SimpleNamespace) -> None:
    everybody = found(many.principal, "")
    seen: list[str] = []
    after, pages = None, []
    with unit_of_work(many.principal):
        while True:
            page = queries.pupils(many.principal, school_year=2026, after=after, limit=4)
            pages.append([row.full_name for row in page.rows])
            seen += pages[-1]
            if page.next is None:
                break
            after = page.next
        back = queries.pupils(many.principal, school_year=2026, before=page.previous, limit=4)

    assert seen == everybody and [len(names) for names in pages] == [4, 4, 1]
    assert [row.full_name for row in back.rows] == pages[1]
    assert back.previous is not None and back.next is not None


@pytest.mark.parametrize("who", ["officer", "commune", "principal"])
@pytest.mark.parametrize("grade", [None, 7, 9])
def test_a_grade_pages_in_the_order_of_names_within_the_rights_of_who_asks(
    many: SimpleNamespace, who: str, grade: int | None
) -> None:
    """A commune's officer of seven schools looks past the wall, so the neighbour's pupils of the grade must not come along."""
    make.a_class(many.neighbour, "9B", pupils=("Bùi Văn Hòa", "Đỗ Ân"), grade=9)
    make.a_class(many.school, "9A", pupils=("Trần Văn Hoà", "Đỗ Ân", "Lê An", "Ân"), grade=9)
    for number in range(6):
        make.a_class(make.a_school(many.commune, f"TH số {number}"), "7B", pupils=(f"Lò Thị {number}",), grade=7)
    many.commune = make.scope_of(make.a_post_holder(many.commune, "commune_officer", "Trần Văn Xã"))
    scope: Scope = getattr(many, who)
    with make.as_system() as system:
        rows = Enrolment.objects.visible_to(system, "").select_related("student", "school_class")
        expected = [
            row.student_id
            for row in sorted(rows, key=lambda row: (row.student.sort_key, row.student_id))
            if grade in (None, row.school_class.grade) and scope.covers("students.view", school_id=row.school_id)
        ]

    seen: list[int] = []
    after = None
    with unit_of_work(scope):
        while True:
            page = queries.pupils(scope, school_year=2026, grade=grade, after=after, limit=2)
            seen += [row.student_id for row in page.rows]
            after = page.next
            if after is None:
                break
        last = queries.pupils(scope, school_year=2026, grade=grade, before=seen[-1], limit=2)

    assert seen == expected and len(expected) >= 4
    assert [row.student_id for row in last.rows] == expected[-3:-1]


def test_a_corrected_name_moves_the_pupil_in_every_list_also_of_a_school_the_corrector_does_not_see(
    many: SimpleNamespace,
) -> None:
    child = make.a_class(many.school, "9A", pupils=("Lê An", "Trần Văn Xuân"), grade=9)[1][0]
    with make.as_system() as system:
        Person.objects.visible_to(system, "").filter(pk=child).update(places=[many.school, many.neighbour])
        elsewhere = SchoolClass.objects.visible_to(system, "").get(pk=many.their_class)
        Enrolment(
            school_id=many.neighbour, school_year=2025, school_class=elsewhere, student_id=child, starts_on="2025-09-05"
        ).save()
        Employment(school_id=many.neighbour, person_id=child, post="teacher", starts_on="2020-09-01").save()

    with unit_of_work(many.principal):
        people.change_many({child: {"full_name": "Lê Yến"}})

    with make.as_system() as system:
        key = Person.objects.visible_to(system, "").get(pk=child).sort_key
        places = list(Enrolment.objects.visible_to(system, "").filter(student_id=child))
        employed = Employment.objects.visible_to(system, "").get(person_id=child)
    assert [row.name_key for row in places] == [key, key] and employed.name_key == key
    assert found(many.principal, "", grade=9) == ["Trần Văn Xuân", "Lê Yến"]


@pytest.mark.parametrize("extra", [0, 20])
@pytest.mark.parametrize(("q", "statements"), [("", 1), ("hoa", 1), ("nguyen", 2)])
def test_a_page_costs_the_same_statements_whatever_the_number_of_pupils(
    many: SimpleNamespace, q: str, statements: int, extra: int
) -> None:
    make.a_class(many.school, "9A", pupils=tuple(f"Phạm Văn Số {n}" for n in range(extra)), grade=9)

    with unit_of_work(many.principal), CaptureQueriesContext(connection) as asked:
        queries.pupils(many.principal, school_year=2026, q=q)

    assert len(asked) == statements


def test_schools_are_listed_with_their_counts_within_the_officers_tree(many: SimpleNamespace) -> None:
    commune = make.scope_of(make.a_post_holder(many.commune, "commune_officer", "Trần Văn Xã"))

    with unit_of_work(many.officer):
        with CaptureQueriesContext(connection) as asked:
            rows, more = queries.schools(many.officer, school_year=2026)
        one, _ = queries.schools(many.officer, school_year=2026, q="vinh bao")
    with unit_of_work(commune):
        own, _ = queries.schools(commune, school_year=2026)

    assert {(row.name, row.classes, row.pupils) for row in rows} == {("THCS Lê Chân", 2, 9), ("THCS Vĩnh Bảo", 1, 1)}
    assert more is None and len(asked) == 1
    assert [row.name for row in one] == ["THCS Vĩnh Bảo"]
    assert [(row.name, row.commune) for row in own] == [("THCS Lê Chân", "Phường Lê Chân")]


@pytest.fixture
def numbered(place: SimpleNamespace) -> SimpleNamespace:
    with make.as_system():
        from django.db.backends.postgresql.psycopg_any import DateRange

        PersonIdentifier(
            person_id=place.pupils[0],
            places=[place.school],
            scheme="CCCD",
            value="031213001234",
            valid=DateRange(None, None),
        ).save()
    return place


def entries(action: str) -> list[tuple[int | None, int | None]]:
    with make.as_system() as scope:
        rows = Entry.objects.visible_to(scope, "").filter(action=action)
        return list(rows.values_list("actor_id", "subject_id"))


def test_opening_a_file_masks_the_number_and_is_audited(numbered: SimpleNamespace) -> None:
    with unit_of_work(numbered.clerk):
        file = services.open_dossier(numbered.clerk, student_id=numbered.pupils[0])

    assert file.person.full_name == "Nguyễn Minh Ánh"
    assert [i.masked for i in file.identifiers] == ["031******234"]
    assert (file.seat.class_name, file.seat.status_label) == ("8A2", "Đang học")
    assert entries("students.dossier_opened") == [(numbered.clerk.actor_id, numbered.pupils[0])]


def test_a_number_in_full_is_shown_by_an_audited_act_only_to_who_may(numbered: SimpleNamespace) -> None:
    pupil = numbered.pupils[0]
    homeroom = make.scope_of(
        make.a_post_holder(numbered.school, "homeroom_teacher", "Vũ Thị Hiền", class_ids=[numbered.class_id])
    )
    with unit_of_work(numbered.clerk):
        identifier = services.open_dossier(numbered.clerk, student_id=pupil).identifiers[0]
        number = services.show_number(
            numbered.clerk, student_id=pupil, identifier_id=identifier.id, why="làm thẻ bảo hiểm"
        )

    assert number == "031213001234"
    assert entries("students.number_shown") == [(numbered.clerk.actor_id, pupil)]
    with unit_of_work(homeroom):
        assert services.open_dossier(homeroom, student_id=pupil).person.id == pupil
        with pytest.raises(NotFound):
            services.show_number(homeroom, student_id=pupil, identifier_id=identifier.id, why="xem")
    with pytest.raises(NotFound), unit_of_work(numbered.clerk):
        services.show_number(numbered.clerk, student_id=numbered.pupils[1], identifier_id=identifier.id, why="em khác")


def test_a_file_of_another_school_or_another_class_is_not_found_and_not_audited(place: SimpleNamespace) -> None:
    _, others = make.a_class(place.school, "8A3", pupils=("Hồ Văn Bé",))
    homeroom = make.scope_of(
        make.a_post_holder(place.school, "homeroom_teacher", "Vũ Thị Hiền", class_ids=[place.class_id])
    )

    for scope, pupil in ((place.stranger, place.pupils[0]), (homeroom, others[0]), (homeroom, place.their_pupil)):
        with pytest.raises(NotFound), unit_of_work(scope):
            services.open_dossier(scope, student_id=pupil)

    assert entries("students.dossier_opened") == []


def test_two_clerks_on_one_file_the_second_is_shown_the_conflict_and_nothing_is_overwritten(
    place: SimpleNamespace,
) -> None:
    pupil = place.pupils[0]
    with unit_of_work(place.clerk):
        seen = services.open_dossier(place.clerk, student_id=pupil).person.version
        services.edit_contact(
            place.clerk, student_id=pupil, version=seen, phone="0912 345 678", email="", residence="Số 5, tổ 3"
        )

    with pytest.raises(ChangedMeanwhile), unit_of_work(place.principal):
        services.edit_contact(
            place.principal, student_id=pupil, version=seen, phone="0987654321", email="", residence=""
        )

    with make.as_system() as scope:
        row = Person.objects.visible_to(scope, "").get(pk=pupil)
    assert (row.phone, row.residence, row.version) == ("+84912345678", "Số 5, tổ 3", seen + 1)
    assert len(entries("students.contact_changed")) == 1


def test_saving_a_file_unchanged_writes_nothing(place: SimpleNamespace) -> None:
    with unit_of_work(place.clerk):
        seen = services.open_dossier(place.clerk, student_id=place.pupils[0]).person.version
        changes = services.edit_contact(
            place.clerk, student_id=place.pupils[0], version=seen, phone="", email="", residence=""
        )

    assert changes == {} and entries("students.contact_changed") == []


def test_a_page_that_begins_at_somebody_elses_pupil_does_not_tell_where_that_one_stands(place: SimpleNamespace) -> None:
    """The list of an officer with many schools is made past the wall: the pupil it goes on from must be her own, too."""
    commune = make.a_commune(place.department, "Xã An Lão")
    for number in range(6):
        make.a_class(
            make.a_school(commune, f"THCS số {number}"), "7B1", pupils=(f"Lê Văn {'BDGKNT'[number]}a",), grade=7
        )
    officer = make.scope_of(make.a_post_holder(commune, "commune_officer", "Trần Văn Xã"))

    assert len(found(officer, "")) == 6
    assert found(officer, "", after=place.their_pupil) == found(officer, "", before=place.their_pupil) == []
