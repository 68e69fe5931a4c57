"""Which post carries which permissions: the one page an auditor reads. Told to `access` when the program starts."""

from __future__ import annotations

from importlib import import_module, util

from django.conf import settings

from maitruong.foundation.access.registry import Role, register_permissions, register_role
from maitruong.foundation.access.types import Rows

_LOOK = {"people.view", "enrolment.view", "students.view", "staff.view", "attendance.view", "timetable.view"}
_OFFICE = {
    "quality.view",
    "quality.explain",
    "students.edit",
    "students.number",
    "students.guardians",
    "students.export",
    "enrolment.manage",
    "staff.manage",
    "exchange.import",
    "duplicates.view",
    "duplicates.decide",
    "verification.view",
    "verification.ask",
    "dossiers.view",
    "dossiers.edit",
    "dossiers.health",
    "ministry.refused",
    "periods.view",
    "transfers.view",
    "transfers.file",
    "open_api.export",
}
_FIGURES = {"insight.view", "insight.people", "quality.view"}
_BOOKS = {
    "gradebook.view",
    "gradebook.view_all",
    "gradebook.close",
    "gradebook.exempt",
    "gradebook.export",
    "gradebook.summer",
}
_RECORDS = {"school_records.view", "school_records.seal", "school_records.correct"}
_HEAD = (
    _LOOK
    | _FIGURES
    | _OFFICE
    | _BOOKS
    | _RECORDS
    | {"enrolment.rollover", "schools.edit", "timetable.assign", "attendance.enter", "dossiers.recognise"}
    | {"transfers.decide"}
)
_STAFF_RECORDS = {"staff.records", "staff.pay"}
_KEEPS_RECORDS = _STAFF_RECORDS | {"staff.keep_records"}
_SUBJECT = {
    "staff.own",
    "school_records.sign_subject",
    "enrolment.view",
    "gradebook.view",
    "gradebook.enter",
    "gradebook.export",
}
_HOMEROOM = {
    "staff.own",
    "school_records.view",
    "school_records.sign_homeroom",
    "people.view",
    "enrolment.view",
    "students.view",
    "attendance.view",
    "attendance.enter",
    "gradebook.view",
    "gradebook.conduct",
    "gradebook.export",
    "dossiers.health",
}
_DEPARTMENT = {
    "open_api.manage",
    "open_api.export",
    "dossiers.view",
    "dossiers.recognise",
    "schools.view",
    "schools.edit",
    "schools.found",
    "exchange.import",
    "students.export",
    "calendar.manage",
    "enrolment.rollover",
    "duplicates.view",
    "duplicates.decide",
    "verification.view",
    "verification.ask",
    "verification.decide",
    "audit.view",
    "gradebook.view",
    "school_records.view",
    "ministry.view",
    "ministry.send",
    "ministry.refused",
    "periods.view",
    "periods.accept",
    "periods.manage",
    "transfers.view",
}
_RIGHTS = {"rights.view", "rights.give", "accounts.manage", "audit.view"}
_FAMILY = {"people.view", "family.view", "attendance.family", "gradebook.family", "school_records.family"} | {
    "transfers.family"
}

# role → (label, rows, order in the switcher, home page, permissions)
ROLES: dict[str, tuple[str, Rows, int, str, set[str]]] = {
    "department_officer": (
        "Chuyên viên Sở",
        Rows.PROVINCE,
        10,
        "centre",
        _LOOK | _FIGURES | _DEPARTMENT | _STAFF_RECORDS,
    ),
    "commune_officer": (
        "Chuyên viên xã",
        Rows.SCHOOLS,
        15,
        "centre",
        _LOOK | _FIGURES | {"schools.view", "dossiers.view", "periods.view", "periods.check"},
    ),
    "principal": (
        "Hiệu trưởng",
        Rows.SCHOOLS,
        20,
        "school",
        _HEAD
        | _RIGHTS
        | _KEEPS_RECORDS
        | {"staff.own", "staff.judge", "school_records.sign_principal", "signing.certificates", "periods.close"},
    ),
    "deputy_principal": (
        "Phó hiệu trưởng",
        Rows.SCHOOLS,
        21,
        "school",
        _HEAD | {"staff.own", "staff.records", "rights.view", "accounts.manage"},
    ),
    "homeroom_teacher": ("Giáo viên chủ nhiệm", Rows.SCHOOLS, 30, "teacher", _HOMEROOM),
    "subject_teacher": ("Giáo viên bộ môn", Rows.SCHOOLS, 31, "teacher", _SUBJECT),
    "clerk": (
        "Văn thư",
        Rows.SCHOOLS,
        40,
        "school",
        _LOOK
        | _OFFICE
        | _KEEPS_RECORDS
        | {"staff.own", "accounts.manage", "school_records.view", "school_records.seal"},
    ),
    "it_admin": (
        "Quản trị hệ thống",
        Rows.SCHOOLS,
        60,
        "admin",
        _RIGHTS | {"schools.view", "staff.appoint_head", "signing.certificates"},
    ),
    "guardian": ("Phụ huynh", Rows.FAMILY, 70, "family", _FAMILY),
    "pupil": ("Học sinh", Rows.FAMILY, 80, "family", _FAMILY),
}


#: role → (role held beside it at the same unit, what the workspace is called then).
STAND_INS = {"principal": ("deputy_principal", "Phó hiệu trưởng, thay mặt hiệu trưởng")}


def register_all() -> None:
    """Collect the permissions of every module, then the roles. A role that names an unknown permission stops the start."""
    for module in settings.MODULES:
        if util.find_spec(f"{module}.permissions"):
            register_permissions(import_module(f"{module}.permissions").PERMISSIONS)
    for code, (label, rows, order, home, held) in ROLES.items():
        register_role(Role(code, label, rows, frozenset(held), order, home, STAND_INS.get(code)))
