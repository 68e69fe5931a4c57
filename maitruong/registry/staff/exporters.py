"""A school's staff with title, step and contract as a spreadsheet: text stays text, nothing in it can run."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.exchange.columns import Column
from maitruong.foundation.exchange.parsers import text
from maitruong.foundation.exchange.sheets import write_list
from maitruong.foundation.kernel import formats

from . import queries
from .judging import EVERYBODY
from .record_models import Contract, SalaryStep
from .sections import CONTRACTS, titles
from .types import POSTS

COLUMNS = (
    Column("number", "STT", text(), width=6),
    Column("full_name", "Họ và tên", text(), width=28),
    Column("code", "Mã cán bộ", text(), width=14),
    Column("post", "Chức vụ", text(), width=16),
    Column("since", "Làm việc từ ngày", text(), width=14),
    Column("title", "Chức danh nghề nghiệp", text(), width=40),
    Column("step", "Bậc", text(), width=6),
    Column("step_since", "Hưởng bậc từ ngày", text(), width=14),
    Column("next_on", "Nâng bậc lần sau", text(), width=14),
    Column("contract", "Hợp đồng", text(), width=36),
    Column("contract_until", "Hợp đồng đến hết ngày", text(), width=16),
)


def export_staff(scope: Scope, *, school_id: int, on: dt.date) -> bytes:
    """The staff at work at a school on a day, by name, as .xlsx. Three statements and the entry of the audit. Raises NotFound."""
    if not scope.covers("staff.pay", school_id=school_id):
        raise NotFound
    people = queries.staff(scope, school_id=school_id, on=on, limit=EVERYBODY)
    holding = {"school_id": school_id, "withdrawn_at__isnull": True}
    steps = {
        row.person_id: row
        for row in SalaryStep.objects.visible_to(scope, "staff.pay").filter(queries.holds_on(on), **holding)
    }
    contracts = {
        row.person_id: row
        for row in Contract.objects.visible_to(scope, "staff.records").filter(queries.holds_on(on), **holding)
    }
    audit.record(
        scope,
        "staff.exported",
        school_id=school_id,
        object_type="school",
        object_id=school_id,
        changes={"people": len(people)},
    )
    names = titles()
    rows = []
    for number, one in enumerate(people, start=1):
        step, contract = steps.get(one.person_id), contracts.get(one.person_id)
        rows.append(
            {
                "number": number,
                "full_name": one.full_name,
                "code": one.code,
                "post": POSTS.get(one.post, one.post),
                "since": formats.date(one.starts_on),
                "title": names.get(step.title, step.title) if step else "",
                "step": step.step if step else "",
                "step_since": _day(step.starts_on) if step else "",
                "next_on": _day(step.next_on) if step else "",
                "contract": CONTRACTS.get(contract.kind, contract.kind) if contract else "",
                "contract_until": _day(contract.ends_on) if contract else "",
            }
        )
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "doi-ngu.xlsx"
        write_list(COLUMNS, rows, title="Đội ngũ", out=out)
        return out.read_bytes()


def _day(day: dt.date | None) -> str:
    return formats.date(day) if day else ""
