"""The small world as a whole: the same each time, nobody twice, everybody points at somebody."""

from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from maitruong.foundation import reference
from maitruong.foundation.kernel import personal_id, phones
from maitruong.foundation.organisations import admin_units
from maitruong.site.demo.plan import CLASSES_PER_SCHOOL, PERSONS_PER_SCHOOL, TODAY
from maitruong.site.demo.types import SCHOOL_KINDS, SHARED_KINDS
from maitruong.site.demo.world import World, digest_of


def test_the_same_seed_gives_the_same_hash_and_another_seed_another(world, rows):
    again = World(seed=1, size="small")
    other = World(seed=2, size="small")

    assert digest_of(again.school_copy(6)) == digest_of(rows.texts[6])
    assert again.shared_copy("person") == world.shared_copy("person")
    assert digest_of(other.school_copy(6))[0] != digest_of(rows.texts[6])[0]


def test_a_school_comes_out_the_same_alone_and_after_others(rows):
    alone = World(seed=1, size="small").school_copy(12)

    assert alone == rows.texts[12]


def test_the_hash_does_not_depend_on_the_number_of_processes(world):
    assert world.summary(processes=1) == world.summary(processes=2)


def test_the_summary_counts_what_the_rows_are(world, rows):
    summary = world.summary()

    for kind in {*SHARED_KINDS, *SCHOOL_KINDS}:
        found = sum(1 for _ in rows(kind)) if kind in SCHOOL_KINDS else len(world.shared(kind))
        assert summary.counts[kind] == found, kind


def test_copy_text_needs_no_escaping(rows):
    for texts in rows.texts.values():
        for kind, text in texts.items():
            fields = len(SCHOOL_KINDS[kind].__annotations__)
            assert "\\" not in text.replace("\\N", ""), kind
            assert all(line.count("\t") == fields - 1 for line in text.split("\n")[:-1]), kind


def test_twelve_schools_of_every_level_are_governed_by_who_should(world):
    kinds = Counter(school.kind for school in world.schools)
    governor = {row.unit_id: row.parent_id for row in world.shared("placement") if row.valid_to is None}

    assert kinds == {"TH": 4, "THCS": 3, "THPT": 2, "MN": 1, "TH-THCS": 1, "GDTX": 1}
    for school in world.schools:
        by_department = reference.code("school_type", school.kind, on=TODAY)["managed_by"] == "department"
        assert (governor[school.unit_id] == 1) == by_department, school.short_name


def test_the_tree_of_governance_has_no_gap_and_no_overlap_and_moves_once(world):
    by_unit: dict[int, list] = {}
    for row in world.shared("placement"):
        by_unit.setdefault(row.unit_id, []).append(row)

    assert set(by_unit) == {row.id for row in world.shared("unit")}
    moved = [unit for unit, placed in by_unit.items() if len(placed) > 1]
    assert moved == [world.layout.named("TH Kim Đồng").unit_id]
    for placed in by_unit.values():
        assert placed[-1].valid_to is None
        for before, after in pairwise(placed):
            assert (after.valid_from - before.valid_to).days == 1


def test_a_renamed_school_keeps_its_old_name_for_last_year(world):
    unit = world.layout.named("THCS Vĩnh Bảo").unit_id
    names = {row.short_name: row.valid_to for row in world.shared("unit_name") if row.unit_id == unit}

    assert names == {"THCS Vĩnh Bảo A": date(2026, 6, 30), "THCS Vĩnh Bảo": None}


def test_one_school_has_two_campuses_with_classes_in_both(world, rows):
    school = world.layout.named("TH Cát Hải")

    assert {row.campus_id for row in rows("class", school.number)} == set(school.campus_ids())
    assert len(school.campus_ids()) == 2


def test_nobody_is_there_twice(rows):
    ids = [row.id for row in rows("person")]
    numbers = [row.number for row in rows("person")]
    codes = [row.code for row in rows("pupil")] + [row.code for row in rows("staff")]

    assert len(ids) == len(set(ids))
    assert len(numbers) == len(set(numbers))
    assert len(codes) == len(set(codes))


def test_every_citizen_number_agrees_with_birth_date_sex_and_place(rows):
    for person in rows("person"):
        found = personal_id.check(person.number, born=person.birth_date, sex=person.sex, today=TODAY)
        assert found == [], person


def test_every_person_has_proper_data(rows):
    groups = {row.key for row in reference.codes("ethnic_group", on=TODAY)}
    religions = {row.key for row in reference.codes("religion", on=TODAY)}
    communes = {unit.code for unit in admin_units.communes("31")}
    for person in rows("person"):
        assert person.full_name == unicodedata.normalize("NFC", " ".join(person.full_name.split()))
        assert person.ethnic_group in groups
        assert person.religion in religions
        assert person.commune_code in communes
        assert person.phone is None or phones.normalise(person.phone) == person.phone
        assert person.birth_date < TODAY


def test_names_come_short_long_twinned_and_from_several_peoples(rows):
    by_words = Counter(len(person.full_name.split()) for person in rows("person"))
    groups = Counter(person.ethnic_group for person in rows("person"))

    assert by_words[1] >= 1
    assert max(by_words) >= 9
    assert by_words[3] > by_words[4] > by_words[2]
    assert {"KINH", "TAY", "MONG", "SANDIU"} <= set(groups)
    assert 0.93 < groups["KINH"] / groups.total() < 0.99


def test_pupils_have_the_age_of_their_grade(rows):
    born = {person.id: person.birth_date.year for person in rows("person")}
    classes = {row.id: row for row in rows("class")}
    ages = {row.key: int(row["age"]) for row in reference.codes("grade", on=TODAY)}
    off = Counter()
    for row in rows("enrolment"):
        off[row.school_year - born[row.pupil_id] - ages[classes[row.class_id].grade]] += 1

    assert set(off) <= {0, 1, 2}
    assert off[0] / off.total() > 0.95


def test_a_pupil_sits_in_one_class_a_year_and_classes_are_not_too_big(rows):
    seats = Counter((row.school_year, row.pupil_id) for row in rows("enrolment"))
    sizes = Counter(row.class_id for row in rows("enrolment"))

    assert set(seats.values()) == {1}
    assert max(sizes.values()) <= 47


def test_pupils_move_up_or_stay_and_the_others_left_a_last_grade(world, rows):
    order = [row.key for row in reference.codes("grade", on=TODAY)]
    classes = {row.id: row for row in rows("class")}
    seat = {(row.school_year, row.pupil_id): (classes[row.class_id].grade, row.status) for row in rows("enrolment")}
    last_grades = {school.grades[-1] for school in world.schools}
    for (year, pupil), (grade, status) in seat.items():
        if year != 2025:
            continue
        then = seat.get((2026, pupil))
        if then is None:
            assert (status, grade in last_grades) == ("COMPLETED", True)
        elif then[1] == "REPEATING":
            assert then[0] == grade
            assert status != "COMPLETED"
        else:
            assert order.index(then[0]) == order.index(grade) + 1
    assert Counter(status for _, status in seat.values())["REPEATING"] >= 5


def test_a_school_knows_its_pupils_of_today(rows):
    at = {row.pupil_id: row.school_id for row in rows("enrolment") if row.school_year == 2026}
    for pupil in rows("pupil"):
        assert at.get(pupil.person_id, pupil.school_id) == pupil.school_id


def test_everything_points_at_something(world, rows):
    people = {person.id for person in rows("person")}
    units = {row.id for row in world.shared("unit")}
    classes = {row.id: row for row in rows("class")}
    pupils = {row.person_id for row in rows("pupil")}
    for row in (*rows("staff"), *rows("guardian"), *rows("pupil"), *rows("grant"), *world.shared("demo_person")):
        assert row.person_id in people
    for row in rows("guardianship"):
        assert {row.pupil_id, row.guardian_id} <= people
        assert row.pupil_id in pupils
        assert row.school_id in units
    for kind in ("enrolment", "mark", "primary", "quality", "conduct", "retest", "comment", "absence"):
        for row in rows(kind):
            of_class = classes[row.class_id]
            assert (of_class.school_id, of_class.school_year) == (row.school_id, row.school_year)
            assert row.pupil_id in pupils
    for row in (*rows("teaching"), *rows("homeroom")):
        assert row.person_id in people
    for row in rows("grant"):
        assert row.unit_id in units
        assert set(row.class_ids or ()) <= set(classes)


def test_ids_lie_in_the_block_of_their_school(world, rows):
    for school in world.schools:
        for person in rows("person", school.number):
            assert person.id // PERSONS_PER_SCHOOL == school.number
        for row in rows("class", school.number):
            assert row.id // CLASSES_PER_SCHOOL == school.number


def test_every_pupil_has_one_or_two_guardians_and_some_families_have_two_schools(rows):
    guardians = Counter(row.pupil_id for row in rows("guardianship"))
    schools: dict[int, set[int]] = {}
    for row in rows("guardianship"):
        schools.setdefault(row.guardian_id, set()).add(row.school_id)

    assert set(guardians) == {row.person_id for row in rows("pupil")}
    assert set(guardians.values()) == {1, 2}
    assert sum(len(found) > 1 for found in schools.values()) > 20


@pytest.mark.parametrize("seed", [1, 7])
def test_class_8a2_has_45_pupils_in_the_open_year(seed):
    from maitruong.site.demo import copytext

    texts = World(seed=seed, size="small").school_copy(6)
    (found,) = [
        row
        for row in copytext.rows(SCHOOL_KINDS["class"], texts["class"])
        if (row.school_year, row.name) == (2026, "8A2")
    ]
    pupils = [row for row in copytext.rows(SCHOOL_KINDS["enrolment"], texts["enrolment"]) if row.class_id == found.id]

    assert len(pupils) == 45
