"""A record's whole way through the house: prepared, signed in order, sealed, issued; outside programs agree."""

from __future__ import annotations

import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from maitruong.assessment.school_records import queries
from maitruong.assessment.school_records.document import identity_of, steps_of
from maitruong.assessment.school_records.models import RecordDraft, State
from maitruong.assessment.school_records.outside import pdfsig_command, xmlsec1_command
from maitruong.foundation.signing import demo_keys
from maitruong.foundation.signing.canonical import parse
from tests import factories as make

from . import room as rooms

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("end_of_may")]


@pytest.fixture
def room() -> rooms.Room:
    return rooms.a_closed_class()


def test_prepared_records_freeze_the_year_and_wait_for_the_subject_teachers(room) -> None:
    done = rooms.prepare(room)

    assert len(done.made) == 2 and done.held_back == []
    assert {record.state for record in rooms.records(room)} == {State.DATA_LOCKED}


@pytest.mark.tools("xmlsec1", "pdfsig")
def test_outside_programs_accept_a_record_that_went_the_whole_way(room, tmp_path) -> None:
    record = rooms.sealed(room)[0]
    xml, pdf = tmp_path / "hocba.xml", tmp_path / "hocba.pdf"
    xml.write_bytes(rooms.bytes_of(record))
    pdf.write_bytes(rooms.bytes_of(record, "pdf"))
    trust = demo_keys.demo_trust()
    root, issuing = tmp_path / "root.pem", tmp_path / "issuing.pem"
    root.write_bytes(trust.roots[0].public_bytes(Encoding.PEM))
    issuing.write_bytes(trust.intermediates[0].public_bytes(Encoding.PEM))
    tree = parse(xml.read_bytes())
    needed = steps_of(tree, identity_of(tree))

    for step in needed:
        answer = subprocess.run(
            xmlsec1_command(xml, step.node_id, root=root, issuing=issuing), capture_output=True, text=True, check=False
        )
        assert answer.returncode == 0, (step.node_id, answer.stderr)
    told = subprocess.run(pdfsig_command(pdf), capture_output=True, text=True, check=False).stdout

    assert len(needed) == 12 + 3
    assert "Signature is Valid" in told and "Total document signed" in told
    assert record.state == State.ISSUED
    with make.as_system():
        assert not RecordDraft._base_manager.filter(pk=record.pk).exists()
        assert queries.verify_upload(xml.read_bytes()).standing == "valid"
        assert queries.verify_upload(pdf.read_bytes()).standing == "valid"
