"""What the browser loads: built once, the same bytes each time, light enough, and free of what the policy refuses."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from maitruong.foundation.ui import assets
from tools.places import CHECKOUT

LETTERS = "Nguyễn Phạm Khánh Huyền, Lý A Sính, Đỗ Ặ Ữ Ỵ ẫ ộ ệ 0123456789 7,5"
MOST_CSS = 60_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("static")
    assets.build(target)
    return target


def test_a_second_build_changes_nothing(built: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in built.rglob("*")}

    assert assets.build(built) == assets.stamp_of(built)

    assert {path: path.stat().st_mtime_ns for path in built.rglob("*")} == before


def test_a_lost_folder_is_made_again_with_the_same_bytes(built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "static")
    stamp = assets.stamp_of(built)
    shutil.rmtree(tmp_path / "static" / stamp["ui"])

    assets.build(tmp_path / "static")

    names = sorted(path.relative_to(built / stamp["ui"]) for path in (built / stamp["ui"]).rglob("*") if path.is_file())
    again = tmp_path / "static" / stamp["ui"]
    assert names
    assert [(again / name).read_bytes() for name in names] == [
        (built / stamp["ui"] / name).read_bytes() for name in names
    ]


def test_nothing_is_served_before_the_first_build(tmp_path: Path) -> None:
    with pytest.raises(assets.AssetsMissing):
        assets.stamp_of(tmp_path)


@pytest.mark.parametrize("weight", [400, 600])
def test_the_fonts_hold_every_vietnamese_letter(built: Path, weight: int) -> None:
    folder = built / assets.stamp_of(built)["fonts"]
    held: set[int] = set()
    for name in ("latin", "vietnamese"):
        held |= set(TTFont(folder / f"{name}-{weight}.woff2").getBestCmap())

    assert [letter for letter in LETTERS if ord(letter) not in held] == []


@pytest.mark.parametrize("weight", [400, 600])
def test_the_digits_of_marks_are_all_equally_wide(built: Path, weight: int) -> None:
    font = TTFont(built / assets.stamp_of(built)["fonts"] / f"figures-{weight}.woff2")
    widths = {font["hmtx"][font.getBestCmap()[ord(digit)]][0] for digit in "0123456789"}

    assert len(widths) == 1


@pytest.mark.parametrize("face", assets.FACES, ids=lambda face: face.file)
def test_a_cut_font_carries_its_licence_and_no_reserved_name(built: Path, face: assets.Face) -> None:
    names = TTFont(built / assets.stamp_of(built)["fonts"] / face.file)["name"]

    assert names.getDebugName(assets.COPYRIGHT).startswith("Copyright 20")
    assert "SIL Open Font License, Version 1.1" in names.getDebugName(assets.LICENCE)
    assert names.getDebugName(assets.FAMILY) == face.family
    assert "Plex" not in names.getDebugName(assets.FAMILY)


def test_every_file_a_page_names_is_there(built: Path) -> None:
    folder = built / assets.stamp_of(built)["ui"]
    fonts = re.findall(r"url\((\.\./[^)]+)\)", (folder / "ui.css").read_text(encoding="utf-8"))

    assert len(fonts) == len(assets.FACES)
    assert all((folder / name).resolve().is_file() for name in fonts)
    assert all((folder / name).is_file() for name in assets.SHELL_FILES)
    imports = {
        (script.parent / target).resolve()
        for script in folder.rglob("*.js")
        for target in re.findall(r'^import .*?"(\.[^"]+)"', script.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert imports
    assert [path for path in imports if not path.is_file()] == []


def test_the_style_sheet_is_small_and_never_shouts(built: Path) -> None:
    css = assets.stylesheet("fonts-0")

    assert len(css.encode()) <= MOST_CSS
    assert "!important" not in css


def test_colours_are_named_once_in_the_tokens() -> None:
    elsewhere = [
        f"{path.name}: {colour}"
        for path in sorted(assets.STYLES.glob("*.css"))
        if path.name not in {"00-tokens.css", "90-print.css"}
        for colour in re.findall(r"#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(", path.read_text(encoding="utf-8"))
    ]

    assert elsewhere == []


def test_every_class_of_a_template_has_its_style() -> None:
    css = assets.stylesheet("fonts-0")
    styled = set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", css))
    hooks = {"child__items", "sr-only", "num"}
    used = {
        name
        for path in (assets.HERE / "templates").rglob("*.html")
        for classes in re.findall(r'class="([^"{}]+)"', path.read_text(encoding="utf-8"))
        for name in classes.split()
    }

    assert sorted(used - styled - hooks) == []


def test_no_template_of_any_module_holds_an_inline_style_or_script() -> None:
    templates = [path for path in (CHECKOUT / "maitruong").rglob("*.html") if "templates" in path.parts]
    assert len(templates) > 100
    for path in templates:
        source = path.read_text(encoding="utf-8")
        assert "style=" not in source, path
        assert not re.search(r"<script(?![^>]*\bsrc=)", source), path
        assert not re.search(r"\son[a-z]+=", source), path
