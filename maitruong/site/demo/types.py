"""The rows of a synthetic province: one named tuple per kind, the same order of fields as its COPY text.

Shared rules
* Ids are given by the world, so nothing needs a look-up while loading; they are sparse (a block per school).
  unit: 1 department, 11.. commune committees, 1001.. schools (1000 + school number), 20010.. campuses.
  person: school number x 20,000 + place in the school's block; block 0 = offices, IT, nobody.
  class: school number x 1,000 + place. After loading, set each sequence above the highest id.
* `school_id` is always the unit id of a school. `school_year` is the starting year, term 1 or 2.
* Periods are closed on both ends: `valid_to` is the last day that counts, None = still running.
* Marks are integers in tenths (7,5 = 75), None = empty. Levels are one letter.
* Codes and keys are those of `foundation.reference` and of `foundation.organisations.admin_units`.
* COPY text: tab between fields, `\\N` for None, t/f for booleans, dates ISO, tuples as `{a,b}`; no value holds a tab,
  a line break or a backslash.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

# --- where and who governs ------------------------------------------------------------------------------------------


class UnitRow(NamedTuple):
    """One governing or governed unit as it is today. kind: department, commune, school, campus."""

    id: int
    kind: str
    code: str  # opaque, unique among units
    name: str  # "Trường THCS Lê Chân"
    short_name: str  # "THCS Lê Chân"
    school_type: str | None  # key of list school_type; schools only
    ownership: str | None  # key of list ownership; schools only
    first_grade: str | None  # key of list grade: "MG3", "6"
    last_grade: str | None
    province_code: str
    commune_code: str | None  # where it lies (an attribute, never a right); None for the department
    address: str
    phone: str | None
    email: str | None
    two_sessions: bool
    valid_from: date
    valid_to: date | None


class PlacementRow(NamedTuple):
    """Who governs a unit in a period (the dated tree). The department has parent_id None. Periods never overlap."""

    unit_id: int
    parent_id: int | None
    valid_from: date
    valid_to: date | None
    decision: str  # what moved it, in Vietnamese; "" for the first placement


class UnitNameRow(NamedTuple):
    """The name and school type a unit carried in a period; the last row equals UnitRow."""

    unit_id: int
    name: str
    short_name: str
    school_type: str | None
    valid_from: date
    valid_to: date | None


class TermRow(NamedTuple):
    """One semester of the province's plan. `locked_on` None = still open."""

    school_year: int
    term: int
    starts: date
    ends: date
    locked_on: date | None


class DayOffRow(NamedTuple):
    """A weekday without school in the province's plan."""

    school_year: int
    day: date
    name: str


# --- people ---------------------------------------------------------------------------------------------------------


class PersonRow(NamedTuple):
    """One human for life: pupils, staff, guardians and officers alike."""

    id: int
    full_name: str  # NFC, order family - middle - given; one word is possible
    birth_date: date
    sex: str  # "male", "female"
    number: str | None  # 12 digits, unique; None = not known yet
    ethnic_group: str  # key of list ethnic_group
    religion: str  # key of list religion
    nationality: str  # "VN"
    phone: str | None  # "+84912345678"
    email: str | None
    commune_code: str  # where the person lives, code set of 1 July 2025
    hamlet: str  # "Thôn Đông", "Tổ dân phố số 5"
    address_line: str  # house and lane, may be ""


class StaffRow(NamedTuple):
    """One appointment of a person at one unit."""

    person_id: int
    unit_id: int
    code: str  # teacher code, unique in the province
    position: str  # principal, deputy_principal, teacher, clerk, accountant, nurse, librarian, officer, administrator
    title_code: str | None  # professional title, e.g. "V.07.04.32"
    main_subject: str | None  # subject code of teachers of grades 6-12
    contract: str  # "permanent", "fixed_term"
    valid_from: date
    valid_to: date | None


class GrantRow(NamedTuple):
    """A right of a person at a unit. Limits are None when the role has none.

    role: department_officer, commune_officer, principal, deputy_principal, homeroom_teacher, subject_teacher, clerk,
    guardian, pupil, it_admin. All staff have theirs. The rights of a guardian or pupil follow from guardianship and
    enrolment; a grant of these two roles (unit = a school of the child) exists for the demo people only and
    opens the workspace.
    """

    person_id: int
    role: str
    unit_id: int
    class_ids: tuple[int, ...] | None
    subjects: tuple[str, ...] | None
    student_ids: tuple[int, ...] | None  # person ids; guardian and pupil only
    valid_from: date
    valid_to: date | None
    acting_for: int | None  # person id of whom the deputy stands in for
    reason: str  # decision or ""


class DemoPersonRow(NamedTuple):
    """A person of the sign-in page, in the order shown."""

    login: str  # "hieu-truong"
    person_id: int
    title: str  # "Hiệu trưởng · THCS Lê Chân"


# --- the school in a year -------------------------------------------------------------------------------------------


class ClassRow(NamedTuple):
    """A class of one school year."""

    id: int
    school_year: int
    school_id: int
    campus_id: int  # unit id of a campus of the school
    grade: str  # key of list grade
    name: str  # "8A2", unique in school and year
    programme: str  # "GDPT2018", "GDTX2022", "GDMN"
    electives: str  # THPT and GDTX: four subject codes with a space between; else ""
    clusters: str  # THPT: three subject codes of the topic clusters; else ""


class TeachingRow(NamedTuple):
    """A teacher teaches one subject (or one part of it) in one class. Exactly one row per subject is responsible."""

    school_year: int
    school_id: int
    class_id: int
    subject: str
    part: str  # "" = the whole subject; "VL", "HH", "SH" in KHTN, "LS", "DL" in LSDL, "AN", "MT" in NT
    person_id: int
    responsible: bool
    periods_per_year: int
    valid_from: date
    valid_to: date | None


class HomeroomRow(NamedTuple):
    """The homeroom teacher of a class in a period."""

    school_year: int
    school_id: int
    class_id: int
    person_id: int
    valid_from: date
    valid_to: date | None


class PupilRow(NamedTuple):
    """What the rolls know of a pupil besides the person. `school_id` = the school that holds the pupil today
    (for leavers the last one)."""

    person_id: int
    school_id: int
    code: str  # the ten-digit sector code
    entry_date: date
    birth_commune: str  # commune code of birth registration, code set of 1 July 2025
    policy_groups: str  # keys of list policy_group with a space between, mostly ""
    disability: str  # key of list disability (type) or ""
    boarding: str  # key of the list of pupils: SEMI, or "" at home
    pioneer: bool
    youth_union: bool


class EnrolmentRow(NamedTuple):
    """A pupil sits in a class in a period of a school year. At most one open row per pupil and year.

    status: key of list student_status: NEW in the first class at a school, REPEATING, ENROLLED else; COMPLETED in the
    closed year for those who finished the school's last grade. Nobody moves or leaves within a year.
    """

    school_year: int
    school_id: int
    class_id: int
    pupil_id: int  # person id
    status: str
    valid_from: date
    valid_to: date | None  # set for a closed year and for leavers
    reason: str


class GuardianRow(NamedTuple):
    """What is known of a parent besides the person."""

    person_id: int
    occupation: str
    workplace: str


class GuardianshipRow(NamedTuple):
    """Who stands for which child. `school_id` = PupilRow.school_id of the child."""

    school_id: int
    pupil_id: int
    guardian_id: int
    relation: str  # key of list relation
    is_contact: bool
    valid_from: date
    valid_to: date | None


# --- what the school wrote down -------------------------------------------------------------------------------------


class MarkRow(NamedTuple):
    """Single marks of one pupil, one subject, one term (grades 6-12). Averages are not here: the law computes them.

    Scored subject: tenths 0..100. Comment subject: 1 Đạt, 0 Chưa đạt (tx1, tx2, gk, ck). `cd` = topic cluster (THPT,
    term 2). The whole of 2025 is complete; term 1 of 2026 is in progress; term 2 of 2026 has no rows.
    """

    school_year: int
    school_id: int
    class_id: int
    subject: str
    term: int
    pupil_id: int
    tx1: int | None
    tx2: int | None
    tx3: int | None
    tx4: int | None
    tx5: int | None
    tx6: int | None
    gk: int | None
    ck: int | None
    cd: int | None


class PrimaryRow(NamedTuple):
    """Level and test of one pupil (grades 1-5) in one subject at one moment.

    moment: 1 mid term I, 2 end of term I, 3 mid term II, 4 end of year. level: T, H, C. test: in tenths like every mark,
    whole marks only (90 = 9), None where the circular has no test. 2025: four moments; 2026: moment 1, for a part of the classes.
    """

    school_year: int
    school_id: int
    class_id: int
    subject: str
    moment: int
    pupil_id: int
    level: str
    test: int | None


class QualityRow(NamedTuple):
    """Five qualities and ten competences of a primary pupil at one moment.

    `levels` is 15 letters T Tốt, D Đạt, C Cần cố gắng in the order of `QUALITY_KEYS`: yêu nước, nhân ái, chăm chỉ,
    trung thực, trách nhiệm; tự chủ và tự học, giao tiếp và hợp tác, giải quyết vấn đề và sáng tạo; ngôn ngữ, tính toán,
    khoa học, công nghệ, tin học, thẩm mĩ, thể chất.
    """

    school_year: int
    school_id: int
    class_id: int
    moment: int
    pupil_id: int
    levels: str


class ConductRow(NamedTuple):
    """Conduct of a pupil of grades 6-12 in a term: T Tốt, K Khá, D Đạt, C Chưa đạt. 2025 only (both terms)."""

    school_year: int
    school_id: int
    class_id: int
    term: int
    pupil_id: int
    level: str


class RetestRow(NamedTuple):
    """A result of the summer retest of a closed year; replaces the year result of the subject for promotion.

    Grades 6-12: `value` in tenths (comment subject: 1 or 0), `level` None. Primary, re-assessment after support:
    `level`, and `value` = the whole test in tenths.
    """

    school_year: int
    school_id: int
    class_id: int
    subject: str
    pupil_id: int
    value: int | None
    level: str | None
    on: date


class CommentRow(NamedTuple):
    """A written comment. subject "" = the homeroom teacher's. Size small only (the province has none)."""

    school_year: int
    school_id: int
    class_id: int
    subject: str
    term: int
    pupil_id: int
    text: str


class AbsenceRow(NamedTuple):
    """A pupil missed (a part of) a school day. session: morning, afternoon, day. excused = có phép."""

    school_year: int
    school_id: int
    class_id: int
    pupil_id: int
    day: date
    session: str
    excused: bool
    reason: str


QUALITY_KEYS = (
    "yeu_nuoc", "nhan_ai", "cham_chi", "trung_thuc", "trach_nhiem",
    "tu_chu_tu_hoc", "giao_tiep_hop_tac", "giai_quyet_van_de",
    "ngon_ngu", "tinh_toan", "khoa_hoc", "cong_nghe", "tin_hoc", "tham_mi", "the_chat",
)  # fmt: skip

#: Rows of the province as a whole, in an order that satisfies every reference.
SHARED_KINDS: dict[str, type] = {
    "unit": UnitRow,
    "placement": PlacementRow,
    "unit_name": UnitNameRow,
    "term": TermRow,
    "day_off": DayOffRow,
    "person": PersonRow,
    "staff": StaffRow,
    "grant": GrantRow,
    "demo_person": DemoPersonRow,
}

#: The rolls of one school, in an order that satisfies every reference inside the school. A guardianship may name a
#: person of another school (children in two schools) and an enrolment a pupil of the school attended before: load
#: `person` of all schools first, or defer the references.
ROLL_KINDS: dict[str, type] = {
    "person": PersonRow,
    "staff": StaffRow,
    "class": ClassRow,
    "teaching": TeachingRow,
    "homeroom": HomeroomRow,
    "pupil": PupilRow,
    "enrolment": EnrolmentRow,
    "guardian": GuardianRow,
    "guardianship": GuardianshipRow,
    "grant": GrantRow,
}

#: What a school wrote down. Names pupils and classes of the same school only, so schools can be loaded side by side.
BOOK_KINDS: dict[str, type] = {
    "mark": MarkRow,
    "primary": PrimaryRow,
    "quality": QualityRow,
    "conduct": ConductRow,
    "retest": RetestRow,
    "comment": CommentRow,
    "absence": AbsenceRow,
}

SCHOOL_KINDS: dict[str, type] = ROLL_KINDS | BOOK_KINDS
