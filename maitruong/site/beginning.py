"""The first steps of a place that has just begun: what is missing before anybody else can work, and where it is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from django.urls import reverse

from maitruong.assessment.gradebook.queries import ClassState
from maitruong.foundation.access import queries as access
from maitruong.foundation.access.types import Scope
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.organisations import queries as organisations

NAMED = 3


class Step(NamedTuple):
    """One thing to do: what is missing, what it is for, and the page."""

    title: str
    text: str
    href: str


def first_steps(scope: Scope, year: int, classes: Sequence[ClassState]) -> list[Step]:
    """What this workspace can do about a beginning; nothing once all is there. classes: of the school it works in."""
    if scope.workspace is None:
        return []
    if scope.may("staff.appoint_head"):
        return _of_department(scope, scope.workspace.unit_id)
    if scope.covers("enrolment.manage", school_id=scope.workspace.unit_id):
        return _of_school(scope, scope.workspace.unit_id, year, classes)
    return []


def _of_department(scope: Scope, department: int) -> list[Step]:
    today, give = clock.today(), reverse("rights:give")
    steps = []
    if not access.posts(unit_ids=[department], roles=["department_officer"], on=today):
        words = "Giao việc cho người sẽ lập trường và mở năm học."
        steps.append(Step("Sở chưa có chuyên viên nào trong hệ thống", words, give))
    headed = {post.unit_id for post in access.posts(unit_ids=scope.school_ids, roles=["principal"], on=today)}
    headless = [school for school in scope.school_ids if school not in headed]
    if headless:
        names = [unit.name for unit in organisations.units(headless[:NAMED]).values()]
        more = f" và {formats.number(len(headless) - NAMED)} trường khác" if len(headless) > NAMED else ""
        title = f"{formats.number(len(headless))} trường chưa có hiệu trưởng"
        steps.append(Step(title, ", ".join(names) + more, give))
    return steps


def _of_school(scope: Scope, school_id: int, year: int, classes: Sequence[ClassState]) -> list[Step]:
    if not classes:
        words = "Mở lớp, phân công giáo viên, rồi xếp học sinh vào lớp."
        title = f"Năm học {Year(year).label} chưa có lớp nào"
        return [Step(title, words, reverse("enrolment:open_class", args=[school_id]))]
    without = sum(one.has_books is False for one in classes)
    if without and scope.covers("gradebook.close", school_id=school_id):
        title = f"{without} lớp chưa mở sổ điểm"
        return [Step(title, "Mở sổ thì giáo viên mới nhập điểm được.", reverse("gradebook:books"))]
    return []
