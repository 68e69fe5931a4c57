"""Who implements which port, and who reacts to which fact."""

from __future__ import annotations

from maitruong.assessment.gradebook import reactions as gradebook_reactions
from maitruong.assessment.gradebook import rules as gradebook_rules
from maitruong.assessment.gradebook import services as gradebook
from maitruong.assessment.school_records import moving, outcomes
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.audit import reads
from maitruong.foundation.exchange import ports as lists
from maitruong.foundation.exchange import services as exchange
from maitruong.foundation.files import services as files
from maitruong.foundation.identity import merging as account_merging
from maitruong.foundation.identity import sealing
from maitruong.foundation.identity import services as identity
from maitruong.foundation.jobs import pulse
from maitruong.foundation.people import ports as people
from maitruong.insight.data_quality import closing as quality_closing
from maitruong.insight.data_quality import reactions as quality_reactions
from maitruong.insight.data_quality import running as quality
from maitruong.insight.indicators import queries as indicator_figures
from maitruong.insight.indicators import reactions as indicator_reactions
from maitruong.insight.indicators import services as indicators
from maitruong.integration.connectors import population
from maitruong.integration.ministry_sync import services as ministry
from maitruong.registry.calendar import ports as years
from maitruong.registry.dossiers import services as dossiers
from maitruong.registry.duplicates import services as duplicates
from maitruong.registry.enrolment import leaving
from maitruong.registry.enrolment import merging as seat_merging
from maitruong.registry.enrolment import ports as classes
from maitruong.registry.enrolment import queries as enrolment
from maitruong.registry.enrolment import reactions as enrolment_reactions
from maitruong.registry.enrolment.importers import StudentLists
from maitruong.registry.periods import ports as reports
from maitruong.registry.periods import services as periods
from maitruong.registry.schools import ports as schools
from maitruong.registry.schools.importers import SchoolLists
from maitruong.registry.staff import merging as staff_merging
from maitruong.registry.staff import rules as staff_rules
from maitruong.registry.students import coming_of_age
from maitruong.registry.students import merging as family_merging
from maitruong.registry.students import ports as pupils
from maitruong.registry.students import services as students
from maitruong.registry.transfers import ports as transfers
from maitruong.registry.transfers import queries as transfer_queries
from maitruong.registry.verification import ports as registers
from maitruong.registry.verification import services as verification
from maitruong.teaching.curriculum import rules as curriculum_rules
from maitruong.teaching.timetable import merging as lesson_merging
from maitruong.teaching.timetable import queries as lessons
from maitruong.teaching.timetable import reactions as timetable_reactions
from maitruong.teaching.timetable import services as timetable

# Importing the rules is what registers them: a regulation nobody imported is not in force.
RULES = (gradebook_rules, curriculum_rules, staff_rules)


def join() -> None:
    """Called once when the program starts."""
    indicator_reactions.register()
    quality_reactions.register()
    reports.asks_for_findings(quality_closing.OpenFindings())
    pulse.every(10, "what may be wrong where something was written", quality.look_at_due)
    pulse.every(3600, "what is wrong in the sector's data", quality.follow_the_night)
    enrolment_reactions.register()
    timetable_reactions.register()
    pulse.every(3600, "homerooms of who has left", enrolment_reactions.release)
    gradebook_reactions.register()
    years.register("gradebook", years.Keeper(gradebook.prepare_year, gradebook.close_year, gradebook.unfinished))
    years.register("periods", years.Keeper(periods.open_periods, lambda year: None, periods.unfinished))
    classes.asks_what_the_year_came_to(outcomes.fates)
    classes.asks_who_is_on_the_way(transfer_queries.on_the_way)
    transfers.asks_the_books(
        transfers.Books(moving.results_so_far, gradebook.carry_marks, moving.signed_records, moving.verify)
    )
    transfers.asks_what_is_taught(lessons.taught_by)
    classes.register("gradebook", classes.Keeper(gradebook.held_of_class, gradebook.forget_class))
    classes.register("timetable", classes.Keeper(timetable.held_of_class, timetable.forget_class))
    classes.register("dossiers", classes.Keeper(lambda class_id: "", dossiers.forget_class))
    people.register("seats", seat_merging.KEEPER)
    people.register("accounts", account_merging.KEEPER)
    people.register("posts", staff_merging.KEEPER)
    people.register("families", family_merging.KEEPER)
    people.register("lessons", lesson_merging.KEEPER)
    pupils.asks_who_was_let_go(leaving.let_go)
    pupils.register(
        "dossiers", pupils.Keeper(dossiers.list_was_written, dossiers.pupil_comes, dossiers.pupils_never_came)
    )
    schools.asks("học sinh đang học", enrolment.seated_after)
    registers.connect(population.from_environment(verification.SharedBreaker()))
    registers.reads_figures(indicator_figures.verified)
    pulse.every(3600, "verified people who changed", verification.follow_people)
    pulse.every(3600, "people without an answer of the register", verification.start_by_night)
    # A figure may be 60 s old. A school that writes all the time is counted every few seconds, not after every save.
    pulse.every(5, "indicators", _count_again)
    pulse.every(60, "figures of a new day", indicators.follow_the_day)
    lists.register(StudentLists())  # type: ignore[arg-type]
    lists.register(SchoolLists())  # type: ignore[arg-type]
    pulse.every(3600, "lists past their time", _forget_lists)
    pulse.every(3600, "answers no page can repeat", gradebook.forget_old_answers)
    pulse.every(3600, "files past their day", _forget_files)
    pulse.every(3600, "people entered twice", duplicates.find_by_night)
    pulse.every(3600, "what pupils are entitled to from today", students.follow_the_day)
    pulse.every(6 * 3600, "children who came of age", coming_of_age.end_sight_of_the_grown)
    pulse.every(3600, "looks of former days", reads.forget_past)
    pulse.every(3600, "second factors under an old key or none", sealing.seal_again)
    pulse.every(3600, "guesses, links and sessions of the past", identity.forget_past)
    pulse.every(30, "what is due at the ministry", ministry.beat)
    pulse.every(3600, "the night's passage to the ministry", ministry.follow_the_night)


def _forget_files() -> int:
    scope = system_scope("forget files past their day")
    with unit_of_work(scope):
        return files.remove_expired(scope)


def _count_again() -> int:
    """More only when a batch was full: a beat that found something is otherwise repeated at once, and would never rest."""
    found = indicators.refresh()
    return found if found == indicators.BATCH else 0


def _forget_lists() -> int:
    scope = system_scope("forget lists past their time")
    with unit_of_work(scope):
        return exchange.forget_past(scope)
