"""Is this file a school record as it was sealed, and if not, what was changed? For XML and PDF, whoever dropped it here.

Whether a record was superseded or revoked is known to the registry of the house, not to the file: the caller asks it by
`record_id` and compares `sha256`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lxml import etree

from maitruong.foundation.signing.canonical import NotCanonical, parse
from maitruong.foundation.signing.certificates import TrustStore
from maitruong.foundation.signing.ports import CertificateDirectory
from maitruong.foundation.signing.types import Claim, Role, SignatureReport, SignatureVerdict
from maitruong.foundation.signing.xades import verify_element

from .document import (
    ROOT,
    claim_for,
    content_of,
    element_of,
    first_problem,
    index_differences,
    steps,
)
from .types import RecordContent, SigningStep

if TYPE_CHECKING:
    from maitruong.foundation.signing.pades import SealedPdf

MOST_PROBLEMS: Final = 20
_KEYWORD: Final = re.compile(r"(hoc-ba|xml-sha256|truong|don-vi|nam-hoc):([^\s,]+)")


class Verdict(StrEnum):
    """Worst first."""

    NOT_A_RECORD = "not_a_record"
    ALTERED = "altered"
    INCOMPLETE = "incomplete"
    UNTRUSTED = "untrusted"
    WRONG_SIGNER = "wrong_signer"
    OUT_OF_ORDER = "out_of_order"
    VALID = "valid"


_SENTENCES: Final = {
    Verdict.NOT_A_RECORD: "Tệp này không phải học bạ số do hệ thống phát hành.",
    Verdict.ALTERED: "Học bạ trong tệp này đã bị thay đổi, không còn như lúc nhà trường đóng dấu.",
    Verdict.INCOMPLETE: "Học bạ trong tệp này chưa có đủ chữ ký.",
    Verdict.UNTRUSTED: "Có chữ ký dùng chứng thư không được tin cậy vào lúc ký.",
    Verdict.WRONG_SIGNER: "Có chữ ký không phải của người có thẩm quyền.",
    Verdict.OUT_OF_ORDER: "Các chữ ký không theo đúng thứ tự quy định.",
    Verdict.VALID: "Học bạ còn nguyên vẹn như lúc nhà trường đóng dấu.",
}
_VERDICT_OF: Final = {
    SignatureVerdict.MISSING: Verdict.INCOMPLETE,
    SignatureVerdict.MALFORMED: Verdict.ALTERED,
    SignatureVerdict.ALTERED: Verdict.ALTERED,
    SignatureVerdict.UNTRUSTED: Verdict.UNTRUSTED,
    SignatureVerdict.EXPIRED: Verdict.UNTRUSTED,
    SignatureVerdict.REVOKED: Verdict.UNTRUSTED,
    SignatureVerdict.WRONG_SIGNER: Verdict.WRONG_SIGNER,
    SignatureVerdict.VALID: Verdict.VALID,
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Where, and what is wrong there; both Vietnamese."""

    where: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StepReport:
    step: SigningStep
    report: SignatureReport


@dataclass(frozen=True, slots=True)
class RecordReport:
    """What a file turned out to be. `content` and `record_id` come from signed values only, so they are set when VALID.

    `sha256`: of the whole file, as hex. `xml_sha256`: of the sealed XML; for a PDF the hash it was made from.
    """

    verdict: Verdict
    kind: str
    sha256: str
    problems: tuple[Problem, ...] = ()
    record_id: str = ""
    xml_sha256: str = ""
    steps: tuple[StepReport, ...] = ()
    content: RecordContent | None = None

    @property
    def is_valid(self) -> bool:
        return self.verdict is Verdict.VALID

    @property
    def sentence(self) -> str:
        return _SENTENCES[self.verdict]


def verify_file(data: bytes, *, trust: TrustStore, directory: CertificateDirectory, now: dt.datetime) -> RecordReport:
    """Judge a file by its bytes alone. Never raises for what a file may contain."""
    sha256 = hashlib.sha256(data).hexdigest()
    if data.startswith(b"%PDF"):
        return _verify_pdf(data, sha256, trust, directory, now)
    return _verify_xml(data, sha256, trust, directory, now)


def keywords_for(content: RecordContent, xml_sha256: str) -> tuple[str, ...]:
    """The statements a record's PDF carries in its document information, under its seal."""
    identity = content.identity
    return (
        f"hoc-ba:{identity.record_id}",
        f"xml-sha256:{xml_sha256}",
        f"truong:{identity.school.code}",
        f"don-vi:{identity.school.organisation_id}",
        f"nam-hoc:{identity.school_year}",
    )


def _verify_xml(
    data: bytes, sha256: str, trust: TrustStore, directory: CertificateDirectory, now: dt.datetime
) -> RecordReport:
    try:
        root = parse(data)
    except NotCanonical as problem:
        verdict = Verdict.ALTERED if _looks_like_a_record(data) else Verdict.NOT_A_RECORD
        return RecordReport(verdict, "xml", sha256, (Problem("Toàn tệp", problem.reason),))
    if root.tag != ROOT:
        return RecordReport(Verdict.NOT_A_RECORD, "xml", sha256, (Problem("Toàn tệp", "không phải tệp học bạ"),))
    content, problems = _content(root)
    if content is None:
        return RecordReport(Verdict.ALTERED, "xml", sha256, problems)
    reports = _step_reports(root, content, trust, directory, now)
    verdict = _worst(reports)
    if verdict is Verdict.VALID:
        return RecordReport(verdict, "xml", sha256, (), content.identity.record_id, sha256, reports, content)
    return RecordReport(verdict, "xml", sha256, _problems(root, reports), steps=reports)


def _content(root: etree._Element) -> tuple[RecordContent | None, tuple[Problem, ...]]:
    """The values, or what is wrong with the structure, told by the index of parts where that is still readable."""
    problem = first_problem(root)
    if problem is None:
        try:
            return content_of(root), ()
        except ValueError:
            problem = "có giá trị ghi sai kiểu"
    try:
        found = [Problem(where, what) for where, what in index_differences(root)]
    except (IndexError, TypeError):
        found = []
    return None, (*found[:MOST_PROBLEMS], Problem("Cấu trúc tệp", problem))


def _step_reports(
    root: etree._Element,
    content: RecordContent,
    trust: TrustStore,
    directory: CertificateDirectory,
    now: dt.datetime,
) -> tuple[StepReport, ...]:
    found = []
    for step in steps(content):
        claim = claim_for(step, content.identity)
        element = element_of(root, step.node_id)
        report = verify_element(element, claim, trust=trust, directory=directory, now=now)
        found.append(StepReport(step, report))
    return tuple(found)


def _worst(reports: tuple[StepReport, ...]) -> Verdict:
    verdicts = {_VERDICT_OF[found.report.verdict] for found in reports}
    if _out_of_order(reports):
        verdicts.add(Verdict.OUT_OF_ORDER)
    return next(verdict for verdict in Verdict if verdict in verdicts)


def _out_of_order(reports: tuple[StepReport, ...]) -> list[StepReport]:
    """Steps signed before a step below them was; the subjects among themselves have no order."""
    late = []
    latest: dt.datetime | None = None
    for found in reports:
        moment = found.report.signed_at
        if moment is None:
            continue
        if found.step.role is not Role.SUBJECT_TEACHER and latest is not None and moment < latest:
            late.append(found)
        latest = moment if latest is None else max(latest, moment)
    return late


def _problems(root: etree._Element, reports: tuple[StepReport, ...]) -> tuple[Problem, ...]:
    """What to tell: the innermost causes. A signature further out fails with them and is not repeated."""
    told = [Problem(where, what) for where, what in index_differences(root)]
    for found in reports:
        explained = bool(told) and found.report.verdict is SignatureVerdict.ALTERED
        if not found.report.is_valid and not explained:
            told.append(Problem(_capital(found.step.label), _words_for(found)))
    told += [Problem(_capital(found.step.label), "ký trước khi cấp dưới ký xong") for found in _out_of_order(reports)]
    return tuple(told[:MOST_PROBLEMS])


def _words_for(found: StepReport) -> str:
    if not found.report.signer_name:
        return found.report.sentence
    return f"{found.report.sentence} (chứng thư của {found.report.signer_name})"


def _verify_pdf(
    data: bytes, sha256: str, trust: TrustStore, directory: CertificateDirectory, now: dt.datetime
) -> RecordReport:
    # Imported when a PDF comes: the library behind it costs every process a second and 30 MB it may never need.
    from maitruong.foundation.signing.pades import verify_pdf

    report = verify_pdf(data, _claim_of_pdf, trust=trust, directory=directory, now=now)
    if not report.is_valid:
        missing = report.verdict is SignatureVerdict.MISSING
        verdict = Verdict.NOT_A_RECORD if missing else _VERDICT_OF[report.verdict]
        return RecordReport(verdict, "pdf", sha256, (Problem("Bản PDF", report.sentence),))
    stated = _stated(report.verified)
    step = SigningStep(report.node_id, Role.ORGANISATION, report.holder_id, "con dấu số trên bản PDF")
    return RecordReport(
        Verdict.VALID, "pdf", sha256, (), stated["hoc-ba"], stated["xml-sha256"], (StepReport(step, report),)
    )


def _claim_of_pdf(sealed: SealedPdf) -> Claim | None:
    stated = _stated(sealed)
    if len(stated) != 5 or not stated["nam-hoc"].isascii() or not stated["nam-hoc"].isdigit():
        return None
    return Claim(stated["don-vi"], Role.ORGANISATION, stated["truong"], int(stated["nam-hoc"]))


def _stated(sealed: SealedPdf) -> dict[str, str]:
    return dict(_KEYWORD.findall(sealed.keywords))


def _looks_like_a_record(data: bytes) -> bool:
    return b"urn:maitruong:school-record:" in data[:2000]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
