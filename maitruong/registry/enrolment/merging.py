"""Two people who are one sit in one place and lead their classes as one."""

from __future__ import annotations

from maitruong.foundation.kernel import clock
from maitruong.foundation.people.journal import Journal
from maitruong.foundation.people.ports import Keeper
from maitruong.foundation.people.types import Two
from maitruong.registry.calendar import queries as calendar

from .errors import AbsorbedStillSits, SeatedTwice
from .models import Enrolment, SchoolClass


def refuse(two: Two) -> None:
    """Seats do not move: marks and records hang on them. So who sits goes on, and of two seats one is ended first, by its school.

    Raises SeatedTwice, AbsorbedStillSits.
    """
    rows = Enrolment._base_manager.filter(
        student_id__in=[two.kept, two.absorbed], ends_on__isnull=True, school_year__gte=calendar.year_on(clock.today())
    )
    open_seats = {row.student_id: row for row in rows.select_related("school_class").order_by("school_year")}
    if two.absorbed not in open_seats:
        return
    if two.kept in open_seats:
        raise SeatedTwice(one=open_seats[two.kept].school_class.name, other=open_seats[two.absorbed].school_class.name)
    raise AbsorbedStillSits(class_name=open_seats[two.absorbed].school_class.name)


def take_over(journal: Journal, two: Two) -> None:
    years = SchoolClass._base_manager.filter(school_year__gte=calendar.year_on(clock.today()))
    for row in years.filter(homeroom_id=two.absorbed).order_by("pk"):
        journal.change(SchoolClass, row.pk, homeroom_id=two.kept)


KEEPER = Keeper(refuse=refuse, take_over=take_over)
