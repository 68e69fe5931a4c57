"""A real province: born empty, and without any of a demo's conveniences."""

from __future__ import annotations

import datetime as dt

import pyotp
import pytest
from django.db import DatabaseError, connection
from django.test import Client

from maitruong.foundation.identity.models import Account, Installation
from maitruong.foundation.organisations.models import AdminUnit
from maitruong.site import config, province

pytestmark = pytest.mark.django_db
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


def test_a_database_never_changes_kind() -> None:
    a_real_province()
    with pytest.raises(province.AlreadyBorn):
        a_real_province()


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
    secret = client.session["new_totp"][1]
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


def test_keys_are_made_per_installation_and_readable_by_their_owner_only(tmp_path) -> None:
    here = config.read({"MT_VAR": str(tmp_path / "a")})
    there = config.read({"MT_VAR": str(tmp_path / "b")})

    assert config.secret_key(here) == config.secret_key(here) != config.secret_key(there)
    assert (here.keys / "django.key").stat().st_mode & 0o777 == 0o600
