"""No text of the house holds what XML cannot."""

import pytest
from lxml import etree

from maitruong.foundation.kernel import vietnamese
from maitruong.foundation.kernel.characters import is_writable, writable

FORBIDDEN = [chr(code) for code in (*range(9), 11, 12, *range(14, 32), 0xD800, 0xDFFF, 0xFFFE, 0xFFFF)]


@pytest.mark.parametrize("character", FORBIDDEN, ids=lambda found: f"U+{ord(found):04X}")
def test_what_xml_forbids_is_left_out_and_the_rest_can_be_written(character: str) -> None:
    given = f"Sửa{character}ngày\tsinh\n😀"

    assert not is_writable(given)
    for kept in (writable(given), vietnamese.tidy(given)):
        assert is_writable(kept) and character not in kept
        etree.Element("a").text = kept


def test_a_line_end_of_another_program_parts_words_and_nothing_else_does() -> None:
    assert writable("Lê\x0bHoa\uffff") == "Lê Hoa" and writable("a\x00b") == "ab"


def test_every_character_xml_allows_stays() -> None:
    allowed = "\t\n\r \x85\ud7ff\ue000\ufffd\U0001f600\U0010ffff Nguyễn"

    assert is_writable(allowed) and writable(allowed) == allowed
