"""What is delivered with the house may be delivered with it, and is named on its page."""

from __future__ import annotations

import re
from importlib import metadata

from tools.places import CHECKOUT

MAY_GO_ALONG = {
    *(
        "Apache-2.0",
        "BSD-2-Clause",
        "BSD-3-Clause",
        "MIT",
        "MIT-0",
        "MIT-CMU",
        "MPL-2.0",
        "OFL-1.1",
        "PSF-2.0",
        "ZPL-2.1",
    ),
    "LGPL-3.0-only",  # as an installed package that anybody may replace
}
LGPL = {"psycopg", "psycopg-binary", "psycopg-pool"}
GPL = re.compile(r"\b(Affero|A?GPL|LGPL|Lesser General|General Public)\b")
PAGE = (CHECKOUT / "docs/third-party.md").read_text()


def delivered() -> list[str]:
    return sorted(set(re.findall(r"^([a-z0-9-]+)==", (CHECKOUT / "requirements/run.txt").read_text(), re.MULTILINE)))


def told() -> dict[str, str]:
    """Package → licence, as the page says."""
    rows = re.findall(r"^\| ([A-Z][^|]+) \| ([a-z][^|]+) \|$", PAGE, re.MULTILINE)
    return {name: licence for licence, names in rows for name in names.split(", ")}


def test_the_page_of_third_parties_names_exactly_what_is_delivered() -> None:
    assert sorted(told()) == delivered()


def test_every_delivered_package_has_a_licence_that_may_go_along() -> None:
    for name, licence in told().items():
        named = set(re.findall(r"[A-Za-z0-9.-]+", licence)) - {"AND", "OR"}

        assert named <= MAY_GO_ALONG, name
        assert ("LGPL-3.0-only" in named) == (name in LGPL), name


def test_no_delivered_package_says_of_itself_that_it_is_under_the_gpl() -> None:
    of_itself = {name: words for name in delivered() if (words := licence_words(name))}

    assert len(of_itself) > 50
    assert {name for name, words in of_itself.items() if GPL.search(words)} == LGPL


def licence_words(name: str) -> str:
    """What an installed package says of its licence; nothing when it is for another system than this one."""
    try:
        says = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classifiers = [line for line in says.get_all("Classifier", []) if line.startswith("License")]
    return " ".join([says.get("License-Expression") or says.get("License") or "", *classifiers])
