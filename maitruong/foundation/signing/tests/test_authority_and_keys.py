"""The demonstration authority and the key files behind a PIN."""

from __future__ import annotations

import datetime as dt
import stat
import time
import warnings
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from maitruong.foundation.signing.authority import DEMO_MARK, DemoAuthority
from maitruong.foundation.signing.certificates import common_name
from maitruong.foundation.signing.errors import KeyFileUnsafe, KeyMissing, PinTooWeak, SignerFailed, WrongPin
from maitruong.foundation.signing.keys import KeyFolder, make_key
from maitruong.foundation.signing.types import Holder, HolderKind, KeyKind

from .conftest import BORN

LAN = Holder(HolderKind.PERSON, "17", "Nguyễn Thị Lan", "56000708", "Trường THCS Nguyễn Huệ", "Giáo viên")
SCHOOL = Holder(HolderKind.ORGANISATION, "708", "Trường THCS Nguyễn Huệ", "56000708", "Trường THCS Nguyễn Huệ")
UNTIL = BORN + dt.timedelta(days=1000)


@pytest.fixture
def lan(authority):
    return authority.issue(LAN, valid_from=BORN, valid_to=UNTIL)


def test_everything_the_demo_authority_issues_says_it_is_a_trial(authority, lan):
    assert DEMO_MARK in common_name(authority.root)
    assert DEMO_MARK in common_name(authority.issuing)
    assert DEMO_MARK in lan.certificate.issuer.rfc4514_string()


def test_certificate_names_person_and_school_in_vietnamese_and_no_citizen_number(lan):
    subject = lan.certificate.subject.rfc4514_string()

    assert "CN=Nguyễn Thị Lan" in subject
    assert "O=Trường THCS Nguyễn Huệ" in subject
    assert "UID=person:17" in subject


def test_persons_get_ec_keys_and_organisations_rsa(authority, lan):
    seal = authority.issue(SCHOOL, valid_from=BORN, valid_to=UNTIL)

    assert isinstance(lan.key, ec.EllipticCurvePrivateKey)
    assert isinstance(seal.key, rsa.RSAPrivateKey)
    assert seal.key.key_size == 2048


@pytest.mark.parametrize("name", ["Trường Tiểu học và Trung học cơ sở Nguyễn Bỉnh Khiêm, xã Ea Ô", "Tôn Nữ " * 20])
def test_no_warning_is_raised_when_a_long_name_is_written_into_a_certificate_and_read_back(authority, name):
    school = replace(SCHOOL, name=name, unit_name=name)

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        common_name.cache_clear()
        certificate = authority.issue(school, valid_from=BORN, valid_to=UNTIL).certificate
        read = common_name(certificate)
        authority.trust.check(certificate, at=BORN)

    assert read == (name if len(name) <= 64 else name[:63].rstrip() + "…")


def test_name_of_up_to_64_letters_stands_whole_in_a_certificate_and_a_longer_one_is_cut(authority):
    holder = Holder(HolderKind.PERSON, "18", "Tôn " * 40, "56000708", "Trường " * 40, "Giáo viên")

    long_school = replace(SCHOOL, name="Trường Tiểu học và Trung học cơ sở Nguyễn Bỉnh Khiêm, xã Ea Ô")

    assert len(common_name(authority.issue(holder, valid_from=BORN, valid_to=UNTIL).certificate)) == 64
    certificate = authority.issue(long_school, valid_from=BORN, valid_to=UNTIL).certificate
    assert common_name(certificate) == long_school.name
    authority.trust.check(certificate, at=BORN)


def test_authority_opens_again_with_its_pin_only(authority_folder, authority):
    assert DemoAuthority.load(authority_folder, pin="314159").root == authority.root
    with pytest.raises(WrongPin):
        DemoAuthority.load(authority_folder, pin="314158")


def test_key_file_is_encrypted_and_for_its_owner_only(tmp_path, lan):
    path = KeyFolder(tmp_path / "keys").save("person:17", lan.key, pin="246810")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert b"ENCRYPTED PRIVATE KEY" in path.read_bytes()
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_right_pin_opens_and_wrong_pin_does_not_even_after_the_right_one(tmp_path, lan):
    keys = KeyFolder(tmp_path / "keys")
    keys.save("person:17", lan.key, pin="246810")

    for _ in range(2):
        assert (
            keys.open("person:17", pin="246810", certificate=lan.certificate).key.public_key() == lan.key.public_key()
        )
        for wrong in ("246811", "", "0" * 500):
            with pytest.raises(WrongPin):
                keys.open("person:17", pin=wrong, certificate=lan.certificate)


def test_key_replaced_on_disk_is_not_served_from_memory(tmp_path, authority, lan):
    keys = KeyFolder(tmp_path / "keys")
    keys.save("person:17", lan.key, pin="246810")
    keys.open("person:17", pin="246810", certificate=lan.certificate)

    time.sleep(0.01)
    keys.save("person:17", make_key(KeyKind.EC_P256), pin="246810")

    with pytest.raises(SignerFailed):
        keys.open("person:17", pin="246810", certificate=lan.certificate)


def test_second_opening_costs_no_decryption(tmp_path, lan, monkeypatch):
    keys = KeyFolder(tmp_path / "keys")
    keys.save("person:17", lan.key, pin="246810")
    keys.open("person:17", pin="246810", certificate=lan.certificate)
    monkeypatch.setattr("maitruong.foundation.signing.keys.load_pem_private_key", None)

    assert keys.open("person:17", pin="246810", certificate=lan.certificate).certificate is lan.certificate


def test_missing_key_open_file_and_short_pin_are_told_apart(tmp_path, lan):
    keys = KeyFolder(tmp_path / "keys")
    with pytest.raises(KeyMissing) as refusal:
        keys.open("person:17", pin="246810", certificate=lan.certificate)
    assert "Nguyễn Thị Lan" in refusal.value.text

    keys.save("person:17", lan.key, pin="246810").chmod(0o644)
    with pytest.raises(KeyFileUnsafe):
        keys.open("person:17", pin="246810", certificate=lan.certificate)

    with pytest.raises(PinTooWeak):
        keys.save("person:17", lan.key, pin="1234")


def test_no_name_leaves_the_folder_or_tells_whose_key_it_is(tmp_path):
    keys = KeyFolder(tmp_path / "keys")

    for name in ("../../etc/passwd", "/root/x", "person:056213004417", "a\x00b"):
        path = keys.path_of(name)
        assert path.parent == keys.folder
        assert "056213004417" not in path.name
