"""Every text colour is readable on every ground it is used on, light and dark; computed from the tokens themselves."""

from __future__ import annotations

import re

import pytest

from maitruong.foundation.ui.assets import STYLES

TEXT = ("ink", "ink-2", "ink-3", "board", "quill", "tile", "good", "warn", "danger", "info")
GROUNDS = ("paper", "card", "sunk")
WASHED = ("board", "quill", "tile", "good", "warn", "danger", "info")
INKS_ON_WASH = ("ink", "ink-2")
FURTHER = [("on-board", "board"), ("on-board", "board-deep"), ("card", "ink-2"), ("card", "danger")]
CHART = [(f"on-c{n}", f"c{n}") for n in range(1, 5)]
SCENE = [("scene-ink", "scene"), ("scene-ink-2", "scene")]
EDGES = [("line-strong", ground) for ground in GROUNDS]


def tokens(mode: str) -> dict[str, str]:
    """Names and colours of a mode; dark takes over what it does not say again."""
    source = (STYLES / "00-tokens.css").read_text(encoding="utf-8")
    light, _, dark = source.partition("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", light))
    return found | dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})\b", dark)) if mode == "dark" else found


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, as WCAG 2 defines it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def too_weak(mode: str, pairs: list[tuple[str, str]], least: float) -> list[str]:
    found = tokens(mode)
    return [
        f"{text} on {ground}: {contrast(found[text], found[ground]):.2f}"
        for text, ground in pairs
        if contrast(found[text], found[ground]) < least
    ]


def test_the_formula_gives_the_known_extremes() -> None:
    assert round(contrast("#ffffff", "#000000"), 1) == 21.0
    assert round(contrast("#777777", "#ffffff"), 2) == 4.48


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_is_at_least_four_and_a_half_to_one(mode: str) -> None:
    pairs = [(text, ground) for text in TEXT for ground in GROUNDS]
    pairs += [(text, f"{text}-wash") for text in WASHED]
    pairs += [(ink, f"{wash}-wash") for ink in INKS_ON_WASH for wash in WASHED]

    assert too_weak(mode, pairs + FURTHER + CHART + SCENE, 4.5) == []


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_edges_of_what_one_can_press_are_at_least_three_to_one(mode: str) -> None:
    assert too_weak(mode, EDGES, 3.0) == []
