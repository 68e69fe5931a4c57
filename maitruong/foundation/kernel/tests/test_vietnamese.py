"""Letters, tones and the order of names."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maitruong.foundation.kernel import vietnamese as vn

# Worked order checked against the Vietnamese rules of the ICU library.
SORTED_NAMES = [
    "Triệu Văn Ái",
    "Trần Thị An",
    "Hoàng Văn Anh",
    "Hoàng Thị Ảnh",
    "Nguyễn Thị Ánh",
    "Nguyễn Văn Ánh",
    "Lê Văn Ân",
    "Nông Đức Dũng",
    "Vi Văn Đức",
]
EVERY_LETTER = [
    vn.with_tone(letter, tone) for letter in vn.LETTERS for tone in (range(6) if letter in vn.VOWELS else (0,))
]
FEW = ["An", "Ân", "Ánh", "Đức"]  # few enough that given names often meet
SYLLABLES = [
    "An",
    "Ân",
    "Anh",
    "Ánh",
    "Đức",
    "Dũng",
    "Hoà",
    "Hòa",
    "Hoa",
    "Quý",
    "Y",
    "Ăm",
    "H'Hen",
    "Uyên",
    "Ước",
    "Văn",
]
names = st.one_of(
    st.lists(st.sampled_from(syllables), min_size=1, max_size=5).map(" ".join) for syllables in (FEW, SYLLABLES)
)


def _oracle_part(words: list[str]) -> tuple:
    """Letters of all syllables, then tones, as tuples: written apart from the key under test."""
    alphabet = ["a", "ă", "â", "b", "c", "d", "đ", "e", "ê", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "ô", "ơ"]
    alphabet += ["p", "q", "r", "s", "t", "u", "ư", "v", "w", "x", "y", "z"]
    marks = ["", "LATIN GRAVE", "HOOK ABOVE", "TILDE", "ACUTE", "DOT BELOW"]
    letters, tones = [], []
    for word in words:
        spelled, tone = [], 0
        for ch in unicodedata.normalize("NFC", word.lower()):
            described = unicodedata.name(ch)
            for rank, mark in enumerate(marks):
                if mark and (described.endswith(mark.removeprefix("LATIN "))):
                    tone = rank
            base = next((b for b in alphabet if unicodedata.name(b) == described.split(" WITH ")[0]), None)
            for shape, pairs in (("CIRCUMFLEX", "aâeêoô"), ("BREVE", "aă"), ("HORN", "oơuư"), ("STROKE", "dđ")):
                if shape in described and base in pairs:
                    base = pairs[pairs.index(base) + 1]
            if base:
                spelled.append(alphabet.index(base))
        letters.append(spelled)
        tones.append(tone)
    return letters, tones


def _oracle(name: str) -> tuple:
    words = name.split()
    family = words[:1] if len(words) > 1 else []
    return _oracle_part(words[-1:]), _oracle_part(family), _oracle_part(words[1:-1])


def test_worked_order_of_names_comes_out_of_any_shuffle():
    for start in itertools.islice(itertools.permutations(SORTED_NAMES), 0, 300_000, 7919):
        assert sorted(start, key=vn.sort_key) == SORTED_NAMES


def test_words_follow_the_dictionary():
    words = ["Anh", "Ành", "Ảnh", "Ãnh", "Ánh", "Ạnh", "Ăm", "Ân", "Dũng", "Đức", "Hoa", "Hoà"]
    shuffled = words[::-1]
    assert sorted(shuffled, key=vn.collation_key) == words


@given(names, names)
def test_key_orders_two_names_as_the_rule_written_in_tuples_does(one, other):
    expected, found = (_oracle(one), _oracle(other)), (vn.sort_key(one), vn.sort_key(other))
    assert (expected[0] < expected[1], expected[0] == expected[1]) == (found[0] < found[1], found[0] == found[1])


@given(st.text(max_size=40))
def test_key_is_plain_ascii_whatever_comes_in(text):
    assert vn.sort_key(text).isascii() and "\x00" not in vn.sort_key(text)


@given(names)
def test_key_does_not_depend_on_case_or_composition(name):
    assert vn.sort_key(unicodedata.normalize("NFD", name.upper())) == vn.sort_key(name)


def test_all_letters_rise_in_key_order_letter_by_letter_then_tone_by_tone():
    keys = [vn.collation_key(letter) for letter in EVERY_LETTER]
    assert keys == sorted(keys) and len(set(keys)) == len(EVERY_LETTER) == 33 + 5 * 12


def test_family_name_decides_before_the_middle_name():
    assert sorted(["Lê Thị An", "Hoàng Văn An", "Hoàng Thị An"], key=vn.sort_key) == [
        "Hoàng Thị An",
        "Hoàng Văn An",
        "Lê Thị An",
    ]


def test_shorter_name_comes_before_the_name_it_begins():
    assert sorted(["Lê Văn An Bình", "Lê An", "Lê Văn An", "An"], key=vn.sort_key) == [
        "An",
        "Lê An",
        "Lê Văn An",
        "Lê Văn An Bình",
    ]


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("Hoà", "hòa"),
        ("Thuý", "thúy"),
        ("Khoẻ", "khỏe"),
        ("Thuỷ Nguyên", "thủy nguyên"),
        ("HOÀ", "hòa"),
        ("Quý", "quý"),
        ("Quỳnh", "quỳnh"),
        ("Hoàng", "hoàng"),
        ("toàn", "toàn"),
        ("Huỳnh", "huỳnh"),
        ("Hòa", "hòa"),
    ],
)
def test_tone_moves_only_in_open_syllables(written, key):
    assert vn.tone_key(written) == key


def test_name_match_tells_four_cases_apart():
    assert vn.name_match("Nguyễn  Thị Hoà", "Nguyễn Thị Hoà") == "same"
    assert vn.name_match("Nguyễn Thị Hoà", "Nguyễn Thị Hòa") == "same_spelling"
    assert vn.name_match("Nguyễn Thị Hoa", "Nguyễn Thị Hòa") == "same_without_marks"
    assert vn.name_match("Nguyễn Thị Hoa", "Nguyễn Thị Huệ") == "different"


def test_fold_gives_ascii_and_knows_d_with_a_stroke():
    assert vn.fold("Nguyễn Thị HÒA, Đắk Lắk; Ðỗ") == "nguyen thi hoa, dak lak; do"


@given(st.sampled_from(EVERY_LETTER))
def test_every_letter_folds_to_one_ascii_letter_in_both_cases(letter):
    assert len(vn.fold(letter)) == 1 and vn.fold(letter.upper()) == vn.fold(letter)


@given(st.sampled_from(EVERY_LETTER))
def test_splitting_and_giving_back_the_tone_is_the_same_letter(letter):
    assert vn.with_tone(*vn.split_letter(letter)) == letter


def test_tidy_composes_and_removes_what_cannot_be_seen():
    assert vn.tidy(" Nguye\u0302\u0303n\u00a0\u200bThị\t\n Ánh\ufeff ") == "Nguyễn Thị Ánh"


@given(st.text(max_size=40))
def test_tidy_twice_is_tidy_once(text):
    assert vn.tidy(vn.tidy(text)) == vn.tidy(text)


def test_parts_of_names_short_and_long():
    assert vn.split_name("Y") == ("", "", "Y")
    assert vn.split_name("Nông Thị Kim Ánh") == ("Nông", "Thị Kim", "Ánh")
    assert vn.given_name("Nông Thị Kim Ánh") == "Ánh"
    assert vn.initials("Nông Đức Ấn") == "NÂ"
    assert vn.initials("Đạt") == "Đ"
    assert vn.given_name("") == vn.initials("") == ""
