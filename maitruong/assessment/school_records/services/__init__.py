"""Writes of the school records: prepare, sign, seal, issue, correct, revoke."""

from .correcting import NAMES_SIGNERS, correct_record, name_signer, rebuild_record, revoke_record
from .demo import get_ready, seed_demo
from .preparing import Prepared, prepare_records
from .reading import file_ticket, opened_record, without_signer
from .sealing import issue_records, issue_school_records, seal_one, start_sealing, start_sealing_school
from .signing import SignedBatch, ask_to_sign, sign_blocks

__all__ = [
    "NAMES_SIGNERS",
    "Prepared",
    "SignedBatch",
    "ask_to_sign",
    "correct_record",
    "file_ticket",
    "get_ready",
    "issue_records",
    "issue_school_records",
    "name_signer",
    "opened_record",
    "prepare_records",
    "rebuild_record",
    "revoke_record",
    "seal_one",
    "seed_demo",
    "sign_blocks",
    "start_sealing",
    "start_sealing_school",
    "without_signer",
]
