"""What a password may not be made of: the words a guesser of a school's passwords tries first."""

from __future__ import annotations

import re
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
