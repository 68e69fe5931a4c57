"""A real province: born empty, and without any of a demo's conveniences."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pyotp
import pytest
from django.db import DatabaseError, connection
from django.test import Client

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.identity import sealing
from maitruong.foundation.identity.errors import OnlyInDemo
from maitruong.foundation.identity.models import Account, Installation
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.organisations.models import AdminUnit
from maitruong.foundation.signing import demo_keys
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.models import Certificate
from maitruong.site import config, province
from tests import factories as make

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
ADDRESS = "https://maitruong.haiphong.example"


def a_real_province() -> province.Born:
    return province.new_province(
        province="31",
        department="Sở GDĐT Hải Phòng",
        public_address=ADDRESS,
        administrator="Vũ Đình Bách",
        login="Quan-Tri",
    )


def test_it_is_born_with_its_lists_one_administrator_and_no_one_else() -> None:
    born = a_real_province()

    assert born.login == "quan-tri" and born.link.startswith(f"{ADDRESS}/bat-dau/")
    assert Installation.objects.get().kind == "real"
    assert Account.objects.count() == 1 and not Account.objects.get().has_usable_password()
    assert AdminUnit.objects.filter(level="commune", valid__endswith__isnull=True).count() == 3321
    assert AdminUnit.objects.filter(level="province", valid__contains=dt.date(2026, 11, 20)).count() == 34


def test_the_communes_that_govern_schools_stand_under_the_department_from_the_beginning() -> None:
    born = a_real_province()

    governors = organisations.governors(on=dt.date(2026, 11, 20))
    assert [unit.id for unit in governors if unit.kind == "department"] == [born.department_id]
    assert len(governors) == 1 + 114
    le_chan = organisations.unit_called(["commune"], "ubnd phuong le chan")
    assert le_chan is not None and le_chan.code == "UBND.11383"
    assert organisations.is_under(le_chan.id, born.department_id, on=dt.date(2025, 7, 1))


def test_a_database_never_changes_kind() -> None:
    a_real_province()
    with pytest.raises(province.AlreadyBorn):
        a_real_province()


def test_it_is_not_born_into_what_a_killed_demo_left(monkeypatch: pytest.MonkeyPatch) -> None:
    # Only the owner can leave the sign there; pg_catalog stands in for it.
    monkeypatch.setattr("maitruong.site.demo.load.UNFINISHED", "pg_catalog")

    with pytest.raises(province.HalfADemo):
        a_real_province()
    assert not Installation.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE identity_installation SET kind = 'demo'", "DELETE FROM identity_installation"]
)
def test_not_even_a_statement_of_the_application_makes_it_a_demo(statement: str) -> None:
    a_real_province()
    with pytest.raises(DatabaseError, match="never changes its kind"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_link_sets_a_password_and_second_factor_once(client: Client) -> None:
    path = a_real_province().link.removeprefix(ADDRESS)
    client.get(path)
    link, sealed = client.session["new_totp"]
    secret = sealing.open_token(sealed, place=f"link:{link}")
    good = {"password": "một câu dài của riêng tôi", "code": pyotp.TOTP(secret).now()}

    assert client.post(path, {**good, "password": "ngắn"}).status_code == 422
    assert client.post(path, {**good, "code": "000000"}).status_code == 422
    assert client.post(path, good).status_code == 302
    assert Client().post(path, good).status_code == 422

    answer = client.post("/dang-nhap/", {"login": "quan-tri", "password": good["password"]})
    assert answer.headers["Location"] == "/dang-nhap/ma/"
    # The code that set the second factor up was used by that.
    assert client.post("/dang-nhap/ma/", {"code": good["code"]}).status_code == 422
    assert client.post("/dang-nhap/ma/", {"code": "١٢٣٤٥٦"}).status_code == 422


def test_a_session_prepared_by_somebody_else_brings_no_second_factor_of_his(client: Client) -> None:
    path = a_real_province().link.removeprefix(ADDRESS)
    client.get("/bat-dau/khong-phai-lien-ket/")
    assert "new_totp" not in client.session
    session = client.session
    session["new_totp"] = ["", "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"]
    session.save()

    assert "JBSWY3DPEHPK3PXP" not in client.get(path).content.decode()


@pytest.fixture
def a_demo_everywhere(monkeypatch: pytest.MonkeyPatch, settings, tmp_path: Path) -> None:
    """An environment that swears this is a demo, open to all."""
    for name in ("MT_KIND", "MT_DEMO", "DEMO", "MT_EXPOSE_DEMO"):
        monkeypatch.setenv(name, "1" if name == "MT_EXPOSE_DEMO" else "demo")
    monkeypatch.setenv("MT_VAR", str(tmp_path))
    settings.CONFIG = config.read()
    assert settings.CONFIG.expose_demo


@pytest.mark.usefixtures("a_demo_everywhere")
def test_nobody_enters_it_by_one_click_and_nobody_is_offered(client: Client) -> None:
    a_real_province()
    account = Account.objects.get()
    Account.objects.update(demo_order=1, demo_label="Vũ Đình Bách|Quản trị")

    door = client.get("/dang-nhap/").content.decode()
    answer = client.post("/dang-nhap/thu/", {"account": account.pk})

    assert "Vũ Đình Bách" not in door and "vào thử" not in door
    assert answer.status_code == 422 and "Chỉ bản thử mới có" in answer.content.decode()
    assert "_auth_user_id" not in client.session


@pytest.mark.usefixtures("a_demo_everywhere")
def test_it_makes_no_demo_authority_believes_none_and_opens_no_software_key() -> None:
    a_real_province()
    folder = demo_keys.folder()
    with pytest.raises(OnlyInDemo):
        demo_keys.authority()
    with pytest.raises(OnlyInDemo):
        demo_keys.open_key(None, "246810")  # type: ignore[arg-type]
    with unit_of_work(make.SYSTEM), pytest.raises(OnlyInDemo):
        signing.issue_demo_certificates(
            make.SYSTEM, school_id=1, titles={}, pin="246810", valid_from=NOW, valid_to=NOW + dt.timedelta(days=1)
        )

    assert signing.trust().roots == () and not folder.exists()
    with unit_of_work(make.SYSTEM):
        assert not Certificate._base_manager.exists()


def test_a_demo_says_so_on_every_page_and_a_real_one_does_not(client: Client) -> None:
    account = make.a_principal(make.a_school(make.a_commune(make.a_department())))
    client.force_login(account)
    assert "BẢN THỬ" in client.get("/").content.decode()

    Installation.objects.update(kind="real")
    client.force_login(account)
    session = client.session
    del session["demo"]
    session.save()

    assert "BẢN THỬ" not in client.get("/").content.decode()


@pytest.mark.parametrize("path", ["/kit/", "/kit/cua/"])
def test_it_shows_no_gallery(client: Client, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    a_real_province()
    monkeypatch.setenv("MT_KIND", "demo")
    assert client.get(path).status_code == 404


def test_its_address_is_permanent_and_its_cookies_are_secure(tmp_path) -> None:
    config.write_installation(tmp_path, public_address=ADDRESS)

    read = config.read({"MT_VAR": str(tmp_path)})

    assert read.public_address == ADDRESS and read.secure_cookies
    assert read.hosts == ("maitruong.haiphong.example", "127.0.0.1")
    assert (tmp_path / config.INSTALLATION).stat().st_mode & 0o777 == 0o600


def test_over_https_nobody_beside_it_can_plant_a_cookie_in_place_of_its_own(tmp_path: Path) -> None:
    said = subprocess.run(
        [
            sys.executable, "-c",
            "from maitruong.site import settings as s;"
            "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)",
        ],
        env=os.environ | {"MT_VAR": str(tmp_path), "MT_PUBLIC_ADDRESS": ADDRESS},
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert said.stdout.split() == ["__Host-mt_phien", "__Host-mt_csrf", "True", "True"]


def test_whatever_the_proxy_forgot_to_say_a_form_from_another_site_is_refused_and_https_is_asked_for(settings) -> None:
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    settings.SECURE_HSTS_SECONDS = 31_536_000
    settings.CSRF_COOKIE_SECURE = settings.SESSION_COOKIE_SECURE = True
    client = Client(enforce_csrf_checks=True)

    page = client.get("/dang-nhap/")
    form = {"csrfmiddlewaretoken": _token(page), "login": "x"}
    from_elsewhere = [
        client.post("/dang-nhap/", form, **said).status_code
        for said in ({}, {"HTTP_REFERER": "https://ke-xau.example/"}, {"HTTP_X_FORWARDED_PROTO": "http"})
    ]
    from_here = client.post("/dang-nhap/", form, HTTP_HOST="testserver", HTTP_REFERER="https://testserver/dang-nhap/")

    assert page["Strict-Transport-Security"] == "max-age=31536000"
    assert from_elsewhere == [403, 403, 403]
    assert from_here.status_code == 422


def _token(page) -> str:
    return page.content.decode().partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]


def test_keys_are_made_per_installation_and_readable_by_their_owner_only(tmp_path) -> None:
    here = config.read({"MT_VAR": str(tmp_path / "a")})
    there = config.read({"MT_VAR": str(tmp_path / "b")})

    assert config.secret_key(here) == config.secret_key(here) != config.secret_key(there)
    assert (here.keys / "django.key").stat().st_mode & 0o777 == 0o600
