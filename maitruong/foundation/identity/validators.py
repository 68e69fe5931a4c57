"""What a password may not be: made of the words a guesser at a school tries first, or known from a leak elsewhere."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import Any, Final

from django.core.exceptions import ValidationError

from maitruong.foundation.kernel import vietnamese

#: Folded, without blanks; longer ones first, since a shorter one may be part of them.
GUESSED: Final = tuple(
    sorted(
        (
            "maitruong", "matkhau", "password", "truonghoc", "nhatruong", "giaovien", "giaoduc", "hocsinh", "hieutruong",
            "vanthu", "phuhuynh", "sogddt", "sogiaoduc", "namhoc", "hocki", "hocky", "sodiem", "hocba", "vietnam", "haiphong",
            "haiduong", "hanoi", "taikhoan", "dangnhap", "admin", "quantri", "qwerty", "abcdef", "xinchao", "iloveyou", "anhyeuem",
        ),
        key=len,
        reverse=True,
    )
)  # fmt: skip
OWN_LETTERS: Final = 8


class OwnWordsValidator:
    """At least eight letters that are no such word, no run of one letter, and not the login."""

    def validate(self, password: str, user: Any = None) -> None:
        rest = re.sub(r"[^a-z]", "", vietnamese.fold(password))
        login = re.sub(r"[^a-z]", "", vietnamese.fold(getattr(user, "login", "") or ""))
        for word in (*((login,) if len(login) > 3 else ()), *GUESSED):
            rest = rest.replace(word, "")
        if len(re.sub(r"(.)\1{2,}", "", rest)) < OWN_LETTERS:
            raise ValidationError(
                "Mật khẩu này gồm những từ hay số mà ai cũng đoán được ở trường học. Thêm vài từ của riêng mình.",
                code="password_guessed",
            )

    def get_help_text(self) -> str:
        return "Một câu có từ của riêng mình, không chỉ là tên trường, chức vụ hay dãy số."


class LeakedPasswordValidator:
    """Not in the installation's own list of passwords that leaked somewhere; without a list nothing is asked.

    file: lines "SHA1-IN-HEX:how often", sorted, as Have I Been Pwned gives them away (40 GB; a shorter list does, too).
    It is looked up where it lies, in some thirty reads: no password and no part of its hash leaves the machine.
    """

    def __init__(self, file: str = "") -> None:
        self.file = Path(file) if file else None

    def validate(self, password: str, user: Any = None) -> None:
        if self.file and _listed(self.file, hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest()):
            raise ValidationError(
                "Mật khẩu này đã bị lộ ở nơi khác và nằm trong danh sách kẻ xấu vẫn thử. Chọn một câu khác của riêng mình.",
                code="password_leaked",
            )

    def get_help_text(self) -> str:
        return "Không phải mật khẩu từng bị lộ ở nơi khác."


def _listed(path: Path, digest: str) -> bool:
    """Whether a line of a sorted file begins with the digest: halved by bytes, each time from the next line on."""
    wanted = digest.upper().encode()
    with path.open("rb") as file:
        low, high = 0, file.seek(0, 2)
        while low < high:
            middle = (low + high) // 2
            file.seek(max(middle - 1, 0))
            if middle:
                file.readline()
            if file.tell() >= high:
                high = middle
                continue
            found = file.readline()[:40].upper()
            if found == wanted:
                return True
            low, high = (file.tell(), high) if found < wanted else (low, middle)
    return False
