"""Names typed in TCVN3 (.VnTime) or VNI fonts, found again in spreadsheets as "NguyÔn" or "Nguyeãn".

The rule above all others: text that is already proper Unicode comes back unchanged, whatever else it may look like.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from .vietnamese import LETTERS, TONES, split_letter, tidy

Encoding = Literal["tcvn3", "vni"]

# One Latin-1 sign for each letter. Toned capitals have none: the .VnTimeH fonts draw the small letters as capitals.
_TCVN3_PLAIN = dict(zip("¡¢£¤¥¦§¨©ª«¬\u00ad®", "ĂÂÊÔƠƯĐăâêôơưđ", strict=True))
_TCVN3_TONED = dict(
    zip(
        "µ¶·¸¹»¼½¾ÆÇÈÉÊËÌÎÏÐÑÒÓÔÕÖ×ØÜÝÞßáâãäåæçèéêëìíîïñòóôõö÷øùúûüýþ",
        "àảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ",
        strict=True,
    )
)
_TCVN3 = _TCVN3_PLAIN | _TCVN3_TONED
# Signs that are no letter in any Latin-1 language: inside a word they give TCVN3 away.
_TCVN3_SIGNS = frozenset(ch for ch in _TCVN3 if not ch.isalpha() or ch in "ªµ")

# VNI: a plain vowel followed by a sign for hat and tone together; a few letters have a code of their own.
_VNI_AFTER = {"ù": "\u0301", "ø": "\u0300", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_VNI_HAT = {"â": "", "á": "\u0301", "à": "\u0300", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_VNI_BREVE = {"ê": "", "é": "\u0301", "è": "\u0300", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_SINGLE = {"í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "ô": "ơ", "ö": "ư", "î": "ỵ", "ñ": "đ"}

_WORD = re.compile(r"[^\s\-–/.,;:()'’\"\[\]_&+|]+")

_INITIAL = r"(?:b|ch?|d|đ|gh?|gi|h|kh?|l|m|ngh?|nh?|ph?|qu|r|s|th?|tr|v|x)?"
_RHYMES = frozenset(
    """
    a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
    e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
    o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong
    op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt u ua uân uâng uât uây uc uê uêch uênh ui um un ung uôc uôi uôm uôn
    uông uôt up ut uy uya uych uyên uyêt uynh uyt uyu uơ ư ưa ưc ưi ưm ưn ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
    y yêm yên yêng yêt yêu ynh yt ych
    """.split()  # noqa: SIM905 - a table to read, not a list of eighty quotes
)
_LOOSE = re.compile(r"[bcdđfghjklmnpqrstvwxz]{0,4}[aăâeêioôơuưy]{1,4}[bcdđghklmnprstwy]{0,2}")


def repair(text: str) -> tuple[str, Encoding | None]:
    """The text in Unicode, and the encoding it was found in; (text, None) untouched when it is proper or unclear.

    Judged on the whole text: give it one full name or one cell, and before `vietnamese.tidy`, which would drop the
    soft hyphen (ư in TCVN3); `clean` does both.

    >>> repair("NguyÔn ThÞ Hång"), repair("Nguyeãn Thò Hoàng"), repair("Hoàng Thu Hà")
    (('Nguyễn Thị Hồng', 'tcvn3'), ('Nguyễn Thị Hồng', 'vni'), ('Hoàng Thu Hà', None))
    """
    composed = unicodedata.normalize("NFC", text)
    if _is_proper(composed):
        return text, None
    readings: list[tuple[str, Encoding]] = []
    if (read := _from_tcvn3(composed)) is not None:
        readings.append((read, "tcvn3"))
    if (read := _from_vni(composed)) is not None:
        readings.append((read, "vni"))
    return readings[0] if len(readings) == 1 else (text, None)


def clean(text: str) -> tuple[str, Encoding | None]:
    """Repair, then tidy: what an import does with every cell of text. The other order would lose the ư of TCVN3."""
    read, encoding = repair(text)
    return tidy(read), encoding


def _is_proper(text: str) -> bool:
    """ASCII, any letter beyond Latin-1 (TCVN3 and VNI never produce one), or Vietnamese syllables as they stand."""
    if text.isascii() or any(ord(ch) > 0xFF and ch.isalpha() for ch in text):
        return True
    marked = [word for word in _WORD.findall(text) if not word.isascii() and not set(word) <= _TCVN3_SIGNS]
    return all(_is_syllable(word) for word in marked)


def _from_tcvn3(text: str) -> str | None:
    if any(ord(ch) > 0x7F and ch not in _TCVN3 and not ch.isspace() for ch in text):
        return None
    words = _WORD.findall(text)
    signed = any(_TCVN3_SIGNS & set(word) and not set(word) <= _TCVN3_SIGNS for word in words)
    read = _WORD.sub(lambda found: _tcvn3_word(found.group()), text)
    if not _convinces(text, read, enough_when_loose=signed):
        return None
    return _restore_capitals(text, read)


def _tcvn3_word(word: str) -> str:
    """One word of TCVN3; a sign standing alone (50 £) is what it looks like."""
    return word if set(word) <= _TCVN3_SIGNS else "".join(_TCVN3.get(ch, ch) for ch in word)


def _restore_capitals(coded: str, read: str) -> str:
    """Give toned letters the capital their font drew: all in an all-capital text, the first in a capitalised name."""
    latin = [ch for word in _WORD.findall(coded) for ch in word if ch.isascii() and ch.isalpha()]
    if len(latin) > 1 and all(ch.isupper() for ch in latin) and _has_long_capital_run(coded):
        return read.upper()
    starts = [word[0] for word in _WORD.findall(coded) if word[0].isascii() and word[0].isalpha()]
    if starts and all(ch.isupper() for ch in starts):
        return _WORD.sub(lambda found: found.group()[0].upper() + found.group()[1:], read)
    return read


def _has_long_capital_run(coded: str) -> bool:
    return any(sum(ch.isascii() and ch.isupper() for ch in word) > 1 for word in _WORD.findall(coded))


def _from_vni(text: str) -> str | None:
    read = _WORD.sub(lambda found: _vni_word(found.group()), text)
    return read if _convinces(text, read, enough_when_loose=False) else None


def _vni_word(word: str) -> str:
    """One word of VNI; a sign that follows no vowel stays, and the syllable check then refuses the reading."""
    out: list[str] = []
    for ch in word:
        low = ch.lower()
        before = out[-1].lower() if out else ""
        if before in ("a", "e", "o", "u", "y", "ơ", "ư") and low in _VNI_AFTER:
            letter = out[-1] + _VNI_AFTER[low]
        elif before in ("a", "e", "o") and low in _VNI_HAT:
            letter = out[-1] + "\u0302" + _VNI_HAT[low]
        elif before == "a" and low in _VNI_BREVE:
            letter = out[-1] + "\u0306" + _VNI_BREVE[low]
        else:
            single = _VNI_SINGLE.get(low, low)
            out.append(single.upper() if ch.isupper() else single)
            continue
        out[-1] = unicodedata.normalize("NFC", letter)
    return "".join(out)


def _convinces(coded: str, read: str, *, enough_when_loose: bool) -> bool:
    """Whether a reading is believable: every changed word pronounceable, and enough of them plainly Vietnamese."""
    pairs = list(zip(_WORD.findall(coded), _WORD.findall(read), strict=True))
    changed = [new for old, new in pairs if old != new]
    if not changed or any(not new.isascii() and not _is_loose_syllable(new) for _, new in pairs):
        return False
    if enough_when_loose or sum(_is_syllable(word) for word in changed) > 1:
        return True
    spelled = [new for _, new in pairs if any(ch.isalpha() for ch in new)]
    return len(spelled) > 1 and all(_is_syllable(word) for word in spelled)  # one word alone may be an Irish Seán


def _bare(word: str) -> tuple[str, list[int]]:
    """Lower-case letters without tones, and the tones found."""
    parts = [split_letter(ch) for ch in word.lower()]
    return "".join(letter for letter, _ in parts), [tone for _, tone in parts if tone]


def _is_syllable(word: str) -> bool:
    """A syllable Vietnamese spelling allows: known initial and rhyme, one tone, sắc or nặng before c, ch, p, t."""
    bare, tones = _bare(word)
    if len(tones) > 1 or not set(bare) <= set(LETTERS):
        return False
    if bare[-1:] in ("c", "p", "t") or bare.endswith("ch"):
        allowed = not tones or TONES[tones[0]] in ("\u0301", "\u0323")
        if not allowed:
            return False
    return any(re.fullmatch(_INITIAL, bare[:cut]) and bare[cut:] in _RHYMES for cut in range(min(4, len(bare))))


def _is_loose_syllable(word: str) -> bool:
    """Pronounceable with one tone at most: lets through names of peoples whose syllables are not Kinh (Kr¨ng)."""
    bare, tones = _bare(word)
    return len(tones) <= 1 and bool(_LOOSE.fullmatch(bare))
