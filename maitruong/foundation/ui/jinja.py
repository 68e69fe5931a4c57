"""The Jinja2 environment of every page.

settings.TEMPLATES = [{
    "BACKEND": "django.template.backends.jinja2.Jinja2",
    "OPTIONS": {"environment": "maitruong.foundation.ui.jinja.environment", "context_processors": [...]},
}]
Templates are found in `<module>/templates/` of every installed module of the house and in this kit's own folder.
Static files are found by the stamp in settings.STATIC_ROOT, built here when they are missing or out of date.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import reverse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.compiler import CodeGenerator
from markupsafe import Markup, escape

from maitruong.foundation.kernel import formats
from maitruong.foundation.ui import assets, charts, grid

HERE = Path(__file__).parent
HOUSE = "maitruong."
FRAMES = (
    "ui/document.html", "ui/shell.html", "ui/_brand.html",
    *(f"ui/frames/{kind}.html" for kind in ("centre", "form", "grid", "home", "list", "record")),
)  # fmt: skip
"""What pages extend, whichever module they are of."""
_special = re.compile("[&<>\"']").search


def written(value: Any) -> str:
    """A value as it goes into the page, escaped.

    markupsafe.escape makes a Markup of each, which costs several times the rest of it; a list has some thousand values, and
    most are numbers and names with nothing to escape.
    """
    kind = type(value)
    if kind is Markup or (kind is str and not _special(value)):
        return value  # type: ignore[no-any-return]
    return str(value) if kind is int else escape(value)


class _Generator(CodeGenerator):
    """Templates whose output goes through `written`; where autoescaping is decided only at run time, as everywhere."""

    def _output_child_pre(self, node: Any, frame: Any, finalize: Any) -> None:
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None:
            self.write("environment.written(")
        else:
            super()._output_child_pre(node, frame, finalize)


class _Environment(Environment):
    code_generator_class = _Generator
    written = staticmethod(written)


def environment(**options: Any) -> Environment:
    """An autoescaping environment where a misspelt name is an error, not an empty place on the page."""
    options.update(
        loader=FileSystemLoader(template_folders()),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    env = _Environment(**options)
    env.globals.update(url=url, static=static, icon=icon, charts=charts)
    env.globals.update(grid_sheet=grid.sheet, grid_addresses=grid.Addresses)
    env.filters.update(
        mark=formats.mark,
        average=formats.average,
        date_vi=formats.date,
        day_time=formats.day_time,
        number=formats.number,
        percent=formats.percent,
        dong=formats.dong,
    )
    return env


def make_ready(env: Environment) -> None:
    """Compile what pages extend and the kit, a quarter of a second of whoever would ask first."""
    for frame in FRAMES:
        env.get_template(frame)
    _ = env.get_template("ui/kit.html").module  # its parts with it


def template_folders() -> list[str]:
    """The templates of the house's own modules, then the kit's."""
    modules = [Path(app.path) / "templates" for app in apps.get_app_configs() if app.name.startswith(HOUSE)]
    return [str(folder) for folder in [*modules, HERE / "templates"] if folder.is_dir()]


def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named route. Remembered: a page with a province's schools asks for thousands.

    Routes are those of the settings: no request of the house brings its own, and asking for them costs more than the rest.
    """
    return _address(settings.ROOT_URLCONF, name, args, tuple(kwargs.items()))


@lru_cache(maxsize=8192)
def _address(urlconf: str, name: str, args: tuple[Any, ...], kwargs: tuple[tuple[str, Any], ...]) -> str:
    return reverse(name, urlconf, args=args, kwargs=dict(kwargs))


def static(path: str) -> str:
    """The address of a file of the kit, e.g. static("ui.css"); it changes when the contents change."""
    return f"{settings.STATIC_URL}{_ui_folder()}/{path}"


@lru_cache(maxsize=512)
def icon(name: str, label: str = "") -> Markup:
    """One icon of the sprite. Without a label it is decoration and the words beside it speak."""
    if name not in icon_names():
        raise LookupError(f"no icon named {name!r}: see maitruong/foundation/ui/static/ui/icons.svg")
    spoken = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon" {}><use href="{}#{}"></use></svg>').format(spoken, _sprite(), name)


@cache
def icon_names() -> frozenset[str]:
    return frozenset(re.findall(r'<symbol id="([a-z-]+)"', (assets.STATIC / "icons.svg").read_text(encoding="utf-8")))


@cache
def _ui_folder() -> str:
    return assets.build(Path(settings.STATIC_ROOT))["ui"]


@cache
def _sprite() -> str:
    return static("icons.svg")
