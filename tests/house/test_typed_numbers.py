"""A personal number typed as part of a reason: the audit keeps its ends, whoever writes the entry, and the page says so."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from maitruong.assessment.gradebook.tests.conftest import complaints, site, visit
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit import services as audit
from maitruong.foundation.audit.models import Entry
from maitruong.site.middleware import TextMiddleware
from tests import factories as make

__all__ = ["complaints", "site", "visit"]
NUMBER, KEPT = "020215001234", "020******234"


def bodies(action: str) -> list[str]:
    with make.as_system() as scope:
        return list(Entry.objects.visible_to(scope, "").filter(action=action).values_list("body", flat=True))


@pytest.mark.django_db
def test_no_entry_keeps_a_number_somebody_typed_one_by_one_or_many_at_once() -> None:
    entry: dict[str, Any] = {
        "school_id": 77,
        "object_type": "thing",
        "object_id": 1,
        "why": "theo căn cước 020 215 001 234",
        "changes": {"comment": [None, f"em có số {NUMBER}"], "id": [None, 20215001234]},
    }
    with unit_of_work(make.SYSTEM):
        audit.record(make.SYSTEM, "test.done", **entry)
        audit.record_many(make.SYSTEM, "test.done", [entry, entry])

    told = bodies("test.done")
    assert len(told) == 3 and len(set(told)) == 1
    assert NUMBER not in told[0] and told[0].count(KEPT) == 2 and "20215001234" in told[0]


@pytest.mark.parametrize("field", ["why", "li_do", "reason"])
def test_a_reason_is_masked_before_any_page_keeps_it_and_other_fields_are_as_typed(field: str) -> None:
    request = RequestFactory().post("/quyen/1/thu/", {field: f"theo căn cước {NUMBER}", "number": NUMBER})

    TextMiddleware(lambda _: HttpResponse()).process_view(request, None, (), {})

    assert request.POST[field] == f"theo căn cước {KEPT}"
    assert request.POST["number"] == NUMBER


def test_whoever_types_one_is_told_on_the_page_at_once(visit: Any) -> None:
    school = make.a_school(make.a_commune(make.a_department()))
    page = visit(make.a_principal(school), "/quyen/giao/")
    why = page.get_by_label("Lí do")

    why.fill("theo quyết định số 12")
    before = page.locator(".field__veiled").count()
    why.fill(f"chị Trang, {NUMBER}")
    told = page.locator(".field__veiled").text_content()
    why.fill("theo quyết định số 12")

    assert before == 0 and told == f"Trong lí do có số định danh. Nhật ký chỉ giữ {KEPT}."
    assert page.locator(".field__veiled").text_content() == ""
