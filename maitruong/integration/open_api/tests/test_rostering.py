"""The rostering service as another program meets it."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from django.test import Client as Browser

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.kernel import clock
from maitruong.foundation.people.models import Person
from maitruong.integration.open_api import queries, services
from maitruong.integration.open_api.models import Call
from maitruong.integration.open_api.oneroster import ids
from maitruong.integration.open_api.types import CORE, DEMOGRAPHICS
from maitruong.integration.open_api.views_oneroster import COLLECTIONS, NESTED
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from maitruong.teaching.timetable.models import Assignment
from tests import factories as make

from .conftest import BASE, Machine, World, let_in


def user(person: int) -> str:
    return ids.sourced_id(ids.USER, person)


def names(answer: object) -> list[str]:
    return [f"{row['familyName']} {row['givenName']}" for row in answer.json()["users"]]  # type: ignore[attr-defined]


def code(answer: object) -> str:
    (told,) = answer.json()["imsx_CodeMinor"]["imsx_codeMinorField"]  # type: ignore[attr-defined]
    return told["imsx_codeMinorFieldValue"]


def test_every_collection_answers_with_its_own_name_a_total_and_links(machine: Machine) -> None:
    for address in COLLECTIONS:
        answer = machine.get(address)
        assert answer.status_code == 200, (address, answer.content)
        assert answer.headers["X-Total-Count"] == str(sum(len(rows) for rows in answer.json().values())), address
        assert int(answer.headers["X-Total-Count"]) > 0, address
        assert 'rel="first"' in answer.headers["Link"]


def test_what_a_collection_lists_can_be_asked_for_alone_and_is_the_same(machine: Machine) -> None:
    for address in COLLECTIONS:
        (rows,) = machine.get(address).json().values()
        for row in rows:
            answer = machine.get(f"{address}/{row['sourcedId']}")
            assert answer.status_code == 200, (address, answer.content)
            assert list(answer.json().values()) == [row]


def test_every_reference_leads_to_something_that_is_there(machine: Machine) -> None:
    """href of every GUIDRef anywhere in any payload."""
    found: set[str] = set()

    def walk(value: object) -> None:
        if isinstance(value, dict):
            if "href" in value:
                found.add(value["href"])
            for one in value.values():
                walk(one)
        if isinstance(value, list):
            for one in value:
                walk(one)

    for address in COLLECTIONS:
        walk(machine.get(address).json())
    assert len(found) > 10
    assert {href: machine.get(href).status_code for href in found} == dict.fromkeys(found, 200)


def test_nested_addresses_hold_what_lies_under_them(machine: Machine, world: World) -> None:
    school, class_ = ids.sourced_id(ids.ORG, world.school), ids.sourced_id(ids.CLASS, world.class_id)
    term = machine.get("terms").json()["academicSessions"][0]["sourcedId"]
    above = {
        "schools": school,
        "classes": class_,
        "courses": ids.sourced_id(ids.COURSE, 108),
        "students": user(world.pupils[0]),
        "teachers": user(world.teacher.person_id),
        "users": user(world.teacher.person_id),
        "terms": term,
    }
    counts = {}
    for over, under in NESTED:
        address = f"{over}/{above[over]}/{under}"
        if (over, under) == ("classes", "enrollments"):
            address = f"schools/{school}/{address}"
        answer = machine.get(address)
        assert answer.status_code == 200, (address, answer.content)
        (rows,) = answer.json().values()
        counts[over, under] = len(rows)

    assert counts == {
        ("schools", "classes"): 1,
        ("schools", "courses"): 1,
        ("schools", "enrollments"): 4,
        ("schools", "students"): 3,
        ("schools", "teachers"): 1,
        ("schools", "terms"): 2,
        ("classes", "students"): 3,
        ("classes", "teachers"): 1,
        ("classes", "enrollments"): 4,
        ("courses", "classes"): 1,
        ("students", "classes"): 1,
        ("teachers", "classes"): 1,
        ("users", "classes"): 1,
        ("terms", "classes"): 1,
        ("terms", "gradingPeriods"): 1,
    }


def test_a_pupil_is_told_with_name_school_class_and_nothing_that_is_not_needed(machine: Machine, world: World) -> None:
    told = machine.get(f"users/{user(world.pupils[0])}").json()["user"]

    org = {
        "href": f"http://testserver{BASE}/orgs/{ids.sourced_id(ids.ORG, world.school)}",
        "sourcedId": ids.sourced_id(ids.ORG, world.school),
        "type": "org",
    }
    del told["dateLastModified"]
    assert told == {
        "sourcedId": user(world.pupils[0]),
        "status": "active",
        "enabledUser": "true",
        "familyName": "Nguyễn",
        "middleName": "Thị Minh",
        "givenName": "Anh",
        "grades": ["08"],
        "primaryOrg": org,
        "roles": [{"roleType": "primary", "role": "student", "org": org, "beginDate": "2026-09-05"}],
    }


def test_a_neighbours_things_are_not_there_byte_for_byte(machine: Machine, world: World) -> None:
    theirs = {
        "orgs": ids.sourced_id(ids.ORG, world.neighbour),
        "schools": ids.sourced_id(ids.ORG, world.neighbour),
        "classes": ids.sourced_id(ids.CLASS, world.their_class),
        "users": user(world.their_pupil),
        "students": user(world.their_pupil),
        "demographics": user(world.their_pupil),
    }
    nobody = {address: one[:24] + "0000ffffffff" for address, one in theirs.items()}
    for address, one in theirs.items():
        answer, other = machine.get(f"{address}/{one}"), machine.get(f"{address}/{nobody[address]}")
        assert (answer.status_code, answer.content) == (other.status_code, other.content)
        assert answer.status_code == 404 and code(answer) == "unknownobject"
    for over, under in NESTED:
        if over in ("schools", "classes", "students") and under != "enrollments":
            assert machine.get(f"{over}/{theirs[over]}/{under}").status_code == 404
    everything = b"".join(machine.get(address).content for address in COLLECTIONS)
    assert "Vũ".encode() not in everything and theirs["classes"].encode() not in everything


def test_a_client_of_the_department_sees_the_province(world: World) -> None:
    wide = Machine(let_in(world, world.department))

    assert len(wide.get("students").json()["users"]) == 4
    assert wide.get(f"schools/{ids.sourced_id(ids.ORG, world.neighbour)}/students").status_code == 200


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("familyName='Trần'", ["Trần Bình"]),
        ("familyName!='Trần' AND role='student'", ["Nguyễn Anh", "Y Moan"]),
        ("givenName~'nh'", ["Nguyễn Anh", "Trần Bình"]),
        ("familyName='Y' OR familyName='Trần'", ["Trần Bình", "Y Moan"]),
        ("roles.role='teacher'", ["Ngô Châu"]),
        ("grades='08'", ["Nguyễn Anh", "Trần Bình", "Y Moan"]),
        ("grades~'07,08' AND givenName='Moan'", ["Y Moan"]),
        ("familyName>='Trần' AND familyName<'Z'", ["Trần Bình", "Y Moan"]),
        ("status='tobedeleted'", []),
        ("familyName='x'' OR true --'", []),
        ("familyName='%'", []),
        ("familyName~'%'", []),
        ("dateLastModified>'2099-01-01'", []),
        ("sourcedId='khong-phai-cua-ta'", []),
    ],
)
def test_a_filter_chooses(machine: Machine, asked: str, expected: list[str]) -> None:
    answer = machine.get("users", filter=asked)

    assert answer.status_code == 200, answer.content
    assert names(answer) == expected
    assert answer.headers["X-Total-Count"] == str(len(expected))


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"filter": "khong='1'"}, "invalid_filter_field"),
        ({"filter": "familyName=Trần"}, "invalid_filter_field"),
        ({"filter": "familyName='a' AND givenName='b' OR givenName='c'"}, "invalid_filter_field"),
        ({"filter": "dateLastModified>'hôm qua'"}, "invalid_filter_field"),
        ({"filter": "grades>'07'"}, "invalid_filter_field"),
        ({"fields": "khong"}, "invalid_selection_field"),
        ({"fields": ""}, "invalid_selection_field"),
        ({"limit": "0"}, "invaliddata"),
        ({"limit": "-1"}, "invaliddata"),
        ({"offset": "x"}, "invaliddata"),
        ({"orderBy": "up"}, "invaliddata"),
        ({"position": "WyIxIl0:abc"}, "invaliddata"),
    ],
)
def test_what_cannot_be_read_is_refused_in_the_words_of_the_standard(
    machine: Machine, query: dict[str, str], told: str
) -> None:
    answer = machine.get("users", **query)

    assert answer.status_code == 400
    assert code(answer) == told
    assert answer.json()["imsx_codeMajor"] == "failure" and answer.json()["imsx_severity"] == "error"


def test_fields_and_order_are_as_asked_and_an_unknown_order_is_the_usual_one(machine: Machine) -> None:
    answer = machine.get("users", fields="sourcedId,givenName", sort="givenName", orderBy="desc")
    rows = answer.json()["users"]

    assert [set(row) for row in rows] == [{"sourcedId", "givenName"}] * 4
    assert [row["givenName"] for row in rows] == ["Moan", "Châu", "Bình", "Anh"]
    usual = machine.get("users").json()["users"]
    assert machine.get("users", sort="khong").json()["users"] == usual


def test_every_collection_can_be_filtered_and_sorted_by_each_of_its_fields(machine: Machine) -> None:
    from maitruong.integration.open_api.oneroster import resources

    every = [resources.named(name, department=0) for name in {one for one, _ in COLLECTIONS.values()}]
    for what in every:
        for name, one in what.fields.items():
            value = {"time": "2026-01-01T00:00:00Z", "day": "2026-01-01"}.get(str(one.kind), "x")
            for how in ("=", "!=", "~"):
                if one.kind in ("time", "day") and how == "~":
                    continue
                answer = machine.get(what.plural, filter=f"{name}{how}'{value}'")
                assert answer.status_code == 200, (what.plural, name, how, answer.content)
            assert machine.get(what.plural, sort=name, limit=2).status_code == 200, (what.plural, name)


def test_pages_of_any_size_hold_every_row_once(machine: Machine) -> None:
    for address in ("enrollments", "users", "academicSessions"):
        (whole,) = machine.get(address).json().values()
        for size in (1, 2, 3):
            followed = [row for page in machine.pages(address, limit=size) for row in next(iter(page.values()))]
            counted: list[dict] = []
            while rows := next(iter(machine.get(address, limit=size, offset=len(counted)).json().values())):
                counted += rows
            assert followed == counted == whole, (address, size)


def test_a_sorted_collection_is_paged_too(machine: Machine) -> None:
    rows = [r["givenName"] for page in machine.pages("users", limit=1, sort="givenName") for r in page["users"]]

    assert rows == ["Anh", "Bình", "Châu", "Moan"]


def test_paging_while_1000_pupils_move_none_is_missing_and_none_doubled(world: World) -> None:
    """Between two pages hundreds change school, end, come: who was there from first to last is told exactly once."""
    pupils = [f"Lê Văn Số{number}" for number in range(1200)]
    first, ids_of = make.a_class(world.school, "9A1", pupils=tuple(pupils[:600]), grade=9)
    second, more = make.a_class(world.neighbour, "9B1", pupils=tuple(pupils[600:]), grade=9)
    wide = Machine(let_in(world, world.department))
    everyone = [*ids_of, *more]
    stayed, moving = everyone[5::6], [one for number, one in enumerate(everyone) if number % 6 != 5]
    assert len(moving) == 1000
    with make.as_system() as scope:
        seats_of = dict(Enrolment.objects.visible_to(scope, "").values_list("student_id", "pk"))
    today, moved = clock.today(), 0

    def move(batch: list[int]) -> None:
        with make.as_system() as scope:
            rows = Enrolment.objects.visible_to(scope, "").filter(student_id__in=batch, ends_on__isnull=True)
            there = {row.student_id: row.school_id for row in rows}
            rows.update(ends_on=today - dt.timedelta(days=1))
            for pupil, school in there.items():
                class_id, to = (second, world.neighbour) if school == world.school else (first, world.school)
                Enrolment(
                    school_id=to, school_year=2026, school_class_id=class_id, student_id=pupil, starts_on=today
                ).save()

    told: dict[str, Counter[str]] = {"users": Counter(), "all": Counter(), "active": Counter()}
    for asked, query in (("active", {"filter": "status='active'"}), ("users", {}), ("all", {})):
        kind = "users" if asked == "users" else "enrollments"
        for page in wide.pages(kind, limit=100, **query):
            told[asked].update(row["sourcedId"] for row in page[kind])
            batch, moving = moving[:30], moving[30:]
            moved += len(batch)
            move(batch)
    assert moved == 1000

    everybody = [user(one) for one in (*ids_of, *more)]
    assert [told["users"][one] for one in everybody] == [1] * 1200
    places = [ids.sourced_id(ids.PLACE, seats_of[one]) for one in (*ids_of, *more)]
    assert [told["all"][one] for one in places] == [1] * 1200
    # Who sat still is missed by no page, though the rows before him leave the answer while it is read.
    still = [ids.sourced_id(ids.PLACE, seats_of[one]) for one in stayed]
    assert [told["active"][one] for one in still] == [1] * 200
    assert all(max(count.values()) == 1 for count in told.values())


def test_a_delta_tells_what_changed_and_what_ended(machine: Machine, world: World) -> None:
    since = dt.datetime.now(dt.UTC).isoformat()
    assert [machine.get(one, filter=f"dateLastModified>'{since}'").headers["X-Total-Count"]
            for one in ("users", "enrollments", "classes")] == ["0", "0", "0"]  # fmt: skip
    with make.as_system() as scope:
        Person.objects.visible_to(scope, "").filter(pk=world.pupils[1]).update(full_name="Trần Văn Minh")
        Enrolment.objects.visible_to(scope, "").filter(student_id=world.pupils[2]).update(
            ends_on=clock.today() - dt.timedelta(days=1)
        )
        SchoolClass.objects.visible_to(scope, "").filter(pk=world.class_id).update(name="8A9")
        lesson = Assignment.objects.visible_to(scope, "").get()
        gone = ids.sourced_id(ids.LESSON, lesson.pk)
        lesson.delete()

    def changed(address: str) -> dict[str, str]:
        (rows,) = machine.get(address, filter=f"dateLastModified>'{since}'").json().values()
        return {row["sourcedId"]: row["status"] for row in rows}

    assert changed("users") == {user(world.pupils[1]): "active", user(world.pupils[2]): "tobedeleted"}
    assert changed("classes") == {ids.sourced_id(ids.CLASS, world.class_id): "active"}
    assert changed("enrollments")[gone] == "tobedeleted"
    assert Counter(changed("enrollments").values()) == {"tobedeleted": 2}
    assert machine.get(f"enrollments/{gone}").json()["enrollment"]["status"] == "tobedeleted"


def test_a_place_that_ends_by_the_calendar_counts_as_changed_that_night(machine: Machine, world: World) -> None:
    with make.as_system() as scope:
        rows = Enrolment.objects.visible_to(scope, "").filter(student_id=world.pupils[0])
        rows.update(ends_on=dt.date(2026, 12, 31))
        place = ids.sourced_id(ids.PLACE, rows.get().pk)
    assert machine.get(f"enrollments/{place}").json()["enrollment"]["status"] == "active"

    with clock.standing_still(dt.datetime(2027, 1, 1, 8, 0, tzinfo=clock.VIETNAM)):
        machine.token = machine.ask_token()["access_token"]
        told = machine.get(f"enrollments/{place}").json()["enrollment"]

    assert (told["status"], told["dateLastModified"]) == ("tobedeleted", "2026-12-31T17:00:00.000Z")


def test_a_teacher_who_gives_up_a_homeroom_is_told_as_to_be_deleted(machine: Machine, world: World) -> None:
    with make.as_system() as scope:
        classes = SchoolClass.objects.visible_to(scope, "").filter(pk=world.class_id)
        for person in (world.teacher.person_id, make.an_employee(world.school, "Vũ Thị Hiền"), world.teacher.person_id):
            classes.update(homeroom_id=person)

    rows = [row for row in machine.get("enrollments").json()["enrollments"] if row.get("primary") == "true"]
    assert sorted(row["status"] for row in rows) == ["active", "tobedeleted"]
    assert next(r for r in rows if r["status"] == "active")["user"]["sourcedId"] == user(world.teacher.person_id)


def test_an_account_that_was_closed_is_told_at_once(machine: Machine, world: World) -> None:
    since = dt.datetime.now(dt.UTC).isoformat()
    assert machine.get("users", filter=f"dateLastModified>'{since}'").json() == {"users": []}
    world.teacher.is_active = False
    world.teacher.save()

    (told,) = machine.get("users", filter=f"dateLastModified>'{since}'").json()["users"]
    assert (told["sourcedId"], told["enabledUser"]) == (user(world.teacher.person_id), "false")


def test_who_was_merged_is_to_be_deleted_and_her_places_name_who_goes_on(machine: Machine, world: World) -> None:
    kept, absorbed = world.pupils[:2]
    with make.as_system() as scope:
        Person.objects.visible_to(scope, "").filter(pk=absorbed).update(merged_into=kept)

    assert machine.get(f"users/{user(absorbed)}").json()["user"]["status"] == "tobedeleted"
    users = [row["user"]["sourcedId"] for row in machine.get("enrollments").json()["enrollments"]]
    assert user(absorbed) not in users and users.count(user(kept)) == 2


def test_birth_dates_need_their_own_scope(world: World) -> None:
    without = Machine(let_in(world, world.school, scopes=(CORE,)))
    answer = without.get("demographics")
    assert answer.status_code == 403 and code(answer) == "forbidden"
    assert without.get(f"schools/{ids.sourced_id(ids.ORG, world.school)}/students").status_code == 403
    assert without.get("students").status_code == 200
    assert b"2010-05-04" not in without.get("users").content

    with_it = Machine(let_in(world, world.school, scopes=(DEMOGRAPHICS,)))
    rows = with_it.get("demographics").json()["demographics"]
    assert [(row["birthDate"], row["sex"]) for row in rows] == [("2010-05-04", "male")] * 3
    assert with_it.get("users").status_code == 403


def test_who_has_no_token_or_a_foreign_one_is_not_let_in(machine: Machine) -> None:
    for headers in ({}, {"Authorization": "Bearer x"}, {"Authorization": "Basic x"}):
        answer = Browser().get(f"{BASE}/users", headers=headers)
        assert answer.status_code == 401 and code(answer) == "unauthorisedrequest"
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_rosters_are_read_only(machine: Machine) -> None:
    answer = machine.browser.post(f"{BASE}/users", {}, headers={"Authorization": f"Bearer {machine.token}"})
    assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD"


def test_a_disabled_client_is_refused_with_its_next_question(machine: Machine, world: World) -> None:
    assert machine.get("users").status_code == 200
    with make.as_system() as scope:
        services.disable_client(scope, client_id=machine.given.client_id, why="Hết hợp đồng")

    assert machine.get("users").status_code == 401
    assert machine.ask_token()["error"] == "invalid_client"


def test_a_client_whose_last_day_is_over_is_refused(machine: Machine) -> None:
    from maitruong.integration.open_api.models import Client

    Client.objects.filter(pk=machine.given.client_id).update(valid_to=clock.today())
    assert machine.get("users").status_code == 200
    Client.objects.filter(pk=machine.given.client_id).update(valid_to=clock.today() - dt.timedelta(days=1))
    assert machine.get("users").status_code == 401


def test_every_question_is_logged_by_its_pattern_with_purpose_and_rows(machine: Machine, world: World) -> None:
    machine.get("students")
    machine.get(f"users/{user(world.pupils[0])}")
    machine.get(f"users/{user(world.their_pupil)}")

    calls = list(Call.objects.order_by("pk").values_list("route", "status", "rows", "purpose"))
    one = f"{BASE[1:]}/users/<str:sourced_id>"
    purpose = "Mở lớp học trực tuyến"
    assert calls == [(f"{BASE[1:]}/students", 200, 3, purpose), (one, 200, 1, purpose), (one, 404, 0, purpose)]


def test_too_many_calls_in_a_minute_wait(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    from maitruong.integration.open_api import gate

    monkeypatch.setattr(gate, "A_MINUTE", 2)
    with clock.standing_still(dt.datetime.now(clock.VIETNAM)):
        machine.token = machine.ask_token()["access_token"]
        assert [machine.get("orgs").status_code for _ in range(3)] == [200, 200, 429]
        assert machine.get("orgs").headers["Retry-After"] == "60"


def test_a_school_is_told_once_a_day_who_took_its_lists_and_its_families_may_read_it(
    machine: Machine, world: World
) -> None:
    for _ in range(3):
        machine.get("students")
        machine.get("enrollments", limit=1)
    machine.get("demographics")
    machine.get("orgs")

    with make.as_system():
        told = list(
            Entry._base_manager.filter(action__endswith="_taken").values_list("action", "school_id", "actor_id")
        )
    assert sorted(told) == [
        ("open_api.demographics_taken", world.school, None),
        ("open_api.roster_taken", world.school, None),
    ]
    family = make.scope_of(make.a_guardian("Mẹ An", child=world.pupils[0], school=world.school))
    from maitruong.foundation.access.services import unit_of_work

    with unit_of_work(family):
        visits = queries.visits([world.school, world.neighbour])
    assert [(v.client, v.purpose, v.what) for v in visits] == [
        ("Lớp học trực tuyến", "Mở lớp học trực tuyến", "demographics"),
        ("Lớp học trực tuyến", "Mở lớp học trực tuyến", "roster"),
    ]
    stranger = make.scope_of(make.a_guardian("Mẹ Hà", child=world.their_pupil, school=world.neighbour))
    with unit_of_work(stranger):
        assert queries.visits([world.school, world.neighbour]) == []


def test_a_page_costs_the_same_number_of_statements_whatever_its_size(
    machine: Machine, world: World, django_assert_max_num_queries: object
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def statements(limit: int) -> int:
        with CaptureQueriesContext(connection) as told:
            assert machine.get("users", limit=limit).status_code == 200
        return len(told)

    statements(3)
    assert statements(1) == statements(4) <= 22


def test_no_personal_number_is_ever_in_an_answer(machine: Machine, world: World) -> None:
    from django.db.backends.postgresql.psycopg_any import DateRange

    from maitruong.foundation.people.models import PersonIdentifier

    with make.as_system():
        PersonIdentifier(person_id=world.pupils[0], places=[world.school], scheme="CCCD", value="031213001234",
                         valid=DateRange(None, None)).save()  # fmt: skip
    assert b"031213001234" not in b"".join(machine.get(address).content for address in COLLECTIONS)
