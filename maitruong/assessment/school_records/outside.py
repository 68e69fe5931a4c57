"""The commands with which anybody checks a record without this program, on a plain Debian (xmlsec1, poppler-utils)."""

from __future__ import annotations

from pathlib import Path

from maitruong.foundation.signing.xades import DS, XADES

from .codec import NAMESPACE

SIGNABLE = ("record", "approved", "year-page", "subject")


def xmlsec1_command(record: Path, node_id: str, *, root: Path, issuing: Path) -> list[str]:
    """Check the signature of one part (`record`, `approved`, `year-page`, `subject-TOAN`...) with xmlsec1.

    xmlsec1 reads no schema, so each kind of element that carries an Id is named. Answers "OK" and exit code 0.
    """
    identified = [f"{NAMESPACE}:{name}" for name in SIGNABLE] + [f"{XADES}:SignedProperties", f"{DS}:Signature"]
    options = [part for name in identified for part in ("--id-attr:Id", name)]
    trusted = ["--trusted-pem", str(root), "--untrusted-pem", str(issuing)]
    return ["xmlsec1", "--verify", *trusted, *options, "--node-id", f"sig-{node_id}", str(record)]


def pdfsig_command(pdf: Path) -> list[str]:
    """Check the seal of a reading copy with poppler: "Signature is Valid", "Total document signed"."""
    return ["pdfsig", str(pdf)]
