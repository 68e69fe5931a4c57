from __future__ import annotations

import unicodedata
from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from maitruong.foundation.organisations import admin_units
from maitruong.foundation.organisations.admin_units import catalogue

FIRST_DAY = date(2025, 7, 1)
TODAY = date(2026, 11, 21)


def test_the_country_has_3321_communes_in_34_provinces():
    kinds = Counter(unit.kind for unit in admin_units.communes())

    assert kinds == {"Xã": 2621, "Phường": 687, "Đặc khu": 13}
    assert {unit.parent for unit in admin_units.communes()} == {unit.code for unit in admin_units.provinces(on=TODAY)}
    assert len({unit.code for unit in admin_units.communes()}) == 3321


def test_28_provinces_and_6_cities_became_25_and_9_in_2026():
    assert Counter(unit.kind for unit in admin_units.provinces(on=FIRST_DAY)) == {"Tỉnh": 28, "Thành phố": 6}
    assert Counter(unit.kind for unit in admin_units.provinces(on=TODAY)) == {"Tỉnh": 25, "Thành phố": 9}


def test_a_province_keeps_the_type_of_its_day():
    assert admin_units.province("75", on=date(2026, 4, 29)).full_name == "Tỉnh Đồng Nai"
    assert admin_units.province("75", on=date(2026, 4, 30)).full_name == "Thành phố Đồng Nai"


def test_no_province_has_two_types_on_a_day_nor_a_day_without_one():
    rows: dict[str, list[admin_units.AdminUnit]] = {}
    for unit in catalogue.all_provinces():
        rows.setdefault(unit.code, []).append(unit)
    for units in rows.values():
        assert units[0].valid_from == FIRST_DAY
        assert units[-1].valid_to is None
        for before, after in pairwise(units):
            assert (after.valid_from - before.valid_to).days == 1


@pytest.mark.parametrize(("province", "count"), [("31", 114), ("20", 65), ("01", 126), ("38", 166)])
def test_a_province_has_its_number_of_communes(province, count):
    assert len(admin_units.communes(province)) == count


def test_names_are_in_nfc_without_kind_or_stray_space():
    for unit in (*admin_units.communes(), *admin_units.former_units()):
        assert unit.name == unicodedata.normalize("NFC", " ".join(unit.name.split()))
        assert unit.name[0].isupper() or unit.name[0].isdigit(), unit
        assert not unit.name.startswith(("Phường ", "Xã ", "Thị trấn "))


def test_the_commune_written_with_a_small_letter_in_the_source_is_put_right():
    assert admin_units.commune("06325").full_name == "Xã Bắc Sơn"


def test_all_former_units_ended_on_the_last_day_of_june():
    assert {unit.valid_to for unit in admin_units.former_units()} == {date(2025, 6, 30)}
    assert Counter(unit.level for unit in admin_units.former_units())["province"] == 3


def test_lang_son_had_194_communes_in_11_districts_and_has_65_communes():
    districts = {unit.code for unit in admin_units.former_units() if unit.level == "district" and unit.parent == "20"}
    communes = {unit.code for unit in admin_units.former_units() if unit.parent in districts}

    assert (len(districts), len(communes)) == (11, 194)
    new = {row.new for row in admin_units.successions() if row.level == "commune" and row.old in communes}
    assert new == {unit.code for unit in admin_units.communes("20")}


def test_every_commune_of_hai_phong_came_from_somewhere():
    new = {row.new for row in admin_units.successions() if row.level != "province"}

    assert {unit.code for unit in admin_units.communes("31")} <= new


def test_every_former_commune_went_somewhere_and_the_whole_went_to_one_place():
    old = {unit.code for unit in admin_units.former_units() if unit.level == "commune"}
    rows = [row for row in admin_units.successions() if row.level == "commune"]

    assert {row.old for row in rows} == old
    times = Counter(row.old for row in rows)
    assert all((row.share == "whole") == (times[row.old] == 1) for row in rows)
    assert max(Counter(row.old for row in rows if row.share == "people").values()) == 1


def test_hai_duong_went_into_hai_phong_and_lang_son_stayed():
    assert [row.new for row in admin_units.successors("30", level="province")] == ["31"]
    assert [row.new for row in admin_units.successors("20", level="province")] == ["20"]


def test_the_same_number_is_an_old_and_another_new_commune():
    old = next(unit for unit in admin_units.former_units() if unit.level == "commune" and unit.code == "06187")

    assert old.full_name == "Thị trấn Cao Lộc"
    assert admin_units.commune("06187").full_name == "Phường Kỳ Lừa"


def test_a_former_code_is_refused_with_a_way_on():
    with pytest.raises(admin_units.UnknownAdminUnit) as refusal:
        admin_units.commune("05971")

    assert "kế tiếp" in refusal.value.advice
    assert [row.new for row in admin_units.successors("05971")] == ["06187"]
