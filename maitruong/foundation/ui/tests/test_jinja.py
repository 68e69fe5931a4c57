"""The environment of every template: strict about names, escaping, the Vietnamese way with numbers."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils.safestring import SafeString
from jinja2 import Environment, UndefinedError
from markupsafe import Markup, escape

from maitruong.foundation.ui.jinja import environment, icon, icon_names, written


@pytest.fixture(scope="module")
def env() -> Environment:
    return environment()


def test_a_misspelt_name_is_an_error_and_not_an_empty_place(env: Environment) -> None:
    with pytest.raises(UndefinedError):
        env.from_string("{{ pupil_nmae }}").render(pupil_name="An")


def test_text_of_people_is_escaped(env: Environment) -> None:
    assert env.from_string("{{ name }}").render(name="<b>An</b>") == "&lt;b&gt;An&lt;/b&gt;"


class Spoken:
    def __html__(self) -> str:
        return "<i>tự lo</i>"


@pytest.mark.parametrize(
    "value",
    [
        "An",
        "Lê & Trần",
        "'\"<>&",
        "",
        7,
        -1,
        True,
        None,
        2.5,
        Markup("<b>An</b>"),
        SafeString("<b>"),
        Spoken(),
        ["<"],
        10**20,
    ],
)
@pytest.mark.parametrize("page", ["{{ x }}", "{% macro m() %}[{{ x }}]{% endmacro %}{{ m() }}", "{{ '<' ~ x }}"])
def test_every_value_is_written_as_the_template_language_would(env: Environment, page: str, value: object) -> None:
    plain = Environment(autoescape=True)

    assert env.from_string(page).render(x=value) == plain.from_string(page).render(x=value)
    assert written(value) == escape(value)


def test_a_template_that_turns_escaping_on_or_off_by_itself_is_obeyed(env: Environment) -> None:
    page = "{% autoescape how %}{{ x }}{% endautoescape %}"

    assert [env.from_string(page).render(x="<", how=how) for how in (True, False)] == ["&lt;", "<"]


def test_filters_write_marks_dates_and_numbers_the_vietnamese_way(env: Environment) -> None:
    page = "{{ 75|mark }} {{ 60|average }} {{ day|date_vi }} {{ 1250000|number }} {{ 0.974|percent }} {{ 680000|dong }}"

    page_text = env.from_string(page).render(day=dt.date(2027, 1, 15))

    assert page_text == "7,5 6,0 15/01/2027 1.250.000 97,4% 680.000 đ"


def test_an_icon_speaks_only_when_it_stands_alone() -> None:
    assert 'aria-hidden="true"' in icon("bell")
    assert 'role="img" aria-label="đã xong"' in icon("check", "đã xong")


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(LookupError, match="khong-co"):
        icon("khong-co")
    assert len(icon_names()) >= 50


def test_every_macro_named_in_the_readme_exists(env: Environment) -> None:
    import re

    from maitruong.foundation.ui.assets import HERE

    named = set(re.findall(r"\bui\.([a-z_]+)\(", (HERE / "README.md").read_text(encoding="utf-8")))

    assert sorted(name for name in named if not hasattr(env.get_template("ui/kit.html").module, name)) == []
    assert len(named) > 40


@pytest.mark.parametrize("frame", ["list", "record", "form", "grid", "home", "centre"])
def test_every_frame_renders_with_the_least_a_page_gives(env: Environment, frame: str) -> None:
    place = {"label": "", "role": "Giáo viên", "place": "THCS Lê Chân", "url": "/", "current": True}
    me = {"name": "Lý A Sính", "initials": "LS", "workspaces": [place]}

    page = env.get_template(f"ui/frames/{frame}.html").render(me=me, menu=[], page_title="Trang thử")

    assert "<title>Trang thử · Mái Trường</title>" in page
    assert "THCS Lê Chân" in page


@pytest.mark.parametrize("page", ["door", "plain"])
def test_pages_before_sign_in_need_no_context(env: Environment, page: str) -> None:
    assert "Mái Trường" in env.get_template(f"ui/{page}.html").render()


def test_a_person_with_no_workspace_still_gets_a_shell(env: Environment) -> None:
    me = {"name": "Lý A Sính", "initials": "LS", "workspaces": [], "sign_out_url": "/ra/"}

    assert "Đăng xuất" in env.get_template("ui/shell.html").render(me=me, menu=[])


def test_on_a_phone_the_top_bar_leads_to_the_place_above(env: Environment) -> None:
    me = {"name": "Lý A Sính", "initials": "LS", "workspaces": []}
    crumbs = [{"label": "Con tôi", "url": "/con-toi/"}, {"label": "Lớp"}, {"label": "Lý A Sính"}]

    shell = env.get_template("ui/shell.html")
    top = shell.render(me=me, menu=[], crumbs=crumbs).split('<header class="top">')[1]
    at_home = shell.render(me=me, menu=[], crumbs=crumbs[2:]).split('<header class="top">')[1]

    assert '<a class="up" href="/con-toi/">' in top and 'class="up"' not in at_home
