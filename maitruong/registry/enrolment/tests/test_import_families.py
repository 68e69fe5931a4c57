"""Parents of a list: one person for two children, and nobody of another school taken over."""

from __future__ import annotations

from types import SimpleNamespace

from maitruong.foundation.access import queries as rights
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.exchange.models import ImportProblem
from maitruong.foundation.exchange.tests.files import plain_workbook
from maitruong.foundation.kernel import clock
from maitruong.foundation.people import services as people
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.students import queries as students
from maitruong.registry.students.models import Guardianship, Student
from tests import factories as make

from .lists import HEADER, ONE, bring_in, check, take


def test_parents_come_once_for_two_children_and_stay_when_the_list_names_another(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)
    other_father = [*ONE[:7], "Hoàng Văn Khác", "020085000222", "", ""]

    batch_id = take(lists.clerk, lists.school, plain_workbook(lists.tmp / "f.xlsx", [HEADER, other_father]))
    totals = check(lists.clerk, batch_id)

    assert totals["same"] == 1
    with make.as_system():
        assert Person._base_manager.filter(full_name="Nông Văn Hải").count() == 1
        problem = ImportProblem._base_manager.get(batch_id=batch_id, code="student.other_parent")
        assert "vẫn giữ tên đó" in problem.text
        assert not Person._base_manager.filter(full_name="Hoàng Văn Khác").exists()


def test_a_parent_of_another_school_in_a_list_waits_to_be_confirmed(lists: SimpleNamespace) -> None:
    with make.as_system() as system:
        father = people.register_person(
            system,
            full_name="Nông Văn Hải",
            places=[lists.neighbour],
            citizen_number="020085000111",
            phone="+84987000111",
        )

    bring_in(lists.clerk, lists.school, lists.path)

    with make.as_system():
        rows = list(Guardianship._base_manager.filter(guardian_id=father))
        assert [row.named_as for row in rows] == ["Nông Văn Hải"] * 2 and all(row.waits_since for row in rows)
        assert Person._base_manager.get(pk=father).places == [lists.neighbour]
        assert PersonIdentifier._base_manager.get(person_id=father).places == [lists.neighbour]
        child = rows[0].student_id
    assert rights.rights(father, on=clock.today()) == []
    with unit_of_work(lists.clerk):
        (shown,) = students.guardians(child)
    assert (shown.full_name, shown.phone, shown.waits) == ("Nông Văn Hải", "", True)


def test_a_parent_of_another_school_is_made_no_pupil_by_a_list(lists: SimpleNamespace) -> None:
    held = {"places": [lists.neighbour], "citizen_number": "020213001234", "phone": "+84987000111"}
    with make.as_system() as system:
        father = people.register_person(system, full_name="Nông Đức Dũng", **held)

    bring_in(lists.clerk, lists.school, lists.path)

    with make.as_system():
        assert Person._base_manager.get(pk=father).places == [lists.neighbour]
        assert not Student._base_manager.filter(pk=father).exists()
        assert ImportProblem._base_manager.filter(code="students.not_let_go").count() == 1
        assert Entry._base_manager.filter(action="students.number_of_another", school_id=lists.school).exists()
