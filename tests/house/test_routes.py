"""Every route, walked as who must not get in: the answer is that of a random id, byte for byte, and nothing changed.

A new route is walked by itself. When it takes a parameter this file does not know, add the parameter to `Province.fillers`
below ("name", or "name of route:name" where each route wants its own): an id of the walked school that exists, so that
"yours" and "not there" can be told apart if the route lets them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus
from uuid import UUID

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from maitruong.assessment.gradebook.models import MarkBook
from maitruong.assessment.gradebook.services.opening import open_books
from maitruong.assessment.school_records.models import RecordFile
from maitruong.foundation.access.checks import Route, described_routes, routes
from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.exchange.models import ImportBatch
from maitruong.foundation.files import services as files
from maitruong.foundation.identity.models import Account
from maitruong.foundation.identity.services import make_link
from maitruong.foundation.jobs.models import Job
from maitruong.foundation.kernel import clock
from maitruong.foundation.organisations import services as organisations
from maitruong.foundation.people.models import PersonIdentifier
from maitruong.foundation.signing.models import Certificate, SigningConsent
from maitruong.insight.data_quality.models import Finding
from maitruong.integration.open_api.models import Client as ApiClient
from maitruong.registry.dossiers.models import IdentityPaper, Recognition
from maitruong.registry.duplicates.models import Pair
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.periods.tests.closed import closed_report
from maitruong.registry.staff.models import Employment
from maitruong.registry.staff.record_models import SalaryStep
from maitruong.registry.students.models import Guardianship, Standing
from maitruong.registry.transfers.models import Paper, Posting, Transfer
from maitruong.registry.verification.models import Correction
from tests import factories as make

pytestmark = pytest.mark.django_db
ADDED = "Add it to Province.fillers in tests/house/test_routes.py."
PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
NOBODY = 987_654_321
# Written by every request or by the refusal itself.
LEFT_OUT = {"identity_session", "identity_signintry", "audit_entry", "audit_readonce", "django_migrations"}
SECRET = "Bí Mật"


@dataclass
class Province:
    """Our school, which is walked, its neighbour, and everybody who walks. fillers: parameter → a value that exists in ours."""

    fillers: dict[str, object] = field(default_factory=dict)
    strangers: dict[str, Account | None] = field(default_factory=dict)
    own: dict[str, Account] = field(default_factory=dict)


# Parameters that are no ids of anything: the same value is used for both addresses.
PLAIN = {
    "what": "giay-to",
    "part": "luong",
    "term": 1,
    "kind": "students",
    "key": "principal.1",
    "form": "pdf",
    "year": 2026,
    "period_id": 7001,
}
# What a page must be asked besides its address to show anything.
ASKED_WITH = {"dashboard:school_levels": "?muc=3&khoi=8", "gradebook:changes": "?loai=score"}


@pytest.fixture(autouse=True)
def november() -> Iterator[None]:
    with clock.standing_still(dt.datetime(2026, 11, 20, 8, 0, tzinfo=clock.VIETNAM)):
        yield


@pytest.fixture
def province() -> Province:
    department = make.a_department(kind="demo")
    commune, other = make.a_commune(department), make.a_commune(department, "Xã Vĩnh Bảo")
    school, neighbour = make.a_school(commune, f"THCS {SECRET}"), make.a_school(other, "THCS Vĩnh Bảo")
    class_id, (child, classmate) = make.a_class(school, pupils=(f"Nguyễn {SECRET} An", f"Trần {SECRET} Bình"))
    their_class, _ = make.a_class(neighbour, "6A1", pupils=("Vũ Thị Hà",), grade=6)
    teacher = make.an_employee(school, f"Phạm {SECRET} Lan")
    made = Province()
    made.own = {
        "department_officer": make.a_post_holder(department, "department_officer", "Lã Thị Sở"),
        "it_admin": make.a_post_holder(department, "it_admin", "Cao Văn Máy"),
        "principal": make.a_principal(school, f"Đỗ {SECRET} Minh"),
        "guardian": make.a_guardian(f"Mẹ {SECRET} An", child=child, school=school),
        "homeroom": make.a_post_holder(school, "homeroom_teacher", "Vũ Thị Hiền", class_ids=[class_id]),
        "teacher": make.a_teacher(school, "Ngô Bảo Châu", class_id=class_id, subject="TOAN"),
    }
    made.strangers = {
        "anonymous": None,
        "nobody": make.an_account(make.a_person("Không Vai Trò", neighbour)),
        "other_parent": make.a_guardian("Mẹ Bình", child=classmate, school=school),
        "neighbour_teacher": make.a_teacher(neighbour, "Hồ Văn Thầy", class_id=their_class, subject="TOAN"),
        "neighbour_homeroom": make.a_post_holder(neighbour, "homeroom_teacher", "Hà Thị Cô", class_ids=[their_class]),
        "neighbour_principal": make.a_principal(neighbour, "Bùi Thị Hoa"),
        "neighbour_clerk": make.a_post_holder(neighbour, "clerk", "Mai Văn Thư"),
        "neighbour_commune": make.a_post_holder(other, "commune_officer", "Trần Văn Xã"),
    }
    with make.as_system() as scope:
        number = PersonIdentifier(
            person_id=child, places=[school], scheme="CCCD", value="031213001234", valid=DateRange(None, None)
        )
        number.save()
        made.fillers = {
            **PLAIN,
            "school_id": school,
            "class_id": class_id,
            "student_id": child,
            "person_id": teacher,
            "identifier_id": number.pk,
            "enrolment_id": Enrolment.objects.visible_to(scope, "").get(student_id=child).pk,
            "guardianship_id": Guardianship.objects.visible_to(scope, "").get(student_id=child).pk,
            "employment_id": Employment.objects.visible_to(scope, "").get(person_id=teacher).pk,
            "grant_id": Grant.objects.get(role="subject_teacher", unit_id=school).pk,
            "batch_id": a_list(school),
            "token": make_link(made.own["principal"]),
            "certificate_id": a_certificate(school, teacher),
            **signing_things(school, class_id, child, made.own["principal"]),
            **two_alike(school, child, teacher),
            "finding_id": a_finding(school, child),
            **of_verification(school, child),
            "row_id of staff:correct": a_salary_step(school, teacher),
            **of_dossiers(school, child),
            **a_report(school, made.own["principal"]),
            **of_transfers(school, child, teacher),
            **of_connections(school),
            # The first book of the class that any of its teachers opens: mathematics of term one.
            "book_id": opened_books(scope, class_id),
        }
    return made


def of_verification(school: int, child: int) -> dict[str, object]:
    """A request about the child with its paper, and an exchange that runs."""
    scope = make.SYSTEM
    paper = files.keep(scope, school_id=school, data=b"%PDF-1.7\n" + SECRET.encode(), media_type="application/pdf",
                       name="khai-sinh.pdf", purpose="verification.evidence")  # fmt: skip
    row = Correction(
        person_id=child,
        school_id=school,
        kind="correct",
        wanted={"full_name": SECRET},
        was={"full_name": SECRET},
        basis="x",
        why=SECRET,
        file_id=paper.id,
        due_on=dt.date(2026, 12, 1),
    )
    row.save()
    job = Job(school_id=school, kind="verification.exchange", title=SECRET)
    job.save()
    return {
        "request_id": row.pk,
        "job_id of verification:progress": job.pk,
        **{f"person_id of verification:{page}": child for page in ("person", "state", "ask", "correct", "appeal")},
    }


def a_salary_step(school: int, person: int) -> int:
    since = dt.date(2025, 1, 1)
    row = SalaryStep(
        school_id=school, person_id=person, title="V.07.04.32", step=3, starts_on=since, counted_from=since
    )
    row.role, row.area, row.school_kind, row.decision = "teacher", "ordinary", "ordinary", SECRET
    row.save(force_insert=True)
    return row.pk


def a_certificate(school: int, person: int) -> int:
    now = clock.now()
    row = Certificate(
        school_id=school,
        person_id=person,
        holder_name=f"Phạm {SECRET} Lan",
        fingerprint="f" * 64,
        pem="",
        valid_from=now,
        valid_to=now + dt.timedelta(days=365),
    )
    row.save(force_insert=True)
    return row.pk


def signing_things(school: int, class_id: int, child: int, signer: Account) -> dict[str, object]:
    """An issued record with its reading copy, a consent being asked for, a job, and the ticket of a stored file."""
    scope = make.scope_of(signer)
    now = clock.now()
    with unit_of_work(scope):
        copy = files.keep(scope, school_id=school, data=b"%PDF-1.7\n" + SECRET.encode(), media_type="application/pdf",
                          name="hoc-ba.pdf", purpose="record_pdf")  # fmt: skip
        record = RecordFile(
            school_id=school,
            school_year=2025,
            class_id=class_id,
            class_name="7A2",
            grade=7,
            student_id=child,
            initials=SECRET,
            record_id="k" * 26,
            state="issued",
            issued_at=now,
            pdf_file_id=copy.id,
        )
        record.save()
        consent = SigningConsent(
            id=uuid.UUID(int=7),
            school_id=school,
            person_id=signer.person_id,
            role="principal",
            title=SECRET,
            items=[["1", "0" * 64, SECRET]],
            asked_at=now,
            expires_at=now + dt.timedelta(minutes=5),
        )
        consent.save(force_insert=True)
        job = Job(school_id=school, kind="school_records.seal", title=SECRET, arguments={"class_id": class_id})
        job.save()
        whole = Job(school_id=school, kind="school_records.seal", title=SECRET)
        whole.arguments = {"school_id": school, "school_year": 2025}
        whole.save()
        step = Job(school_id=school, kind="enrolment.rollover", title=SECRET)
        step.arguments = {"from_year": 2026, "school": school, "act": "look", "why": ""}
        step.save()
        taken = Job(school_id=school, kind="enrolment.take_out", title=SECRET, asked_by=signer.person_id, state="done")
        taken.arguments, taken.result = {"why": SECRET}, {"file": copy.id, "rows": 1, "schools": 1}
        taken.ended_at = now
        taken.save()
        ticket = files.ticket_for(scope, file_id=copy.id).strip("/").split("/")[-1]
    return {
        "record_id": record.record_id,
        "consent_id": consent.pk,
        "job_id": job.pk,
        "job_id of school_records:school_progress": whole.pk,
        "job_id of enrolment:roll_over_job": step.pk,
        "job_id of enrolment:take_out_job": taken.pk,
        "job_id of enrolment:take_out_file": taken.pk,
        "ticket": ticket,
    }


def a_finding(school: int, child: int) -> int:
    """A warning about a pupil on the school's work-list."""
    row = Finding(
        school_id=school,
        school_year=2026,
        check_key="name_form",
        severity="W",
        subject_kind="pupil",
        subject_id=child,
        facts={"name": SECRET},
    )
    row.save()
    return row.pk


def two_alike(school: int, one: int, other: int) -> dict[str, object]:
    """A pair on the work-list of doubles."""
    low, high = sorted((one, other))
    pair = Pair(
        low_id=low,
        high_id=high,
        persons=[low, high],
        places=[school],
        likely=0.9,
        **dict.fromkeys(("name", "birth", "number", "sex", "phone"), "untold"),
        basis="",
    )
    pair.save()
    return {"pair_id": pair.pk}


def of_transfers(school: int, child: int, teacher: int) -> dict[str, object]:
    """An application to another province with a paper, and a posting to a school that does not walk here."""
    with make.as_system():
        shared: dict[str, object] = {"school_ids": [school], "state": "applied"}
        made = Transfer(
            **shared, kind="out", student_id=child, from_school_id=school, elsewhere="THCS Xa", elsewhere_province="Huế",
            school_year=2026, grade=8, full_name=f"Nguyễn {SECRET} An", reason="x",
        )  # fmt: skip
        made.save()
        paper = Paper(transfer=made, school_ids=[school], student_id=child, kind="record", title=f"{SECRET}.pdf")
        paper.save()
        posting = Posting(
            school_ids=[school], person_id=teacher, from_school_id=school, to_school_id=school, full_name=f"Phạm {SECRET} Lan",
            post="teacher", decision="125/QĐ", decided_on=dt.date(2026, 11, 1), starts_on=dt.date(2026, 12, 1), state="released",
        )  # fmt: skip
        posting.save()
    return {"transfer_id": made.pk, "paper_id of transfers:paper": paper.pk, "posting_id": posting.pk}


def of_dossiers(school: int, child: int) -> dict[str, object]:
    """A second place of the school, a decision about it; a paper of the child, and what another paper entitles it to."""
    campus = organisations.found_unit(
        kind="campus", code="DT1", name=f"Điểm trường {SECRET}", parent_id=school, on=make.FOUNDED
    )
    decided = Recognition(
        school_id=school, kind="national", level=1, number=SECRET, decided_on=make.FOUNDED, decided_by=SECRET,
        ends_on=dt.date(2030, 6, 30),
    )  # fmt: skip
    decided.save()
    own = {"student_id": child, "places": [school]}
    paper = IdentityPaper(**own, written_at_id=school, kind="PASSPORT", number=SECRET)
    paper.save()
    standing = Standing(**own, kind="policy", key="ORPHAN_ONE", starts_on=make.FOUNDED, source="paper", paper_by=SECRET)
    standing.save()
    return {
        "campus_id": campus,
        "recognition_id": decided.pk,
        "paper_id": paper.pk,
        "row_id": paper.pk,
        "standing_id": standing.pk,
    }


def a_report(school: int, head: Account) -> dict[str, object]:
    """A school's report of the start of the year, signed, and made again after the department let it; a job, a consent."""
    period, consent = closed_report(school, head, period_id=PLAIN["period_id"])
    job = Job(school_id=school, kind="periods.freeze", title=SECRET, arguments={"period_id": period})
    job.save()
    return {
        "edition": 1,
        "year of periods:dates": 2026,
        "kind of periods:dates": "MID",
        "consent_id of periods:consent": consent,
        "job_id of periods:job": job.pk,
    }


def of_connections(school: int) -> dict[str, object]:
    """Another house's program that may ask for the school, and a job that writes the school's files."""
    client = ApiClient.objects.create(
        key="mt-thu",
        name=SECRET,
        contact=SECRET,
        email="a@vidu.vn",
        purpose=SECRET,
        basis=SECRET,
        scopes=[],
        unit_ids=[school],
        valid_from=make.FOUNDED,
    )
    job = Job(school_id=school, kind="open_api.export", title=SECRET)
    job.save()
    return {"client_id": client.pk, "job_id of open_api:export_job": job.pk}


def opened_books(scope: Scope, class_id: int) -> int:
    open_books(scope, class_id=class_id)
    return MarkBook.objects.visible_to(scope, "").get(sheet__class_id=class_id, subject="TOAN", term=1).pk


def a_list(school: int) -> int:
    """A list on its way in."""
    head = [["STT", "Họ và tên", "Ngày sinh"], [1, f"Nông {SECRET} Dũng", "15/09/2013"]]
    row = ImportBatch(
        school_id=school,
        school_year=2026,
        kind="students",
        state="done",
        file_id=1,
        annotated_file_id=1,
        imported_at=clock.now(),
        file_name=f"{SECRET}.xlsx",
        file_sha256="0",
        preview={"kind": "xlsx", "sheets": [{"name": "8A2", "hidden": False, "rows": 2, "head": head, "merges": []}]},
        choice={"sheet": "8A2", "header_from": 1, "data_from": 2, "columns": {"1": "full_name", "2": "born_on"}},
    )
    row.save()
    return row.pk


def signed_in(account: Account | None) -> Client:
    client = Client(raise_request_exception=True)
    if account is not None:
        client.force_login(account)
        session = client.session
        session["seen"] = int(clock.now().timestamp()) + 10**9
        session.save()
    return client


def filled(route: Route, fillers: dict[str, object]) -> str:
    """The address of an existing thing."""

    def value(found: re.Match[str]) -> str:
        own = f"{found[2]} of {route.name}"
        name = own if own in fillers else found[2]
        assert name in fillers, f"/{route.path} has the parameter <{found[2]}>, for which no filler is known. {ADDED}"
        return str(fillers[name])

    return "/" + PARAMETER.sub(value, route.path) + ASKED_WITH.get(route.name, "")


def random_twin(route: Route, fillers: dict[str, object]) -> str:
    """The same address with ids that do not exist."""

    def value(found: re.Match[str]) -> str:
        if found[2] in PLAIN:
            return str(PLAIN[found[2]])
        return {"int": str(NOBODY), "uuid": str(UUID(int=NOBODY))}.get(found[1], "khong-co-" + "x" * 20)

    return "/" + PARAMETER.sub(value, route.path) + ASKED_WITH.get(route.name, "")


_TOKENS = re.compile(rb'(csrfmiddlewaretoken" value="|name="csrf-token" content=")[^"]*')


def asked(client: Client, method: str, address: str) -> tuple[int, bytes, dict[str, str]]:
    """The answer with the own address and the tokens of the form taken out."""
    # As a browser asks: a page for people tells more than the bare answer for a program.
    asks = {"accept": "text/html"}
    answer = client.get(address, headers=asks) if method == "GET" else client.post(address, {}, headers=asks)
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    headers = {name: value for name, value in answer.headers.items() if name not in ("X-Request-Id", "Set-Cookie")}
    headers.pop("Content-Length", None)
    for own in (quote_plus(address), quote(address), address):
        body = body.replace(own.encode(), b"<own>")
        headers = {name: value.replace(own, "<own>") for name, value in headers.items()}
    return answer.status_code, _TOKENS.sub(rb"\1", body), headers


def tables() -> dict[str, str]:
    """A hash of every row of every table, but for those every request writes."""
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
            " AND has_table_privilege('mt_wide', c.oid, 'SELECT') ORDER BY 1"
        )
        names = [name for (name,) in cursor.fetchall() if name not in LEFT_OUT]
        found = {}
        for name in names:
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM \"{name}\" t")
            found[name] = hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()
    assert len(found) > 20
    return found


WALKED = [route for route in described_routes() if not route.guard.startswith("public:")]
WITH_ID = [route for route in WALKED if {name for _, name in PARAMETER.findall(route.path)} - set(PLAIN)]
STRANGERS = [
    "anonymous",
    "nobody",
    "other_parent",
    "neighbour_teacher",
    "neighbour_homeroom",
    "neighbour_principal",
    "neighbour_clerk",
    "neighbour_commune",
]


@pytest.mark.parametrize("who", STRANGERS)
def test_what_is_not_yours_answers_like_what_is_not_there_and_nothing_changes(province: Province, who: str) -> None:
    client = signed_in(province.strangers[who])
    before = tables()

    differing = []
    for route in WITH_ID:
        real, random = filled(route, province.fillers), random_twin(route, province.fillers)
        for method in ("GET", "POST"):
            if asked(client, method, real) != asked(client, method, random):
                differing.append(f"{method} /{route.path}")

    assert differing == []
    assert {name for name, digest in tables().items() if before[name] != digest} == set()


@pytest.mark.parametrize("who", STRANGERS)
def test_pages_without_an_id_tell_strangers_nothing_of_our_school(province: Province, who: str) -> None:
    client = signed_in(province.strangers[who])
    before = tables()

    telling = []
    for route in WALKED:
        if not PARAMETER.search(route.path):
            for method in ("GET", "POST"):
                _, body, _ = asked(client, method, f"/{route.path}")
                # The other parent's own school is ours; only people would be a leak.
                told = body.decode("utf-8", "replace").replace(f"THCS {SECRET}", "").replace(f"Trần {SECRET} Bình", "")
                if SECRET in told:
                    telling.append(f"{method} /{route.path}")

    assert telling == []
    assert {name for name, digest in tables().items() if before[name] != digest} == set()


def test_every_filler_leads_somewhere_so_that_the_walk_proves_something(province: Province) -> None:
    """Anything but "not there" for one of our own people; the thing itself may be too bare for its page to be drawn."""
    clients = [signed_in(account) for account in province.own.values()]
    nowhere = []
    for route in WITH_ID:
        address = filled(route, province.fillers)
        for client in clients:
            client.raise_request_exception = False
        if all(asked(client, "GET", address)[0] == 404 for client in clients):
            nowhere.append(f"/{route.path}")

    assert nowhere == []


def test_a_withdrawn_right_is_refused_on_the_next_request(province: Province) -> None:
    client = signed_in(province.own["homeroom"])
    address = f"/lop/{province.fillers['class_id']}/"
    assert client.get(address).status_code == 200

    principal = signed_in(province.own["principal"])
    grant = Grant.objects.get(role="homeroom_teacher", unit_id=province.fillers["school_id"])
    assert principal.post(f"/quyen/{grant.pk}/thu/", {"why": "nghỉ thai sản"}).status_code == 302

    assert client.get(address).status_code == 404
    assert "chưa có vai trò nào" in client.get("/").content.decode()


def test_routes_are_told_with_their_guards_and_methods(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("routes", "--json")
    lines = capsys.readouterr().out.splitlines()

    assert len(lines) == len(list(routes()))
    assert '"route": "/diem-danh/<int:class_id>/ghi/"' in "".join(lines)
    told = next(line for line in lines if "attendance:enter" in line)
    assert '"guard": "attendance.enter"' in told and '"methods": ["POST"]' in told
