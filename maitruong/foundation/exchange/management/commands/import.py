"""`./dev import students FILE --school CODE --as PERSON [--dry-run] [--json]`: the same services as the pages.

JSON lines: {"problem": …} for every finding, {"progress": …} while it runs, and one summary at the end.
Exit 0: nothing refused. 1: the file, or at least one row, was refused. 2: something broke.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.exchange import ports, queries, services, work
from maitruong.foundation.exchange.columns import ColumnChoice
from maitruong.foundation.exchange.findings import Severity
from maitruong.foundation.exchange.models import ImportBatch, ImportProblem, ImportState
from maitruong.foundation.identity.models import Account
from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations.models import Unit

REFUSED, BROKEN = 1, 2


class Command(BaseCommand):
    help = "Nhập danh sách của một trường từ tệp."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=[owner.key for owner in ports.owners()])
        parser.add_argument("file", type=Path)
        parser.add_argument("--school", required=True, help="code of the school")
        parser.add_argument("--as", dest="person", required=True, help="sign-in name, or person id, of who imports")
        parser.add_argument("--year", type=int, help="school year by its starting year; the present one unless said")
        parser.add_argument("--sheet", default="", help="name of the sheet; the likeliest one unless said")
        parser.add_argument("--create-classes", action="store_true", help="open classes the school lacks")
        parser.add_argument("--dry-run", action="store_true", help="check only, keep nothing")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        self.as_json: bool = options["json"]
        try:
            school_id, scope = self._who(options)
            refused = self._run(scope, school_id, options)
        except Refusal as refusal:
            self._say({"refused": refusal.code, "text": refusal.text, "advice": refusal.advice}, str(refusal.text))
            raise SystemExit(REFUSED) from None
        if refused:
            raise SystemExit(REFUSED)

    def _who(self, options: dict[str, Any]) -> tuple[int, Scope]:
        school = Unit.objects.filter(code=options["school"], kind="school").values_list("pk", flat=True).first()
        if school is None:
            raise CommandError(f"Không có trường mang mã {options['school']}.", returncode=BROKEN)
        person = options["person"]
        account = Account.objects.filter(login=person.lower()).first()
        person_id = account.person_id if account else int(person) if person.isdigit() else 0
        scope = None
        for workspace in access.workspaces(access.rights(person_id, on=clock.today())):
            if workspace.unit_id == school:
                found = access.scope_of(person_id, workspace.key, on=clock.today(), actor_name=person)
                if found is not None and found.covers(services.PERMISSION, school_id=school):
                    scope = found
                    break
        if scope is None:
            raise CommandError(f"{person} không có quyền nhập danh sách cho trường này.", returncode=REFUSED)
        return school, scope

    def _run(self, scope: Scope, school_id: int, options: dict[str, Any]) -> int:
        """Check, and import unless told not to. Returns how many rows were refused."""
        batch_id = self._take(scope, school_id, options)
        try:
            checked = work.check_list(scope, batch_id, self._tell)
            self._say_problems(scope, batch_id)
            if options["dry_run"]:
                self._say({"checked": _counts(checked)}, _sentence("Đã kiểm tra", checked))
                return checked["refused"]
            with unit_of_work(scope):
                services.start_here(scope, batch_id=batch_id)
            written = work.import_list(scope, batch_id, self._tell)
            self._say({"imported": written, "import": batch_id}, _sentence("Đã nhập", written))
            return written["refused"]
        finally:
            if options["dry_run"]:
                with unit_of_work(scope):
                    ImportBatch._base_manager.filter(pk=batch_id).update(state=ImportState.CHECKED)
                    services.discard(scope, batch_id=batch_id)

    def _take(self, scope: Scope, school_id: int, options: dict[str, Any]) -> int:
        owner = ports.owner(options["kind"])
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"Không thấy tệp {file}.", returncode=BROKEN)
        with unit_of_work(scope):
            batch_id = services.take_file(
                scope,
                kind=owner.key,
                school_id=school_id,
                school_year=options["year"] or owner.years()[0],
                name=file.name,
                data=file.read_bytes(),
            )
            found = queries.batch(scope, batch_id)
            choice = ColumnChoice.from_json(found.choice)
            if options["sheet"]:
                choice = queries.proposal(found, sheet=options["sheet"]).choice()
            switches = {"create_classes": options["create_classes"]}
            services.choose_here(scope, batch_id=batch_id, choice=choice, options=switches)
        return batch_id

    def _tell(self, done: int, of: int, told: str) -> None:
        if self.as_json:
            self._say({"progress": {"done": done, "of": of, "told": told}}, "")

    def _say_problems(self, scope: Scope, batch_id: int) -> None:
        with unit_of_work(scope):
            problems = ImportProblem._base_manager.filter(batch_id=batch_id).order_by("row", "column", "pk")
            if not self.as_json:
                problems = problems.exclude(severity=Severity.FIXED.value)
            for p in problems.iterator(2_000):
                fact = {"row": p.row, "column": p.column, "field": p.key, "severity": p.severity, "code": p.code}
                self._say({"problem": {**fact, "text": p.text, "suggestion": p.suggestion}}, p.text)

    def _say(self, fact: dict[str, Any], sentence: str) -> None:
        text = json.dumps(fact, ensure_ascii=False) if self.as_json else sentence
        if text:
            self.stdout.write(text)


def _counts(totals: dict[str, Any]) -> dict[str, int]:
    return {name: totals[name] for name in ("new", "changed", "same", "refused", "errors", "warnings", "fixed")}


def _sentence(what: str, totals: dict[str, Any]) -> str:
    return (
        f"{what}: {totals['new']} mới, {totals['changed']} thay đổi, {totals['same']} giữ nguyên, "
        f"{totals['refused']} dòng còn lỗi."
    )
