"""The set-based twin against the plain rules, on random pupils and on real rows."""

from __future__ import annotations

import json
import random

import pytest
from django.core.management import ManagementUtility
from django.db import connection

from maitruong.assessment.gradebook import sampling, services
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings
from maitruong.assessment.gradebook.tests import factories as make
from maitruong.foundation.access.errors import NotFound
from tests import factories as house

pytestmark = pytest.mark.django_db


def test_twin_and_plain_rules_agree_on_twenty_thousand_pupils() -> None:
    *_, last = sampling.compare(20_000, seed=7)

    assert last.examples == []
    assert (last.pupils, last.differences) == (20_000, 0)


@pytest.mark.parametrize(
    "switches",
    [
        {"adjust_mode": "remove", "adjust_comment_subject": False},
        {"one_term_result": "none", "cluster_terms": "1+2"},
        {"count_optional_subjects": False, "fewer_subjects": "fixed"},
    ],
    ids=lambda switches: ",".join(switches),
)
def test_twin_and_plain_rules_agree_under_every_reading(switches: dict[str, object]) -> None:
    *_, last = sampling.compare(3_000, seed=11, settings=Tt22Settings.from_dict(switches))

    assert last.examples == []
    assert last.pupils == 3_000


def test_a_reading_can_be_named_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    reading = Tt22Settings(adjust_mode="remove").id

    ManagementUtility(["dev", "rules", "compare", "--n", "20", "--seed", "1", "--reading", reading]).execute()

    told = json.loads(capsys.readouterr().out)
    assert (told["settings"], told["pupils"], told["differences"]) == (reading, 20, 0)


def test_a_twin_that_rounds_down_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    half_up = "(2 * weighted + divisor) / (2 * divisor)"
    assert half_up in sampling._SUBJECTS
    monkeypatch.setattr(sampling, "_SUBJECTS", sampling._SUBJECTS.replace(half_up, "weighted / divisor"))

    *_, last = sampling.compare(300, seed=7)

    assert last.differences > 100


# --- on real rows --------------------------------------------------------------------------------------------------------

SCORED = ("NV", "TOAN", "NN1", "GDCD", "LSDL", "KHTN", "CN", "TH")
COMMENTS = ("GDTC", "NT", "HDTNHN", "GDDP")


def a_lived_year() -> make.Classroom:
    """A class at the end of the year: good and weak pupils, empty cells, an exemption, one who came from another class."""
    room = make.a_classroom(pupils=tuple(f"Trần Thị Bé {n}" for n in range(8)))
    before = make.add_class(room.department, room.commune, room.school, room.principal, 8, "8A3", ("Vũ Thị Hà",))
    chance = random.Random(3)
    for term in (1, 2):
        judge_all(before, term, chance)
        judge_all(room, term, chance)
        if term == 1:
            mover = before.pupils.pop()
            move(mover, before.class_id, room.class_id)
            room.pupils.append(mover)
    with make.working_as(room.principal) as scope:
        for term in (1, 2):
            services.set_basis(
                scope,
                book_id=room.book("TH", term),
                student_ids=[room.pupils[1]],
                basis=3,
                reason="Miễn theo giấy bệnh viện",
            )
        services.set_basis(
            scope, book_id=room.book("CN", 1), student_ids=[room.pupils[2]], basis=3, reason="Miễn theo giấy bệnh viện"
        )
        services.close_book(scope, book_id=room.book("GDTC", 1), missing="leave", reason="Nghỉ ốm dài ngày có phép")
    return room


def judge_all(room: make.Classroom, term: int, chance: random.Random) -> None:
    habits = {pupil: chance.choice(("9,2", "8", "6,5", "5", "3,4")) for pupil in room.pupils}
    for subject in SCORED:
        needed = {"GDCD": 2, "TH": 2, "CN": 3}.get(subject, 4)
        columns = [*(f"tx{n}" for n in range(1, needed + 1)), "gk", "ck"]
        cells = [
            (pupil, column, habits[pupil] if chance.random() < 0.9 else chance.choice(("10", "7") * 20 + ("V", "4,9")))
            for pupil in room.pupils
            for column in columns
            if chance.random() < 0.998
        ]
        if cells:
            make.type_in(make.teacher_of(room, subject), room.book(subject, term), *cells)
    for subject in COMMENTS:
        cells = [
            (pupil, column, chance.choice(("Đ",) * 30 + ("CĐ",)))
            for pupil in room.pupils
            for column in ("tx1", "tx2", "gk", "ck")
            if chance.random() < 0.998
        ]
        if cells:
            make.type_in(make.teacher_of(room, subject), room.book(subject, term), *cells)
    levels = [(pupil, "level", chance.choice(("T", "T", "K", "Đ"))) for pupil in room.pupils]
    if levels:
        make.type_in(make.homeroom_of(room), room.book("conduct", term), *levels, service=services.enter_conduct)


def move(pupil: int, old: int, new: int) -> None:
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE enrolment_enrolment SET ends_on = '2026-10-31' WHERE student_id = %s AND school_class_id = %s",
            [pupil, old],
        )
        cursor.execute(
            "INSERT INTO enrolment_enrolment (school_id, school_year, school_class_id, student_id, register_number, student_code,"
            " status, starts_on) SELECT school_id, school_year, %s, student_id, '', '', 'enrolled', '2026-11-01'"
            " FROM enrolment_enrolment WHERE student_id = %s AND school_class_id = %s",
            [new, pupil, old],
        )


def recompute(**how: object) -> services.Differences:
    with house.as_system() as scope:
        return services.recompute(scope, school_year=2026, **how)  # type: ignore[arg-type]


def test_what_the_saves_kept_current_is_what_the_twin_makes_of_the_whole_school() -> None:
    room = a_lived_year()

    found = recompute(school_ids=[room.school])

    assert found.differences == 0
    assert found.marks > 180 and found.results == 3 * 9 - 1
    assert len(set(make.rows_of("gradebook_result WHERE term = 0", "learning"))) > 2


def test_spoiled_results_are_counted_first_and_put_right_only_when_told() -> None:
    room = a_lived_year()
    here = f"gradebook_result WHERE class_id = {room.class_id}"
    before = make.rows_of(here, "term, student_id, learning, conduct, title, missing", "term, student_id")
    averages = make.rows_of(
        "gradebook_mark", "subject, term, student_id, average, outcome", "subject, term, student_id, class_id"
    )
    with house.as_system(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE gradebook_mark SET average = average - 1 WHERE subject = 'TOAN' AND term = 1 AND average IS NOT NULL"
        )
        spoiled = cursor.rowcount
        cursor.execute("UPDATE gradebook_result SET learning = 3, title = 'excellent' WHERE term = 0")

    told = recompute(school_ids=[room.school])
    again = recompute(school_ids=[room.school])
    put_right = recompute(school_ids=[room.school], apply=True)

    assert 0 < told.marks_different <= spoiled and told.results_different > 0
    assert again == told and put_right == told
    assert recompute(school_ids=[room.school]).differences == 0
    assert make.rows_of(here, "term, student_id, learning, conduct, title, missing", "term, student_id") == before
    now = make.rows_of(
        "gradebook_mark", "subject, term, student_id, average, outcome", "subject, term, student_id, class_id"
    )
    assert [a for a in now if a not in averages] == [a for a in now if a[0] == "TOAN" and a not in averages]
    assert len(make.rows_of("audit_entry WHERE action = 'gradebook.recomputed'")) == 1
    assert make.rows_of("events_outbox WHERE kind = 'gradebook.results_changed' AND payload->'students' IS NOT NULL")


def test_nobody_but_the_house_recomputes() -> None:
    room = make.a_classroom()

    with make.working_as(room.principal) as scope, pytest.raises(NotFound):
        services.recompute(scope, school_year=2026, apply=True)
