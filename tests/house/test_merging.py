"""Every column that holds a person says what a merge does with it (ADR 0016)."""

from __future__ import annotations

from django.db import models

from maitruong.foundation.access.rls import house_models

MOVES = "what goes on is carried over by its keeper"
PAST = "stays with the row it was written for; reads ask for same_human"
NAMED = "a certificate and what was signed with it name this row for ever"
MERGE = "tells of the merge itself"

COLUMNS = {
    "access_grant.person_id": MOVES,
    "access_grant.student_ids": MOVES,
    "attendance_absence.student_id": PAST,
    "audit_entry.subject_id": PAST,
    "dossiers_award.student_id": PAST,
    "dossiers_identitypaper.student_id": PAST,
    "dossiers_learneryear.student_id": PAST,
    "dossiers_measurement.student_id": PAST,
    "duplicates_pair.high_id": MERGE,
    "duplicates_pair.low_id": MERGE,
    "duplicates_pair.persons": MERGE,
    "enrolment_enrolment.student_id": PAST,
    "enrolment_schoolclass.homeroom_id": MOVES,
    "files_storedfile.student_id": PAST,
    "gradebook_conduct.student_id": PAST,
    "gradebook_mark.student_id": PAST,
    "gradebook_markhistory.student_id": PAST,
    "gradebook_primarymark.student_id": PAST,
    "gradebook_qualitymark.student_id": PAST,
    "gradebook_result.student_id": PAST,
    "gradebook_summerresult.student_id": PAST,
    "identity_account.person_id": MOVES,
    "people_merge.absorbed_id": MERGE,
    "people_merge.kept_id": MERGE,
    "people_merge.persons": MERGE,
    "people_person.merged_into_id": MOVES,
    "people_personidentifier.person_id": MOVES,
    "school_records_recordblock.student_id": PAST,
    "school_records_recorddraft.student_id": PAST,
    "school_records_recordfile.student_id": PAST,
    "signing_certificate.person_id": NAMED,
    "signing_personkey.person_id": NAMED,
    "signing_signingconsent.person_id": NAMED,
    "staff_contract.person_id": PAST,
    "staff_discipline.person_id": PAST,
    "staff_employment.person_id": MOVES,
    "staff_familymember.person_id": PAST,
    "staff_languagecertificate.person_id": PAST,
    "staff_leave.person_id": PAST,
    "staff_qualification.person_id": PAST,
    "staff_reward.person_id": PAST,
    "staff_salarystep.person_id": PAST,
    "staff_secondment.person_id": PAST,
    "staff_staffprofile.person_id": PAST,
    "staff_standardreview.person_id": PAST,
    "staff_training.person_id": PAST,
    "staff_workhistory.person_id": PAST,
    "staff_yearlyrating.person_id": PAST,
    "students_guardianship.guardian_id": MOVES,
    "students_guardianship.student_id": MOVES,
    "students_standing.student_id": MOVES,
    "students_student.person_id": PAST,
    "timetable_assignment.teacher_id": MOVES,
}
_NAMES = {"student_id", "person_id", "teacher_id", "homeroom_id", "guardian_id", "subject_id"}
_ARRAYS = ("student_ids", "person_ids", "persons", "teacher_ids")


def holds_a_person(field: models.Field) -> bool:
    """Who once did something (`closed_by`, `actor_id`) is history and never asked to move."""
    if field.related_model is not None:
        return field.related_model._meta.label == "people.Person"  # type: ignore[union-attr]
    return field.column in _NAMES or field.column.endswith(_ARRAYS)


def test_every_column_that_holds_a_person_says_what_a_merge_does_with_it() -> None:
    found = {
        f"{model._meta.db_table}.{field.column}"
        for model in house_models()
        for field in model._meta.concrete_fields
        if holds_a_person(field)
    }
    assert found - set(COLUMNS) == set()
    assert set(COLUMNS) - found == set()
