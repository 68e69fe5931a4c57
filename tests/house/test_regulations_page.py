"""docs/regulations.md is printed from the register of rules; it may not lag behind it."""

from __future__ import annotations

from maitruong.foundation import regulations
from maitruong.site import wiring
from tools.places import CHECKOUT


def test_the_page_of_regulations_says_what_the_program_does() -> None:
    assert wiring.RULES
    page = (CHECKOUT / "docs" / "regulations.md").read_text(encoding="utf-8")
    assert page.strip() == regulations.as_markdown().strip()
