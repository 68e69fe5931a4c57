"""Numbers of others in a list: who is followed, who is refused, and how much a list may ask."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from maitruong.foundation.audit.models import Entry
from maitruong.foundation.exchange.models import ImportProblem
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import services as people
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment.models import Enrolment
from tests import factories as make

from .lists import HEADER, ONE, bring_in, check, take, take_back


def test_pupil_known_elsewhere_comes_with_his_number_and_a_stranger_with_it_is_refused(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)
    stranger = [1, "Vũ Văn Khác", "01/01/2015", "Nam", "6A1", "020213001234", "Kinh", "", "", "", ""]
    same = [2, "Nông Đức Dũng", "15/09/2013", "Nam", "6A1", "020213001234", "Tày", "", "", "", ""]
    stranger_path = plain_workbook(lists.tmp / "c.xlsx", [HEADER, stranger])

    batch_id = take(lists.stranger, lists.neighbour, stranger_path)
    assert check(lists.stranger, batch_id)["refused"] == 1
    other = take(lists.stranger, lists.neighbour, plain_workbook(lists.tmp / "d.xlsx", [HEADER, same]))
    assert check(lists.stranger, other)["refused"] == 1

    with make.as_system():
        codes = set(ImportProblem._base_manager.filter(severity="error").values_list("code", flat=True))
        texts = " ".join(ImportProblem._base_manager.values_list("text", flat=True))
    assert codes == {"people.number_of_another", "students.not_let_go"}
    assert "Lê Chân" not in texts


def test_pupil_who_left_the_other_school_is_followed_and_undo_lets_him_go(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)
    with make.as_system():
        dung = Person._base_manager.get(full_name="Nông Đức Dũng")
        Enrolment._base_manager.filter(student=dung).update(ends_on=dt.date(2026, 10, 1), status="TRANSFERRED_OUT")
    row = [1, "Nông Đức Dũng", "15/09/2013", "Nam", "6A1", "020213001234", "Tày", "", "", "", ""]

    batch_id, result = bring_in(lists.stranger, lists.neighbour, plain_workbook(lists.tmp / "e.xlsx", [HEADER, row]))

    assert result["new"] == 1
    with make.as_system():
        dung.refresh_from_db()
        assert dung.places == [lists.school, lists.neighbour]
    assert take_back(lists.stranger, batch_id) == {"taken_back": 1, "kept": 0}
    with make.as_system():
        dung.refresh_from_db()
        assert dung.places == [lists.school]


def test_a_number_of_another_in_a_list_is_in_the_audit_with_its_row(lists: SimpleNamespace) -> None:
    make_known = {"full_name": "Lò Thị Khác", "places": [lists.neighbour], "citizen_number": "020213001234"}
    with make.as_system() as system:
        people.register_person(system, **make_known)

    batch_id = take(lists.clerk, lists.school, lists.path)
    check(lists.clerk, batch_id)

    with make.as_system():
        entry = Entry._base_manager.get(action="students.number_of_another")
    assert (entry.actor_id, entry.school_id, entry.object_id) == (lists.clerk.actor_id, lists.school, str(batch_id))
    assert '"row":[null,2]' in entry.body and "020213001234" not in entry.body


def test_after_many_numbers_of_others_a_list_is_told_of_no_further_one(
    lists: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maitruong.registry.enrolment.importers.reader.NUMBERS_OF_OTHERS", 1)
    with make.as_system() as system:
        for number in ("020213001234", "020213001235"):
            people.register_person(system, full_name="Lò Thị Khác", places=[lists.neighbour], citizen_number=number)
    unknown = [*ONE[:5], "020213009999", *ONE[6:]]
    again = [*ONE[:5], "020213001235", *ONE[6:]]

    def told(*rows: list[Any]) -> list[str]:
        batch_id = take(
            lists.clerk, lists.school, plain_workbook(lists.tmp / f"{len(rows)}-{rows[0][5]}.xlsx", [HEADER, *rows])
        )
        check(lists.clerk, batch_id)
        with make.as_system():
            found = ImportProblem._base_manager.filter(batch_id=batch_id, severity="error")
            return list(found.order_by("row").values_list("code", flat=True))

    assert told(ONE) == ["people.number_of_another"]
    assert told(again) == told(unknown) == ["students.number_tries_spent"]
    with clock.standing_still(clock.now() + dt.timedelta(minutes=61)):
        assert told(again) == ["people.number_of_another"]
