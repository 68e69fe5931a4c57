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

from .lists import HEADER, ONE, THREE, TWO, bring_in, check, snapshot, take, take_back


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


GUARDED = [
    *HEADER[:7],
    "Họ tên bố",
    "Cha/Mẹ hoặc người giám hộ",
    "CCCD phụ huynh",
    "Nghề nghiệp phụ huynh",
    "SĐT phụ huynh",
]


def families(child: str) -> list[tuple[str, str, str]]:
    with make.as_system():
        rows = Guardianship._base_manager.filter(student__full_name=child).select_related("guardian")
        return sorted((row.relation, row.guardian.full_name, row.occupation) for row in rows)


def test_a_parent_the_list_does_not_say_which_comes_as_a_guardian_and_goes_with_the_undo(
    lists: SimpleNamespace,
) -> None:
    before = snapshot()
    path = plain_workbook(
        lists.tmp / "g.xlsx",
        [
            GUARDED,
            [*ONE[:7], "", "Vi Thị Lan", "020185000333", "Làm ruộng", "0912345670"],
            [*TWO[:7], "Nông Văn Hải", "Nông Văn Hải", "", "Thợ xây", "0912345671"],
            [*THREE[:7], "", "", "", "", "0912345672"],
        ],
    )

    batch_id, result = bring_in(lists.clerk, lists.school, path)

    assert result["new"] == 3
    assert families("Nông Đức Dũng") == [("GUARDIAN", "Vi Thị Lan", "Làm ruộng")]
    assert families("Nông Thị Hoa") == [("FATHER", "Nông Văn Hải", "Thợ xây")]
    with make.as_system():
        lan = Person._base_manager.get(full_name="Vi Thị Lan")
        assert (lan.sex, PersonIdentifier._base_manager.get(person=lan).value) == ("", "020185000333")
        assert lan.phone == "+84912345670"
        assert Person._base_manager.get(full_name="Nông Văn Hải").phone == "+84912345671"
        assert Student._base_manager.get(person__full_name="Triệu Văn Ái").details["contact_phone"] == "+84912345672"
    assert rights.rights(lan.pk, on=clock.today()) != []
    assert take_back(lists.clerk, batch_id) == {"taken_back": 3, "kept": 0}
    assert snapshot() == before


def test_a_guardian_who_is_the_father_we_know_already_is_not_written_twice(lists: SimpleNamespace) -> None:
    bring_in(lists.clerk, lists.school, lists.path)
    again = [*ONE[:7], "", "NÔNG VĂN HẢI", "", ""]

    bring_in(lists.clerk, lists.school, plain_workbook(lists.tmp / "h.xlsx", [GUARDED, again]))

    assert families("Nông Đức Dũng") == [("FATHER", "Nông Văn Hải", "")]


def test_a_guardian_under_another_name_is_told_and_the_held_one_stays(lists: SimpleNamespace) -> None:
    first = [*ONE[:7], "", "Vi Thị Lan", "", ""]
    bring_in(lists.clerk, lists.school, plain_workbook(lists.tmp / "i.xlsx", [GUARDED, first]))
    second = [*ONE[:7], "", "Hoàng Văn Khác", "", ""]

    batch_id = take(lists.clerk, lists.school, plain_workbook(lists.tmp / "j.xlsx", [GUARDED, second]))
    check(lists.clerk, batch_id)

    with make.as_system():
        problem = ImportProblem._base_manager.get(batch_id=batch_id, code="student.other_parent")
    assert problem.column == 8 and "Hồ sơ đang ghi người giám hộ là Vi Thị Lan" in problem.text
