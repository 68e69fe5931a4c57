"""Signing, sealing, printing and verifying school records against the bare libraries, per CPU-second, alternately.

    python -m benchmarks.signing --json

Bare means: signxml's XAdESSigner and pyHanko's SimpleSigner with loaded key and certificate objects (a PEM key costs 57 ms
to load), Typst's compiler with fonts and values ready. Ours means the same work through the doors of the product. Each
round measures bare, ours, bare, ours...; the ratio of a case is the median over the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import hashlib
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from lxml import etree
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko_certvalidator.registry import SimpleCertificateStore
from signxml import SignatureMethod
from signxml.xades import XAdESSignatureConfiguration, XAdESSigner, XAdESVerifier

from maitruong.assessment.school_records import paper
from maitruong.assessment.school_records.document import build, steps
from maitruong.assessment.school_records.lifecycle import sign_step
from maitruong.assessment.school_records.tests import factories
from maitruong.assessment.school_records.tests.office import Office
from maitruong.foundation.signing.authority import DemoAuthority
from maitruong.foundation.signing.canonical import canonical_bytes
from maitruong.foundation.signing.pades import _to_asn1, seal_pdf, verify_pdf
from maitruong.foundation.signing.types import Claim, HolderKind, Role
from maitruong.foundation.signing.xades import sign_element

TARGET = 0.70
NOW = factories.SIGNING_DAY + dt.timedelta(days=1)


@dataclass
class Case:
    """One piece of work done both ways; `units` is what one call does (signatures, pages of paper...)."""

    name: str
    unit: str
    units: int
    bare: Callable[[int], None]
    ours: Callable[[int], None]
    target: float | None = TARGET
    samples: list[dict[str, float]] = field(default_factory=list)

    def round(self, number: int) -> None:
        self.samples.append({"bare": _cpu(self.bare, number), "ours": _cpu(self.ours, number)})

    def result(self) -> dict:
        """Rates are units a CPU-second; ratio > 1 means ours does more than the bare library."""
        ratios = [sample["bare"] / sample["ours"] for sample in self.samples]
        rate = {who: self.units / statistics.median(s[who] for s in self.samples) for who in ("bare", "ours")}
        ratio = statistics.median(ratios)
        return {
            "case": self.name,
            "unit": self.unit,
            "cpu_seconds": self.samples,
            "per_cpu_second": {who: round(value, 1) for who, value in rate.items()},
            "ratio": round(ratio, 3),
            "target": self.target,
            "pass": self.target is None or ratio >= self.target,
        }


def _cpu(work: Callable[[int], None], number: int) -> float:
    began = time.process_time()
    work(number)
    return time.process_time() - began


class Bench:
    """A school of the tests with its keys in memory, and the records it signs."""

    def __init__(self, folder: Path, records: int) -> None:
        authority = DemoAuthority.create(folder, pin="314159", at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        self.office = Office(factories.School1(authority))
        self.contents = [
            factories.a_lower_secondary_record(record_id=f"bench{number:017}") for number in range(records)
        ]
        self.unsigned = [build(content) for content in self.contents]
        self.sealed = [self.office.signed(content) for content in self.contents]
        self.reports = [self.office.verify(record) for record in self.sealed]
        self.plans = [steps(content) for content in self.contents]
        self.seal = self.office.school.signer("708", kind=HolderKind.ORGANISATION)
        self.printed = [paper.render(report) for report in self.reports]
        self.stamped = [seal_pdf(pdf, self.seal, at=NOW, reason="Học bạ") for pdf in self.printed]
        self.batch = len(self.contents)

    @property
    def data_hash(self) -> str:
        return hashlib.sha256(b"".join(self.unsigned)).hexdigest()

    def cases(self) -> list[Case]:
        signatures = self.batch * len(self.plans[0])
        per_subject = self.batch * (len(self.plans[0]) - 3)
        return [
            Case("xades: subject blocks", "signature", per_subject, self.bare_blocks, self.our_blocks),
            Case("xades: every element of the record", "signature", signatures, self.bare_elements, self.our_elements),
            Case("xades: whole signing path, checked in order", "signature", signatures, self.bare_path, self.our_path),
            Case("xades: verifying a sealed record", "signature", signatures, self.bare_verify, self.our_verify, None),
            Case("pdf: typst", "document", self.batch, self.bare_typst, self.our_typst),
            Case("pades: sealing", "document", self.batch, self.bare_seal, self.our_seal),
            Case("pades: verifying", "document", self.batch, self.bare_pdf_verify, self.our_pdf_verify, None),
        ]

    # XAdES ----------------------------------------------------------------------------------------------------------

    def bare_blocks(self, _: int) -> None:
        """signxml given each block alone: the least work it can be asked for."""
        for record, plan in zip(self.unsigned, self.plans, strict=True):
            root = etree.fromstring(record)
            for step, element in zip(plan[:-3], root[0][0][1], strict=True):
                self._bare_sign(element, step)

    def our_blocks(self, _: int) -> None:
        for record, plan in zip(self.unsigned, self.plans, strict=True):
            root = etree.fromstring(record)
            for step in plan[:-3]:
                sign_element(root, step.node_id, self.office.signer_of(step), role=step.role, at=NOW)

    def bare_elements(self, _: int) -> None:
        for record, plan in zip(self.unsigned, self.plans, strict=True):
            root = etree.fromstring(record)
            places = [*root[0][0][1], root[0][0], root[0], root]
            for step, element in zip(plan, places, strict=True):
                element.append(self._bare_sign(element, step)[-1])
            etree.tostring(root, method="c14n")

    def our_elements(self, _: int) -> None:
        for record, plan in zip(self.unsigned, self.plans, strict=True):
            root = etree.fromstring(record)
            for step in plan:
                sign_element(root, step.node_id, self.office.signer_of(step), role=step.role, at=NOW)
            canonical_bytes(root)

    def our_path(self, _: int) -> None:
        for record, plan in zip(self.unsigned, self.plans, strict=True):
            for step in plan:
                record = sign_step(record, step.node_id, self.office.signer_of(step), at=NOW, **self.office.rules)

    def bare_path(self, _: int) -> None:
        """What signxml needs when each signature is given in a request of its own: read, sign, write."""
        for record, plan in zip(self.unsigned, self.plans, strict=True):
            for order, step in enumerate(plan):
                root = etree.fromstring(record)
                element = [*root[0][0][1], root[0][0], root[0], root][order]
                element.append(self._bare_sign(element, step)[-1])
                record = etree.tostring(root, method="c14n")

    def _bare_sign(self, element: etree._Element, step) -> etree._Element:
        signer = self.office.signer_of(step)
        method = SignatureMethod.RSA_SHA256 if step.role is Role.ORGANISATION else SignatureMethod.ECDSA_SHA256
        made = XAdESSigner(signature_algorithm=method)
        reference = f"#{step.node_id}"
        return made.sign(
            element, key=signer.key, cert=[signer.certificate], reference_uri=reference, always_add_key_value=False
        )

    def bare_verify(self, _: int) -> None:
        expected = XAdESSignatureConfiguration(expect_references=2, location="./")
        for record, plan in zip(self.sealed, self.plans, strict=True):
            root = etree.fromstring(record)
            places = [*root[0][0][1], root[0][0], root[0], root]
            for step, element in zip(plan, places, strict=True):
                certificate = self.office.signer_of(step).certificate
                XAdESVerifier().verify(canonical_bytes(element), x509_cert=certificate, expect_config=expected)

    def our_verify(self, _: int) -> None:
        for record in self.sealed:
            if not self.office.verify(record).is_valid:
                raise SystemExit("a sealed record of the benchmark does not verify")

    # Paper ----------------------------------------------------------------------------------------------------------

    def bare_typst(self, number: int) -> None:
        """Typst alone on values made before; each round prints something new, for it remembers what it has seen."""
        for report in self.reports:
            values = paper._page_values(report.content, report) | {"remarks": f"bare {number}"}
            inputs = {"data": json.dumps(values, ensure_ascii=False), "qr": self._qr}
            moment = paper._fixed_offset(report.steps[-1].report.signed_at)
            paper._compiler().compile(
                format="pdf", sys_inputs=inputs, pdf_standards=[paper.PDF_STANDARD], timestamp=moment
            )

    _qr = paper._qr_svg("https://hocba.example.vn/xac-thuc/Zk3vP0w8QfG1rT6yLmN2aQ")

    def our_typst(self, number: int) -> None:
        from dataclasses import replace

        for report in self.reports:
            summary = replace(report.content.summary, remarks=f"ours {number}")
            paper.render(replace(report, content=replace(report.content, summary=summary)))

    def bare_seal(self, _: int) -> None:
        for pdf in self.printed:
            metadata = signers.PdfSignatureMetadata(
                field_name="Sig", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
            )
            writer = IncrementalPdfFileWriter(BytesIO(pdf))
            asyncio.run(signers.PdfSigner(metadata, signer=self._bare_pdf_signer()).async_sign_pdf(writer))

    def _bare_pdf_signer(self) -> signers.Signer:
        seal = self.seal

        class Loaded(signers.Signer):
            async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
                return bytes(256) if dry_run else seal.sign(hashlib.sha256(data).digest())

        store = SimpleCertificateStore()
        store.register_multiple(_to_asn1(certificate) for certificate in seal.chain)
        return Loaded(signing_cert=_to_asn1(seal.certificate), cert_registry=store)

    def our_seal(self, _: int) -> None:
        for pdf in self.printed:
            seal_pdf(pdf, self.seal, at=NOW, reason="Học bạ")

    def bare_pdf_verify(self, _: int) -> None:
        from pyhanko.pdf_utils.reader import PdfFileReader
        from pyhanko.sign.validation import validate_pdf_signature
        from pyhanko_certvalidator import ValidationContext

        root = _to_asn1(self.office.school.authority.root)
        for pdf in self.stamped:
            context = ValidationContext(trust_roots=[root], moment=NOW, best_signature_time=NOW)
            seal = PdfFileReader(BytesIO(pdf)).embedded_signatures[0]
            validate_pdf_signature(seal, signer_validation_context=context, skip_diff=True)

    def our_pdf_verify(self, _: int) -> None:
        claim = Claim("708", Role.ORGANISATION, "56000708", 2026)
        for pdf in self.stamped:
            if not verify_pdf(pdf, lambda sealed: claim, now=NOW, **self.office.rules).is_valid:
                raise SystemExit("a sealed PDF of the benchmark does not verify")


def _commit() -> str:
    answer = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return answer.stdout.strip()


def measure(rounds: int, records: int) -> dict:
    with tempfile.TemporaryDirectory() as folder:
        load_before = os.getloadavg()
        bench = Bench(Path(folder), records)
        cases = bench.cases()
        for case in cases:
            case.round(-1)  # first calls compile schemas and load fonts
            case.samples.clear()
        for number in range(rounds):
            for case in cases:
                case.round(number)
        results = [case.result() for case in cases]
    return {
        "area": "signing",
        "commit": _commit(),
        "python": platform.python_version(),
        "load_before": load_before,
        "load_after": os.getloadavg(),
        "rounds": rounds,
        "records": records,
        "data_sha256": bench.data_hash,
        "record_bytes": len(bench.sealed[0]),
        "pdf_bytes": len(bench.stamped[0]),
        "cases": results,
        "pass": all(result["pass"] for result in results),
        "not_run": [],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--records", type=int, default=5, help="records a round")
    options = parser.parse_args()
    found = measure(options.rounds, options.records)
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        for result in found["cases"]:
            rate = result["per_cpu_second"]
            print(f"{result['case']:48} bare {rate['bare']:8} ours {rate['ours']:8} ratio {result['ratio']}")
    return 0 if found["pass"] else 1


if __name__ == "__main__":
    sys.exit(main())
