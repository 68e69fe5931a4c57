"""Writes of the dossiers: one transaction each, with its entry in the audit."""

from .custody import REASONS, change_custody
from .learners import forget_class, list_was_written, pupil_comes, pupils_never_came, record_boarding
from .pupils import add_award, add_paper, comes_of_age, export_class, measure, open_record, show_paper, take_back
from .schools import (
    add_campus,
    close_campus,
    copy_former_year,
    recognise,
    rooms_held,
    save_rooms,
    withdraw_recognition,
)
from .sheets import save_campus, save_class, save_learner_year, save_particulars, save_school_year

__all__ = [
    "REASONS",
    "add_award",
    "add_campus",
    "add_paper",
    "change_custody",
    "close_campus",
    "comes_of_age",
    "copy_former_year",
    "export_class",
    "forget_class",
    "list_was_written",
    "measure",
    "open_record",
    "pupil_comes",
    "pupils_never_came",
    "recognise",
    "record_boarding",
    "rooms_held",
    "save_campus",
    "save_class",
    "save_learner_year",
    "save_particulars",
    "save_rooms",
    "save_school_year",
    "show_paper",
    "take_back",
    "withdraw_recognition",
]
