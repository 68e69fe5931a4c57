"""What every page needs is made before a web process has visitors."""

from __future__ import annotations

import pytest
from django.template import engines
from django.urls import get_resolver

from maitruong.foundation.ui.jinja import FRAMES, HERE


def test_a_web_process_has_its_routes_and_frames_before_the_first_visitor(monkeypatch: pytest.MonkeyPatch) -> None:
    import maitruong.site.wsgi  # noqa: F401 importing it is what a web process does

    pages = engines["jinja2"].env
    monkeypatch.setattr(pages, "compile", None)

    assert "url_patterns" in vars(get_resolver())
    for frame in FRAMES:
        assert pages.get_template(frame).name == frame
    assert pages.get_template("ui/kit.html").module.table


def test_every_frame_is_among_them() -> None:
    frames = (HERE / "templates" / "ui" / "frames").glob("*.html")

    assert {f"ui/frames/{frame.name}" for frame in frames} <= set(FRAMES)
