"""The department's pages of connections, and the page a school takes its files along from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Rows
from maitruong.foundation.files import services as files
from maitruong.foundation.jobs import queries as jobs
from maitruong.foundation.kernel import formats
from maitruong.foundation.organisations import queries as organisations

from . import exporting, queries, services, views_oneroster
from .types import CORE, ROSTER, SCOPES, Given

_TITLE = "Kết nối phần mềm"


def _head(label: str) -> dict[str, Any]:
    return {"page_title": label, "crumbs": [{"label": _TITLE, "url": reverse("open_api:clients")}, {"label": label}]}


@needs("open_api.manage")
@require_safe
def clients(request: Request) -> HttpResponse:
    """Every program that may ask, what for, and when it last did."""
    return render(request, "open_api/clients.html", {"page_title": _TITLE, "rows": queries.clients()})


@needs("open_api.manage")
@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Let a program in. The answer shows its secret, once."""
    scope, problem = request.scope, None
    if request.method == "POST":
        form = request.POST
        given, problem = attempt(
            lambda: services.register_client(
                scope,
                **{name: form.get(name, "") for name in ("name", "contact", "email", "purpose", "basis")},
                scopes=[one for one in SCOPES if one in form.getlist("scopes")],
                unit_codes=[code.strip() for code in form.get("units", "").split(",") if code.strip()],
                valid_to=_day(form.get("valid_to", "")),
            )
        )
        if given is not None:
            return _secret(request, given, "Đã lập kết nối")
    context = {
        **_head("Lập kết nối"),
        "scopes": SCOPES,
        "chosen": request.POST.getlist("scopes") if problem else [CORE, ROSTER],
        "given": request.POST,
        "problem": problem,
    }
    return render(request, "open_api/new.html", context, status=422 if problem else 200)


@needs("open_api.manage")
@require_safe
def client(request: Request, client_id: int) -> HttpResponse:
    return _client(request, client_id)


def _client(request: Request, client_id: int, problem: Any = None) -> HttpResponse:
    found, secrets, days, places = queries.client(client_id)
    context = {
        **_head(found.name),
        "client": found,
        "secrets": secrets,
        "days": days,
        "places": places,
        "scopes": [SCOPES[one] for one in SCOPES if one in found.scopes],
        "overlap_days": services.OVERLAP.days,
        "given": request.POST,
        "problem": problem,
    }
    return render(request, "open_api/client.html", context, status=422 if problem else 200)


@needs("open_api.manage")
@require_POST
def rotate(request: Request, client_id: int) -> HttpResponse:
    given, problem = attempt(lambda: services.rotate_secret(request.scope, client_id=client_id))
    if given is None:
        return _client(request, client_id, problem)
    return _secret(request, given, "Đã cấp khoá mới")


@needs("open_api.manage")
@require_POST
def disable(request: Request, client_id: int) -> HttpResponse:
    why = request.POST.get("why", "")
    _, problem = attempt(lambda: services.disable_client(request.scope, client_id=client_id, why=why))
    if problem is not None:
        return _client(request, client_id, problem)
    return redirect("open_api:client", client_id)


def _secret(request: Request, given: Given, label: str) -> HttpResponse:
    base = f"{request.scheme}://{request.get_host()}"
    context = {
        **_head(label),
        "heading": label,
        "made": given,
        "token_url": f"{base}{reverse('open_api:token')}",
        "base_url": f"{base}{views_oneroster.BASE}",
        "overlap_days": services.OVERLAP.days,
    }
    return render(request, "open_api/secret.html", context)


def _day(text: str) -> dt.date | None:
    return formats.parse_date(text) if text.strip() else None


@needs("open_api.export")
@require_http_methods(["GET", "POST"])
def export(request: Request) -> HttpResponse:
    """Take the files of one's school along; the department those of any school, or of all."""
    scope, problem = request.scope, None
    wide = scope.rows is Rows.PROVINCE
    if "xuat" in request.POST:
        job_id, problem = attempt(lambda: _start(request, wide))
        if job_id is not None:
            return redirect("open_api:export_job", job_id)
    context = {"page_title": "Xuất OneRoster", "wide": wide, "given": request.POST, "problem": problem,
               "place": scope.place}  # fmt: skip
    return render(request, "open_api/export.html", context, status=422 if problem else 200)


def _start(request: Request, wide: bool) -> int:
    scope, code = request.scope, request.POST.get("school", "").strip()
    school_id = None if wide else scope.school_ids[0] if scope.school_ids else None
    if wide and code:
        school_id = organisations.ids_of_codes([code]).get(code)
        if school_id is None:
            from .errors import UnitUnknown

            raise UnitUnknown(code_given=code)
    return exporting.start(scope, school_id=school_id, demographics="demographics" in request.POST)


@needs("open_api.export")
@require_safe
def export_job(request: Request, job_id: int) -> HttpResponse:
    """How far it is; when it is done, the file. The address of the file is for this person and two minutes."""
    scope = request.scope
    job = jobs.job(scope, "open_api.export", job_id)
    if job is None or job.kind != exporting.JOB:
        raise NotFound
    done = job.state == "done"
    context = {
        "page_title": "Xuất OneRoster",
        "job": job,
        "counts": job.result.get("counts", {}) if done else {},
        "download": files.ticket_for(scope, file_id=job.result["file_id"])
        if done and job.asked_by == scope.actor_id
        else "",
    }
    return render(request, "open_api/export_job.html", context)
