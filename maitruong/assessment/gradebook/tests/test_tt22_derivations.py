"""The page "Vì sao em này xếp loại Khá?" gets its sentences from here: they are tested as a parent reads them."""

from maitruong.assessment.gradebook.rules import Award, Basis, Kind, Level, SubjectResult, tt22_2021


def scored(**averages: int) -> list[SubjectResult]:
    return [SubjectResult(name, name.replace("_", " "), Kind.SCORE, average=mark) for name, mark in averages.items()]


FAIR_PUPIL = scored(Ngữ_văn=85, Toán=64, Ngoại_ngữ=80, GDCD=90, Lịch_sử=81, KHTN=79, Công_nghệ=88, Tin_học=92)


def test_term_average_shows_the_formula_with_the_pupils_own_marks():
    told = tt22_2021.explain_term_average([80, 75, 90, 80], 75, 85, needed=4)

    assert told.lines() == [
        "Điểm trung bình môn học kì: 8,1 (Thông tư 22/2021/TT-BGDĐT, Điều 9, khoản 1)",
        "  ✓ Đủ 4 điểm thường xuyên: 8; 7,5; 9; 8",
        "  ✓ Điểm giữa kì (hệ số 2): 7,5",
        "  ✓ Điểm cuối kì (hệ số 3): 8,5",
        "  · Công thức: (8 + 7,5 + 9 + 8 + 2 × 7,5 + 3 × 8,5) : 9 = 73 : 9 = 8,1",
    ]


def test_provisional_average_says_what_is_owed():
    told = tt22_2021.explain_term_average([80, 70, None], 80, 80, needed=3, cluster_needed=True)

    assert told.shown == "7,9 (tạm tính)"
    assert [(step.condition, step.value) for step in told.failed()] == [
        ("Đủ 3 điểm thường xuyên", "8; 7"),
        ("Điểm cụm chuyên đề", "chưa có"),
    ]


def test_year_average_shows_both_terms_and_the_formula():
    told = tt22_2021.explain_year_average(72, 81)
    assert told.steps[-1].value == "(7,2 + 2 × 8,1) : 3 = 23,4 : 3 = 7,8"


def test_level_names_the_subject_the_condition_and_the_point_of_the_act():
    told = tt22_2021.explain_learning_level(FAIR_PUPIL)

    assert told.lines() == [
        "Kết quả học tập: Khá (Thông tư 22/2021/TT-BGDĐT, Điều 9, khoản 2)",
        "  Mức Tốt: chưa đủ điều kiện (Thông tư 22/2021/TT-BGDĐT, Điều 9, khoản 2, điểm a)",
        "    ✓ Các môn nhận xét đều Đạt",
        "    ✗ Mọi môn tính điểm từ 6,5 trở lên: Toán 6,4",
        "    ✓ Ít nhất 6 môn từ 8,0 trở lên: có 6 môn",
        "  Mức Khá: đủ điều kiện (Thông tư 22/2021/TT-BGDĐT, Điều 9, khoản 2, điểm b)",
        "    ✓ Các môn nhận xét đều Đạt",
        "    ✓ Mọi môn tính điểm từ 5,0 trở lên: Toán thấp nhất 6,4",
        "    ✓ Ít nhất 6 môn từ 6,5 trở lên: có 7 môn",
    ]


def test_adjustment_names_the_one_subject_and_both_levels():
    told = tt22_2021.explain_learning_level([*FAIR_PUPIL[:1], *scored(Toán=30), *FAIR_PUPIL[2:]])
    adjustment = told.steps[-1]

    assert (told.outcome.before, told.outcome.level, told.outcome.raised_by) == (Level.FAIL, Level.PASS, "Toán")
    assert adjustment.shown == "nâng một mức từ Chưa đạt lên Đạt"
    assert adjustment.source == "Thông tư 22/2021/TT-BGDĐT, Điều 9, khoản 3"
    assert (adjustment.steps[0].subject, adjustment.steps[0].satisfied) == ("Toán", True)


def test_refused_adjustment_names_every_cause():
    pupil = [*scored(Toán=40, KHTN=45), *FAIR_PUPIL[:1], *FAIR_PUPIL[2:5], *FAIR_PUPIL[6:]]
    adjustment = tt22_2021.explain_learning_level(pupil).steps[-1]

    assert adjustment.shown == "không điều chỉnh"
    assert (adjustment.steps[0].subject, adjustment.steps[0].value) == ("Toán, KHTN", "2 môn")


def test_failed_comment_subject_and_left_out_subjects_are_named():
    told = tt22_2021.explain_learning_level(
        [
            *FAIR_PUPIL,
            SubjectResult("NT", "Nghệ thuật", Kind.COMMENT, passed=False),
            SubjectResult("GDTC", "Giáo dục thể chất", Kind.COMMENT, basis=Basis.EXEMPT),
            SubjectResult("NN2", "Ngoại ngữ 2", Kind.SCORE, 55, optional=True, whole_year=False),
        ]
    )

    assert [(s.subject, s.value) for s in told.steps[:2]] == [
        ("Giáo dục thể chất", "được miễn"),
        ("Ngoại ngữ 2", "môn tự chọn"),
    ]
    assert ("Nghệ thuật", "Chưa đạt") in [(step.subject, step.value) for step in told.failed()]


def test_missing_result_is_named_instead_of_a_level():
    told = tt22_2021.explain_learning_level(
        [*FAIR_PUPIL, SubjectResult("NN2", "Ngoại ngữ 2", Kind.SCORE, optional=True)]
    )

    assert told.shown == "chưa xếp loại"
    assert [(step.condition, step.subject) for step in told.failed()] == [("Chưa có kết quả", "Ngoại ngữ 2")]


def test_title_tells_what_is_missing():
    told = tt22_2021.explain_awards(FAIR_PUPIL, learning=Level.GOOD, conduct=Level.GOOD)

    assert told.outcome is Award.GOOD
    assert [(step.condition, step.value) for step in told.failed()] == [
        ("Xuất sắc: ít nhất 6 môn cả năm từ 9,0 trở lên", "có 2 môn")
    ]


def test_conduct_and_comment_results_say_what_they_rest_on():
    assert tt22_2021.explain_conduct_year(Level.FAIL, Level.GOOD).shown == "Khá"
    told = tt22_2021.explain_comment_term([True, None], True, True)
    assert [(step.condition, step.value) for step in told.failed()] == [
        ("Đủ số lần kiểm tra, đánh giá", "còn thiếu 1 lần")
    ]
    assert tt22_2021.explain_comment_year(False, True).lines()[1:] == ["  ✓ Kết quả Học kì II Đạt: Đạt"]


def test_json_of_a_derivation_holds_plain_values():
    told = tt22_2021.explain_learning_level(FAIR_PUPIL).as_dict()
    assert told["outcome"] == {"level": "fair", "before": "fair", "raised_by": None}
    assert told["steps"][0]["satisfied"] is False
