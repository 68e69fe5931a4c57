"""How people are judged: by the professional standard, and rated for the school year within the bound of a fifth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.events.services import publish
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.people import queries as people
from maitruong.foundation.reference import catalogue as reference
from maitruong.foundation.regulations import in_force_on
from maitruong.registry.calendar import queries as calendar

from . import queries
from .errors import OwnRecord, RatingUnknown, StandardNotHere, TooManyExcellent
from .events import StaffJudged
from .models import Employment
from .record_models import SalaryStep, StandardReview, YearlyRating
from .rules import TT20_2018, Standard, Yearly, excellent_at_most
from .types import StaffRow

RATINGS = {
    Yearly.EXCELLENT: "Hoàn thành xuất sắc nhiệm vụ",
    Yearly.GOOD: "Hoàn thành tốt nhiệm vụ",
    Yearly.COMPLETED: "Hoàn thành nhiệm vụ",
    Yearly.NOT_COMPLETED: "Không hoàn thành nhiệm vụ",
}
#: No school has as many people; a list of them is one page.
EVERYBODY = 1000


@dataclass(frozen=True)
class Rated:
    """One person on the head's list. overall, said: by the head and by herself; None where nobody judged yet."""

    person_id: int
    full_name: str
    post: str
    overall: Standard | None
    said: Standard | None
    rating: str


def review(scope: Scope, *, person_id: int, criteria: Sequence[Standard]) -> Standard:
    """The head's judgement of a teacher for the present school year; the same year again corrects it, old → new in the audit.

    Raises NotFound, OwnRecord, StandardNotHere, CriteriaIncomplete, and YearClosed's kind from the calendar.
    """
    row = employed(scope, person_id)
    if person_id == scope.actor_id:
        raise OwnRecord
    return _write_review(scope, row.school_id, person_id, row.post, "head", criteria)


def review_oneself(scope: Scope, *, criteria: Sequence[Standard]) -> Standard:
    """One's own judgement, every year. Raises as review."""
    row = own_employment(scope)
    return _write_review(scope, row.school_id, row.person_id, row.post, "self", criteria)


def employed(scope: Scope, person_id: int) -> StaffRow:
    """The employment through which the scope judges somebody. Raises NotFound."""
    rows = queries.employments(scope, person_id=person_id)
    for row in rows:
        if row.ends_on is None and scope.covers("staff.judge", school_id=row.school_id):
            return row
    raise NotFound


def own_employment(scope: Scope) -> Employment:
    held = (
        Employment._base_manager.filter(person_id=scope.actor_id or 0, ends_on__isnull=True)
        .order_by("-starts_on")
        .first()
    )
    if held is None:
        raise NotFound
    return held


def _write_review(
    scope: Scope, school_id: int, person_id: int, post: str, judged_by: str, criteria: Sequence[Standard]
) -> Standard:
    today = clock.today()
    year = calendar.year_on(today)
    calendar.refuse_closed_year(year)
    refuse_other_standards(school_id, person_id, post)
    overall: Standard = in_force_on("staff.standard_overall", today)(criteria)
    known: dict[str, Any] = {
        "school_id": school_id, "person_id": person_id, "school_year": year, "judged_by": judged_by
    }  # fmt: skip
    before = StandardReview._base_manager.select_for_update().filter(**known).first()
    values = {"criteria": [int(one) for one in criteria], "overall": int(overall), "act": TT20_2018.id}
    if before is None:
        StandardReview(**known, **values).save(force_insert=True)
    else:
        StandardReview._base_manager.filter(pk=before.pk).update(**values, written_at=clock.now())
    audit.record(
        scope,
        "staff.reviewed",
        school_id=school_id,
        object_type="person",
        object_id=person_id,
        subject_id=person_id,
        changes={
            "judged_by": judged_by,
            "school_year": year,
            "criteria": [before.criteria if before else None, values["criteria"]],
            "overall": [before.overall if before else None, values["overall"]],
        },
    )
    publish(StaffJudged(school_id=school_id, school_year=year, people=1))
    return overall


def refuse_other_standards(school_id: int, person_id: int, post: str) -> None:
    """The house has the standard of teachers of general education, not those of heads and of preschool (14, 25, 26/2018)."""
    if post in ("principal", "deputy_principal"):
        raise StandardNotHere(what="cán bộ quản lí")
    if post != "teacher":
        raise StandardNotHere(what="người không phải giáo viên")
    today = clock.today()
    steps = SalaryStep._base_manager.filter(school_id=school_id, person_id=person_id, withdrawn_at__isnull=True)
    title = steps.filter(starts_on__lte=today).order_by("-starts_on").values_list("title", flat=True).first()
    if title is None:
        raise StandardNotHere(what="người chưa ghi chức danh nghề nghiệp")
    level = reference.code("staff_title", title)["level"]
    if level not in ("PRIMARY", "LOWER_SECONDARY", "UPPER_SECONDARY"):
        raise StandardNotHere(what="giáo viên mầm non" if level == "PRESCHOOL" else f"chức danh {title}")


def rated(scope: Scope, *, school_id: int, school_year: int) -> list[Rated]:
    """Everybody at work at a school, with what was judged and rated in a school year, by name; oneself left out. Three statements."""
    rows = queries.staff(scope, school_id=school_id, on=clock.today(), limit=EVERYBODY)
    asked = {"school_id": school_id, "school_year": school_year}
    reviews = {
        (person_id, judge): Standard(overall)
        for person_id, judge, overall in StandardReview.objects.visible_to(scope, "staff.judge")
        .filter(**asked)
        .values_list("person_id", "judged_by", "overall")
    }
    ratings = dict(
        YearlyRating.objects.visible_to(scope, "staff.judge").filter(**asked).values_list("person_id", "rating")
    )
    return [
        Rated(
            row.person_id,
            row.full_name,
            row.post,
            reviews.get((row.person_id, "head")),
            reviews.get((row.person_id, "self")),
            ratings.get(row.person_id, ""),
        )
        for row in rows
        if row.person_id != scope.actor_id
    ]


def open_ratings(scope: Scope, *, school_id: int) -> list[Rated]:
    """The list for the head's eyes; that it was opened is in the audit. Raises NotFound."""
    if not scope.covers("staff.judge", school_id=school_id):
        raise NotFound
    found = rated(scope, school_id=school_id, school_year=calendar.year_on(clock.today()))
    audit.record(scope, "staff.ratings_opened", school_id=school_id, object_type="school", object_id=school_id)
    return found


def rate(scope: Scope, *, school_id: int, ratings: Mapping[int, str]) -> int:
    """Rate people for the present school year: person → rating of the ones that are to change. Returns how many changed.

    The bound is that of the school as a whole after the change. Raises NotFound, RatingUnknown, TooManyExcellent.
    """
    if not scope.covers("staff.judge", school_id=school_id):
        raise NotFound
    year = calendar.year_on(clock.today())
    calendar.refuse_closed_year(year)
    known = {row.person_id: row.rating for row in rated(scope, school_id=school_id, school_year=year)}
    if ratings.keys() - known.keys():
        raise NotFound
    changes = {person: rating for person, rating in ratings.items() if rating != known[person]}
    for rating in changes.values():
        if rating not in list(Yearly):
            raise RatingUnknown(given=rating)
    after = [*(known | changes).values()]
    base = sum(rating in (Yearly.EXCELLENT, Yearly.GOOD) for rating in after)
    excellent, most = after.count(Yearly.EXCELLENT), excellent_at_most(base)
    if excellent > most:
        raise TooManyExcellent(given=excellent, most=most, base=base)
    if not changes:
        return 0
    YearlyRating._base_manager.bulk_create(
        [
            YearlyRating(school_id=school_id, school_year=year, person_id=person, rating=rating, written_at=clock.now())
            for person, rating in sorted(changes.items())
        ],
        update_conflicts=True,
        unique_fields=["school_id", "school_year", "person"],
        update_fields=["rating", "written_at"],
    )
    audit.record_many(
        scope,
        "staff.rated",
        [
            {
                "school_id": school_id,
                "object_type": "person",
                "object_id": person,
                "subject_id": person,
                "changes": {"school_year": year, "rating": [known[person] or None, rating]},
            }
            for person, rating in sorted(changes.items())
        ],
    )
    publish(StaffJudged(school_id=school_id, school_year=year, people=len(changes)))
    return len(changes)


def of_person(scope: Scope, *, person_id: int) -> list[tuple[str, str]]:
    """(what and when, result) for a record, the newest year first, to whoever may read it."""
    same = people.same_human(person_id)
    return _in_words(
        StandardReview.objects.visible_to(scope, "staff.pay").filter(person_id__in=same),
        YearlyRating.objects.visible_to(scope, "staff.pay").filter(person_id__in=same),
    )


def of_oneself(scope: Scope) -> list[tuple[str, str]]:
    same = people.same_human(scope.actor_id or 0)
    return _in_words(
        StandardReview._base_manager.filter(person_id__in=same), YearlyRating._base_manager.filter(person_id__in=same)
    )


def _in_words(reviews: Any, ratings: Any) -> list[tuple[str, str]]:
    judges = {"self": "tự đánh giá", "head": "hiệu trưởng đánh giá"}
    found = [(one.school_year, 0, "Xếp loại chất lượng", RATINGS[Yearly(one.rating)]) for one in ratings]
    found += [
        (one.school_year, 1, f"Chuẩn nghề nghiệp, {judges[one.judged_by]}", Standard(one.overall).label)
        for one in reviews
    ]
    found.sort(key=lambda row: (-row[0], row[1], row[2]))
    return [(f"{what}, {Year(year).label}", words) for year, _, what, words in found]
