"""What waits for a teacher's or the principal's signature; the consent with PIN and second step."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from maitruong.foundation.access.doors import SIGNED_IN, needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.identity import services as identity
from maitruong.foundation.kernel import formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.kernel.school_year import SchoolYear
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.services import Consent
from maitruong.foundation.signing.types import Role

from .. import queries, services
from ..services.demo import DEMO_PIN
from ..services.signing import PERMISSION

_NAMES = {Role.SUBJECT_TEACHER: "subject", Role.HOMEROOM_TEACHER: "homeroom", Role.PRINCIPAL: "principal"}
_HEADINGS = {
    Role.SUBJECT_TEACHER: "Học bạ chờ ký phần môn học",
    Role.HOMEROOM_TEACHER: "Học bạ chờ giáo viên chủ nhiệm ký",
    Role.PRINCIPAL: "Học bạ chờ phê duyệt",
}
View = Callable[..., HttpResponse]


def _waiting(role: Role) -> View:
    @require_http_methods(["GET", "POST"])
    def page(request: HttpRequest) -> HttpResponse:
        """GET lists what waits; POST asks for a consent to what was chosen."""
        scope = request.scope  # type: ignore[attr-defined]
        problem = None
        if request.method == "POST":
            given = map(formats.whole_number, request.POST.getlist("block"))
            chosen = [number for number in given if number is not None]
            try:
                if not chosen:
                    raise signing.TooManyAtOnce(count=0, most=signing.MOST_AT_ONCE)
                asked = services.ask_to_sign(scope, role=role, block_ids=chosen)
                return redirect("school_records:consent", asked.id)
            except NotFound:
                raise
            except Refusal as refusal:
                problem = refusal
        groups = queries.waiting_for(scope, role)
        context = {
            "page_title": _HEADINGS[role],
            "groups": [(group, SchoolYear(group.school_year).label) for group in groups],
            "waiting": sum(len(group.rows) for group in groups),
            "most": signing.MOST_AT_ONCE,
            "problem": problem,
            "done": request.GET.get("da-ky", "")[:4],
            "action": reverse(f"school_records:waiting_{_NAMES[role]}"),
        }
        return render(request, "school_records/waiting.html", context, status=422 if problem else 200)

    page.__name__ = f"waiting_{_NAMES[role]}"
    return page


@needs(SIGNED_IN)
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, consent_id: str) -> HttpResponse:
    """GET lists exactly what will be signed; POST signs it. Only for who asked, while the post it was asked in is held.

    A refusal is answered here, inside the unit of work, so that wrong tries stay counted.
    """
    scope = getattr(request, "scope", None)
    if scope is None:  # signed in, without any post
        raise Http404
    found = _own_consent(scope, consent_id)
    back = reverse(f"school_records:waiting_{_NAMES[found.role]}")
    problem = None
    if request.method == "POST":
        try:
            batch = services.sign_blocks(
                scope, consent_id=found.id, pin=request.POST.get("pin", ""), code=request.POST.get("code", "")
            )
            return redirect(f"{back}?da-ky={batch.count}")
        except NotFound:
            raise
        except Refusal as refusal:
            problem = refusal
    context = {
        "page_title": "Xác nhận ký",
        "consent": found,
        "problem": problem,
        "back": back,
        "demo_pin": DEMO_PIN if identity.is_demo() else "",
    }
    return render(request, "school_records/consent.html", context, status=422 if problem else 200)


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
