"""Old fonts are read; proper Unicode is never touched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maitruong.foundation.kernel import legacy_encodings as legacy
from maitruong.foundation.kernel import vietnamese as vn

# Written from the font tables letter by letter, apart from the tables under test: vowel, then its five tones.
TCVN3_ROWS = {
    "a": "aµ¶·¸¹", "ă": "¨»¼½¾Æ", "â": "©ÇÈÉÊË", "e": "eÌÎÏÐÑ", "ê": "ªÒÓÔÕÖ", "i": "i×ØÜÝÞ",
    "o": "oßáâãä", "ô": "«åæçèé", "ơ": "¬êëìíî", "u": "uïñòóô", "ư": "\u00adõö÷øù", "y": "yúûüýþ",
}  # fmt: skip
VNI_ROWS = {
    "a": "a aø aû aõ aù aï", "ă": "aê aè aú aü aé aë", "â": "aâ aà aå aã aá aä",
    "e": "e eø eû eõ eù eï", "ê": "eâ eà eå eã eá eä", "i": "i ì æ ó í ò",
    "o": "o oø oû oõ où oï", "ô": "oâ oà oå oã oá oä", "ơ": "ô ôø ôû ôõ ôù ôï",
    "u": "u uø uû uõ uù uï", "ư": "ö öø öû öõ öù öï", "y": "y yø yû yõ yù î",
}  # fmt: skip
CARRIERS = {"a": "lan", "ă": "lăn", "â": "lân", "e": "len", "ê": "lên", "i": "linh", "o": "lon", "ô": "lôn", "ơ": "lơn",
            "u": "lung", "ư": "lưng", "y": "ly"}  # fmt: skip
PROPER = [
    "Nguyễn Thị Hồng", "Lê", "Hà", "Lý Tú", "Bùi Thu Hà", "Trí", "Thò", "Côn", "Đỗ", "Đạt", "Ðỗ Văn Á", "Y Bhăm Êban",
    "François Müller", "José García", "Seán Murphy", "Seán", "Björk Guðmundsdóttir", "Zoë", "Noël", "Renée Brûlé",
    "Añez", "Søren Kjær", "Åsa Öberg", "Mª José", "30 m² × 2", "Lê Lai · Hà", "«Tý»", "Tổ 5 – Lê Lợi",
    "An", "", "±5 °C", "50 £", "Giá 50 £",
]  # fmt: skip


def tcvn3(text: str) -> str:
    capitals = dict(zip("ĂÂÊÔƠƯĐ", "¡¢£¤¥¦§", strict=True))
    return "".join(capitals.get(ch) or _code(ch, TCVN3_ROWS, {"đ": "®"}) for ch in text)


def vni(text: str) -> str:
    return "".join(_code(ch, {k: v.split() for k, v in VNI_ROWS.items()}, {"đ": "ñ"}) for ch in text)


def _code(ch: str, rows: dict, singles: dict) -> str:
    letter, tone = vn.split_letter(ch)
    if letter.lower() in singles:
        coded = singles[letter.lower()]
    elif letter.lower() in rows:
        coded = rows[letter.lower()][tone]
    else:
        return ch
    return coded.upper() if ch.isupper() and (rows is not TCVN3_ROWS) else coded


TONED = [(letter, tone) for letter in CARRIERS for tone in range(6)]


@pytest.mark.parametrize(("letter", "tone"), TONED)
def test_every_toned_letter_comes_back_from_both_encodings(letter, tone):
    syllable = CARRIERS[letter].replace(letter, vn.with_tone(letter, tone), 1)
    name = f"Nguyễn Đình {syllable.capitalize()}"

    assert legacy.repair(tcvn3(name)) == (name, "tcvn3")
    assert legacy.repair(vni(name)) == (name, "vni")


@pytest.mark.parametrize(("letter", "tone"), TONED)
def test_every_toned_capital_comes_back_from_both_encodings(letter, tone):
    syllable = CARRIERS[letter].replace(letter, vn.with_tone(letter, tone), 1)
    name = f"Nguyễn Đình {syllable}".upper()

    assert legacy.repair(vni(name)) == (name, "vni")
    # .VnTimeH draws small codes as capitals: a name in capitals is stored with small toned codes
    coded = "".join(tcvn3(ch.lower()) if not ch.isascii() else ch for ch in name)
    assert legacy.repair(coded) == (name, "tcvn3")


def test_capital_that_the_old_font_could_not_write_is_given_back_in_names():
    assert legacy.repair("NguyÔn ThÞ ¸nh") == ("Nguyễn Thị Ánh", "tcvn3")
    assert legacy.repair("b¸o c¸o ®Þnh k×") == ("báo cáo định kì", "tcvn3")


@pytest.mark.parametrize("text", PROPER)
def test_proper_unicode_is_not_touched(text):
    assert legacy.repair(text) == (text, None)


@given(st.lists(st.sampled_from(PROPER[:14]), min_size=1, max_size=4).map(" ".join))
def test_several_proper_words_together_are_not_touched(text):
    assert legacy.repair(text) == (text, None)


@given(st.text(max_size=60))
def test_reading_a_repaired_text_again_changes_nothing(text):
    read, _ = legacy.repair(text)
    assert legacy.repair(read)[0] == read


def test_names_of_other_peoples_are_read():
    assert legacy.repair("Siu Kr¨ng") == ("Siu Krăng", "tcvn3")
    assert legacy.repair("H'Hen Niª") == ("H'Hen Niê", "tcvn3")


def test_cleaning_keeps_the_letter_that_looks_like_a_soft_hyphen():
    assert legacy.clean("Lª  V¨n C\u00ad\u00eang ") == ("Lê Văn Cường", "tcvn3")
