"""The words of a column header, so that “Họ và tên học sinh”, “HỌ TÊN HS” and “Ho ten” are the same header."""

from __future__ import annotations

import re
from functools import lru_cache

from maitruong.foundation.kernel.vietnamese import fold

# Folded phrase → one word. Longer phrases first: "dang bo" (số đăng bộ) must not leave a "bo" (bố).
_PHRASES = {
    "ngay sinh ngay": "sinhngay",
    "ngay sinh thang": "sinhthang",
    "ngay sinh nam": "sinhnam",
    "ngay thang nam sinh": "ngaysinh",
    "ngay thang nam": "ngaysinh",
    "ngay sinh": "ngaysinh",
    "sinh ngay": "ngaysinh",
    "so thu tu": "stt",
    "ho va ten dem": "hodem",
    "ho va chu dem": "hodem",
    "ho ten dem": "hodem",
    "ho dem": "hodem",
    "ho lot": "hodem",
    "ho va ten": "hoten",
    "ho ten": "hoten",
    "hovaten": "hoten",
    "dinh danh ca nhan": "cccd",
    "ma dinh danh": "cccd",
    "so dinh danh": "cccd",
    "can cuoc cong dan": "cccd",
    "the can cuoc": "cccd",
    "can cuoc": "cccd",
    "sddcn": "cccd",
    "ddcn": "cccd",
    "cmnd": "cccd",
    "cmt": "cccd",
    "so dien thoai": "phone",
    "dien thoai": "phone",
    "so dt": "phone",
    "sdt": "phone",
    "dt": "phone",
    "tel": "phone",
    "thu dien tu": "email",
    "e mail": "email",
    "mail": "email",
    "dang bo": "dangbo",
    "hoc sinh": "hs",
    "hoc vien": "hs",
    "giao vien": "gv",
    "chu nhiem": "gv",
    "bo giao duc": "moet",
    "bo gddt": "moet",
    "bo gd": "moet",
    "dinh danh bo": "moet",
    "nguoi giam ho": "giamho",
    "giam ho": "giamho",
    "nghe nghiep": "nghe",
    "noi lam viec": "coquan",
    "don vi cong tac": "coquan",
    "noi cong tac": "coquan",
    "co quan": "coquan",
    "khai sinh": "khaisinh",
    "noi sinh": "noisinh",
    "noi cap": "noicap",
    "ngay cap": "ngaycap",
    "que quan": "quequan",
    "nguyen quan": "quequan",
    "thuong tru": "thuongtru",
    "ho khau": "thuongtru",
    "hien nay": "hientai",
    "hien tai": "hientai",
    "tam tru": "hientai",
    "noi o": "diachi",
    "cho o": "diachi",
    "dia chi": "diachi",
    "so nha": "thon",
    "to dan pho": "todanpho",
    "khu dan cu": "todanpho",
    "khu pho": "todanpho",
    "phuong xa": "xa",
    "xa phuong": "xa",
    "thi tran": "xa",
    "dac khu": "xa",
    "phuong": "xa",
    "tinh thanh pho": "tinh",
    "tinh thanh": "tinh",
    "tinh tp": "tinh",
    "thanh pho": "tinh",
    "tp": "tinh",
    "dan toc": "dantoc",
    "ton giao": "tongiao",
    "quoc tich": "quoctich",
    "gioi tinh": "gioitinh",
    "nam nu": "gioitinh",
    "phai": "gioitinh",
    "doan vien": "doan",
    "doi vien": "doi",
    "can ngheo": "canngheo",
    "chinh sach": "chinhsach",
    "uu tien": "chinhsach",
    "khuyet tat": "khuyettat",
    "noi tru": "noitru",
    "ban tru": "noitru",
    "nam sinh": "namsinh",
    "lien he": "lienhe",
    "lien lac": "lienhe",
    "phu huynh hoc sinh": "phuhuynh",
    "phu huynh": "phuhuynh",
    "phhs": "phuhuynh",
    "thon xom": "thon",
    "xom": "thon",
    "ban": "thon",
    "ap": "thon",
    "bo": "cha",
    "phu than": "cha",
    "mau than": "me",
    "ma so": "ma",
}
_EMPTY_WORDS = frozenset(
    """
    va cua so theo neu co cac ve tai la thong tin ly lich so yeu chi tiet ghi ro day du em chau nam hoc th duong hoac
    """.split()  # noqa: SIM905 - a table to read, not twenty quotes
)
_WHOSE = frozenset({"cha", "me", "hs"})
_PHRASE = re.compile(r"\b(" + "|".join(sorted(_PHRASES, key=len, reverse=True)) + r")\b")
#: Words that say whose, or which of several, a column is: a header with one of these is never a column without it.
TELLING = frozenset(
    """
    cha me giamho gv phuhuynh lienhe hs hientai thuongtru khaisinh noisinh quequan noicap ngaycap phone email nghe
    coquan namsinh cccd ngaysinh hodem ten hoten dantoc doan doi vao vemis moet lop
    """.split()  # noqa: SIM905 - a table to read, not forty quotes
)


@lru_cache(maxsize=4096)
def words(header: str) -> frozenset[str]:
    """The telling words of a header.

    >>> sorted(words("HỌ VÀ TÊN\\nhọc sinh")), sorted(words("Số CCCD của bố"))
    (['hoten', 'hs'], ['cccd', 'cha'])
    """
    plain = " ".join(re.sub(r"[^a-z0-9]+", " ", fold(header)).split())
    found = _PHRASE.sub(lambda phrase: _PHRASES[phrase[0]], plain).split()
    kept = [word for word in found if word not in _EMPTY_WORDS]
    if _WHOSE.intersection(kept):  # under “Liên hệ” stands whose telephone it is
        kept = [word for word in kept if word != "lienhe"]
    return frozenset(kept or [word for word in found if word == "nam"])


def likeness(header: frozenset[str], synonym: frozenset[str]) -> float:
    """How surely a header means a synonym, 0 to 1. A telling word on one side only means another column."""
    if not header or not synonym:
        return 0.0
    if header == synonym:
        return 1.0
    if (header ^ synonym) & TELLING:
        return 0.0
    extra, missing = len(header - synonym), len(synonym - header)
    if not header & synonym:
        return 0.0
    if not missing:
        return max(0.9 - 0.1 * extra, 0.5)
    return max(0.75 - 0.15 * missing - 0.1 * extra, 0.0)
