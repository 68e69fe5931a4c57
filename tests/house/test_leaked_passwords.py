"""A password that leaked somewhere is refused, where the installation has a list of them."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from maitruong.foundation.identity.validators import LeakedPasswordValidator
from maitruong.site import config
from tests import factories as make

PRESENT = "bầu trời xanh trên mái trường"
LEAKED = "con đường làng quanh co ra bến"


def listed(folder: Path, words: list[str]) -> Path:
    """A list as it is given away: SHA-1 in capitals, sorted, how often; Windows line ends."""
    lines = sorted(
        f"{hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest().upper()}:{len(word) * 7**5}" for word in words
    )
    path = folder / "leaked.txt"
    path.write_bytes("\r\n".join(lines).encode())
    return path


@pytest.mark.parametrize("many", [1, 2, 3, 64, 1000])
def test_every_listed_password_is_found_wherever_it_stands_and_no_other(tmp_path: Path, many: int) -> None:
    words = [f"con đường làng số {n}" for n in range(many)]
    validator = LeakedPasswordValidator(str(listed(tmp_path, words)))

    for word in words:
        with pytest.raises(ValidationError, match="đã bị lộ ở nơi khác"):
            validator.validate(word)
    for n in range(many, many + 50):
        validator.validate(f"con đường làng số {n}")


def test_an_empty_list_and_no_list_refuse_nothing(tmp_path: Path) -> None:
    LeakedPasswordValidator(str(listed(tmp_path, []))).validate("bầu trời xanh trên mái trường")
    LeakedPasswordValidator().validate("bầu trời xanh trên mái trường")


def test_a_list_asked_for_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be read: put the list there"):
        config.read({"MT_VAR": str(tmp_path), "MT_LEAKED_PASSWORDS": str(tmp_path / "nowhere.txt")})


@pytest.mark.django_db
def test_nobody_takes_a_leaked_password(tmp_path: Path, settings) -> None:
    person = make.a_principal(make.a_school(make.a_commune(make.a_department())))
    person.set_password(PRESENT)
    person.save()
    client = Client()
    client.post("/dang-nhap/", {"login": person.login, "password": PRESENT})
    settings.AUTH_PASSWORD_VALIDATORS = [
        kind | {"OPTIONS": {"file": str(listed(tmp_path, [LEAKED]))}}
        if kind["NAME"].endswith("LeakedPasswordValidator")
        else kind
        for kind in settings.AUTH_PASSWORD_VALIDATORS
    ]

    answer = client.post("/tai-khoan-cua-toi/mat-khau/", {"password": PRESENT, "new": LEAKED})

    assert answer.status_code == 422 and "đã bị lộ ở nơi khác" in answer.text
    person.refresh_from_db()
    assert person.check_password(PRESENT)
