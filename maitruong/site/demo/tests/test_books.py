"""Marks, levels and absences, held against the rules the product itself applies."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from maitruong.assessment.gradebook.rules import Kind, Level, SubjectResult, tt22_2021, tt27_2020
from maitruong.site.demo import marks
from maitruong.site.demo.calendar import school_days
from maitruong.site.demo.plan import TODAY
from maitruong.site.demo.programme import subjects
from maitruong.site.demo.types import QUALITY_KEYS


@pytest.fixture(scope="module")
def of_class(rows):
    return {
        row.id: {
            subject.code: subject for subject in subjects(row.grade, programme=row.programme, electives=row.electives)
        }
        for row in rows("class")
    }


@pytest.fixture(scope="module")
def year_results(rows, of_class):
    """pupil → the subjects' results of 2025, grades 6-12 of the general programme."""
    general = {row.id for row in rows("class") if row.programme == "GDPT2018"}
    terms: dict[tuple[int, str], dict[int, object]] = defaultdict(dict)
    for row in rows("mark"):
        if row.school_year == 2025 and row.class_id in general:
            terms[row.pupil_id, row.subject][row.term] = (row, of_class[row.class_id][row.subject])
    found: dict[int, list[SubjectResult]] = defaultdict(list)
    for (pupil, code), by_term in terms.items():
        results = [term_result(*by_term[term]) for term in (1, 2)]
        if by_term[1][1].scored:
            average = tt22_2021.year_average(*results)
            found[pupil].append(SubjectResult(code, code, Kind.SCORE, average))
        else:
            passed = tt22_2021.comment_year(*results)
            found[pupil].append(SubjectResult(code, code, Kind.COMMENT, None, passed))
    return found


def term_result(row, subject):
    regular = [row.tx1, row.tx2, row.tx3, row.tx4][: subject.regular]
    if subject.scored:
        result = tt22_2021.term_average(regular, row.gk, row.ck, needed=subject.regular, cluster=row.cd)
        assert not result.provisional
        return result.tenths
    return tt22_2021.comment_term([cell == 1 for cell in regular], row.gk == 1, row.ck == 1, closed=True)[0]


def test_a_closed_year_has_every_mark_the_circular_asks_for_and_no_other(rows, of_class):
    for row in rows("mark"):
        subject = of_class[row.class_id][row.subject]
        regular = [row.tx1, row.tx2, row.tx3, row.tx4, row.tx5, row.tx6]
        assert regular[subject.regular :] == [None] * (6 - subject.regular)
        if row.school_year == 2025:
            assert None not in (*regular[: subject.regular], row.gk, row.ck)
        top = 100 if subject.scored else 1
        assert all(cell is None or 0 <= cell <= top for cell in (*regular, row.gk, row.ck, row.cd))


def test_clusters_have_a_mark_in_the_second_term_only(rows):
    clusters = {row.id: row.clusters.split() for row in rows("class")}
    for row in rows("mark"):
        studied = row.term == 2 and row.subject in clusters[row.class_id]
        assert (row.cd is not None) == studied


def test_levels_of_the_closed_year_are_spread_as_planned(year_results):
    levels = Counter(tt22_2021.learning_level(results).level for results in year_results.values())
    share = {level: levels[level] / levels.total() for level in Level}

    assert share[Level.GOOD] == pytest.approx(0.246, abs=0.05)
    assert share[Level.FAIR] == pytest.approx(0.42, abs=0.06)
    assert share[Level.PASS] == pytest.approx(0.28, abs=0.06)
    assert share[Level.FAIL] == pytest.approx(0.05, abs=0.02)


def test_some_pupils_are_raised_for_a_single_subject(year_results):
    raised = [found for results in year_results.values() if (found := tt22_2021.learning_level(results)).raised_by]

    assert raised


def test_who_failed_was_tested_again_and_sits_in_2026_where_the_rule_puts_him(rows, year_results):
    retests: dict[int, dict[str, int]] = defaultdict(dict)
    for row in rows("retest"):
        retests[row.pupil_id][row.subject] = row.value
    repeating = {row.pupil_id for row in rows("enrolment") if row.status == "REPEATING"}
    failed = 0
    for pupil, results in year_results.items():
        level = tt22_2021.learning_level(results).level
        assert (level is Level.FAIL) == (pupil in retests), pupil
        if pupil not in retests:
            assert pupil not in repeating
            continue
        failed += 1
        for result in results:
            if result.kind is Kind.SCORE:
                assert (result.average < 50) == (result.code in retests[pupil])
        again = [
            SubjectResult(one.code, one.name, one.kind, retests[pupil].get(one.code, one.average), one.passed)
            for one in results
        ]
        assert (tt22_2021.learning_level(again).level >= Level.PASS) == (pupil not in repeating), pupil
    assert failed > 30


def test_nobody_waits_for_a_summer_training(rows):
    conduct: dict[int, dict[int, str]] = defaultdict(dict)
    for row in rows("conduct"):
        assert row.level in "TKDC"
        conduct[row.pupil_id][row.term] = row.level

    assert all(by_term[2] != "C" for by_term in conduct.values())
    assert all(set(by_term) == {1, 2} for by_term in conduct.values())


def test_the_open_term_has_some_marks_and_hardly_an_end_of_term(rows, of_class):
    cells = Counter()
    for row in rows("mark"):
        if row.school_year == 2026:
            assert row.term == 1
            cells["rows"] += 1
            cells["tx1"] += row.tx1 is not None
            cells["gk"] += row.gk is not None
            cells["ck"] += row.ck is not None

    assert cells["tx1"] / cells["rows"] > 0.9
    assert 0.7 < cells["gk"] / cells["rows"] < 0.98
    assert cells["ck"] / cells["rows"] < 0.08


def test_mathematics_of_8a2_waits_for_the_last_regular_mark_and_the_end_of_term(rows):
    star = next(row.id for row in rows("class") if (row.school_year, row.name, row.school_id) == (2026, "8A2", 1006))
    found = [row for row in rows("mark", 6) if (row.class_id, row.subject) == (star, "TOAN")]

    assert len(found) == 45
    assert all(row.tx4 is None and row.ck is None for row in found)
    assert sum(row.tx3 is not None for row in found) > 40


def test_primary_has_levels_for_all_and_tests_where_the_circular_asks(rows, of_class):
    moments = dict(zip((1, 2, 3, 4), tt27_2020.Moment, strict=True))
    grades = {row.id: int(row.grade) for row in rows("class") if row.grade.isdigit()}
    seen = Counter()
    for row in rows("primary"):
        asked = row.subject in tt27_2020.tested_subjects(grades[row.class_id], moments[row.moment])
        assert (row.test is not None) == asked
        assert row.test is None or (row.test % 10 == 0 and 10 <= row.test <= 100)
        assert row.level in "THC"
        seen[row.school_year, row.class_id, row.pupil_id, row.moment] += 1
    for (year, class_id, _, moment), count in seen.items():
        assert count == len(of_class[class_id])
        assert year == 2025 or moment == 1


def test_primary_years_end_as_planned_and_who_did_not_complete_was_helped(rows):
    grades = {row.id: int(row.grade) for row in rows("class") if row.grade.isdigit()}
    qualities = {row.pupil_id: row.levels for row in rows("quality") if (row.school_year, row.moment) == (2025, 4)}
    by_pupil: dict[int, list] = defaultdict(list)
    for row in rows("primary"):
        if (row.school_year, row.moment) == (2025, 4):
            by_pupil[row.pupil_id].append(row)
    helped = {row.pupil_id: row.level for row in rows("retest") if row.level}
    repeating = {row.pupil_id for row in rows("enrolment") if row.status == "REPEATING"}
    overall = Counter()
    for pupil, found in by_pupil.items():
        levels = [
            tt27_2020.SubjectYear(row.subject, row.subject, tt27_2020.SubjectLevel[row.level], row.test)
            for row in found
        ]
        reached = (tt27_2020.QualityLevel("CDT".index(letter)) for letter in qualities[pupil])
        letters = dict(zip(tt27_2020.QUALITIES_AND_COMPETENCES, reached, strict=True))
        result = tt27_2020.overall_level(grades[found[0].class_id], levels, letters)
        overall[result] += 1
        assert (result is tt27_2020.Overall.INCOMPLETE) == (pupil in helped)
        assert (helped.get(pupil) == "C") == (pupil in repeating)
    assert set(overall) == set(tt27_2020.Overall)
    assert overall[tt27_2020.Overall.INCOMPLETE] / overall.total() < 0.04


def test_the_fifteen_letters_stand_in_the_order_of_the_product():
    assert tuple(tt27_2020.QUALITIES_AND_COMPETENCES) == QUALITY_KEYS


def test_absences_fall_on_school_days_up_to_today_once_a_day(rows):
    grades = {row.id: row.grade for row in rows("class")}
    seen = set()
    for row in rows("absence"):
        secondary = grades[row.class_id].isdigit() and int(grades[row.class_id]) >= 6
        assert row.day in school_days(row.school_year, six_days=secondary)
        assert row.day <= TODAY
        assert row.excused == bool(row.reason)
        assert (row.pupil_id, row.day) not in seen
        seen.add((row.pupil_id, row.day))
    assert seen


def test_profiles_give_the_level_they_are_meant_for():
    expected = {marks.GOOD: {Level.GOOD}, marks.FAIR: {Level.FAIR}, marks.ENOUGH: {Level.PASS}, marks.FAILED: {Level.FAIL},
                marks.ONE_SUBJECT: {Level.FAIR, Level.PASS}}  # fmt: skip
    for scored in (7, 8, 9):
        for meant, levels in expected.items():
            for profile in marks.profiles(scored, meant):
                results = [
                    SubjectResult(str(place), "", Kind.SCORE, marks.BUCKETS[bucket][0])
                    for place, bucket in enumerate(profile)
                ]
                assert tt22_2021.learning_level(results).level in levels, (scored, meant, profile)
