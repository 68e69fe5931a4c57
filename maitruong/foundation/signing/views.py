"""The certificates a workspace answers for, and taking one out of use."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request
from maitruong.foundation.kernel import formats

from . import queries, services

STATES = {"good": ("đang dùng", "good"), "past": ("hết hạn", "neutral"), "revoked": ("đã thu hồi", "danger")}


@needs(services.PERMISSION)
@require_safe
def certificates(request: Request) -> HttpResponse:
    scope = request.scope
    q = request.GET.get("q", "")[:100]
    after = formats.whole_number(request.GET.get("sau"))
    rows, more = queries.certificates(scope, q=q, after=after)
    context = {
        "page_title": "Chứng thư số",
        "place": scope.place,
        "rows": rows,
        "q": q,
        "states": STATES,
        "many_places": len(scope.school_ids) != 1,
        "first_page": after is None,
        "next": "?" + urlencode({"q": q, "sau": str(more)}) if more else "",
    }
    return render(request, "signing/certificates.html", context)


@needs(services.PERMISSION)
@require_http_methods(["GET", "POST"])
def revoke(request: Request, certificate_id: int) -> HttpResponse:
    scope = request.scope
    row = queries.certificate(scope, certificate_id)
    problem = None
    if request.method == "POST":
        _, problem = attempt(
            lambda: services.revoke_certificate(
                scope, certificate_id=certificate_id, reason=request.POST.get("why", "")
            )
        )
        if problem is None:
            return redirect("signing:certificates")
    context = {
        "page_title": "Thu hồi chứng thư số",
        "crumbs": [
            {"label": "Chứng thư số", "url": reverse("signing:certificates")},
            {"label": row.holder},
        ],
        "row": row,
        "state": STATES[row.state],
        "given": request.POST,
        "problem": problem,
    }
    return render(request, "signing/revoke.html", context, status=422 if problem else 200)
