"""Who stands twice: found, shown to whom it concerns, decided, taken back."""

from __future__ import annotations

import csv
import datetime as dt
import random
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.test import Client

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import queries as audit
from maitruong.foundation.identity.models import Account
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.models import Person
from maitruong.registry.duplicates import queries, services
from maitruong.registry.duplicates.errors import DecidedMeanwhile, NotYoursToDecide, WhyMissing
from maitruong.registry.duplicates.models import Pair
from maitruong.registry.duplicates.rules import Standing, goes_on
from maitruong.registry.enrolment.models import Enrolment
from maitruong.registry.verification import services as verification
from maitruong.registry.verification.tests import planted
from maitruong.site.family.tests.test_family import signed_in
from tests import factories as make

pytestmark = pytest.mark.django_db
BORN = dt.date(2013, 3, 9)


@pytest.fixture
def pair(place: SimpleNamespace) -> SimpleNamespace:
    """One child at two schools, whose mark the second clerk left out; and two at one school, with day and month exchanged."""
    with make.as_system() as scope:
        one, other = place.pupils[0], place.their_pupil
        Person._base_manager.filter(pk=one).update(born_on=BORN, phone="+84912345678")
        Person._base_manager.filter(pk=other).update(
            full_name="Nguyen Minh Anh", name_fold="nguyen minh anh", born_on=BORN, phone="+84912345678"
        )
        Enrolment._base_manager.filter(student_id=one).update(ends_on=dt.date(2026, 10, 1), status="transferred_out")
        twin = make.a_person("Lý A Sính", place.school, born=dt.date(2013, 9, 3), sex="male")
        Person._base_manager.filter(pk=place.pupils[1]).update(born_on=dt.date(2013, 3, 9), sex="male")
        found = services.find_again(scope)
    officer = make.scope_of(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))
    return SimpleNamespace(**vars(place), one=one, other=other, twin=twin, found=found, officer=officer)


def waiting(scope: Scope) -> list[tuple[int, int]]:
    with unit_of_work(scope):
        return sorted((row.low, row.high) for row in queries.waiting(scope))


def question(scope: Scope, low: int) -> queries.Question:
    with unit_of_work(scope):
        pair_id = next(row.id for row in queries.waiting(scope) if row.low == low)
        return services.open_pair(scope, pair_id=pair_id)


def merged(scope: Scope, asked: queries.Question, **how: object) -> int:
    with unit_of_work(scope):
        return services.merge(scope, pair_id=asked.row.id, **{"seen": asked.seen, "why": "giấy khai sinh"} | how)  # type: ignore[arg-type]


def test_a_run_finds_who_stands_twice_and_nobody_else(pair: SimpleNamespace) -> None:
    assert waiting(pair.officer) == sorted([(pair.one, pair.other), (pair.pupils[1], pair.twin)])
    assert pair.found.pairs == pair.found.new == 2
    with unit_of_work(pair.officer):
        told = {row.low: row.alike for row in queries.waiting(pair.officer)}
    assert told[pair.one] == ("một bên viết không dấu", "cùng ngày sinh", "cùng điện thoại")
    assert "ngày và tháng sinh đảo nhau" in told[pair.pupils[1]]


def test_a_second_run_finds_nothing_new_and_closes_what_is_alike_no_more(pair: SimpleNamespace) -> None:
    with make.as_system() as scope:
        assert services.find_again(scope).new == 0
        Person._base_manager.filter(pk=pair.twin).update(full_name="Giàng A Páo", born_on=dt.date(2011, 1, 5))
        again = services.find_again(scope)
    assert (again.pairs, again.gone) == (1, 1)
    assert waiting(pair.officer) == [(pair.one, pair.other)]


def test_a_school_sees_only_pairs_of_people_it_knows_both_of(pair: SimpleNamespace) -> None:
    assert waiting(pair.principal) == [(pair.pupils[1], pair.twin)]
    assert waiting(pair.stranger) == []
    crossing = Pair._base_manager
    with make.as_system():
        pair_id = crossing.get(low_id=pair.one).pk
    for scope in (pair.principal, pair.stranger):
        with unit_of_work(scope):
            assert not Pair._base_manager.filter(pk=pair_id).exists(), "behind the wall as well"
            with pytest.raises(NotFound):
                services.open_pair(scope, pair_id=pair_id)
            with pytest.raises(NotFound):
                services.merge(scope, pair_id=pair_id, seen="", why="x")


def test_the_department_merges_and_the_child_goes_on_where_it_sits(pair: SimpleNamespace) -> None:
    asked = question(pair.officer, pair.one)
    assert asked.goes_on == pair.other
    merged(pair.officer, asked, taken=["full_name"])
    with make.as_system():
        assert people.living([pair.one]) == {pair.one: pair.other}
        assert people.names([pair.other])[pair.other] == "Nguyễn Minh Ánh"
    assert waiting(pair.officer) == [(pair.pupils[1], pair.twin)]
    with unit_of_work(pair.officer):
        assert services.part(pair.officer, pair_id=asked.row.id, why="hai em khác nhau") == 0
        assert queries.decided(pair.officer)[0].decision == "two"
    with make.as_system() as scope:
        assert people.names([pair.other])[pair.other] == "Nguyen Minh Anh"
        services.find_again(scope)
    assert (pair.one, pair.other) not in waiting(pair.officer), "who was parted is not asked about again"


def test_two_who_are_two_are_asked_about_again_only_when_one_is_written_differently(pair: SimpleNamespace) -> None:
    asked = question(pair.officer, pair.one)
    with unit_of_work(pair.officer):
        services.keep_apart(pair.officer, pair_id=asked.row.id, seen=asked.seen, why="hai chị em họ")
    with make.as_system() as scope:
        services.find_again(scope)
        assert (pair.one, pair.other) not in waiting(pair.officer)
        Person._base_manager.filter(pk=pair.one).update(phone="+84987654321")
        services.find_again(scope)
    assert (pair.one, pair.other) in waiting(pair.officer)


def test_a_school_decides_about_its_own_and_the_department_about_who_is_known_elsewhere(pair: SimpleNamespace) -> None:
    asked = question(pair.clerk, pair.pupils[1])
    assert asked.may_decide
    with make.as_system():
        Person._base_manager.filter(pk=pair.twin).update(places=[pair.school, pair.neighbour])
    assert not question(pair.clerk, pair.pupils[1]).may_decide
    with pytest.raises(NotYoursToDecide):
        merged(pair.clerk, asked)
    merged(pair.officer, question(pair.officer, pair.pupils[1]))


def test_a_school_gives_nobody_the_rights_of_a_colleague_by_merging(place: SimpleNamespace) -> None:
    """A clerk writes a parent down by the name and telephone of a colleague without account, and gives that parent one."""
    with make.as_system() as scope:
        Person._base_manager.filter(pk=place.teacher).update(phone="+84912345678")
        made_up = make.a_person("Phạm Thu Lan", place.school)
        Person._base_manager.filter(pk=made_up).update(phone="+84912345678")
        make.an_account(made_up)
        services.find_again(scope)
    asked = question(place.clerk, min(made_up, place.teacher))
    assert not asked.may_decide
    with pytest.raises(NotYoursToDecide):
        merged(place.clerk, asked)


def test_nobody_decides_about_herself(place: SimpleNamespace) -> None:
    officer = make.scope_of(make.a_post_holder(place.department, "department_officer", "Lã Thị Sở"))
    with make.as_system() as scope:
        double = make.a_person("Lã Thị Sở", place.department)
        Person._base_manager.filter(pk__in=[double, officer.actor_id]).update(phone="+84912345678")
        services.find_again(scope)
    with pytest.raises(NotYoursToDecide):
        merged(officer, question(officer, min(double, officer.actor_id or 0)))


def test_a_decision_needs_its_reason_and_what_was_seen(pair: SimpleNamespace) -> None:
    asked = question(pair.officer, pair.one)
    with pytest.raises(WhyMissing):
        merged(pair.officer, asked, why="  ")
    with make.as_system():
        Person._base_manager.filter(pk=pair.one).update(version=9)
    with pytest.raises(DecidedMeanwhile):
        merged(pair.officer, asked)
    again = question(pair.officer, pair.one)
    merged(pair.officer, again)
    with pytest.raises(DecidedMeanwhile):
        merged(pair.officer, again)


def test_who_laid_two_files_side_by_side_stands_in_the_audit_of_both(pair: SimpleNamespace) -> None:
    question(pair.officer, pair.one)
    with make.as_system():
        for person_id in (pair.one, pair.other):
            looks = audit.looks_at([person_id])
            assert [(row.action, row.actor_id) for row in looks] == [("duplicates.opened", pair.officer.actor_id)]


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (Standing(1, False, True, True), Standing(2, True, False, False), 2),
        (Standing(1, False, False, True), Standing(2, False, True, False), 2),
        (Standing(2, False, False, True), Standing(1, False, False, False), 2),
        (Standing(2, False, False, False), Standing(1, False, False, False), 1),
    ],
)
def test_who_goes_on(one: Standing, other: Standing, kept: int) -> None:
    assert goes_on(one, other) == goes_on(other, one) == kept


# --- the pages ---------------------------------------------------------------------------------------------------------


def client_of(scope: Scope) -> Client:
    return signed_in(Account.objects.get(person_id=scope.actor_id))


def test_the_pages_from_list_to_merge_to_undo(pair: SimpleNamespace) -> None:
    browser = client_of(pair.officer)
    page = browser.get("/ho-so-trung/").content.decode()
    assert "Nguyen Minh Anh" in page and "THCS Vĩnh Bảo" in page and "rất giống" in page
    with make.as_system():
        pair_id = Pair._base_manager.get(low_id=pair.one).pk
    address = f"/ho-so-trung/{pair_id}/"
    shown = browser.get(address).content.decode()
    assert "Nguyễn Minh Ánh" in shown and "THCS Lê Chân" in shown and "031" not in shown
    seen = shown.split('name="seen" value="')[1].split('"')[0]
    given = {"act": "one", "seen": seen, "stays_behind": pair.one, "full_name": pair.one}
    refused = browser.post(address, given)
    assert refused.status_code == 422 and "Chưa ghi căn cứ" in refused.text
    assert browser.post(address, given | {"why": "giấy khai sinh"}).status_code == 302
    done = browser.get("/ho-so-trung/da-xu-ly/").content.decode()
    assert "Là một người, đã gộp" in done and "giấy khai sinh" in done
    assert browser.get(f"/hoc-sinh/{pair.one}/").status_code in (200, 302)
    assert browser.post(f"{address}tach/", {"why": ""}).status_code == 422
    undone = browser.post(f"{address}tach/", {"why": "hai em"}, follow=True)
    assert "Đã tách hai hồ sơ." in undone.text and "trở về như trước" in undone.text
    again = browser.post(f"{address}tach/", {"why": "hai em"})
    assert again.status_code == 422 and "đã được tách trước đó" in again.text


def test_an_empty_list_says_so_and_a_strangers_address_is_not_there(pair: SimpleNamespace) -> None:
    stranger = client_of(pair.stranger)
    assert "Không còn cặp nào chờ xem" in stranger.get("/ho-so-trung/").text
    with make.as_system():
        pair_id = Pair._base_manager.get(low_id=pair.one).pk
    not_there = stranger.get("/ho-so-trung/999999/")
    assert stranger.get(f"/ho-so-trung/{pair_id}/").status_code == not_there.status_code == 404
    assert stranger.post(f"/ho-so-trung/{pair_id}/tach/", {"why": "x"}).status_code == 404


# --- how many a run finds ----------------------------------------------------------------------------------------------


def test_of_a_hundred_planted_doubles_a_run_finds_nearly_all_and_the_likeliest_are_right(tmp_path: Path) -> None:
    """As the harder of the two lists is written: names without marks, day and month exchanged, a digit wrong, no number."""
    rng = random.Random("doubles")
    humans = planted.humans_of(rng, 20_000, 10_000)
    rows = [(n, human.name, human.born, human.sex, human.number, "") for n, human in enumerate(humans)]
    planted_pairs = set()
    for n in rng.sample(range(len(humans)), 100):
        again = planted.written(rng, humans[n], planted.HARD, humans)
        number = "" if again.number == humans[n].number else again.number  # a number has one holder
        planted_pairs.add((n, len(rows)))
        rows.append((len(rows), again.name, again.born, again.sex, number, ""))
    path = tmp_path / "people.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([verification.DOUBLES_COLUMNS, *rows])

    found = verification.find_doubles(path)

    shown = {(double.low, double.high) for double in found}
    surest = [double for double in found if double.likely >= 0.95]
    right = sum((double.low, double.high) in planted_pairs for double in surest)
    assert len(shown & planted_pairs) >= 97, "recall of what is shown"
    assert len(shown) <= 400, "an officer reads four for one at most"
    assert len(surest) >= 50 and right / len(surest) >= 0.9
