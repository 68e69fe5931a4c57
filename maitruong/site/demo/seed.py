"""Fill an empty database with a demo province: people and rolls, books, marks, results, figures. Says how far it is."""

from __future__ import annotations

import datetime as dt
import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from maitruong.assessment.gradebook import services as gradebook
from maitruong.assessment.school_records import services as school_records
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.events import services as events
from maitruong.foundation.identity.models import Installation
from maitruong.foundation.kernel import clock
from maitruong.insight.indicators import services as indicators
from maitruong.registry.calendar.models import SchoolYear
from maitruong.registry.enrolment.models import Enrolment, SchoolClass

from . import load, statements
from .types import SHARED_KINDS
from .world import World, digest_of

FIRST_GRADE_WITH_BOOKS = 1
PUPIL = "hoc-sinh-8a2"
_SYSTEM = system_scope("seed")


@dataclass
class Seeded:
    """What was loaded: rows by kind, and the hash over all of them, the same for the same seed."""

    name: str
    seed: int
    counts: dict[str, int] = field(default_factory=dict)
    content_hash: str = ""
    seconds: float = 0.0


def seed(name: str, *, number: int, owner_url: str, tell: Callable[[str], None]) -> Seeded:
    """Load a world of this name ('small' or 'province'). Raises NotEmpty when the database has a province already."""
    if Installation.objects.exists():
        raise load.NotEmpty
    started = time.monotonic()
    world = World(number, name)  # type: ignore[arg-type]
    done = Seeded(name, number)
    with psycopg.connect(owner_url, autocommit=True) as db:
        _stage(world, db, done, tell)
        tell("đưa người, lớp, phân quyền vào cơ sở dữ liệu")
        with load.lifted(db):
            load.load_admin_units(db)
            for part in (
                statements.UNITS,
                statements.PEOPLE,
                statements.CLASSES,
                statements.GRANTS,
                statements.SEQUENCES,
            ):
                for statement in part:
                    db.execute(statement)
        _analyse(db)
        _open_books(tell)
        tell("đưa điểm vào sổ")
        with load.lifted(db):
            for statement in (*statements.MARKS, *statements.CLOSED_YEAR):
                db.execute(statement)
        _analyse(db)
        load_years = [row[0] for row in db.execute("SELECT year FROM calendar_schoolyear ORDER BY year")]
        schools = [row[0] for row in db.execute("SELECT unit_id FROM schools_school ORDER BY unit_id")]
        db.execute(f"DROP SCHEMA {load.SCHEMA} CASCADE")
    tell("tính kết quả theo quy định")
    for year in load_years:
        with clock.standing_still(_last_moment(year)):
            for school_id in schools:
                with unit_of_work(_SYSTEM):
                    gradebook.recompute(_SYSTEM, school_year=year, school_ids=[school_id], apply=True)
    _sign_a_class(world, tell)
    for year in load_years:
        indicators.recount(schools, year)
    events.forget_all()
    indicators.refresh()
    done.seconds = round(time.monotonic() - started, 1)
    return done


def _stage(world: World, db: psycopg.Connection, done: Seeded, tell: Callable[[str], None]) -> None:
    """COPY everything into staging tables, adding up counts and hash on the way, as `World.summary` does."""
    staging = load.Staging(db)
    whole = hashlib.sha256()
    for kind in SHARED_KINDS:
        text = world.shared_copy(kind)
        whole.update(f"{kind}\n{text}".encode())
        done.counts[kind] = text.count("\n")
        staging.copy(kind, text)
    plans = world.schools
    for place, plan in enumerate(plans, start=1):
        texts = world.school_copy(plan.number)
        digest, counts = digest_of(texts)
        whole.update(digest)
        for kind, count in counts.items():
            done.counts[kind] = done.counts.get(kind, 0) + count
        for kind, text in texts.items():
            staging.copy(kind, text)
        if place % 50 == 0 or place == len(plans):
            tell(f"dựng trường {place}/{len(plans)}")
    done.content_hash = whole.hexdigest()


def _last_moment(year: int) -> dt.datetime:
    """The last day of a finished year, while its pupils still sat in their classes; else now."""
    ends_on = SchoolYear.objects.get(pk=year).ends_on
    return min(clock.now(), dt.datetime.combine(ends_on, dt.time(12), clock.VIETNAM))


def _sign_a_class(world: World, tell: Callable[[str], None]) -> None:
    """Last year's class of the demo pupil gets its signed records; the school's people get certificates of the demo."""
    pupil = next(row.person_id for row in world.fixed.demo if row.login == PUPIL)
    with unit_of_work(_SYSTEM):
        rows = Enrolment.objects.visible_to(_SYSTEM, "").filter(student_id=pupil).order_by("school_year")
        last = rows.values_list("school_id", "school_class_id").first()
    if last:
        tell("kí học bạ một lớp năm trước")
        school_records.seed_demo(school_id=last[0], class_id=last[1], tell=tell)


def _open_books(tell: Callable[[str], None]) -> None:
    with unit_of_work(_SYSTEM):
        classes = SchoolClass.objects.visible_to(_SYSTEM, "").filter(grade__gte=FIRST_GRADE_WITH_BOOKS)
        ids = list(classes.order_by("school_id", "id").values_list("pk", flat=True))
    for start in range(0, len(ids), 200):
        with unit_of_work(_SYSTEM):
            for class_id in ids[start : start + 200]:
                gradebook.open_books(_SYSTEM, class_id=class_id)
        tell(f"mở sổ {min(start + 200, len(ids))}/{len(ids)} lớp")


def _analyse(db: psycopg.Connection) -> None:
    db.execute("ANALYZE")
