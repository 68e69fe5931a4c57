"""Vietnamese letters, tones and names: tidying, folding for search, comparing, and sort keys.

No database or locale is asked: the embedded PostgreSQL has no ICU, so the order of names is a key stored in a
`COLLATE "C"` column.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from . import characters

# Order of the dictionary; f, j, w, z stand where Latin puts them, for foreign and ethnic names.
LETTERS = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
TONES = ("", "\u0300", "\u0309", "\u0303", "\u0301", "\u0323")  # ngang, huyền, hỏi, ngã, sắc, nặng
VOWELS = "aăâeêioôơuưy"

_TONE_RANK = {mark: rank for rank, mark in enumerate(TONES) if mark}
# ASCII stand-ins in rising order, so that a plain byte comparison gives the Vietnamese one.
_LETTER_CODE = dict(zip(LETTERS, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefg", strict=True))
_OTHER_LATIN = str.maketrans({"ð": "d", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
_END_OF_LEVEL, _BETWEEN_SYLLABLES = "!", "-"  # both below every digit and letter: the shorter name comes first
_WORD = re.compile(r"[^\W\d_]+")
_OPEN_PAIRS = ("oa", "oe", "uy")


# Every composed Vietnamese letter as its bare ASCII one. Text of these and ASCII alone, one space between words, is tidy already
# and folds by this table: lists and seeds ask a million times.
_BARE = {
    ord(unicodedata.normalize("NFC", shape + tone)): "d" if letter == "đ" else unicodedata.normalize("NFD", letter)[0]
    for letter in LETTERS
    for shape in (letter, letter.upper())
    for tone in (TONES if letter in VOWELS else ("",))
}
_KNOWN = "".join(re.escape(chr(code)) for code in _BARE)
_TIDY = re.compile(rf"[!-~{_KNOWN}]+(?: [!-~{_KNOWN}]+)*")


def tidy(text: str) -> str:
    """The text in NFC, one space between words, none around it, without invisible characters.

    Text that may be TCVN3 goes through `legacy_encodings.repair` first: there the soft hyphen is the letter ư.
    """
    if _TIDY.fullmatch(text):
        return text
    visible = "".join(
        " " if ch.isspace() else ch for ch in text if ch.isspace() or unicodedata.category(ch) not in ("Cf", "Cc")
    )
    visible = characters.writable(visible)
    return " ".join(unicodedata.normalize("NFC", visible).split())


def split_letter(letter: str) -> tuple[str, int]:
    """A letter without its tone, and the rank of the tone from 0 (ngang) to 5 (nặng); case stays.

    >>> split_letter("Ấ")
    ('Â', 4)
    """
    parts = unicodedata.normalize("NFD", letter)
    rank = next((_TONE_RANK[ch] for ch in parts if ch in _TONE_RANK), 0)
    return unicodedata.normalize("NFC", "".join(ch for ch in parts if ch not in _TONE_RANK)), rank


def with_tone(letter: str, rank: int) -> str:
    """The letter carrying the tone of that rank, composed.

    >>> with_tone("â", 4)
    'ấ'
    """
    return unicodedata.normalize("NFC", letter + TONES[rank])


def fold(text: str) -> str:
    """Lower-case ASCII for search and for addresses: no marks, đ as d.

    >>> fold("Nguyễn Thị Hòa, Đắk Lắk")
    'nguyen thi hoa, dak lak'
    """
    tidied = tidy(text)
    if _TIDY.fullmatch(tidied):
        return tidied.translate(_BARE).lower()
    parts = unicodedata.normalize("NFD", tidied.casefold().replace("đ", "d"))
    bare = "".join(ch for ch in parts if not unicodedata.combining(ch)).translate(_OTHER_LATIN)
    return " ".join(bare.encode("ascii", "ignore").decode().split())


def place_tones(text: str) -> str:
    """The text with the tone of open syllables in oa, oe, uy on the first vowel (hòa, khỏe, thúy); case stays.

    Only for comparing: what is stored keeps the spelling of the birth certificate.

    >>> place_tones("Hoà Thuỷ Quý Hoàng")
    'Hòa Thủy Quý Hoàng'
    """
    return _WORD.sub(lambda found: _place_tone(found.group()), unicodedata.normalize("NFC", text))


def _place_tone(word: str) -> str:
    if len(word) < 2:
        return word
    (first, first_tone), (last, last_tone) = split_letter(word[-2]), split_letter(word[-1])
    follows_q = len(word) > 2 and word[-3] in "qQ"  # in quý the u belongs to the consonant
    if last_tone == 0 or first_tone or follows_q or (first + last).lower() not in _OPEN_PAIRS:
        return word
    return word[:-2] + with_tone(first, last_tone) + last


def tone_key(text: str) -> str:
    """Equal for two spellings that differ only in case, spaces or the place of the tone: Hoà and HÒA."""
    return place_tones(tidy(text).lower())


def name_match(one: str, other: str) -> str:
    """How alike two names are: "same", "same_spelling" (tone placed elsewhere), "same_without_marks" or "different"."""
    if tidy(one) == tidy(other):
        return "same"
    if tone_key(one) == tone_key(other):
        return "same_spelling"
    return "same_without_marks" if fold(one) == fold(other) else "different"


def split_name(full_name: str) -> tuple[str, str, str]:
    """Family, middle and given part of a full name; a one-word name has only a given part."""
    words = tidy(full_name).split()
    if len(words) < 2:
        return "", "", "".join(words)
    return words[0], " ".join(words[1:-1]), words[-1]


def given_name(full_name: str) -> str:
    """The last word: what a teacher calls the pupil.

    >>> given_name("Nguyễn Thị Ánh")
    'Ánh'
    """
    return split_name(full_name)[2]


def initials(full_name: str) -> str:
    """One or two capital letters for a small portrait: family and given, without tones.

    >>> initials("Nông Đức Ánh")
    'NA'
    """
    family, _, given = split_name(full_name)
    return "".join(split_letter(part[0])[0].upper() for part in (family, given) if part)


@lru_cache(maxsize=50_000)
def collation_key(text: str) -> str:
    """An ASCII key that sorts by bytes as a Vietnamese dictionary does: letters of the whole text first, then tones."""
    letters, tones = [], []
    for syllable in re.split(r"[\s\-–]+", tidy(text).lower()):
        code, tone = _syllable_code(syllable)
        if code:
            letters.append(code)
            tones.append(str(tone))
    return _BETWEEN_SYLLABLES.join(letters) + _END_OF_LEVEL + "".join(tones) + _END_OF_LEVEL


def _syllable_code(syllable: str) -> tuple[str, int]:
    """Stand-in letters of a syllable and its tone; the place of the tone inside it does not matter (Hoà = Hòa)."""
    code, tone = [], 0
    for ch in unicodedata.normalize("NFC", syllable).translate(_OTHER_LATIN):
        letter, rank = split_letter(ch)
        tone = tone or rank
        if letter and letter not in _LETTER_CODE:
            letter = unicodedata.normalize("NFD", letter)[0]
        if letter in _LETTER_CODE:
            code.append(_LETTER_CODE[letter])
        elif letter.isdecimal():
            code.append(str(unicodedata.decimal(letter)))
        elif letter.isalpha():
            code.append(f"~{ord(letter):05x}")  # other alphabets come last, in their own order
    return "".join(code), tone


def sort_key(full_name: str) -> str:
    """The key class lists are sorted by: given name, then family name, then middle name, each in Vietnamese order.

    Plain ASCII for a `COLLATE "C"` column; equal for spellings that differ only in case or in where the tone stands.
    """
    family, middle, given = split_name(full_name)
    return collation_key(given) + collation_key(family) + collation_key(middle)
