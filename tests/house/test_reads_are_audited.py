"""Opening somebody's data is told to the audit: every page that takes an id is walked, or says here why it tells nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from maitruong.foundation.access.doors import rights_of
from maitruong.foundation.audit import reads
from maitruong.foundation.audit.models import Entry, ReadOnce
from maitruong.foundation.kernel import clock
from tests import factories as make
from tests.house.test_routes import PARAMETER, WALKED, Province, filled, november, province, signed_in

__all__ = ["november", "province", "rights_of"]
pytestmark = pytest.mark.django_db

#: Page → (who opens it, what the audit calls it).
TELLS = {
    "family:child": ("guardian", "students.family_looked"),
    "family:looks": ("guardian", "students.family_looked"),
    "family:why": ("guardian", "students.family_looked"),
    "school_records:family_record": ("guardian", "school_records.opened"),
    "enrolment:dossier": ("principal", "students.dossier_opened"),
    "enrolment:contact": ("principal", "students.dossier_opened"),
    "enrolment:roster": ("department_officer", "enrolment.roster_opened"),
    "enrolment:export_roster": ("principal", "students.roster_exported"),
    "attendance:sheet": ("department_officer", "attendance.list_opened"),
    "attendance:totals": ("department_officer", "attendance.list_opened"),
    "gradebook:book": ("department_officer", "gradebook.book_opened"),
    "gradebook:history": ("principal", "gradebook.history_opened"),
    "gradebook:export": ("principal", "gradebook.book_exported"),
    "gradebook:class_results": ("department_officer", "gradebook.list_opened"),
    "gradebook:why_level": ("principal", "gradebook.result_opened"),
    "school_records:class": ("department_officer", "school_records.list_opened"),
    "school_records:record": ("department_officer", "school_records.opened"),
    "staff:record": ("principal", "staff.record_opened"),
    "staff:cv": ("principal", "staff.record_opened"),
    "staff:correct": ("principal", "staff.record_opened"),
    "staff:file": ("principal", "staff.file_opened"),
    "exchange:annotated": ("principal", "exchange.annotated_downloaded"),
    "duplicates:pair": ("principal", "duplicates.opened"),
    "verification:person": ("principal", "verification.opened"),
    "verification:request": ("principal", "verification.opened"),
    "verification:evidence": ("principal", "verification.evidence_opened"),
    "verification:school": ("department_officer", "verification.listed"),
    "enrolment:roll_over_school": ("department_officer", "enrolment.list_opened"),
    "dossiers:pupil": ("principal", "students.dossier_opened"),
    "dossiers:edit_pupil": ("principal", "students.dossier_opened"),
    "dossiers:change_custody": ("principal", "students.dossier_opened"),
    "dossiers:export_class": ("principal", "dossiers.year_exported"),
    "enrolment:take_out_file": ("principal", "students.list_fetched"),
    "data_quality:school": ("department_officer", "quality.listed"),
    "transfers:transfer": ("principal", "transfers.opened"),
    "transfers:posting": ("principal", "transfers.staff_opened"),
    "transfers:of_child": ("guardian", "students.family_looked"),
    "transfers:apply": ("guardian", "students.family_looked"),
    "transfers:apply_out": ("guardian", "students.family_looked"),
    "transfers:followed": ("guardian", "students.family_looked"),
    "dashboard:school_levels": ("department_officer", "insight.pupils_listed"),
    "periods:version": ("department_officer", "periods.version_opened"),
    "periods:manifest": ("principal", "periods.manifest_downloaded"),
    "periods:export": ("principal", "periods.exported"),
    "periods:export_all": ("department_officer", "periods.exported"),
}
#: Pages that open two people's files at once: each one's audit tells of it.
TWO_FILES = {"duplicates:pair": 2}
#: Page → why opening it is no look at somebody's file.
SILENT = {
    "staff:write": "an empty form with a colleague's name, for who keeps the record",
    "staff:review": "an empty form with a colleague's name, for the school's own head",
    "enrolment:add_guardian": "a form that shows the child's name and class",
    "enrolment:move": "a form that shows the child's name and class",
    "enrolment:new_pupil": "an empty form",
    "enrolment:homeroom": "teachers of a class, for the school's own head",
    "enrolment:classes": "classes and counts",
    "enrolment:open_class": "an empty form",
    "enrolment:rename": "a form that shows a class",
    "enrolment:roll_over_pupil": "a form that shows the child's name and class",
    "enrolment:roll_over_job": "how far a job is",
    "enrolment:remove": "a form that shows a class and counts",
    "transfers:new_out": "a form that shows the child's name and class",
    "transfers:new_posting": "a form with a colleague's name and what she teaches, for who may let her go",
    "dossiers:school": "what a school is, has, and was recognised for",
    "dossiers:edit_school": "a form about a school",
    "dossiers:recognise": "a form about a school",
    "dossiers:add_campus": "a form about a school",
    "dossiers:campus": "where a campus is, and its rooms",
    "dossiers:edit_campus": "a form about a campus",
    "dossiers:rooms": "a form about rooms",
    "dossiers:class": "how a class works",
    "dossiers:edit_class": "a form about a class",
    "dossiers:add_standing": "a form that shows the child's name and class",
    "dossiers:measure": "a form that shows the child's name and class",
    "dossiers:add_paper": "a form that shows the child's name and class",
    "dossiers:add_award": "a form that shows the child's name and class",
    "timetable:of_class": "who teaches a class, for the school's own head",
    "timetable:of_teacher": "what a teacher teaches, for the school's own head",
    "timetable:programme": "subjects of a class",
    "schools:school": "what is public of a school",
    "schools:work": "what is public of a school",
    "schools:rename": "what is public of a school",
    "schools:move": "what is public of a school",
    "schools:close": "what is public of a school",
    "calendar:dates": "dates of a school year",
    "calendar:close": "dates of a school year and counts",
    "signing:revoke": "a form that shows a colleague's name and certificate",
    "rights:reset_holder": "a form that shows a colleague's name and role",
    "rights:withdraw": "a form that shows a colleague's name and role",
    "gradebook:changes": "asked every few seconds by a book whose opening is told",
    "gradebook:why": "a row of a book whose opening is told",
    "gradebook:class_summer": "those of one's own class who are judged again, for who enters it",
    "school_records:consent": "names of what one is about to sign oneself",
    "school_records:sealing_progress": "how far a job is",
    "school_records:school_progress": "how far a job is",
    "files:download": "its ticket is given with an entry, to one person for two minutes",
    "exchange:columns": "one's own school's list, whose upload is told",
    "exchange:batch": "one's own school's list, whose upload is told",
    "exchange:decide": "asks about one row of such a list before it is taken back",
    "exchange:progress": "how far a job is",
    "enrolment:take_out_job": "how far a job is",
    "exchange:template": "an empty form",
    "verification:state": "asked every two seconds by a page whose opening is told",
    "verification:correct": "a form of one's own school's pupil or colleague, from a page whose opening is told",
    "verification:appeal": "a form of one's own school's pupil or colleague, from a page whose opening is told",
    "verification:progress": "how far a job is",
    "dashboard:school": "figures",
    "dashboard:entries": "figures by class",
    "staffing:school": "figures",
    "periods:board": "figures of schools",
    "periods:totals": "figures of schools together",
    "periods:school": "figures of a school and what happened to its report",
    "periods:consent": "what one is about to sign oneself: figures, by their hash",
    "periods:dates": "days of a reporting period",
    "periods:job": "how far a job is",
    "open_api:client": "a program of another house, and counts",
    "open_api:export_job": "how far a job is; the file it made was told when it was made",
}


def entries() -> list[tuple[str, int | None, int | None]]:
    with make.as_system():
        return list(Entry._base_manager.order_by("id").values_list("action", "actor_id", "subject_id"))


def test_every_page_that_takes_an_id_tells_the_audit_or_says_why_not(province: Province) -> None:
    clients = [signed_in(account) for account in province.own.values()]
    for client in clients:
        client.raise_request_exception = False
    read = {
        route.name
        for route in WALKED
        if PARAMETER.search(route.path)
        and not any(client.get(filled(route, province.fillers)).status_code == 405 for client in clients)
    }

    assert read - TELLS.keys() - SILENT.keys() == set(), (
        "a page that may open somebody's data: put it into TELLS or SILENT"
    )
    assert (TELLS.keys() | SILENT.keys()) - read == set()


@pytest.mark.parametrize("name", sorted(TELLS))
def test_opening_it_is_told_with_who_opened_it(province: Province, name: str) -> None:
    who, action = TELLS[name]
    (route,) = [route for route in WALKED if route.name == name]
    client = signed_in(province.own[who])
    client.raise_request_exception = False
    before = len(entries())

    answer = client.get(filled(route, province.fillers))

    told = [entry for entry in entries()[before:] if entry[0] == action]
    assert answer.status_code in (200, 302), "the walked school has what every one of these pages needs"
    assert [actor for _, actor, _ in told] == [province.own[who].person_id] * TWO_FILES.get(name, 1)


def test_a_family_that_looks_fifty_times_a_day_is_one_entry_a_child_and_day(province: Province) -> None:
    mother, child = province.own["guardian"], province.fillers["student_id"]
    client = signed_in(mother)

    for _ in range(3):
        assert client.get("/con-toi/").status_code == client.get(f"/con-toi/{child}/").status_code == 200

    looks = [entry for entry in entries() if entry[0] == "students.family_looked"]
    assert looks == [("students.family_looked", mother.person_id, child)]
    with clock.standing_still(clock.now() + dt.timedelta(days=1)):
        client.get(f"/con-toi/{child}/")
        assert reads.forget_past() == 1
    assert len([entry for entry in entries() if entry[0] == "students.family_looked"]) == 2
    assert ReadOnce.objects.count() == 1


def test_telling_costs_one_statement_whether_it_is_new_or_not(
    province: Province, django_assert_num_queries: object
) -> None:
    scope = make.scope_of(province.own["guardian"])
    looks = [reads.Look(province.fillers["school_id"], "student", n, n) for n in range(5)]  # type: ignore[arg-type]
    with make.as_system():
        for _ in range(2):
            with django_assert_num_queries(1):  # type: ignore[operator]
                reads.record_once_a_day(scope, "students.family_looked", looks)

    assert len([entry for entry in entries() if entry[0] == "students.family_looked"]) == 5


def test_the_school_itself_works_with_its_lists_and_only_who_governs_it_is_told(province: Province) -> None:
    address = f"/lop/{province.fillers['class_id']}/"

    for who in ("homeroom", "principal", "department_officer", "department_officer"):
        assert signed_in(province.own[who]).get(address).status_code == 200

    told = [actor for action, actor, _ in entries() if action == "enrolment.roster_opened"]
    assert told == [province.own["department_officer"].person_id]


def test_an_officer_who_looks_through_the_pupils_of_a_school_is_told_and_not_whom_she_looked_for(
    province: Province,
) -> None:
    officer = signed_in(province.own["department_officer"])

    assert officer.get(f"/hoc-sinh/?truong={province.fillers['school_id']}&q=an").status_code == 200

    with make.as_system():
        entry = Entry._base_manager.get(action="students.listed")
    assert entry.school_id == province.fillers["school_id"] and '"an"' not in entry.body
