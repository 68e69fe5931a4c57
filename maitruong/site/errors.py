"""The pages for what goes wrong. Not yours and not there are one page, byte for byte."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.kernel.errors import Refusal


class Broken(Refusal):
    code = "site.broken"
    message = "Hệ thống vừa gặp lỗi khi làm việc này."
    remedy = "Thử lại sau ít phút. Nếu vẫn lỗi, báo quản trị hệ thống mã {request_id}."


class BadRequest(Refusal):
    code = "site.bad_request"
    message = "Yêu cầu này không đúng dạng nên chưa được thực hiện."
    remedy = "Tải lại trang rồi thử lại."


class NumberInAddress(Refusal):
    code = "site.number_in_address"
    message = "Địa chỉ trang vừa mở có số định danh nên hệ thống không mở."
    remedy = "Số định danh không được nằm trong địa chỉ trang. Về trang đầu, tìm người bằng họ và tên."


class StalePage(Refusal):
    code = "site.stale_page"
    message = "Trang này đã mở quá lâu nên chưa lưu được."
    remedy = "Tải lại trang rồi làm lại bước vừa rồi."


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(NotFound(), 404)


def broken(request: HttpRequest) -> HttpResponse:
    return _page(Broken(request_id=getattr(request, "id", "")), 500)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(BadRequest(), 400)


def number_in_address() -> HttpResponse:
    return _page(NumberInAddress(), 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(StalePage(), 403)


def _page(problem: Refusal, status: int) -> HttpResponse:
    # Without the request: an error page asks no database and is the same for everyone.
    title = {404: "Không tìm thấy", 500: "Hệ thống gặp lỗi"}.get(status, "Chưa làm được")
    page = render_to_string("site/error.html", {"problem": problem, "status": status, "page_title": title})
    return HttpResponse(page, status=status)
