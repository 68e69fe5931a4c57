"""Uploads that cannot be taken in: too long, or the disk that buffers them is full. Answered in Vietnamese, with what to do.

waitress keeps a body in a temporary file until it is whole. What goes wrong there never reaches the program, so its pages
cannot say it. The rest of the body is read and thrown away first: a browser that is still sending sees no answer, only a broken
connection.
"""

from __future__ import annotations

import contextlib
import logging
from typing import Any

from waitress.parser import HTTPRequestParser
from waitress.utilities import Error, RequestEntityTooLarge

logger = logging.getLogger("maitruong.serve")
THROWN_AWAY_AT_MOST = 4
"""Times the longest body: who announces more than that is hung up on."""
_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Chưa nhận được tệp</title></head>
<body><main><h1>Chưa nhận được tệp</h1><p>{what}</p><p>{remedy}</p><p><a href="/">Về trang đầu</a></p></main></body></html>
"""


class Refused(Error):
    """An answer of the server itself, as a page."""

    what = remedy = ""

    def __init__(self, **facts: object) -> None:
        self.body = _PAGE.format(what=self.what.format(**facts), remedy=self.remedy)

    def to_response(self, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        headers = [
            ("Connection", "close"),
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", "default-src 'none'"),
            ("Cache-Control", "no-store"),
        ]
        return f"{self.code} {self.reason}", headers, self.body.encode()


class TooLong(Refused):
    code = 413
    reason = "Content Too Large"
    what = "Tệp vừa gửi lớn hơn {most} MB nên chưa được nhận; chưa có gì được lưu."
    remedy = "Chia danh sách thành nhiều tệp nhỏ hơn, hoặc giảm cỡ ảnh, rồi gửi lại."


class NoRoom(Refused):
    code = 507
    reason = "Insufficient Storage"
    what = "Máy chủ đang hết chỗ nên chưa nhận được tệp vừa gửi; chưa có gì được lưu."
    remedy = "Giữ tệp lại, báo quản trị hệ thống dọn ổ đĩa của máy chủ, rồi gửi lại."


class Parser(HTTPRequestParser):
    """One request on its way in."""

    error: Any
    body_rcv: Any
    _left = 0

    def received(self, data: bytes) -> int:
        if self._left:
            return self._throw_away(data)
        try:
            taken: int = super().received(data)
        except OSError as problem:
            logger.error("the disk that buffers uploads: %s", problem.strerror)
            # The piece that did not fit counts as read: the receiver subtracts only what it could store.
            return self._refuse(NoRoom(), data)
        if isinstance(self.error, RequestEntityTooLarge) and self.content_length:
            most = self.adj.max_request_body_size
            self._begin_to_throw_away(TooLong(most=most // (1024 * 1024)), self.content_length)
        elif isinstance(self.error, RequestEntityTooLarge):
            self.error = TooLong(most=self.adj.max_request_body_size // (1024 * 1024))
        return taken

    def _refuse(self, error: Refused, data: bytes) -> int:
        """In the middle of a body, of which `data` is the next piece."""
        left = self.content_length - self.body_bytes_received
        self._drop_what_was_stored()
        self._begin_to_throw_away(error, left)
        return self._throw_away(data) if self._left else len(data)

    def _begin_to_throw_away(self, error: Refused, left: int) -> None:
        self.error = error
        waits = getattr(self, "expect_continue", False)
        fits = 0 < left <= THROWN_AWAY_AT_MOST * self.adj.max_request_body_size
        self._left = left if fits and not waits else 0
        self.completed = not self._left
        self.expect_continue = False

    def _throw_away(self, data: bytes) -> int:
        taken = min(len(data), self._left)
        self._left -= taken
        self.completed = self._left == 0
        return taken

    def _drop_what_was_stored(self) -> None:
        receiver, self.body_rcv = self.body_rcv, None
        if receiver is not None:
            with contextlib.suppress(OSError):  # closing flushes what does not fit either
                receiver.getbuf().close()
