"""One word for one thing, on every page: what docs/glossary.md says."""

from __future__ import annotations

import re

import pytest

from tools.places import CHECKOUT

#: Words that were seen for a thing that has another word. Each with the word to use.
WRONG = {
    r"[Hh]ọc bạ đã ký số": "học bạ số",
    r"(?<!hần )[Hh]ọc bạ đã k[ýí]\b": "học bạ đã đóng dấu",
}


@pytest.mark.parametrize("wrong", WRONG)
def test_no_page_says_a_thing_by_another_word_than_the_glossary(wrong: str) -> None:
    shown = [*CHECKOUT.glob("maitruong/**/templates/**/*.html"), *CHECKOUT.glob("maitruong/**/*.js")]
    found = [path.name for path in shown if re.search(wrong, path.read_text(encoding="utf-8"))]

    assert len(shown) > 100 and found == [], f"say “{WRONG[wrong]}”"
