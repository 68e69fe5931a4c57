"""A class of grade 8 whose year is closed, its people with certificates, and short ways to sign as each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection
from django.test import Client

from maitruong.assessment.gradebook.tests import factories as books
from maitruong.assessment.school_records import services
from maitruong.assessment.school_records.models import RecordBlock, RecordFile
from maitruong.assessment.school_records.services import sealing
from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel.clock import VIETNAM
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.types import Role
from tests import factories as make

PIN = "246810"
NOW = dt.datetime(2027, 5, 28, 8, 0, tzinfo=VIETNAM)
PUPILS = ("Nguyễn Gia Hân", "Lý A Sính")
ROLE_NAMES = {
    Role.SUBJECT_TEACHER: "subject_teacher",
    Role.HOMEROOM_TEACHER: "homeroom_teacher",
    Role.PRINCIPAL: "principal",
}


@dataclass
class Room:
    """The class and who signs: Lan teaches Toán, Bảo Ngữ văn, Oanh the rest."""

    school: int
    class_id: int
    pupils: list[int]
    principal: Account
    homeroom: Account
    lan: Account
    bao: Account
    oanh: Account
    commune: int

    @property
    def teachers(self) -> tuple[Account, ...]:
        return (self.lan, self.bao, self.oanh)


def a_closed_class(pupils: tuple[str, ...] = PUPILS) -> Room:
    found = books.a_classroom(pupils=pupils)
    homeroom = books.homeroom_of(found)
    subjects = _close_the_year(found, homeroom.person_id)
    lan = books.teacher_of(found, "TOAN", "Nguyễn Thị Lan")
    bao = books.teacher_of(found, "NV", "Phạm Quốc Bảo")
    rest = [code for code in subjects if code not in ("TOAN", "NV")]
    oanh = make.a_teacher(found.school, "Vũ Thị Kim Oanh", class_id=found.class_id, subject=rest[0])
    _teach_also(found.school, found.class_id, oanh.person_id, rest[1:])
    room = Room(found.school, found.class_id, found.pupils, found.principal, homeroom, lan, bao, oanh, found.commune)
    give_certificates(room, *(account.person_id for account in (*room.teachers, homeroom, found.principal)))
    return room


def give_certificates(room: Room, *person_ids: int) -> None:
    with make.as_system() as scope:
        signing.issue_demo_certificates(
            scope,
            school_id=room.school,
            titles=dict.fromkeys(person_ids, "Giáo viên"),
            pin=PIN,
            valid_from=dt.datetime(2026, 8, 1, tzinfo=VIETNAM),
            valid_to=dt.datetime(2029, 8, 1, tzinfo=VIETNAM),
        )


def _close_the_year(found: books.Classroom, homeroom: int) -> list[str]:
    """Averages, conduct and results as the rules would leave them, and every book closed."""
    with make.as_system(), connection.cursor() as cursor:
        cursor.execute("UPDATE enrolment_schoolclass SET homeroom_id = %s WHERE id = %s", [homeroom, found.class_id])
        cursor.execute(
            "SELECT DISTINCT subject, kind FROM gradebook_markbook WHERE class_id = %s AND subject <> '' ORDER BY 1",
            [found.class_id],
        )
        subjects = cursor.fetchall()
        for pupil in found.pupils:
            for code, kind in subjects:
                for term in (1, 2):
                    average, outcome = (70 + 5 * term, None) if kind == "score" else (None, 1)
                    cursor.execute(
                        "INSERT INTO gradebook_mark (school_year, school_id, class_id, subject, term, student_id, average,"
                        " outcome, provisional, comment, version, updated_at) VALUES (2026, %s, %s, %s, %s, %s, %s, %s, false,"
                        " 'Chăm học, tiến bộ đều.', 1, now())",
                        [found.school, found.class_id, code, term, pupil, average, outcome],
                    )
            for term in (1, 2):
                cursor.execute(
                    "INSERT INTO gradebook_conduct (school_year, school_id, class_id, term, student_id, level, comment, version,"
                    " updated_at) VALUES (2026, %s, %s, %s, %s, 3, 'Ngoan, lễ phép.', 1, now())",
                    [found.school, found.class_id, term, pupil],
                )
            for term in (1, 2, 0):
                cursor.execute(
                    "INSERT INTO gradebook_result (school_year, school_id, class_id, term, student_id, grade, learning,"
                    " learning_before, conduct, title, missing, provisional, act, settings_id, computed_at)"
                    " SELECT 2026, %s, %s, %s, %s, 8, 2, 2, 3, '', 0, false, act, settings_id, now()"
                    " FROM gradebook_classsheet WHERE class_id = %s",
                    [found.school, found.class_id, term, pupil, found.class_id],
                )
        cursor.execute("UPDATE gradebook_markbook SET closed_at = now() WHERE class_id = %s", [found.class_id])
    return [code for code, _ in subjects]


def _teach_also(school: int, class_id: int, person: int, subjects: list[str]) -> None:
    make.a_post(person, "subject_teacher", school, class_ids=[class_id], subjects=subjects)
    from maitruong.teaching.timetable.models import Assignment

    with make.as_system():
        for subject in subjects:
            Assignment(
                school_id=school,
                school_year=2026,
                class_id=class_id,
                subject=subject,
                teacher_id=person,
                starts_on=dt.date(2026, 9, 5),
            ).save()


@contextmanager
def working_as(account: Account, workspace: str | None = None) -> Iterator[Scope]:
    from maitruong.foundation.kernel import clock

    scope = access.scope_of(account.person_id, workspace, on=clock.today(), actor_name="Người thử")
    assert scope is not None
    with unit_of_work(scope):
        yield scope


def prepare(room: Room) -> services.Prepared:
    with working_as(room.principal) as scope:
        return services.prepare_records(scope, class_id=room.class_id)


def blocks_of(account: Account, role: Role, class_id: int | None = None) -> list[int]:
    """Unsigned parts in which this person is named."""
    with make.as_system() as scope:
        rows = RecordBlock.objects.visible_to(scope, "").filter(role=role.value, signed_at__isnull=True)
        if class_id is not None:
            rows = rows.filter(class_id=class_id)
        return list(rows.filter(signer_id=account.person_id).order_by("pk").values_list("pk", flat=True))


def sign(room: Room, account: Account, role: Role, *, pin: str = PIN, blocks: list[int] | None = None) -> int:
    chosen = blocks_of(account, role) if blocks is None else blocks
    with working_as(account, f"{ROLE_NAMES[role]}.{room.school}") as scope:
        consent = services.ask_to_sign(scope, role=role, block_ids=chosen)
        return services.sign_blocks(scope, consent_id=consent.id, pin=pin, code=consent.confirm_code).count


def sign_subjects(room: Room) -> None:
    for teacher in room.teachers:
        sign(room, teacher, Role.SUBJECT_TEACHER)


def seal(room: Room) -> int:
    with working_as(room.principal) as scope:
        return sum(sealing.seal_one(scope, record_pk=pk) for pk in sealing.records_to_seal(scope, room.class_id))


def sealed(room: Room, *, issued: bool = True) -> list[RecordFile]:
    """Everything signed in order by everybody, sealed, and given to the families."""
    prepare(room)
    sign_subjects(room)
    sign(room, room.homeroom, Role.HOMEROOM_TEACHER)
    sign(room, room.principal, Role.PRINCIPAL)
    seal(room)
    if issued:
        with working_as(room.principal) as scope:
            services.issue_records(scope, class_id=room.class_id)
    return records(room)


def records(room: Room) -> list[RecordFile]:
    with make.as_system() as scope:
        rows = RecordFile.objects.visible_to(scope, "").filter(class_id=room.class_id)
        return list(rows.order_by("student_id", "version"))


def bytes_of(record: RecordFile, kind: str = "xml") -> bytes:
    from maitruong.foundation.files import queries as files

    with make.as_system():
        return files.read(record.xml_file_id if kind == "xml" else record.pdf_file_id)[1]


def states(room: Room) -> list[str]:
    return [record.state for record in records(room)]


def signed_parts(room: Room) -> set[str]:
    with make.as_system() as scope:
        rows = RecordBlock.objects.visible_to(scope, "").filter(class_id=room.class_id, signed_at__isnull=False)
        return set(rows.values_list("node_id", flat=True))


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account, backend="maitruong.foundation.identity.backends.AccountBackend")
    return client
