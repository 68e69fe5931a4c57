"""A school's report: what is in the way, its figures beside the period before, close, sign, ask to correct; and the officers' check."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maitruong.foundation.access.doors import needs
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import attempt
from maitruong.foundation.access.types import Request, Scope
from maitruong.foundation.audit import reads
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import queries as stored
from maitruong.foundation.files.views import as_download, disposition
from maitruong.foundation.identity import services as identity
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.demo_keys import DEMO_PIN
from maitruong.registry.calendar import queries as years

from . import calendar, labels, ports, queries, reports, services, showing, verifying
from .exporters import XLSX, totals_file
from .models import Signature, Snapshot
from .rules import Total
from .services.closing import may_freeze, snapshot_ref
from .types import CHECKED, CLOSED_STATES, FROZEN, OPEN_STATES, SIGNED, PeriodRow, Report, SnapshotRow

TITLE = "Chốt số liệu"
_FIELDS = {
    "full_name": "họ tên",
    "born_on": "ngày sinh",
    "sex": "giới tính",
    "ethnic_group": "dân tộc",
    "class_id": "lớp",
    "grade": "khối",
    "name": "tên",
    "status": "tình trạng",
    "policy": "diện chính sách",
    "disability": "khuyết tật",
    "boarding": "ăn ở",
    "post": "chức vụ",
    "degree": "trình độ",
    "guardians": "số người giám hộ",
    "number": "xác thực định danh",
}
_TABLES = {"pupils": "Học sinh", "staff": "Đội ngũ", "classes": "Lớp"}


@needs("periods.view")
@require_safe
def school(request: Request, period_id: int, school_id: int) -> HttpResponse:
    return _page(request, period_id, school_id)


@needs("periods.view")
@require_POST
def freeze(request: Request, period_id: int, school_id: int) -> HttpResponse:
    return _act(
        request,
        period_id,
        school_id,
        lambda: services.freeze(request.scope, period_id=period_id, school_id=school_id),
    )


@needs("periods.close")
@require_POST
def ask_to_sign(request: Request, period_id: int, school_id: int) -> HttpResponse:
    asked, problem = attempt(lambda: services.ask_to_sign(request.scope, period_id=period_id, school_id=school_id))
    if asked is None:
        return _page(request, period_id, school_id, problem=problem)
    return redirect("periods:consent", str(asked.id))


@needs("periods.close")
@require_http_methods(["GET", "POST"])
def consent(request: Request, consent_id: str) -> HttpResponse:
    """GET says exactly what is signed; POST signs it. A refusal is answered inside the unit of work, so that wrong tries stay counted."""
    scope = request.scope
    found, row = _own_consent(scope, consent_id)
    back = reverse("periods:school", args=[row.period_id, row.school_id])
    problem = None
    if request.method == "POST":
        try:
            services.sign(
                scope, consent_id=found.id, pin=request.POST.get("pin", ""), code=request.POST.get("code", "")
            )
            return redirect(f"{back}?xong=ky")
        except NotFound:
            raise
        except Refusal as refusal:
            problem = refusal
            found, row = _own_consent(scope, consent_id)
    context = {
        "page_title": "Ký chốt số liệu",
        "crumbs": [{"label": TITLE, "url": back}, {"label": "Ký"}],
        "consent": found,
        "sha256": row.manifest_sha256,
        "problem": problem,
        "back": back,
        "demo_pin": DEMO_PIN if identity.is_demo() else "",
    }
    return render(request, "periods/consent.html", context, status=422 if problem else 200)


@needs("periods.close")
@require_POST
def ask_to_correct(request: Request, period_id: int, school_id: int) -> HttpResponse:
    why, wanted = request.POST.get("why", ""), request.POST.get("wanted", "")
    return _act(
        request,
        period_id,
        school_id,
        lambda: services.ask_to_correct(
            request.scope, period_id=period_id, school_id=school_id, why=why, wanted=wanted
        ),
    )


@needs("periods.accept")
@require_POST
def decide(request: Request, period_id: int, school_id: int) -> HttpResponse:
    granted, why = request.POST.get("act") == "dong-y", request.POST.get("why", "")
    return _act(
        request,
        period_id,
        school_id,
        lambda: services.decide_correction(
            request.scope, period_id=period_id, school_id=school_id, granted=granted, why=why
        ),
    )


@needs("periods.view")
@require_POST
def check(request: Request, period_id: int, school_id: int) -> HttpResponse:
    """Of a commune or the department: take the figures, or send them back with a reason."""
    scope, why = request.scope, request.POST.get("why", "")
    where = {"period_id": period_id, "school_id": school_id}
    if request.POST.get("act") == "tra":
        return _act(request, period_id, school_id, lambda: services.return_report(scope, **where, why=why))
    return _act(request, period_id, school_id, lambda: services.accept(scope, **where, why=why))


@needs("periods.view")
@require_safe
def version(request: Request, period_id: int, school_id: int, edition: int) -> HttpResponse:
    """One version: whether every byte is still what was signed, and what it changed of the version before it."""
    scope = request.scope
    unit = queries.refuse_unreached(scope, school_id)
    period = calendar.period(period_id)
    row = queries.version(scope, period_id=period_id, school_id=school_id, number=edition)
    reads.list_opened(scope, "periods.version_opened", school_id=school_id, object_type="snapshot", object_id=row.id)
    difference, problem = None, None
    if edition > 1:
        old = queries.version(scope, period_id=period_id, school_id=school_id, number=edition - 1)
        difference, problem = attempt(lambda: queries.difference(scope, old=old, new=row))
    signature = Signature.objects.visible_to(scope, queries.VIEW).filter(pk=row.id).select_related("snapshot").first()
    context = {
        "page_title": f"Số liệu đã chốt, bản {edition}",
        "crumbs": [
            {"label": TITLE, "url": reverse("periods:school", args=[period_id, school_id])},
            {"label": f"Bản {edition}"},
        ],
        "unit": unit,
        "period": period,
        "row": row,
        "checked": verifying.verify(signature) if signature else None,
        "figures": showing.figures(queries.totals(scope, [row.id])[row.id], None),
        "difference": difference,
        "changes": [(labels.label(one.key), one) for one in difference.totals] if difference else [],
        "tables": [(_TABLES[one.name], one, _changed(one.changed)) for one in difference.tables] if difference else [],
        "problem": problem,
    }
    return render(request, "periods/version.html", context)


@needs("periods.view")
@require_safe
def manifest(request: Request, period_id: int, school_id: int, edition: int) -> HttpResponse:
    """The signed manifest as it was signed. It names no pupil; whoever holds it can prove later what stood."""
    scope = request.scope
    queries.refuse_unreached(scope, school_id)
    row = queries.version(scope, period_id=period_id, school_id=school_id, number=edition)
    signature = Signature.objects.visible_to(scope, queries.VIEW).filter(pk=row.id).first()
    if signature is None:
        raise NotFound
    found, data = stored.read(signature.file_id)
    _tell_taken(scope, row, "periods.manifest_downloaded")
    return as_download(found, data)


@needs("periods.view")
@require_safe
def export(request: Request, period_id: int, school_id: int) -> HttpResponse:
    """Totals of a school's last version as a spreadsheet. Figures of no person, told to the audit all the same."""
    scope = request.scope
    unit = queries.refuse_unreached(scope, school_id)
    period = calendar.period(period_id)
    rows = queries.snapshots(scope, period_id=period_id, school_id=school_id)
    if not rows:
        raise NotFound
    title = f"{unit.name} · {period.label} · bản {rows[0].version}"
    data = totals_file(queries.totals(scope, [rows[0].id])[rows[0].id], title=title)
    _tell_taken(scope, rows[0], "periods.exported")
    answer = HttpResponse(data, content_type=XLSX)
    answer["Content-Disposition"] = disposition(f"so-lieu-{period.kind.lower()}-{period.year_label}.xlsx")
    return answer


def _tell_taken(scope: Scope, row: SnapshotRow, action: str) -> None:
    audit.record(
        scope,
        action,
        school_id=row.school_id,
        object_type="snapshot",
        object_id=row.id,
        changes={"version": row.version},
    )


def _changed(found: tuple[tuple[str, tuple[str, ...]], ...]) -> list[tuple[str, str]]:
    """Who changed in what, in words; a column without a word of its own is «thông tin năm học»."""
    return [
        (who, ", ".join(dict.fromkeys(_FIELDS.get(column, "thông tin năm học") for column in columns)))
        for who, columns in found
    ]


def _own_consent(scope: Scope, consent_id: str) -> tuple[signing.Consent, Snapshot]:
    """Raises NotFound for another person's, another module's, and for what is no id at all."""
    try:
        found = signing.consent(scope, uuid.UUID(consent_id))
    except ValueError:
        raise NotFound from None
    number = snapshot_ref(found.items[0])
    row = Snapshot.objects.visible_to(scope, "periods.close").filter(pk=number).first() if number else None
    if row is None:
        raise NotFound
    return found, row


def _act(request: Request, period_id: int, school_id: int, act: Callable[[], Any]) -> HttpResponse:
    queries.refuse_unreached(request.scope, school_id)
    _, problem = attempt(act)
    if problem is not None:
        return _page(request, period_id, school_id, problem=problem)
    return redirect("periods:school", period_id, school_id)


def _page(request: Request, period_id: int, school_id: int, *, problem: Refusal | None = None) -> HttpResponse:
    scope = request.scope
    unit = queries.refuse_unreached(scope, school_id)
    period = calendar.period(period_id)
    report = reports.report(period_id, school_id)
    rows = queries.snapshots(scope, period_id=period_id, school_id=school_id)
    is_open = report.state in OPEN_STATES
    now, fresh = _figures_now(scope, period, school_id, rows, report)
    source = ports.findings_source() if is_open else None
    before = calendar.period_before(period)
    mine = scope.covers("periods.close", school_id=school_id)
    takes = scope.covers("periods.accept", school_id=school_id)
    waits = (SIGNED, CHECKED) if takes else (SIGNED,)
    context = {
        "page_title": TITLE,
        "crumbs": [{"label": "Kì báo cáo", "url": reverse("periods:board", args=[period_id])}, {"label": unit.name}]
        if reads.from_above(scope)
        else [],
        "unit": unit,
        "period": period,
        "before": before,
        "pills": [
            {
                "label": one.name,
                "url": reverse("periods:school", args=[one.id, school_id]),
                "current": one.id == period_id,
            }
            for one in calendar.periods_of(period.school_year)
        ],
        "report": report,
        "is_open": is_open,
        "is_due": period.as_of <= clock.today(),
        "is_late": is_open and period.due_on < clock.today(),
        "findings": source.open_findings(scope, school_id=school_id, school_year=period.school_year, as_of=period.as_of)
        if source
        else None,
        "nobody_looked": is_open and source is None,
        "figures": showing.figures(now, _before(scope, before, school_id)),
        "is_preview": not rows or (is_open and report.state != FROZEN),
        "is_outdated": report.state == FROZEN and not fresh,
        "versions": rows,
        "movements": queries.movements(scope, period_id=period_id, school_id=school_id),
        "may_close": mine and is_open,
        "may_freeze": is_open and may_freeze(scope, school_id),
        "may_sign": mine and report.state == FROZEN,
        "may_ask": mine and report.state in CLOSED_STATES and not report.asks,
        "may_decide": takes and report.asks,
        "may_check": report.state in waits and (takes or scope.covers("periods.check", school_id=school_id)),
        "takes": takes,
        "for_commune": takes and report.state == SIGNED and bool(rows) and rows[0].governor_kind == "commune",
        "given": request.POST if problem else {},
        "problem": problem,
        "signed_now": request.GET.get("xong") == "ky" and report.state == SIGNED,
    }
    return render(request, "periods/school.html", context, status=422 if problem else 200)


def _figures_now(
    scope: Scope, period: PeriodRow, school_id: int, rows: list[SnapshotRow], report: Report
) -> tuple[list[Total], bool]:
    """The figures a page shows: what is frozen, or what would be; and whether what waits for a signature is what would be made now."""
    if report.state in CLOSED_STATES:
        return queries.totals(scope, [rows[0].id])[rows[0].id], True
    if not years.known().knows(period.school_year):
        return [], True
    version = rows[0].version if report.state == FROZEN else 0
    built = services.preview(scope, period=period, school_id=school_id, version=version)
    if report.state != FROZEN:
        return list(built.totals), True
    return queries.totals(scope, [rows[0].id])[rows[0].id], built.manifest_sha256 == rows[0].manifest_sha256


def _before(scope: Scope, before: PeriodRow | None, school_id: int) -> list[Total] | None:
    """The last signed figures of the period before."""
    if before is None:
        return None
    row = reports.latest_signed(before.id, school_id)
    return queries.totals(scope, [row.pk])[row.pk] if row else None
