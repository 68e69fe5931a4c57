"""Headers as schools lay them out."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from maitruong.foundation.exchange import headers, workbook
from maitruong.foundation.exchange.columns import ColumnChoice
from maitruong.foundation.exchange.errors import ColumnsMissing, ColumnUsedTwice, HeaderNotFound
from maitruong.foundation.exchange.header_words import likeness, words
from maitruong.foundation.exchange.row_sorter import RowSorter
from maitruong.foundation.exchange.tests.files import messy_list
from maitruong.foundation.exchange.workbook import Book, Sheet
from maitruong.registry.students.columns import student_list

STUDENTS = student_list(2026, dt.date(2026, 11, 22))


def sheet(*rows: list, merges: tuple = (), name: str = "Sheet1") -> Sheet:
    return Sheet(0, name, False, len(rows), [list(row) for row in rows], list(merges))


def keys(proposal: headers.Proposal) -> dict[str, str]:
    return {guess.letter: guess.key for guess in proposal.guesses if guess.key}


def test_two_header_rows_below_merged_titles_are_joined(tmp_path: Path) -> None:
    book = workbook.look(messy_list(tmp_path / "messy.xlsx"))

    proposal = headers.propose(book.sheets[0], STUDENTS)

    assert (proposal.header_from, proposal.data_from) == (6, 9)
    assert keys(proposal) == {
        "A": "order",
        "B": "full_name",
        "C": "born_on",
        "D": "sex",
        "E": "class_name",
        "F": "personal_number",
        "G": "ethnic_group",
        "H": "father_name",
        "I": "father_born",
        "J": "contact_phone",
    }


def test_header_of_the_provinces_sheet_is_known_whole() -> None:
    titles = [column.title for column in STUDENTS.sheet]

    proposal = headers.propose(sheet(titles, ["x"] * 54), STUDENTS)

    assert len(titles) == 54
    assert [guess.key for guess in proposal.guesses] == [column.key for column in STUDENTS.sheet]


def test_every_synonym_finds_its_own_column() -> None:
    """Each synonym alone beside plain neighbours: none is stolen by another column."""
    stolen = []
    for column in STUDENTS.columns:
        for name in (column.title, *column.synonyms):
            found = headers.propose(sheet(["STT", name, "Mã VEMIS", "Quốc tịch"], [1, "a", "b", "c"]), STUDENTS)
            if column.key not in ("order", "vemis_code", "nationality") and keys(found).get("B") != column.key:
                stolen.append((name, keys(found).get("B"), column.key))
    assert stolen == []


def test_group_title_typed_once_without_merging_reaches_its_columns() -> None:
    proposal = headers.propose(
        sheet(
            ["STT", "Họ và tên", "Ngày sinh", "Cha", "", "Mẹ", ""],
            ["", "", "", "Họ tên", "Nghề nghiệp", "Họ tên", "Nghề nghiệp"],
            [1, "Nông Đức Dũng", "15/09/2015", "Nông Văn Hải", "Thợ xây", "Vi Thị Lan", "Làm ruộng"],
        ),
        STUDENTS,
    )

    assert [guess.key for guess in proposal.guesses][3:] == [
        "father_name",
        "father_occupation",
        "mother_name",
        "mother_occupation",
    ]
    assert proposal.data_from == 3


def test_a_group_title_that_only_says_pupil_takes_nothing_from_its_columns() -> None:
    top = ["STT", "Thông tin học sinh", "", "", "", "", "Phụ huynh", ""]
    below = ["", "Họ tên", "GT", "Lớp", "Ngày sinh", "Điện thoại", "Họ tên", "Điện thoại"]
    row = [1, "Nông Đức Dũng", "Nam", "6A1", "15/09/2015", "0912345678", "Nông Văn Hải", "0912345679"]
    merges = ((0, 1, 0, 5), (0, 6, 0, 7), (0, 0, 1, 0))

    proposal = headers.propose(sheet(top, below, row, merges=merges), STUDENTS)

    assert keys(proposal) == {
        "A": "order",
        "B": "full_name",
        "C": "sex",
        "D": "class_name",
        "E": "born_on",
        "F": "student_phone",
        "G": "guardian_name",
        "H": "guardian_phone",
    }


def test_a_column_called_ten_that_holds_whole_names_is_the_full_name() -> None:
    whole = headers.propose(sheet(["Tên em", "Lớp", "Ngày sinh"], ["Nông Đức Dũng", "6A1", "15/09/2015"]), STUDENTS)
    given = headers.propose(
        sheet(["Họ đệm", "Tên", "Ngày sinh"], ["Nông Đức", "Dũng", "15/09/2015"], ["Lý A", "Sính", "1/2/2015"]),
        STUDENTS,
    )

    assert keys(whole)["A"] == "full_name"
    assert (keys(given)["A"], keys(given)["B"]) == ("family_name", "given_name")


def test_name_over_two_columns_becomes_family_and_given_name() -> None:
    rows = [[n, "Nông Đức", "Dũng", "15/09/2015"] for n in range(5)]

    merged = headers.propose(sheet(["STT", "Họ và tên", "", "Ngày sinh"], *rows, merges=((0, 1, 0, 2),)), STUDENTS)
    written = headers.propose(sheet(["STT", "Họ và tên đệm", "Tên", "Ngày sinh"], *rows), STUDENTS)

    assert keys(merged)["B"] == keys(written)["B"] == "family_name"
    assert keys(merged)["C"] == keys(written)["C"] == "given_name"


def test_columns_without_a_header_are_guessed_by_their_content() -> None:
    rows = [[n, f"Nông Đức {'ABCD'[n]}", "0202150012" + f"{n:02}", f"1{n}/09/2015"] for n in range(4)]

    proposal = headers.propose(sheet(["STT", "Họ và tên", "", ""], *rows), STUDENTS)

    assert keys(proposal) == {"A": "order", "B": "full_name", "C": "personal_number", "D": "born_on"}
    assert [guess.why for guess in proposal.guesses][2:] == ["theo nội dung", "theo nội dung"]


def test_header_that_its_column_contradicts_is_doubted() -> None:
    rows = [[n, "Nông Đức Dũng", "Tày"] for n in range(5)]

    proposal = headers.propose(sheet(["STT", "Họ và tên", "Ngày sinh"], *rows), STUDENTS)

    assert proposal.guesses[2].confidence < 0.7
    assert "nội dung khác dạng" in proposal.guesses[2].why


def test_class_of_the_whole_file_is_read_from_its_title_or_the_sheets_name() -> None:
    rows = (["STT", "Họ và tên", "Ngày sinh"], [1, "Nông Đức Dũng", "15/09/2015"])

    by_title = headers.propose(sheet(["DANH SÁCH HỌC SINH LỚP 6 a2"], *rows), STUDENTS)
    by_name = headers.propose(sheet(*rows, name="6A3"), STUDENTS)

    assert by_title.constants == {"class_name": "6A2"}
    assert by_name.constants == {"class_name": "6A3"}


def test_list_without_a_header_is_told_so() -> None:
    with pytest.raises(HeaderNotFound):
        headers.propose(sheet(["Biên bản họp"], ["Ngày 5 tháng 9"]), STUDENTS)


def test_annotated_file_sent_back_is_read_from_the_list_not_from_our_notes() -> None:
    notes = Sheet(0, "Cần sửa", False, 900, [["Ô", "Mức", "Cần làm gì"]], [])
    hidden = Sheet(1, "DM", True, 5, [["STT", "Họ và tên", "Ngày sinh", "Lớp"]], [])
    data = Sheet(2, "6A1", False, 45, [["STT", "Họ và tên", "Ngày sinh"], [1, "Nông Đức Dũng", "15/09/2015"]], [])

    assert headers.best_sheet(Book("xlsx", [notes, hidden, data]), STUDENTS) is data


def test_choice_with_a_column_twice_or_a_required_one_missing_is_refused() -> None:
    twice = ColumnChoice("s", 1, 2, {1: "full_name", 2: "full_name"})
    without = ColumnChoice("s", 1, 2, {1: "family_name", 2: "given_name", 3: "sex"}, {"class_name": "6A1"})

    with pytest.raises(ColumnUsedTwice) as caught:
        twice.check(STUDENTS)
    assert "cột B và cột C" in caught.value.text
    with pytest.raises(ColumnsMissing) as missing:
        without.check(STUDENTS)
    assert missing.value.text == "Chưa chỉ ra cột nào trong tệp là Ngày sinh, Dân tộc."
    assert ColumnChoice.from_json(without.as_json()) == without


def test_telling_words_keep_the_columns_of_parents_and_child_apart() -> None:
    assert words("Họ và tên HỌC SINH") == words("ho ten hs")
    assert words("Số đăng bộ") == frozenset({"dangbo"})
    assert likeness(words("Họ tên bố"), words("Họ và tên")) == 0
    assert likeness(words("Số CCCD của cha"), words("cccd bố")) == 1


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (["", "", "", ""], "blank"),
        (["STT", "Họ và tên", "Ngày sinh", "Lớp"], "header"),
        ([1.0, 2.0, 3.0, 4.0], "header"),
        (["Lớp: 6A2 – GVCN: Vi Thị Hoa", "", "", ""], "band"),
        (["", "Tổng số: 45 học sinh", "", ""], "closing"),
        (["", "", "Lạng Sơn, ngày 05 tháng 09 năm 2026", ""], "closing"),
        (["", "Người lập biểu", "", "HIỆU TRƯỞNG"], "closing"),
        ([4.0, "Nông Đức Dũng", "15/09/2015", "6A1"], "record"),
        ([5.0, "Hạ", "2015", "6A1"], "record"),
        ([6.0, "", "15/09/2015", "6A1"], "record"),
    ],
)
def test_rows_that_are_no_records_are_told_apart(row: list, kind: str) -> None:
    sorter = RowSorter({0: "order", 1: "full_name", 2: "born_on", 3: "class_name"}, (1,))
    sorter.learn_header(["STT", "Họ và tên", "Ngày sinh", "Lớp"])

    assert sorter.kind(row) == kind


def test_after_a_signature_a_lone_name_is_no_pupil_but_the_next_page_is_read_on() -> None:
    sorter = RowSorter({0: "order", 1: "full_name", 2: "born_on", 3: "class_name"}, (1,))
    rows = [
        ["", "Tổng cộng trang 1: 2", "", ""],
        ["", "Hoàng Thị Mai", "", ""],
        [3.0, "Nông Đức Dũng", "15/09/2015", "6A1"],
        [4.0, "Vi Thị Hoa", "không rõ", "6A1"],
    ]

    assert [sorter.kind(row) for row in rows] == ["closing", "closing", "record", "record"]
    assert sorter.band_class(["Lớp: 6A2 – GVCN: Vi Thị Hoa"]) == "6A2"


@pytest.mark.parametrize(
    "header",
    [
        "Họ tên phụ huynh",
        "Họ và tên phụ huynh học sinh",
        "Phụ huynh",
        "Tên PHHS",
        "Người giám hộ",
        "Họ tên người giám hộ",
        "Cha/Mẹ hoặc người giám hộ",
        "Họ tên cha, mẹ hoặc người giám hộ",
        "Họ tên bố/mẹ",
    ],
)
def test_somebody_who_answers_for_the_child_is_a_guardian_whoever_it_is(header: str) -> None:
    proposal = headers.propose(
        sheet(["Họ và tên", "Ngày sinh", "Lớp", header], ["Nông Đức Dũng", "15/09/2015", "6A1", "Vi Thị Lan"]), STUDENTS
    )

    assert keys(proposal) == {"A": "full_name", "B": "born_on", "C": "class_name", "D": "guardian_name"}


def test_a_group_of_a_guardian_keeps_its_columns_together() -> None:
    top = ["Họ và tên", "Ngày sinh", "Lớp", "Phụ huynh", "", "", ""]
    below = ["", "", "", "Họ tên", "Năm sinh", "Nghề nghiệp", "CCCD"]
    row = ["Nông Đức Dũng", "15/09/2015", "6A1", "Vi Thị Lan", 1985, "Làm ruộng", "020185000111"]

    proposal = headers.propose(sheet(top, below, row, merges=((0, 3, 0, 6),)), STUDENTS)

    told = [guess.key for guess in proposal.guesses][3:]
    assert told == ["guardian_name", "guardian_born", "guardian_occupation", "guardian_number"]
