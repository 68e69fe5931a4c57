"""Topic × grade × school year: exactly one rule, chosen by the record."""

from maitruong.assessment.gradebook import rules
from maitruong.foundation.regulations import as_markdown, in_force, registered
from maitruong.foundation.regulations.register import HOUSE

TT22_TOPICS = {
    "awards",
    "check_mark",
    "comment_term",
    "comment_year",
    "conduct_year",
    "learning_level",
    "level_after_retest",
    "regular_marks_needed",
    "retest_subjects",
    "term_average",
    "year_average",
}
TT27_TOPICS = {
    "check_mark",
    "primary_after_support",
    "primary_overall",
    "primary_title",
    "support_asked",
    "tested_subjects",
}


def test_every_topic_has_exactly_one_rule_from_its_first_year_on():
    assert HOUSE.flaws(until=2040) == []


def test_every_act_has_entered_its_topics_for_all_its_grades():
    entered = {(rule.act.id, rule.topic): rule.grades for rule in registered() if rule.topic.startswith("gradebook.")}

    assert entered == {
        **{("tt22_2021", f"gradebook.{topic}"): frozenset(range(6, 13)) for topic in TT22_TOPICS},
        **{("tt27_2020", f"gradebook.{topic}"): frozenset(range(1, 6)) for topic in TT27_TOPICS},
    }


def test_the_first_years_came_grade_by_grade():
    firsts = {grade: min(year for year in range(2018, 2030) if not _missing(grade, year)) for grade in range(1, 13)}
    assert firsts == {1: 2020, 2: 2021, 3: 2022, 4: 2023, 5: 2024, 6: 2021, 7: 2022, 8: 2023, 9: 2024, 10: 2022,
                      11: 2023, 12: 2024}  # fmt: skip


def _missing(grade, year):
    return not any(
        rule.applies(grade=grade, school_year=year) for rule in registered() if rule.topic == "gradebook.check_mark"
    )


def test_a_pupil_of_grade_5_and_one_of_grade_6_are_checked_by_different_acts():
    assert in_force("gradebook.check_mark", grade=5, school_year=2026).act.id == "tt27_2020"
    rule = in_force("gradebook.check_mark", grade=6, school_year=2026)
    assert rule.act.id == "tt22_2021" and rule("7,5", cell=rules.CellKind.SCORE).value == 75


def test_rule_in_force_explains_itself():
    rule = in_force("gradebook.term_average", grade=6, school_year=2026)
    assert rule.explain([80, 70], 65, 70, needed=2).outcome == rule([80, 70], 65, 70, needed=2)


def test_printed_page_names_both_circulars_and_every_topic():
    text = as_markdown()
    assert "Thông tư 22/2021/TT-BGDĐT" in text and "Thông tư 27/2020/TT-BGDĐT" in text
    assert all(f"| `gradebook.{topic}` |\n" in text for topic in TT22_TOPICS | TT27_TOPICS)
