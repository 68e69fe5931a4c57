"""Judging by the standard and rating for the year: who may, what the rule makes of it, and the bound of a fifth."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.registry.staff import judging
from maitruong.registry.staff.errors import (
    CriteriaIncomplete,
    OwnRecord,
    RatingUnknown,
    StandardNotHere,
    TooManyExcellent,
)
from maitruong.registry.staff.record_models import StandardReview, YearlyRating
from maitruong.registry.staff.rules import Standard
from tests import factories as make

from .test_record_pages import signed_in
from .test_records import STEP, write

GOOD = [Standard.GOOD] * 15


def rate(place: SimpleNamespace, ratings: dict[int, str], by: Scope | None = None) -> int:
    by = by or place.principal
    with unit_of_work(by):
        return judging.rate(by, school_id=place.school, ratings=ratings)


def rated() -> dict[int, str]:
    with make.as_system() as scope:
        return dict(YearlyRating.objects.visible_to(scope, "").values_list("person_id", "rating"))


def test_the_head_judges_and_judging_again_corrects_the_same_year(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)

    with unit_of_work(place.principal):
        first = judging.review(place.principal, person_id=place.teacher, criteria=GOOD)
        second = judging.review(place.principal, person_id=place.teacher, criteria=[Standard.EXCELLENT] * 15)
        told = judging.of_person(place.principal, person_id=place.teacher)

    assert (first, second) == (Standard.GOOD, Standard.EXCELLENT)
    assert told == [("Chuẩn nghề nghiệp, hiệu trưởng đánh giá, 2026-2027", "Tốt")]


def test_a_standard_the_house_has_not_is_refused_by_name(place: SimpleNamespace) -> None:
    with pytest.raises(StandardNotHere, match="chưa ghi chức danh"), unit_of_work(place.principal):
        judging.review(place.principal, person_id=place.teacher, criteria=GOOD)
    write(place, "luong", STEP | {"title": "V.07.02.26"})
    with pytest.raises(StandardNotHere, match="giáo viên mầm non"), unit_of_work(place.principal):
        judging.review(place.principal, person_id=place.teacher, criteria=GOOD)
    clerk = make.an_employee(place.school, "Lê Thị Thư", "clerk")
    with pytest.raises(StandardNotHere, match="không phải giáo viên"), unit_of_work(place.principal):
        judging.review(place.principal, person_id=clerk, criteria=GOOD)


def test_half_a_review_and_one_of_a_neighbour_are_refused(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)

    with pytest.raises(CriteriaIncomplete), unit_of_work(place.principal):
        judging.review(place.principal, person_id=place.teacher, criteria=GOOD[:14])
    with pytest.raises(NotFound), unit_of_work(place.stranger):
        judging.review(place.stranger, person_id=place.teacher, criteria=GOOD)

    with make.as_system() as scope:
        assert not StandardReview.objects.visible_to(scope, "").exists()


def test_the_excellent_are_a_fifth_of_the_good_at_most(place: SimpleNamespace) -> None:
    people = [place.teacher, *(make.an_employee(place.school, f"Vũ Văn {n}") for n in "ABCD")]

    with pytest.raises(TooManyExcellent, match="nhiều nhất được 0 người"):
        rate(place, dict.fromkeys(people[:1], "excellent") | dict.fromkeys(people[1:4], "good"))
    assert rated() == {}

    assert rate(place, dict.fromkeys(people[1:], "good") | {people[0]: "excellent"}) == 5
    with pytest.raises(TooManyExcellent):
        rate(place, {people[1]: "not_completed"})
    assert rate(place, {people[0]: "excellent"}) == 0
    assert rated() == {people[0]: "excellent"} | dict.fromkeys(people[1:], "good")


def test_a_stranger_an_unknown_rating_and_oneself_are_refused(place: SimpleNamespace) -> None:
    with pytest.raises(RatingUnknown, match="best"):
        rate(place, {place.teacher: "best"})
    with pytest.raises(NotFound):
        rate(place, {place.teacher: "good"}, by=place.stranger)
    with pytest.raises(NotFound):
        rate(place, {place.principal.actor_id: "good"})
    with pytest.raises(NotFound):
        rate(place, {place.teacher: "good"}, by=place.clerk)

    assert rated() == {}


def test_nobody_judges_oneself_as_head(place: SimpleNamespace) -> None:
    head = make.an_employee(place.school, "Đinh Văn Trưởng")
    make.a_post(head, "principal", place.school)
    scope = make.scope_of(make.an_account(head))

    with pytest.raises(OwnRecord), unit_of_work(scope):
        judging.review(scope, person_id=head, criteria=GOOD)


def test_the_pages_of_judging(place: SimpleNamespace) -> None:
    write(place, "luong", STEP)
    make.a_post(place.teacher, "subject_teacher", place.school, class_ids=[place.class_id], subjects=["TOAN"])
    make.an_account(place.teacher)
    principal, teacher = signed_in(place.principal.actor_id), signed_in(place.teacher)
    all_good = {f"c{number}": "2" for number in range(1, 16)}

    assert teacher.post("/ho-so-cua-toi/chuan/", all_good).status_code == 302
    assert "tự đánh giá: Khá" in principal.get("/doi-ngu/xep-loai/").content.decode()
    short = principal.post(f"/doi-ngu/{place.teacher}/chuan/", {"c1": "3"})
    assert short.status_code == 422 and "Mới có 1 trong 15 tiêu chí" in short.content.decode()
    assert principal.post(f"/doi-ngu/{place.teacher}/chuan/", all_good).status_code == 302
    refused = principal.post("/doi-ngu/xep-loai/", {f"r{place.teacher}": "excellent"})
    assert refused.status_code == 422 and "nhiều nhất được 0 người" in refused.content.decode()
    assert principal.post("/doi-ngu/xep-loai/", {f"r{place.teacher}": "good"}).status_code == 302

    own = teacher.get("/ho-so-cua-toi/").content.decode()
    for words in (
        "Hoàn thành tốt nhiệm vụ",
        "Chuẩn nghề nghiệp, tự đánh giá",
        "Chuẩn nghề nghiệp, hiệu trưởng đánh giá",
    ):
        assert words in own
    neighbour = signed_in(place.stranger.actor_id)
    assert neighbour.get(f"/doi-ngu/{place.teacher}/chuan/").status_code == 404
    assert teacher.get("/doi-ngu/xep-loai/").status_code == 404
