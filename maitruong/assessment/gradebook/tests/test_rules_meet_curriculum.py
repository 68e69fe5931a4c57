"""The programme's table and the circulars' counts agree, subject by subject."""

import pytest

from maitruong.assessment.gradebook.rules import Kind, tt22_2021, tt27_2020
from maitruong.assessment.gradebook.rules.tt27_2020 import Moment
from maitruong.teaching.curriculum.rules import SubjectGroup, subjects_of

NEEDED = {
    **dict.fromkeys(["NV", "TOAN", "NN1", "KHTN", "DTTS", "NN2"], 4),
    **dict.fromkeys(["LS", "DL", "GDKTPL", "VL", "HH", "SH", "CNCN", "CNNN"], 3),
    **dict.fromkeys(["GDCD", "GDQPAN", "GDTC", "NT", "HDTNHN", "GDDP", "AN", "MT"], 2),
}
BY_GRADE = {"CN": {6: 2, 7: 2, 8: 3, 9: 3}, "TH": dict.fromkeys(range(6, 10), 2) | dict.fromkeys(range(10, 13), 3)}


@pytest.mark.parametrize("grade", range(6, 13))
def test_regular_marks_of_every_subject(grade):
    for subject in subjects_of(grade, 2026):
        expected = BY_GRADE.get(subject.code, {}).get(grade) or {**NEEDED, "LSDL": 4}[subject.code]
        found = tt22_2021.regular_marks_needed(Kind(subject.kind.value), subject.periods_per_year)
        assert found == expected, subject.code


@pytest.mark.parametrize("grade", range(1, 6))
def test_subjects_with_tests_are_compulsory_in_their_grade(grade):
    compulsory = {s.code for s in subjects_of(grade, 2026) if s.group is SubjectGroup.COMPULSORY}
    assert set(tt27_2020.tested_subjects(grade, Moment.END_OF_YEAR)) <= compulsory
