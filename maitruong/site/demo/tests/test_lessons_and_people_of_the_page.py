"""Who teaches what, and the people of the sign-in page."""

from __future__ import annotations

from collections import Counter, defaultdict

from maitruong.site.demo.plan import TODAY
from maitruong.site.demo.programme import CONTINUING_SETS, ELECTIVE_SETS, LOWER_GRADES, PRIMARY_GRADES, subjects
from maitruong.teaching.curriculum import rules as curriculum


def holds_today(row) -> bool:
    return row.valid_from <= TODAY and (row.valid_to is None or row.valid_to >= TODAY)


def test_the_subjects_of_a_class_add_up_to_the_periods_of_the_programme():
    for grade in (*PRIMARY_GRADES, *LOWER_GRADES):
        total = sum(subject.periods for subject in subjects(grade))
        assert total == curriculum.yearly_total(int(grade), 2026), grade
    for electives, clusters in ELECTIVE_SETS:
        periods = sum(subject.periods for subject in subjects("11", electives=electives))
        total = periods + len(clusters.split()) * curriculum.CLUSTER_PERIODS
        assert total == curriculum.yearly_total(11, 2026)
        assert total == 997


def test_electives_and_clusters_stand_before_the_programme():
    for electives, clusters in ELECTIVE_SETS:
        assert curriculum.check_choice(electives.split(), clusters.split()) == []


def test_a_continuing_class_has_seven_scored_subjects():
    for electives, _ in CONTINUING_SETS:
        found = subjects("10", programme="GDTX2022", electives=electives)
        assert sum(subject.scored for subject in found) == 7


def test_every_subject_of_every_class_is_taught_whole_by_one_who_answers_for_it(rows):
    lessons: dict[tuple[int, str], list] = defaultdict(list)
    for row in rows("teaching"):
        lessons[row.class_id, row.subject].append(row)
    for found in rows("class"):
        for subject in subjects(found.grade, programme=found.programme, electives=found.electives):
            of_subject = lessons.pop((found.id, subject.code))
            assert sum(row.periods_per_year for row in of_subject) == subject.periods
            assert [row.responsible for row in of_subject].count(True) == 1
            assert len({row.part for row in of_subject}) == len(of_subject)
    assert not lessons


def test_every_class_has_a_homeroom_teacher_who_teaches_it(rows):
    homeroom = {row.class_id: row.person_id for row in rows("homeroom")}
    teachers = {(row.class_id, row.person_id) for row in rows("teaching")}
    for found in rows("class"):
        assert found.id in homeroom
        if found.programme != "GDMN":
            assert (found.id, homeroom[found.id]) in teachers


def test_nobody_teaches_more_than_a_week_holds_and_only_at_the_own_school(rows):
    load = Counter()
    unit = {row.person_id: row.unit_id for row in rows("staff")}
    for row in rows("teaching"):
        load[row.person_id, row.school_year] += row.periods_per_year / 35
        assert unit[row.person_id] == row.school_id

    assert max(load.values()) <= 28


def test_every_school_has_one_principal_a_deputy_and_a_clerk(world, rows):
    for school in world.schools:
        posts = Counter(row.position for row in rows("staff", school.number))
        assert posts["principal"] == posts["clerk"] == 1, school.short_name
        assert posts["deputy_principal"] >= 1


def test_the_page_has_eleven_people_with_the_rights_their_titles_say(world, rows):
    logins = {row.login: row.person_id for row in world.shared("demo_person")}
    roles = defaultdict(set)
    for row in rows("grant"):
        if holds_today(row):
            roles[row.person_id].add(row.role)

    assert len(logins) == 11
    held = {login: roles[person] for login, person in logins.items()}
    assert held["so-gddt"] == {"department_officer"}
    assert held["phuong-le-chan"] == {"commune_officer"}
    assert held["hieu-truong"] == {"principal"}
    assert held["pho-hieu-truong"] == {"deputy_principal", "principal"}
    assert held["chu-nhiem-8a2"] >= {"homeroom_teacher", "subject_teacher"}
    assert held["giao-vien-toan"] >= {"subject_teacher", "guardian"}
    assert held["van-thu"] == {"clerk"}
    assert held["phu-huynh"] == {"guardian"}
    assert held["hoc-sinh-8a2"] == {"pupil"}
    assert held["quan-tri"] == {"it_admin"}
    assert held["chua-co-vai"] == set()


def test_the_principal_is_a_woman_and_her_deputy_stands_in_with_dates(world, rows):
    logins = {row.login: row.person_id for row in world.shared("demo_person")}
    people = {row.id: row for row in rows("person")}
    (acting,) = [row for row in rows("grant") if row.acting_for is not None]

    assert people[logins["hieu-truong"]].sex == "female"
    assert (acting.person_id, acting.acting_for) == (logins["pho-hieu-truong"], logins["hieu-truong"])
    assert holds_today(acting)
    assert acting.valid_to is not None


def test_the_teacher_has_mathematics_in_8a2_and_a_child_in_another_school(world, rows):
    logins = {row.login: row.person_id for row in world.shared("demo_person")}
    teacher = logins["giao-vien-toan"]
    star = next(row for row in rows("class") if (row.school_year, row.name) == (2026, "8A2") and row.school_id == 1006)
    taught = {(row.class_id, row.subject) for row in rows("teaching") if row.person_id == teacher}
    children = {(row.pupil_id, row.school_id) for row in rows("guardianship") if row.guardian_id == teacher}

    assert (star.id, "TOAN") in taught
    (child,) = children
    assert child[1] not in (star.school_id, None)
    homeroom = next(row.person_id for row in rows("homeroom") if row.class_id == star.id)
    assert homeroom == logins["chu-nhiem-8a2"] != teacher


def test_the_guardian_has_one_child_in_primary_and_one_in_8a2(world, rows):
    logins = {row.login: row.person_id for row in world.shared("demo_person")}
    classes = {row.id: row for row in rows("class")}
    children = {row.pupil_id for row in rows("guardianship") if row.guardian_id == logins["phu-huynh"]}
    seats = {row.pupil_id: classes[row.class_id] for row in rows("enrolment") if row.school_year == 2026}

    assert {seats[child].name for child in children} == {"8A2", "3B"}
    assert len({seats[child].school_id for child in children}) == 2
    assert logins["hoc-sinh-8a2"] in children
