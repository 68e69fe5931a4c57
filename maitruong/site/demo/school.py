"""All rows of one school as COPY text, from the plan and the school's own chance: the same whenever asked."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from . import book
from .chance import generator
from .copytext import lines
from .fixed import Fixed
from .layout import Layout
from .people import People
from .plan import CLOSED_YEAR, OPEN_YEAR, SchoolPlan
from .roster import Roster, SchoolClass
from .staffing import Staffing, staff
from .types import BOOK_KINDS, ROLL_KINDS, ClassRow, GrantRow, HomeroomRow, TeachingRow

_ENROLLED = {CLOSED_YEAR: ("2025-09-05", "2026-05-31"), OPEN_YEAR: ("2026-09-05", "\\N")}
_POST = {CLOSED_YEAR: (date(2025, 9, 1), date(2026, 8, 31)), OPEN_YEAR: (date(2026, 9, 1), None)}
_GRANT_ENDS = {CLOSED_YEAR: date(2026, 8, 31), OPEN_YEAR: date(2027, 8, 31)}
_OFFICE_ROLES = {"principal": "principal", "deputy_principal": "deputy_principal", "clerk": "clerk"}


def rolls_text(layout: Layout, fixed: Fixed, school: SchoolPlan) -> dict[str, str]:
    """The rows of one school by kind, in the order of ROLL_KINDS."""
    out: dict[str, list[str]] = {kind: [] for kind in ROLL_KINDS}
    roster = Roster(school, layout.ability_salt)
    posts = staff(school, roster)
    _people(layout, fixed, school, roster, posts, out)
    _classes(school, roster, out)
    _lessons(school, roster, posts, out)
    _grants(school, roster, posts, out)
    for school_class in roster.classes:
        _enrol(school, roster, school_class, out)
    return {kind: "".join(of_kind) for kind, of_kind in out.items()}


def books_text(layout: Layout, fixed: Fixed, school: SchoolPlan, *, with_comments: bool) -> dict[str, str]:
    """The rows of one school by kind, in the order of BOOK_KINDS."""
    out: dict[str, list[str]] = {kind: [] for kind in BOOK_KINDS}
    pen = book.Pen(
        generator(layout.seed, school.number, "book"),
        layout.ability_salt,
        school.unit_id,
        school.two_sessions,
        with_comments,
        out,
        frozenset({fixed.star_class}),
    )
    for school_class in Roster(school, layout.ability_salt).classes:
        book.write(pen, school_class)
    return {kind: "".join(of_kind) for kind, of_kind in out.items()}


def _people(
    layout: Layout, fixed: Fixed, school: SchoolPlan, roster: Roster, posts: Staffing, out: dict[str, list[str]]
) -> None:
    now_at = {
        person: 1_000 + target
        for segment, target in layout.sent
        if segment.first // 20_000 == school.number
        for person in segment
        if person not in roster.repeating
    }
    rng = generator(layout.seed, school.number, "people")
    people = People(rng, layout.seed, school, fixed, now_at, out, roster.repeating)
    people.staff(posts.posts)
    people.pupils()


def _classes(school: SchoolPlan, roster: Roster, out: dict[str, list[str]]) -> None:
    campuses = school.campus_ids()
    out["class"].append(
        lines(
            ClassRow(
                found.id,
                found.year,
                school.unit_id,
                # The second campus takes the last class of each grade, or in one-class schools the lowest grades.
                campuses[-1] if found.place >= 2 or (len(campuses) > 1 and found.grade in ("1", "2")) else campuses[0],
                found.grade,
                found.name,
                found.programme,
                found.electives,
                found.clusters,
            )
            for found in roster.classes
        )
    )


def _enrol(school: SchoolPlan, roster: Roster, school_class: SchoolClass, out: dict[str, list[str]]) -> None:
    begins, ends = _ENROLLED[school_class.year]
    before = f"{school_class.year}\t{school.unit_id}\t{school_class.id}\t"
    after = f"\t{begins}\t{ends}\t\n"
    leaving = school_class.year == CLOSED_YEAR and school_class.grade == school.grades[-1]
    out["enrolment"] += [
        f"{before}{pupil}\t{'COMPLETED' if leaving and pupil not in roster.repeating else status}{after}"
        for pupil, status in zip(school_class.pupils, school_class.statuses, strict=True)
    ]


def _lessons(school: SchoolPlan, roster: Roster, posts: Staffing, out: dict[str, list[str]]) -> None:
    out["teaching"].append(
        lines(
            TeachingRow(
                lesson.school_class.year,
                school.unit_id,
                lesson.school_class.id,
                lesson.subject,
                lesson.part,
                lesson.person,
                lesson.responsible,
                lesson.periods,
                *_POST[lesson.school_class.year],
            )
            for lesson in posts.lessons
        )
    )
    out["homeroom"].append(
        lines(
            HomeroomRow(found.year, school.unit_id, found.id, posts.homeroom[found.id], *_POST[found.year])
            for found in roster.classes
        )
    )


def _grants(school: SchoolPlan, roster: Roster, posts: Staffing, out: dict[str, list[str]]) -> None:
    rows: list[GrantRow] = [
        GrantRow(post.person, role, school.unit_id, None, None, None, date(2025, 7, 1), None, None, "")
        for post in posts.posts
        if (role := _OFFICE_ROLES.get(post.position))
    ]
    for found in roster.classes:
        begins = _POST[found.year][0]
        person = posts.homeroom[found.id]
        rows.append(
            GrantRow(
                person,
                "homeroom_teacher",
                school.unit_id,
                (found.id,),
                None,
                None,
                begins,
                _GRANT_ENDS[found.year],
                None,
                "",
            )
        )
    classes: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for lesson in posts.lessons:
        of_teacher = classes[lesson.person, lesson.school_class.year, lesson.subject]
        if lesson.school_class.id not in of_teacher:
            of_teacher.append(lesson.school_class.id)
    for (person, year, subject), ids in sorted(classes.items()):
        rows.append(
            GrantRow(
                person,
                "subject_teacher",
                school.unit_id,
                tuple(ids),
                (subject,),
                None,
                _POST[year][0],
                _GRANT_ENDS[year],
                None,
                "",
            )
        )
    out["grant"].append(lines(rows))
