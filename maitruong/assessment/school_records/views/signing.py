"""What waits for a teacher's or the principal's signature; the consent with PIN and second step."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from maitruong.foundation.access.doors import SIGNED_IN, needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope, SignedInRequest
from maitruong.foundation.identity import services as identity
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.services import Consent
from maitruong.foundation.signing.types import Role

from .. import queries, services
from ..services.demo import DEMO_PIN
from ..signed import PAGE
from ..waiting import PERMISSION, WaitingPage
from .showing import KIND

_UNITS = {Role.SUBJECT_TEACHER: "phần", Role.HOMEROOM_TEACHER: "học bạ", Role.PRINCIPAL: "học bạ"}
"""What is counted: of one record a subject teacher may sign several parts, the other two sign one, which to them is the record."""
_NAMES = {Role.SUBJECT_TEACHER: "subject", Role.HOMEROOM_TEACHER: "homeroom", Role.PRINCIPAL: "principal"}
_HEADINGS = {
    Role.SUBJECT_TEACHER: "Học bạ chờ ký phần môn học",
    Role.HOMEROOM_TEACHER: "Học bạ chờ giáo viên chủ nhiệm ký",
    Role.PRINCIPAL: "Học bạ chờ phê duyệt",
}
_FARTHEST = 1_000_000
View = Callable[..., HttpResponse]


def _waiting(role: Role) -> View:
    @require_http_methods(["GET", "POST"])
    def page(request: Request) -> HttpResponse:
        """GET lists what waits; POST asks for a consent to what was chosen."""
        scope = request.scope
        chosen_class = formats.whole_number(request.GET.get("lop"))
        problem = None
        if request.method == "POST":
            asked, problem = attempt(lambda: _ask(request, role))
            if asked is not None:
                return redirect(_kept(reverse("school_records:consent", args=[asked.id]), chosen_class))
        page = queries.waiting_for(
            scope, role, class_id=chosen_class, start=formats.whole_number(request.GET.get("tu")) or 0
        )
        here = reverse(f"school_records:waiting_{_NAMES[role]}")
        context = {
            "page_title": _HEADINGS[role],
            "unit": _UNITS[role],
            "page": page,
            "groups": [(group, SchoolYear(group.school_year).label) for group in page.groups],
            "classes": _class_choices(page),
            "chosen_class": chosen_class or "",
            "problem": problem,
            "done": request.GET.get("da-ky", "")[:4],
            "may_read": scope.may("school_records.view"),
            "to_seal": [
                (SchoolYear(year).label, count, f"{reverse('school_records:overview')}?nam={year}")
                for year, count in (queries.to_seal(scope) if role is Role.PRINCIPAL else ())
            ],
            "here": here,
            "action": _kept(here, chosen_class),
            "previous": _kept(here, chosen_class, max(page.start - signing.MOST_AT_ONCE, 0)) if page.start else "",
            "next": _kept(here, chosen_class, page.start + page.listed)
            if page.start + page.listed < page.waiting
            else "",
        }
        return render(request, "school_records/waiting.html", context, status=422 if problem else 200)

    page.__name__ = f"waiting_{_NAMES[role]}"
    return page


def _ask(request: Request, role: Role) -> Consent:
    given = map(formats.whole_number, request.POST.getlist("block"))
    chosen = [number for number in given if number is not None]
    if not chosen:
        raise signing.TooManyAtOnce(count=0, most=signing.MOST_AT_ONCE)
    return services.ask_to_sign(request.scope, role=role, block_ids=chosen)


def _kept(address: str, class_id: int | None, start: int = 0) -> str:
    """The address with the choice of class carried along, from batch to batch."""
    asked = {name: value for name, value in (("lop", class_id), ("tu", start)) if value}
    return f"{address}?{urlencode(asked)}" if asked else address


def _class_choices(page: WaitingPage) -> list[tuple[int, str]]:
    years = {row.school_year for row in page.classes}
    return [
        (
            row.class_id,
            f"{row.class_name}{', ' + SchoolYear(row.school_year).label if len(years) > 1 else ''} ({row.waiting})",
        )
        for row in page.classes
    ]


@needs(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def consent(request: SignedInRequest, consent_id: str) -> HttpResponse:
    """GET lists exactly what will be signed; POST signs it. Only for who asked, while the post it was asked in is held.

    A refusal is answered here, inside the unit of work, so that wrong tries stay counted.
    """
    scope = request.scope
    if scope is None:  # signed in, without any post
        raise Http404
    found = _own_consent(scope, consent_id)
    chosen_class = formats.whole_number(request.GET.get("lop"))
    back = _kept(reverse(f"school_records:waiting_{_NAMES[found.role]}"), chosen_class)
    problem = None
    if request.method == "POST":
        try:
            batch = services.sign_blocks(
                scope, consent_id=found.id, pin=request.POST.get("pin", ""), code=request.POST.get("code", "")
            )
            return redirect(f"{back}{'&' if '?' in back else '?'}da-ky={batch.count}")
        except NotFound:
            raise
        except Refusal as refusal:
            problem = refusal
            found = _own_consent(scope, consent_id)
    context = {
        "page_title": "Xác nhận ký",
        "unit": _UNITS[found.role],
        "consent": found,
        "signed": queries.signed_with(scope, found.role, found.id) if found.used else 0,
        "problem": problem,
        "back": back,
        "demo_pin": DEMO_PIN if identity.is_demo() else "",
    }
    return render(request, "school_records/consent.html", context, status=422 if problem else 200)


@needs(SIGNED_IN)
@require_safe
def signed(request: SignedInRequest) -> HttpResponse:
    """What this person has signed in this workspace, a hundred signatures a page."""
    scope = request.scope
    if scope is None:
        raise Http404
    start = min(max(formats.whole_number(request.GET.get("tu")) or 0, 0), _FARTHEST)
    batches, more = queries.signed_by_me(scope, start=start)
    here = reverse("school_records:signed")
    lists = [reverse(f"school_records:waiting_{name}") for role, name in _NAMES.items() if scope.may(PERMISSION[role])]
    context = {
        "page_title": "Tôi đã ký những gì?",
        "crumbs": [*({"label": "Học bạ chờ ký", "url": up} for up in lists[:1]), {"label": "Tôi đã ký những gì?"}],
        "batches": [
            (one, f"{one.role.label[:1].upper()}{one.role.label[1:]} · lượt ký {formats.day_time(one.at)}")
            for one in batches
        ],
        "place": scope.place,
        "kinds": KIND,
        "start": start,
        "previous": _kept(here, None, max(start - PAGE, 0)) if start else "",
        "next": _kept(here, None, start + PAGE) if more else "",
    }
    return render(request, "school_records/signed.html", context)


def _own_consent(scope: Scope, consent_id: str) -> Consent:
    """Raises NotFound for another person's, for one of another post, and for what is no id at all."""
    try:
        number = uuid.UUID(consent_id)
    except ValueError:
        raise NotFound from None
    found = signing.consent(scope, number)
    if not scope.may(PERMISSION[found.role]):
        raise NotFound
    return found


waiting_subject = needs("school_records.sign_subject")(_waiting(Role.SUBJECT_TEACHER))
waiting_homeroom = needs("school_records.sign_homeroom")(_waiting(Role.HOMEROOM_TEACHER))
waiting_principal = needs("school_records.sign_principal")(_waiting(Role.PRINCIPAL))
