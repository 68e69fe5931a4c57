"""The files a school takes along, read back as another program would."""

from __future__ import annotations

import csv
import io
import re
import zipfile

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.identity.models import Account
from maitruong.foundation.jobs import services as jobs
from maitruong.foundation.jobs.models import Job
from maitruong.integration.open_api import reach
from maitruong.integration.open_api.oneroster import bulk, ids
from maitruong.registry.enrolment.models import Enrolment
from tests import factories as make

from .conftest import World


def tables(data: bytes) -> dict[str, list[dict[str, str]]]:
    with zipfile.ZipFile(io.BytesIO(data)) as made:
        assert made.testzip() is None
        texts = {name: made.read(name).decode() for name in made.namelist()}
    assert all(text.count("\n") == text.count("\r\n") for text in texts.values())
    return {
        name.removesuffix(".csv"): list(csv.DictReader(io.StringIO(text, newline=""))) for name, text in texts.items()
    }


def exported(who: Account, *, school: int | None, demographics: bool = False) -> dict[str, list[dict[str, str]]]:
    scope = make.scope_of(who)
    made = io.BytesIO()
    with unit_of_work(scope):
        bulk.write(made, reach.parameters(scope, school_id=school), department=1, demographics=demographics)
    return tables(made.getvalue())


def test_the_files_hold_a_schools_people_and_every_id_leads_somewhere(world: World) -> None:
    found = exported(make.a_principal(world.school), school=world.school, demographics=True)

    assert {name: len(rows) for name, rows in found.items() if name != "manifest"} == {
        "academicSessions": 5, "orgs": 3, "courses": 1, "classes": 1, "users": 4, "roles": 4, "enrollments": 4,
        "demographics": 3,
    }  # fmt: skip
    manifest = {row["propertyName"]: row["value"] for row in found["manifest"]}
    assert (manifest["manifest.version"], manifest["oneroster.version"]) == ("1.0", "1.2")
    assert {name for name, value in manifest.items() if value == "bulk"} == {
        f"file.{name}" for name in found if name != "manifest"
    }
    known = {row["sourcedId"] for name, rows in found.items() if name != "manifest" for row in rows}
    for name, rows in found.items():
        for row in rows:
            for column, value in row.items():
                if column.endswith(("SourcedId", "SourcedIds")) and value and column != "courseSourcedId":
                    assert set(value.split(",")) - known <= {ids.sourced_id(ids.ORG, 1)}, (name, column)
    assert {row["status"] + row["dateLastModified"] for row in found["users"]} == {""}, "bulk files leave these blank"


def test_who_left_is_not_in_the_files_and_birth_dates_only_when_asked_for(world: World) -> None:
    with make.as_system() as scope:
        Enrolment.objects.visible_to(scope, "").filter(student_id=world.pupils[0]).update(ends_on="2026-10-01")

    found = exported(make.a_principal(world.school), school=world.school)

    assert "demographics" not in found
    assert ids.sourced_id(ids.USER, world.pupils[0]) not in {row["sourcedId"] for row in found["users"]}
    assert len(found["enrollments"]) == 3


def test_names_with_commas_and_quotes_come_back_as_they_were(world: World) -> None:
    make.a_class(world.school, '6A "chọn", 2', pupils=("Nguyễn Văn A",), grade=6)

    found = exported(make.a_principal(world.school), school=world.school)

    assert '6A "chọn", 2' in {row["title"] for row in found["classes"]}


def test_reading_is_page_by_page_whatever_the_number_of_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "SIZE", 2)
    who = make.a_principal(world.school)
    with CaptureQueriesContext(connection) as told:
        found = exported(who, school=world.school)

    assert len(found["users"]) == 4
    assert sum("LIMIT 2" in query["sql"] for query in told) >= 3
    assert not re.search(r"LIMIT \d{6,}", "".join(query["sql"] for query in told))


def signed_in(account: Account) -> Browser:
    browser = Browser()
    browser.force_login(account, backend="maitruong.foundation.identity.backends.AccountBackend")
    return browser


def test_a_school_takes_its_files_along_and_its_audit_tells_of_it(world: World) -> None:
    head = make.a_principal(world.school)
    browser = signed_in(head)
    answer = browser.post("/ket-noi/xuat/", {"demographics": "1", "xuat": "1"})
    assert answer.status_code == 302
    page = browser.get(answer.url)
    assert "hx-trigger" in page.content.decode()

    with make.as_system():
        job = Job._base_manager.get()
    jobs.run(job.pk)
    page = browser.get(answer.url).content.decode()

    ticket = re.search(
        r'href="(/tep/[^"]+|/[^"]*ticket[^"]*|/[^"]+)"[^>]*>(?:<svg.*?</svg>)?\s*(?:<span>)?Tải tệp', page
    )
    assert ticket, page
    data = browser.get(ticket[1])
    assert data.headers["Content-Type"] == "application/zip"
    assert len(tables(data.content)["demographics"]) == 3
    with make.as_system():
        told = Entry._base_manager.get(action="open_api.roster_exported")
    assert (told.school_id, told.actor_id) == (world.school, head.person_id)
    assert signed_in(make.a_principal(world.neighbour)).get(answer.url).status_code == 404


def test_the_department_takes_one_school_or_the_province(world: World) -> None:
    from maitruong.foundation.organisations import queries as organisations

    browser = signed_in(world.officer)
    code = organisations.unit(world.neighbour).code
    assert browser.post("/ket-noi/xuat/", {"school": code, "xuat": "1"}).status_code == 302
    assert browser.post("/ket-noi/xuat/", {"school": "", "xuat": "1"}).status_code == 302
    refused = browser.post("/ket-noi/xuat/", {"school": "khong-co", "xuat": "1"})
    assert refused.status_code == 422 and "Không có đơn vị nào mang mã" in refused.content.decode()
    with make.as_system():
        made = list(Job._base_manager.order_by("pk").values_list("pk", "school_id"))
    assert [school for _, school in made] == [world.neighbour, world.department]
    counts = []
    for job, _ in made:
        jobs.run(job)
        with make.as_system():
            counts.append(Job._base_manager.get(pk=job).result["counts"]["users"])
    assert counts == [1, 5]


def test_a_teacher_takes_no_files_along(world: World) -> None:
    assert signed_in(world.teacher).get("/ket-noi/xuat/").status_code == 404


# users.csv of the binding as corrected (1.2.1): a program that reads it by the book refuses any other heading. The first form of
# 1.2 had `resourceSourcedIds` in it.
USERS = (
    "sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,"
    "agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,"
    "primaryOrgSourcedId,pronouns"
)


def test_the_headings_of_users_are_those_of_the_corrected_binding(world: World) -> None:
    assert ",".join(exported(world.officer, school=None)["users"][0]) == USERS


def test_nobody_is_without_a_user_name(world: World) -> None:
    users = exported(world.officer, school=None)["users"]
    made = [row["username"] for row in users]
    assert all(made) and len(made) == len(set(made))
    assert {row["username"] for row in users if row["username"] == row["sourcedId"]}, (
        "the world has somebody without an account"
    )


def test_a_subject_with_a_comma_in_its_name_stays_one_subject() -> None:
    made = {"sourcedId": "x", "subjects": ["Nghệ thuật (Âm nhạc, Mĩ thuật)", "Toán"], "subjectCodes": ["NT", "TOAN"]}
    told = bulk._line(made, ("subjects", "subjectCodes"))
    assert told[3:] == ["Nghệ thuật (Âm nhạc; Mĩ thuật),Toán", "NT,TOAN"]
