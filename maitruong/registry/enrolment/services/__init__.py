"""Classes are opened, pupils come and go by date; a class gets its homeroom teacher together with the right that goes with it."""

from .classes import choose_programme, class_to_change, open_class, record, rename_class
from .files import edit_contact, export_roster, open_dossier, show_number
from .homerooms import appoint_homeroom, leave_homeroom, release_homerooms
from .places import end_enrolment, enrol, move_pupil

__all__ = [
    "appoint_homeroom",
    "choose_programme",
    "class_to_change",
    "edit_contact",
    "end_enrolment",
    "enrol",
    "export_roster",
    "leave_homeroom",
    "move_pupil",
    "open_class",
    "open_dossier",
    "record",
    "release_homerooms",
    "rename_class",
    "show_number",
]
