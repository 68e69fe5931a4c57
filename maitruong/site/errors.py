"""The pages for what goes wrong. Not yours and not there are one page, byte for byte."""

from __future__ import annotations

import errno
import sys

from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from maitruong.foundation.access.doors import to_sign_in
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.kernel.errors import Refusal


class Broken(Refusal):
    code = "site.broken"
    message = "Hệ thống vừa gặp lỗi khi làm việc này."
    remedy = "Thử lại sau ít phút. Nếu vẫn lỗi, báo quản trị hệ thống mã {request_id}."


class NoRoom(Refusal):
    code = "site.no_room"
    message = "Máy chủ đang hết chỗ nên chưa lưu được; chưa có gì được ghi."
    remedy = "Giữ lại tệp hoặc nội dung vừa gửi, báo quản trị hệ thống dọn ổ đĩa của máy chủ, rồi gửi lại."


class BadRequest(Refusal):
    code = "site.bad_request"
    message = "Yêu cầu này không đúng dạng nên chưa được thực hiện."
    remedy = "Tải lại trang rồi thử lại."


class NumberInAddress(Refusal):
    code = "site.number_in_address"
    message = "Địa chỉ trang vừa mở có số định danh nên hệ thống không mở."
    remedy = "Số định danh không được nằm trong địa chỉ trang. Về trang đầu, tìm người bằng họ và tên."


class NotAPage(Refusal):
    code = "site.not_a_page"
    message = "Địa chỉ này chỉ nhận việc từ một nút bấm, không phải là trang để mở."
    remedy = "Mở hoặc tải lại địa chỉ này không ghi thêm gì. Về trang của việc ấy xem đã được ghi chưa rồi làm tiếp."


class StalePage(Refusal):
    code = "site.stale_page"
    message = "Trang này đã mở quá lâu nên chưa lưu được."
    remedy = "Tải lại trang rồi làm lại bước vừa rồi."


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(NotFound(), 404)


def broken(request: HttpRequest) -> HttpResponse:
    if _is_disk_full(sys.exc_info()[1]):
        return _page(NoRoom(), 507)
    return _page(Broken(request_id=getattr(request, "id", "")), 500)


def _is_disk_full(problem: BaseException | None) -> bool:
    """Whether a full disk is what ended this: an upload kept in a temporary file, a file made for somebody."""
    while problem is not None:
        if isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        problem = problem.__cause__ or problem.__context__
    return False


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, SessionInterrupted):
        # Ended from another device while this ran: what was asked for may be done, and the page belongs to nobody any more.
        return to_sign_in(request)
    return _page(BadRequest(), 400)


def number_in_address() -> HttpResponse:
    return _page(NumberInAddress(), 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(StalePage(), 403)


def not_a_page(back: tuple[str, str]) -> HttpResponse:
    """What a person's browser is shown at the address of an act. back: the label and address of the way on."""
    return _page(NotAPage(), 405, back)


def _page(problem: Refusal, status: int, back: tuple[str, str] = ("Về trang đầu", "/")) -> HttpResponse:
    # Without the request: an error page asks no database and is the same for everyone.
    title = {404: "Không tìm thấy", 405: "Không phải là trang", 500: "Hệ thống gặp lỗi"}.get(status, "Chưa làm được")
    facts = {"problem": problem, "status": status, "page_title": title, "back": back}
    page = render_to_string("site/error.html", facts)
    return HttpResponse(page, status=status)
