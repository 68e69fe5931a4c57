"""A package is made for a pupil who left the province, and one that came is read into an application."""

from __future__ import annotations

import datetime as dt
from typing import Any

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import Scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.files import media
from maitruong.foundation.files import queries as files
from maitruong.foundation.files import services as file_store
from maitruong.foundation.kernel import clock, formats
from maitruong.foundation.kernel.errors import Refusal
from maitruong.foundation.organisations import queries as organisations
from maitruong.foundation.people import queries as people
from maitruong.foundation.people.models import Sex
from maitruong.foundation.signing import services as signing
from maitruong.foundation.signing.directory import HouseDirectory

from . import package, ports, steps
from .applying import BEYOND, Comer, Wish, apply_in
from .deciding import living
from .errors import PackageRefused
from .models import Paper, Transfer
from .receiving import held_against
from .types import Kind, State


def make_package(scope: Scope, *, transfer_id: int) -> int:
    """Put together what goes to the other province and seal its list; the same again gives the one that was made.

    Returns the paper's id. Raises NotFound, StepPassed, KeyMissing.
    """
    row = steps.taken(scope, "transfers.decide", transfer_id, side="from")
    steps.refuse_unless(row, *([State.LEFT] if row.kind == Kind.OUT else []))
    made = Paper._base_manager.filter(transfer=row, kind="package").first()
    if made is not None:
        return int(made.pk)
    school_id = row.from_school_id or 0
    unit = organisations.unit(school_id)
    with unit_of_work(BEYOND):
        papers = list(Paper._base_manager.filter(transfer=row).order_by("pk"))
        results = next((paper.content for paper in papers if paper.kind == "results"), None)
        records: dict[str, bytes] = {}
        for paper in (paper for paper in papers if paper.kind == "record" and paper.source_file_id):
            ref, data = files.read(paper.source_file_id or 0)
            ending = "pdf" if ref.media_type == media.PDF else "xml"
            records[f"hoc-ba/{row.school_year:04d}-{len(records) + 1}.{ending}"] = data
        data = package.build(
            package.Maker(school_id, unit.code, unit.name, row.school_year),
            _dossier(row, unit.name),
            results,
            records,
            signer=signing.seal_signer(school_id),
            at=clock.now(),
        )
    kept = file_store.keep(
        scope,
        school_id=school_id,
        student_id=row.student_id,
        data=data,
        media_type=media.ZIP,
        name=f"goi-chuyen-truong-{row.pk}.zip",
        purpose="transfer_package",
    )
    paper = Paper(
        transfer=row, school_ids=row.school_ids, student_id=row.student_id, kind="package",
        title="Gói hồ sơ chuyển trường", file_id=kept.id, sha256=kept.sha256,
    )  # fmt: skip
    paper.save(force_insert=True)
    audit.record(
        scope,
        "transfers.packed",
        school_id=school_id,
        object_type="transfer",
        object_id=row.pk,
        subject_id=row.student_id,
        changes={"files": [None, len(records)], "sha256": [None, kept.sha256]},
    )
    return int(paper.pk)


def apply_with_package(scope: Scope, *, to_school_id: int, data: bytes, wish: Wish) -> int:
    """Read a package from another province into an application of the receiving school, with everything that is wrong beside it.

    Nobody is looked up by the number in it: that is done when the child is received, by number and name together.
    Raises NotFound, PackageRefused and as `apply_in`.
    """
    if not scope.covers("transfers.file", school_id=to_school_id):
        raise NotFound
    with unit_of_work(BEYOND):
        try:
            found = package.read(data, trust=signing.trust(), directory=HouseDirectory(), now=clock.now())
        except package.NotAPackage as problem:
            raise PackageRefused(why=problem.reason) from None
    comer = _comer(found.dossier)
    made = apply_in(scope, to_school_id=to_school_id, comer=comer, wish=wish)
    row = Transfer.objects.visible_to(scope, "transfers.file").get(pk=made)
    kept = _keep(scope, to_school_id, data, media.ZIP, f"goi-chuyen-truong-{made}.zip")
    verdict = "Bảng kê đúng chữ ký, mọi tệp còn nguyên" if found.trusted else "Gói có điều cần xem lại"
    _add(row, "package", "Gói hồ sơ chuyển trường", kept, found.trusted, verdict, list(found.problems))
    if found.results is not None:
        Paper(
            transfer=row, school_ids=row.school_ids, kind="results", title="Kết quả học tập đến thời điểm chuyển",
            content=_plain_results(found.results),
        ).save(force_insert=True)  # fmt: skip
    numbers = {comer.number} if comer.number else set()
    for name, content in found.records.items():
        with unit_of_work(BEYOND):
            looked = held_against(ports.books().verify(content), comer.full_name, numbers, same=True)
        kind = media.PDF if name.endswith(".pdf") else media.XML
        kept = _keep(scope, to_school_id, content, kind, name.replace("/", "-"))
        _add(row, "record", f"Học bạ số, {name}", kept, looked.is_valid, looked.sentence, list(looked.problems))
    return made


def _dossier(row: Transfer, school: str) -> dict[str, Any]:
    """What the receiver needs and no more. Wants sight of the province."""
    student_id = living(row.student_id or 0)
    person = people.particulars(student_id)
    return {
        "full_name": person.full_name if person else row.full_name,
        "born_on": row.born_on.isoformat() if row.born_on else "",
        "sex": row.sex,
        "birthplace": person.birthplace if person else "",
        "ethnic_group": person.ethnic_group if person else "",
        "nationality": person.nationality if person else "",
        "personal_id": people.numbers_in_force(student_id).get("CCCD", ""),
        "grade": row.grade,
        "class_name": row.from_class,
        "school": school,
        "province": "",
        "school_year": row.school_year,
        "reason": row.reason,
        "last_day": (row.starts_on - dt.timedelta(days=1)).isoformat() if row.starts_on else "",
    }


def _comer(told: dict[str, Any]) -> Comer:
    """Raises PackageRefused."""

    def text(name: str) -> str:
        value = told.get(name, "")
        return value[:200] if isinstance(value, str) else ""

    grade = told.get("grade")
    if not isinstance(grade, int) or isinstance(grade, bool) or not 1 <= grade <= 12:
        raise PackageRefused(why="hồ sơ trong gói không ghi khối lớp")
    try:
        born_on = formats.parse_date(text("born_on")) if text("born_on") else None
    except Refusal:
        raise PackageRefused(why="ngày sinh trong gói không đọc được") from None
    return Comer(
        full_name=text("full_name"),
        born_on=born_on,
        sex=text("sex") if text("sex") in Sex.values else "",
        number=text("personal_id"),
        grade=grade,
        school=text("school"),
        province=text("province") or "tỉnh khác",
        from_class=text("class_name"),
    )


def _plain_results(told: dict[str, Any]) -> dict[str, Any]:
    """Of what a foreign file says only the texts the page shows."""
    subjects = told.get("subjects")
    plain = [
        {
            "name": str(one.get("name", ""))[:100],
            "term": str(one.get("term", ""))[:40],
            "marks": [[str(part)[:20] for part in cell[:2]] for cell in one.get("marks", [])[:20] if _is_pair(cell)],
            "result": str(one.get("result", ""))[:20],
            "comment": str(one.get("comment", ""))[:500],
        }
        for one in (subjects if isinstance(subjects, list) else [])[:100]
        if isinstance(one, dict) and isinstance(one.get("marks", []), list)
    ]
    absences = told.get("absences")
    return {
        "class_name": str(told.get("class_name", ""))[:60],
        "subjects": plain,
        "absences": absences if isinstance(absences, int) else None,
    }


def _is_pair(cell: object) -> bool:
    return isinstance(cell, list) and len(cell) == 2


def _keep(scope: Scope, school_id: int, data: bytes, media_type: str, name: str) -> int:
    return file_store.keep(
        scope, school_id=school_id, data=data, media_type=media_type, name=name, purpose="transfer_package"
    ).id


def _add(row: Transfer, kind: str, title: str, file_id: int, valid: bool, verdict: str, problems: list[str]) -> None:
    Paper(
        transfer=row, school_ids=row.school_ids, kind=kind, title=title, file_id=file_id, verified_at=clock.now(),
        is_valid=valid, verdict=verdict, problems=problems,
    ).save(force_insert=True)  # fmt: skip
