"""Everything a browser loads, made from pinned packages and our own sources into one folder; none of it is committed.

    <target>/fonts-<hash>/   Be Vietnam Pro 400 and 600 (latin, vietnamese), digits of IBM Plex Sans, as woff2
    <target>/ui-<hash>/      ui.css, ui.js, grid/*.js, htmx.js, icons.svg, manifest.webmanifest and their .gz twins
    <target>/stamp.json      {"fonts": "fonts-...", "ui": "ui-..."}: the folders in use

The hash is made of contents and pinned versions, so a folder never changes once it stands and may be cached for ever;
modules and fonts refer to each other by relative paths inside it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from importlib import metadata, resources
from pathlib import Path

HERE = Path(__file__).parent
STYLES = HERE / "css"
STATIC = HERE / "static" / "ui"
STAMP = "stamp.json"
_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
SHELL_FILES = ("ui.css", "ui.js", "htmx.js", "icons.svg")

# Raised by hand when the way fonts are cut changes, so that old folders are not taken for new ones.
FONT_RECIPE = 4
PACKAGES = ("fontpkg-be-vietnam-pro", "fontpkg-ibm-plex-sans", "fonttools", "brotli", "django-htmx", "pillow")

LATIN = "U+0020-007E,U+00A0-00FF,U+2013-2014,U+2018-2019,U+201C-201D,U+2022,U+2026,U+2192,U+2212"
VIETNAMESE = "U+0102-0103,U+0110-0111,U+0128-0129,U+0168-0169,U+01A0-01A1,U+01AF-01B0,U+1EA0-1EF9,U+20AB"
DIGITS = "U+002C,U+002E,U+0030-0039"
COPYRIGHT, FAMILY, STYLE, LICENCE, LICENCE_ADDRESS = 0, 1, 2, 13, 14
"""Names a cut font keeps: the Open Font License asks that copyright and licence go along."""


@dataclass(frozen=True)
class Face:
    """One file of letters: where it is cut from and which letters it keeps."""

    family: str
    weight: int
    letters: str
    package: str
    source: str
    name: str

    @property
    def file(self) -> str:
        return f"{self.name}-{self.weight}.woff2"


def _be_vietnam(weight: int, source: str, name: str, letters: str) -> Face:
    return Face("Be Vietnam Pro", weight, letters, "fontpkg_be_vietnam_pro", source, name)


FACES = (
    _be_vietnam(400, "BeVietnamPro-Regular.ttf", "latin", LATIN),
    _be_vietnam(600, "BeVietnamPro-SemiBold.ttf", "latin", LATIN),
    _be_vietnam(400, "BeVietnamPro-Regular.ttf", "vietnamese", VIETNAMESE),
    _be_vietnam(600, "BeVietnamPro-SemiBold.ttf", "vietnamese", VIETNAMESE),
    # Be Vietnam Pro has no tabular figures (its "1" is 385 wide, its "4" 710), so columns of marks borrow digits.
    Face("Figures", 400, DIGITS, "fontpkg_ibm_plex_sans", "IBMPlexSans[wdth,wght].ttf", "figures"),
    Face("Figures", 600, DIGITS, "fontpkg_ibm_plex_sans", "IBMPlexSans[wdth,wght].ttf", "figures"),
)


class AssetsMissing(RuntimeError):
    """The folder of static files holds no finished build."""


def build(target: Path) -> dict[str, str]:
    """Bring `target` up to date and return its stamp. Does nothing when sources and pinned versions are unchanged.

    Safe when several processes start at once: each writes beside the others and the first rename wins.
    """
    target.mkdir(parents=True, exist_ok=True)
    fonts = "fonts-" + _digest([str(FONT_RECIPE), *_versions(PACKAGES), *(repr(face) for face in FACES)])
    ui = "ui-" + _digest([fonts, *_versions(PACKAGES), *_sources()])
    stamp = {"fonts": fonts, "ui": ui}
    if _read_stamp(target) == stamp and all((target / folder).is_dir() for folder in stamp.values()):
        return stamp
    _fill(target / fonts, _write_fonts)
    _fill(target / ui, partial(_write_ui, fonts=fonts))
    _write_stamp(target, stamp)
    return stamp


def stamp_of(target: Path) -> dict[str, str]:
    """The folders in use; raises AssetsMissing before the first build."""
    stamp = _read_stamp(target)
    if stamp is None:
        raise AssetsMissing(f"no built assets in {target}: call maitruong.foundation.ui.assets.build first")
    return stamp


def font_face_rules(fonts: str) -> str:
    """The @font-face rules, with paths as seen from the ui folder."""
    return "".join(
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-display:swap;'
        f'src:url(../{fonts}/{face.file}) format("woff2");unicode-range:{face.letters}}}\n'
        for face in FACES
    )


def stylesheet(fonts: str) -> str:
    """The one style sheet: fonts, then every file of css/ in the order of its name, without the words for who reads the files."""
    written = "".join(path.read_text(encoding="utf-8") for path in _style_files())
    return font_face_rules(fonts) + _COMMENT.sub("", written)


def _style_files() -> list[Path]:
    return sorted(STYLES.glob("*.css"))


def _sources() -> Iterable[str]:
    files = [*_style_files(), *(path for path in STATIC.rglob("*") if path.is_file()), Path(__file__)]
    for path in sorted(files):
        yield path.relative_to(HERE).as_posix()
        yield hashlib.sha256(path.read_bytes()).hexdigest()


def _versions(packages: Iterable[str]) -> list[str]:
    return [f"{name}=={metadata.version(name)}" for name in packages]


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:10]


def _read_stamp(target: Path) -> dict[str, str] | None:
    try:
        stamp: dict[str, str] = json.loads((target / STAMP).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return stamp


def _write_stamp(target: Path, stamp: dict[str, str]) -> None:
    with tempfile.NamedTemporaryFile("w", dir=target, delete=False, encoding="utf-8") as new:
        json.dump(stamp, new)
    Path(new.name).chmod(0o644)
    Path(new.name).replace(target / STAMP)


def _fill(folder: Path, write: Callable[[Path], None]) -> None:
    """Write a folder aside, then put it in place whole."""
    if folder.is_dir():
        return
    aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".making-"))
    try:
        write(aside)
        _compress(aside)
        aside.chmod(0o755)
        try:
            aside.rename(folder)
        except OSError:
            if not folder.is_dir():  # another process was quicker: its folder is the same, else it is a real failure
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _write_fonts(folder: Path) -> None:
    for face in FACES:
        _cut(face, folder / face.file)


def _cut(face: Face, file: Path) -> None:
    """Keep only the wanted letters of one face. Shaping rules go too: precomposed letters need none, kerning stays."""
    # Loading the font tools costs more than the rest of a start, and a built set needs none of them.
    from fontTools import subset
    from fontTools.ttLib import TTFont
    from fontTools.varLib import instancer

    logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells every table it looks at
    options = subset.Options(flavor="woff2", hinting=False, desubroutinize=True, layout_features=["kern"])
    options.drop_tables += ["GDEF", "DSIG", "STAT", "meta"]
    options.name_IDs = [COPYRIGHT, FAMILY, STYLE, LICENCE, LICENCE_ADDRESS]
    with resources.as_file(resources.files(face.package) / "files" / face.source) as path:
        font = TTFont(path)
        cutter = subset.Subsetter(options)
        cutter.populate(unicodes=subset.parse_unicodes(face.letters.replace("U+", "")))
        cutter.subset(font)
        if (
            "fvar" in font
        ):  # after the cut: a variable font of ten glyphs is fixed in no time, one of 1,500 in eight seconds
            font = instancer.instantiateVariableFont(font, {"wght": face.weight, "wdth": 100})
        for record in font["name"].names:
            if record.nameID == FAMILY:  # "Plex" is a reserved name: a cut version is called otherwise
                record.string = face.family
        subset.save_font(font, str(file), options)


def _write_ui(folder: Path, fonts: str) -> None:
    shutil.copytree(STATIC, folder, dirs_exist_ok=True)
    (folder / "ui.css").write_text(stylesheet(fonts), encoding="utf-8")
    htmx = resources.files("django_htmx") / "static" / "django_htmx" / "htmx-2.min.js"
    (folder / "htmx.js").write_bytes(htmx.read_bytes())
    for size in (192, 512):
        _draw_mark(size, folder / f"mark-{size}.png")


def _draw_mark(size: int, file: Path) -> None:
    """mark.svg in dots, for home screens that take no drawings: roof and walls on the green board."""
    from PIL import Image, ImageDraw

    fine = 4  # drawn four times as large, then shrunk, so that edges are smooth
    picture = Image.new("RGB", (size * fine, size * fine), "#17594a")
    pen = ImageDraw.Draw(picture)
    unit = size * fine / 48

    def line(points: list[tuple[float, float]], colour: str) -> None:
        at = [(x * unit, y * unit) for x, y in points]
        pen.line(at, colour, round(4 * unit), joint="curve")
        for x, y in at:
            pen.ellipse((x - 2 * unit, y - 2 * unit, x + 2 * unit, y + 2 * unit), colour)

    line([(8, 23.3), (12.5, 21.8), (17, 18.2), (24, 11), (31, 18.2), (35.5, 21.8), (40, 23.3)], "#f0a885")
    line([(13.5, 27), (13.5, 37), (34.5, 37), (34.5, 27)], "#fdfcf7")
    line([(24, 37), (24, 30.5)], "#fdfcf7")
    picture.resize((size, size), Image.Resampling.LANCZOS).save(file, optimize=True)


def _compress(folder: Path) -> None:
    """A .gz beside every text file, with no time inside so that the same source gives the same bytes."""
    for path in [path for path in folder.rglob("*") if path.suffix in {".css", ".js", ".svg", ".webmanifest"}]:
        path.with_name(path.name + ".gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
