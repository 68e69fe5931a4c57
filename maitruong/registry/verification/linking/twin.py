"""The likenesses of `rules.likeness` in SQL, for millions of rows: held equal to those functions by a test.

Written for DuckDB. An expression takes two aliases; what it compares are the columns `name` (tidy, lower-case), `fold`, `born` and
`number` (a BIGINT, without its leading zeros).
"""

from __future__ import annotations

import unicodedata
from typing import Final

from maitruong.foundation.kernel import vietnamese

from ..rules.likeness import SLIPS_OF_A_NAME

#: Text as `vietnamese.tidy` leaves it, in lower case. Words of composed letters with one blank between them are tidy already.
TIDY: Final = (
    "CASE WHEN regexp_full_match({0}, '[!-~À-˿Ḁ-ỿ]+( [!-~À-˿Ḁ-ỿ]+)*') THEN lower({0}) ELSE"
    " lower(trim(regexp_replace(regexp_replace(regexp_replace(nfc_normalize({0}),"
    " '[\\s\\p{{Z}}\\x{{85}}\\x{{1c}}-\\x{{1f}}]', ' ', 'g'), '[\\p{{Cc}}\\p{{Cf}}]', '', 'g'), ' +', ' ', 'g'))) END"
)
FOLD: Final = "replace(strip_accents({0}), 'đ', 'd')"


def _tone_key() -> str:
    """The tone of an open oa, oe, uy on its first vowel; twice over, since neighbours share the blank between them."""
    expression = "name"
    for _ in range(2):
        for first, last in ("oa", "oe", "uy"):
            for tone in filter(None, vietnamese.TONES):
                old = unicodedata.normalize("NFC", first + last + tone)
                new = unicodedata.normalize("NFC", first + tone + last)
                expression = f"regexp_replace({expression}, '(^|[^q]){old}([^\\p{{L}}]|$)', '\\1{new}\\2', 'g')"
    return expression


MACROS: Final = (
    f"CREATE OR REPLACE MACRO tone_key(name) AS {_tone_key()}",
    "CREATE OR REPLACE MACRO sorted_words(name) AS list_sort(string_split(name, ' '))",
    f"""CREATE OR REPLACE MACRO close_names(one, other) AS
  sorted_words(one) = sorted_words(other)
  OR (len(sorted_words(one)) - len(sorted_words(other)) = 1 AND len(sorted_words(other)) > 1
      AND list_has_all(sorted_words(one), sorted_words(other)))
  OR (len(sorted_words(other)) - len(sorted_words(one)) = 1 AND len(sorted_words(one)) > 1
      AND list_has_all(sorted_words(other), sorted_words(one)))
  OR damerau_levenshtein(one, other) <= {SLIPS_OF_A_NAME}""",
)


def name(one: str, other: str) -> str:
    return f"""CASE
  WHEN {one}.name = {other}.name THEN 'same'
  WHEN {one}.fold = {other}.fold THEN CASE
    WHEN {one}.name = {one}.fold OR {other}.name = {other}.fold THEN 'unmarked'
    WHEN tone_key({one}.name) = tone_key({other}.name) THEN 'same'
    ELSE 'marks_differ' END
  WHEN close_names({one}.fold, {other}.fold) THEN 'close'
  ELSE 'other' END"""


def birth(one: str, other: str) -> str:
    return f"""CASE
  WHEN {one}.born IS NULL OR {other}.born IS NULL THEN 'untold'
  WHEN {one}.born = {other}.born THEN 'same'
  WHEN year({one}.born) = year({other}.born) AND month({one}.born) = day({other}.born) AND day({one}.born) = month({other}.born)
    THEN 'swapped'
  WHEN (year({one}.born) = year({other}.born))::INT + (month({one}.born) = month({other}.born))::INT
     + (day({one}.born) = day({other}.born))::INT = 2 THEN 'near'
  ELSE 'other' END"""


def number(one: str, other: str) -> str:
    return f"""CASE
  WHEN {one}.number IS NULL OR {other}.number IS NULL THEN 'untold'
  WHEN {one}.number = {other}.number THEN 'same'
  WHEN damerau_levenshtein(lpad({one}.number::VARCHAR, 12, '0'), lpad({other}.number::VARCHAR, 12, '0')) = 1 THEN 'slip'
  ELSE 'other' END"""
