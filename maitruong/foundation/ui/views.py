"""The gallery: every component in every state. Mounted by the site in demonstration only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from maitruong.foundation.ui.gallery import sample
from maitruong.foundation.ui.jinja import icon_names


@require_safe
def kit(request: HttpRequest) -> HttpResponse:
    """/kit, the page the kit is looked at and tested on."""
    return render(request, "ui/gallery.html", {"sample": sample(), "icon_list": sorted(icon_names())})


@require_safe
def kit_door(request: HttpRequest) -> HttpResponse:
    """/kit/cua, the frame of sign-in with its parts."""
    return render(request, "ui/gallery_door.html")
