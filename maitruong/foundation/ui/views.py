"""The gallery (mounted by the site in demonstration only) and the service worker (at the root, always)."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from maitruong.foundation.ui.assets import SHELL_FILES
from maitruong.foundation.ui.gallery import sample
from maitruong.foundation.ui.jinja import icon_names, static


@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """/kit, the page the kit is looked at and tested on."""
    return render(request, "ui/gallery.html", {"sample": sample(), "icon_list": sorted(icon_names())})


@require_safe
def kit_door(request: HttpRequest) -> HttpResponse:
    """/kit/cua, the frame of sign-in with its parts."""
    return render(request, "ui/gallery_door.html")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """/sw.js: keeps the versioned shell, and nothing with a name in it. A page of its own because it may not be cached."""
    files = [static(name) for name in SHELL_FILES]
    context = {"version": static(""), "files": files, "offline": render_to_string("ui/offline.html", using="jinja2")}
    answer = render(request, "ui/sw.js", context, content_type="text/javascript; charset=utf-8")
    answer["Cache-Control"] = "no-cache"
    return answer
