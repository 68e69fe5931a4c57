"""Public verification: by the id in the QR, or by dropping the file. Tells initials, school, year and hash; keeps nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import public
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.identity import services as identity
from maitruong.foundation.identity.errors import TooManyTries
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear

from .. import queries
from ..errors import DropRefused
from ..queries import Verification

LARGEST_BYTES = 12_000_000
ASKED_FREELY = 120
_REASON = system_scope("public verification")


@public("anyone who holds a record may check it")
@require_safe
def verify_token(request: HttpRequest, record_id: str) -> HttpResponse:
    """A known id and an unknown one get the same page with the same status."""
    try:
        identity.limit(request, "verify", free=ASKED_FREELY)
    except TooManyTries as problem:
        return _page(request, problem=problem, status=429)
    with unit_of_work(_REASON):
        found = queries.verify_token(record_id)
    return _page(request, found=found)


@public("anyone who holds a record's file may check it; nothing is kept")
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _page(request)
    try:
        identity.limit(request, "verify", free=ASKED_FREELY)
        data = _dropped(request)
    except TooManyTries as problem:
        return _page(request, problem=problem, status=429)
    except DropRefused as problem:
        return _page(request, problem=problem, status=422)
    with unit_of_work(_REASON):
        found = queries.verify_upload(data)
    return _page(request, found=found, dropped=True)


def _dropped(request: HttpRequest) -> bytes:
    """The bytes, in memory; Django's temporary file goes with the request. Raises DropRefused."""
    file = request.FILES.get("file")
    if file is None:
        raise DropRefused(reason="chưa chọn tệp")
    with file:
        if (file.size or 0) > LARGEST_BYTES:
            raise DropRefused(reason="tệp lớn hơn 12 MB")
        return file.read()


def _page(
    request: HttpRequest,
    *,
    found: Verification | None = None,
    problem: Refusal | None = None,
    dropped: bool = False,
    status: int = 200,
) -> HttpResponse:
    context = {
        "page_title": "Xác thực học bạ",
        "found": found,
        "year": SchoolYear(found.school_year).label if found and found.school_year else "",
        "problem": problem,
        "dropped": dropped,
        "demo": identity.is_demo(),
    }
    return render(request, "school_records/verify.html", context, status=status)
