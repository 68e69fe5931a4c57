"""The form in which the care of a child changes hands."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.types import Request
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.reference import catalogue as reference
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.students import queries as families
from maitruong.registry.students import services as students

from . import forms, services
from .types import NewCarer
from .views_pupil import crumbs


@needs("students.guardians")
@require_http_methods(["GET", "POST"])
def change_custody(request: Request, student_id: int) -> HttpResponse:
    scope = request.scope
    seat = enrolment.reach(scope, "students.guardians", student_id, only_open=True)
    back = f"{reverse('dossiers:pupil', args=[student_id])}?phan=gia-dinh"
    marked = [number for text in request.POST.getlist("ends") if (number := formats.whole_number(text))]
    problem = None
    if request.method == "POST":
        done, problem = students.attempt_number(
            scope,
            lambda: (
                services.change_custody(
                    scope,
                    student_id=student_id,
                    on=forms.day(request),
                    ends=marked,
                    begins=_carer(request),
                    why=forms.text(request, "why_kind"),
                    document=forms.text(request, "document"),
                ),
            ),
            school_id=seat.school_id,
            student_id=student_id,
        )
        if done is not None:
            return redirect(back)
    found = services.open_record(scope, student_id=student_id)  # the form shows who answers for the child
    context = {
        "file": found,
        "guardians": families.guardians(student_id),
        "marked": marked,
        "reasons": list(services.REASONS.items()),
        "relations": [(code.key, code.name) for code in reference.codes("relation")],
        "given": request.POST,
        "today": clock.today(),
        "problem": problem,
        "back": back,
        "page_title": f"Thay đổi người giám hộ · {found.person.full_name}",
        "crumbs": crumbs(found, "Thay đổi người giám hộ"),
    }
    return render(request, "dossiers/custody.html", context, status=422 if problem else 200)


def _carer(request: Request) -> NewCarer | None:
    """Who begins, when a name was typed or a relation chosen."""
    if not forms.text(request, "full_name") and not forms.text(request, "relation"):
        return None
    return NewCarer(
        full_name=forms.text(request, "full_name"),
        relation=forms.text(request, "relation"),
        phone=forms.text(request, "phone"),
        citizen_number=forms.text(request, "citizen_number"),
        occupation=forms.text(request, "occupation"),
    )
