"""What every story of the list shares: three rows of it, its steps without the pages, and those by the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from maitruong.foundation.access.models import Grant
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.exchange import services, work
from maitruong.foundation.exchange.models import ImportBatch
from maitruong.foundation.people.models import Person, PersonIdentifier
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from maitruong.registry.students.models import Guardianship, Student
from tests import factories as make

HEADER = [
    "STT",
    "Họ và tên",
    "Ngày sinh",
    "Giới tính",
    "Lớp",
    "CCCD",
    "Dân tộc",
    "Họ tên bố",
    "CCCD bố",
    "SĐT bố",
    "Tôn giáo",
]
ONE = [
    1,
    "Nông Đức Dũng",
    "15/09/2013",
    "Nam",
    "8A2",
    "020213001234",
    "Tày",
    "Nông Văn Hải",
    "020085000111",
    "0912345678",
    "",
]
TWO = [
    2,
    "Nông Thị Hoa",
    "02/03/2013",
    "Nữ",
    "8A2",
    "020313009999",
    "Tày",
    "Nông Văn Hải",
    "020085000111",
    "0912345678",
    "",
]
THREE = [3, "Triệu Văn Ái", "2013", "Nam", "8A2", "", "Dao", "", "", "", ""]


def quiet(done: int, of: int, told: str) -> None:
    """Nobody listens."""


def take(scope: Scope, school: int, path: Path) -> int:
    with unit_of_work(scope):
        return services.take_file(
            scope, kind="students", school_id=school, school_year=2026, name="danh sách.xlsx", data=path.read_bytes()
        )


def check(scope: Scope, batch_id: int, **options: bool) -> dict[str, Any]:
    with unit_of_work(scope):
        batch = ImportBatch._base_manager.get(pk=batch_id)
        choice = services.ColumnChoice.from_json(batch.choice)
        services.choose_columns(scope, batch_id=batch_id, choice=choice, options=options)
    return work.check_list(scope, batch_id, quiet)


def bring_in(
    scope: Scope, school: int, path: Path, tell: work.Tell = quiet, **options: bool
) -> tuple[int, dict[str, Any]]:
    batch_id = take(scope, school, path)
    check(scope, batch_id, **options)
    with unit_of_work(scope):
        services.start_import(scope, batch_id=batch_id)
    return batch_id, work.import_list(scope, batch_id, tell)


def take_back(scope: Scope, batch_id: int) -> dict[str, Any]:
    with unit_of_work(scope):
        services.start_undo(scope, batch_id=batch_id)
    return work.undo_import(scope, batch_id, quiet)


def snapshot() -> dict[str, list[tuple[Any, ...]]]:
    """Every row an import may write, without its own memory of it; rights only as far as they hold."""
    tables = [Person, PersonIdentifier, Student, Guardianship, Enrolment, SchoolClass]
    with make.as_system():
        rows = {m.__name__: sorted(map(repr, m._base_manager.values_list())) for m in tables}
        rows["Grant"] = sorted(map(repr, Grant.objects.filter(withdrawn_at=None).values_list()))
    return rows


def upload(client: Client, path: Path, name: str = "danh-sach.xlsx") -> Any:
    file = SimpleUploadedFile(name, path.read_bytes())
    return client.post("/nhap-danh-sach/", {"kind": "students", "year": "2026", "file": file})


def mapped(client: Client, address: str) -> dict[str, str]:
    """What the mapping page would send as it stands."""
    page = client.get(address)
    context = page.context_data if hasattr(page, "context_data") else {}
    del context
    with make.as_system():
        batch = ImportBatch._base_manager.latest("pk")
    choice = batch.choice
    sent = {f"cot-{at}": key for at, key in choice["columns"].items()}
    return sent | {"sheet": choice["sheet"], "header_from": choice["header_from"], "data_from": choice["data_from"]}


def clerk_checks_again(client: Client, address: str) -> int:
    client.post(f"{address}kiem-tra/")
    return int(address.strip("/").split("/")[-1])
