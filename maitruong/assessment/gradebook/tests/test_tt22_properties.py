"""What must hold for every pupil, judged against rules written a second time in fractions and by brute force."""

import dataclasses
import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from maitruong.assessment.gradebook.rules import Basis, Kind, Level, SubjectResult, tt22_2021
from maitruong.assessment.gradebook.rules.tt22_2021 import Tt22Settings

tenths = st.integers(0, 100)
# Levels turn on a few borders: most marks are drawn next to them.
near_borders = st.sampled_from([0, 34, 35, 36, 49, 50, 51, 64, 65, 66, 79, 80, 81, 89, 90, 100]) | tenths
settings_given = st.builds(
    Tt22Settings,
    adjust_mode=st.sampled_from(["replace", "remove"]),
    adjust_comment_subject=st.booleans(),
    fewer_subjects=st.sampled_from(["cap", "fixed"]),
    count_optional_subjects=st.booleans(),
)


@st.composite
def pupils(draw):
    scores = draw(st.lists(near_borders, min_size=1, max_size=10))
    comments = draw(st.lists(st.sampled_from([True, True, True, True, False]), max_size=5))
    results = [SubjectResult(f"S{n}", f"Môn {n}", Kind.SCORE, average=mark) for n, mark in enumerate(scores)]
    results += [SubjectResult(f"N{n}", f"Nhận xét {n}", Kind.COMMENT, passed=ok) for n, ok in enumerate(comments)]
    if draw(st.booleans()):
        results.append(SubjectResult("NN2", "Ngoại ngữ 2", Kind.SCORE, draw(near_borders), optional=True))
    if draw(st.booleans()):
        results.append(SubjectResult("X", "Môn miễn", Kind.SCORE, draw(near_borders), basis=Basis.EXEMPT))
    return results


def rounded(value: Fraction) -> int:
    """Half up to whole tenths, from an exact fraction of the ten-mark scale."""
    return math.floor(value * 10 + Fraction(1, 2))


def literal_level(scores: list[int], comments: list[bool], asked: int) -> Level:
    def reaches(floor, strong, failed_allowed):
        enough = len([mark for mark in scores if mark >= strong]) >= asked
        return enough and all(mark >= floor for mark in scores) and comments.count(False) <= failed_allowed

    if reaches(65, 80, 0):
        return Level.GOOD
    if reaches(50, 65, 0):
        return Level.FAIR
    return Level.PASS if reaches(35, 50, 1) else Level.FAIL


def literal_adjusted(scores: list[int], comments: list[bool], asked: int, settings: Tt22Settings) -> Level:
    """Khoản 3 word by word: try forgiving each subject in turn, for Tốt and for Khá."""
    base = literal_level(scores, comments, asked)
    for wanted in (Level.GOOD, Level.FAIR):
        if wanted - base < 2:
            continue
        for n in range(len(scores)):
            forgiven = [*scores[:n], *([100] if settings.adjust_mode == "replace" else []), *scores[n + 1 :]]
            if literal_level(forgiven, comments, asked) >= wanted:
                return Level(base + 1)
        for n in range(len(comments) if settings.adjust_comment_subject else 0):
            if literal_level(scores, [*comments[:n], True, *comments[n + 1 :]], asked) >= wanted:
                return Level(base + 1)
    return base


@given(st.lists(tenths, max_size=6), tenths, tenths)
def test_term_average_is_the_exact_fraction_rounded_half_up(regular, midterm, final):
    exact = Fraction(sum(regular) + 2 * midterm + 3 * final, 10) / (len(regular) + 5)
    assert tt22_2021.term_average(regular, midterm, final, needed=4).tenths == rounded(exact)


@given(tenths, tenths)
def test_year_average_is_the_exact_fraction_of_the_rounded_terms(one, two):
    assert tt22_2021.year_average(one, two) == rounded(Fraction(one + 2 * two, 30))


@given(st.lists(tenths, min_size=1, max_size=5), tenths, tenths, st.data())
def test_raising_one_mark_never_lowers_the_average(regular, midterm, final, data):
    marks = [*regular, midterm, final]
    place = data.draw(st.integers(0, len(marks) - 1))
    raised = [*marks]
    raised[place] = data.draw(st.integers(marks[place], 100))

    before = tt22_2021.term_average(marks[:-2], marks[-2], marks[-1], needed=4).tenths
    after = tt22_2021.term_average(raised[:-2], raised[-2], raised[-1], needed=4).tenths

    assert after >= before


@given(st.lists(tenths | st.none(), max_size=5), tenths | st.none(), tenths | st.none())
def test_an_empty_cell_is_left_out_and_never_a_zero(regular, midterm, final):
    recorded = [mark for mark in regular if mark is not None]
    with_gaps = tt22_2021.term_average(regular, midterm, final, needed=5)

    assert with_gaps == tt22_2021.term_average(recorded, midterm, final, needed=5)
    assert with_gaps.provisional == (len(recorded) < 5 or midterm is None or final is None)
    assert (with_gaps.tenths is None) == (midterm is None or final is None)


@given(pupils(), settings_given)
def test_level_equals_the_act_read_word_by_word(results, settings):
    counted = [r for r in results if r.basis.counts and (settings.count_optional_subjects or not r.optional)]
    scores = [r.average for r in counted if r.kind is Kind.SCORE]
    comments = [r.passed for r in counted if r.kind is Kind.COMMENT]
    asked = min(6, len(scores)) if settings.fewer_subjects == "cap" else 6

    found = tt22_2021.learning_level(results, settings=settings)

    if not scores:
        assert found.level is None
    else:
        assert found.before == literal_level(scores, comments, asked)
        assert found.level == literal_adjusted(scores, comments, asked, settings)


@given(pupils(), settings_given)
def test_adjustment_lifts_by_one_step_and_never_to_good(results, settings):
    level, before, raised_by = tt22_2021.learning_level(results, settings=settings)
    if raised_by is not None:
        assert level == before + 1 and level < Level.GOOD
        assert raised_by in {result.code for result in results}
    else:
        assert level == before


@given(pupils(), st.data())
def test_a_better_mark_never_gives_a_worse_level(results, data):
    """Holds for khoản 2. Khoản 3 itself breaks it: lifted for one subject is one thing, lifted for another not."""
    place = data.draw(st.integers(0, len(results) - 1))
    subject = results[place]
    better = (
        dataclasses.replace(subject, average=data.draw(st.integers(subject.average, 100)))
        if subject.kind is Kind.SCORE
        else dataclasses.replace(subject, passed=True)
    )
    raised = [*results[:place], better, *results[place + 1 :]]

    before, after = tt22_2021.learning_level(results).before, tt22_2021.learning_level(raised).before
    assert (before is None and after is None) or after >= before


@given(pupils(), settings_given)
def test_derivation_and_plain_function_agree_and_failed_rows_name_a_reason(results, settings):
    told = tt22_2021.explain_learning_level(results, settings=settings)

    assert told.outcome == tt22_2021.learning_level(results, settings=settings)
    rows = [step for step in told.steps if getattr(step, "title", "").startswith("Mức")]
    assert all(bool(row.failed()) != row.satisfied for row in rows)
    assert [row.satisfied for row in rows if row.satisfied] == ([True] if told.outcome.before else [])


@given(pupils(), st.sampled_from(list(Level)), st.sampled_from(list(Level)))
def test_titles_need_good_learning_and_good_conduct(results, learning, conduct):
    award = tt22_2021.awards(results, learning=learning, conduct=conduct)
    assert (award is not None) == (learning is conduct is Level.GOOD)
