"""`./dev import students FILE --school CODE --as PERSON [--dry-run] [--json]`: the same services as the pages.

JSON lines: {"problem": …} for every finding, {"progress": …} while it runs, and one line at the end. See docs/machine.md.
Exit 0: nothing refused. 1: the file, the person, or at least one row was refused. 2: something broke.
"""

from __future__ import annotations

import json
import traceback
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from maitruong.foundation.access import queries as access
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.exchange import cells, ports, queries, services, work
from maitruong.foundation.exchange.columns import ColumnChoice
from maitruong.foundation.exchange.errors import NotYourOffice
from maitruong.foundation.exchange.findings import ROW, Severity
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
        if not options["file"].is_file():
            raise CommandError(f"Không thấy tệp {options['file']}.", returncode=BROKEN)
        try:
            school_id, scope = self._who(options)
            refused = self._run(scope, school_id, options)
        except Refusal as refusal:
            fact = {"code": refusal.code, "text": refusal.text, "advice": refusal.advice}
            self._say({"refused": fact}, f"{refusal.text} {refusal.advice}")
            raise SystemExit(REFUSED) from None
        except Exception as problem:
            self.stderr.write(traceback.format_exc())
            self._say({"broken": {"what": type(problem).__name__}}, "")
            raise SystemExit(BROKEN) from None
        if refused:
            raise SystemExit(REFUSED)

    def _who(self, options: dict[str, Any]) -> tuple[int, Scope]:
        """The school and the rights of who imports. One answer for a school that is not there and one that is not his."""
        school = Unit.objects.filter(code=options["school"], kind="school").values_list("pk", flat=True).first()
        person = options["person"]
        account = Account.objects.filter(login=person.lower()).first()
        person_id = account.person_id if account else int(person) if person.isdigit() else 0
        for workspace in access.workspaces(access.rights(person_id, on=clock.today())):
            if school is not None and workspace.unit_id == school:
                scope = access.scope_of(person_id, workspace.key, on=clock.today(), actor_name=person)
                if scope is not None and scope.covers(services.PERMISSION, school_id=school):
                    return school, scope
        raise NotYourOffice(person=person, school=options["school"])

    def _run(self, scope: Scope, school_id: int, options: dict[str, Any]) -> int:
        """Check, and import unless told not to. Returns how many rows were refused."""
        batch_id = self._take(scope, school_id, options)
        running = ImportState.CHECKING
        try:
            checked = work.check_list(scope, batch_id, self._tell)
            self._say_problems(scope, batch_id)
            if options["dry_run"]:
                self._say({"checked": _counts(checked)}, _sentence("Đã kiểm tra", checked))
                return checked["refused"]
            with unit_of_work(scope):
                services.start_here(scope, batch_id=batch_id)
            running = ImportState.IMPORTING
            written = work.import_list(scope, batch_id, self._tell)
            self._say({"imported": written, "import": batch_id}, _sentence("Đã nhập", written))
            return written["refused"]
        except BaseException:
            work.put_back(scope, batch_id, running)  # what was written may be taken back on the page
            raise
        finally:
            if options["dry_run"]:
                with unit_of_work(scope):
                    ImportBatch._base_manager.filter(pk=batch_id).update(state=ImportState.CHECKED)
                    services.discard(scope, batch_id=batch_id)

    def _take(self, scope: Scope, school_id: int, options: dict[str, Any]) -> int:
        owner = ports.owner(options["kind"])
        file: Path = options["file"]
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
            hidden = queries.hidden_rows(queries.batch(scope, batch_id))
            if hidden:
                self._say({"hidden_rows": hidden}, hidden)
            problems = ImportProblem._base_manager.filter(batch_id=batch_id).order_by("row", "column", "pk")
            if not self.as_json:
                problems = problems.exclude(severity=Severity.FIXED.value)
            for p in problems.iterator(2_000):
                cell = "" if p.column == ROW else cells.address(p.row - 1, p.column)
                fact = {"row": p.row, "cell": cell, "field": p.key, "severity": p.severity, "code": p.code}
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
