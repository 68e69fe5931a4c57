"""Small real records: 8A2 of a lower secondary school, 11B4 with electives, 4C of a primary school; and who signs them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from maitruong.assessment.school_records.types import (
    Approval,
    Guardian,
    Identity,
    Issue,
    Judgement,
    Levels,
    Mark,
    Outcome,
    Person,
    PrimaryLevel,
    PrimaryOverall,
    Promotion,
    Pupil,
    RecordContent,
    School,
    SchoolClass,
    Stage,
    SubjectBlock,
    Summary,
    YearLevel,
)
from maitruong.foundation.kernel.clock import VIETNAM
from maitruong.foundation.signing.authority import DemoAuthority
from maitruong.foundation.signing.certificates import fingerprint
from maitruong.foundation.signing.keys import SoftwareSigner
from maitruong.foundation.signing.types import Claim, HeldCertificate, Holder, HolderKind, KeyKind

YEAR = 2026
SIGNING_DAY = dt.datetime(2027, 5, 28, 8, 0, tzinfo=VIETNAM)
RECORD_ID = "Zk3vP0w8QfG1rT6yLmN2aQ"
RULES_22 = "TT22/2021/TT-BGDĐT"
RULES_27 = "TT27/2020/TT-BGDĐT"

SCHOOL = School(
    code="56000708",
    name="Trường THCS Nguyễn Huệ",
    commune_code="22363",
    commune="Phường Bắc Nha Trang",
    province_code="56",
    province="Tỉnh Khánh Hòa",
    organisation_id="708",
)
PUPIL = Pupil(
    pupil_id="50017",
    ministry_id="5600070812345",
    personal_id="056213004417",
    full_name="Nguyễn Thị Hoàng Anh",
    born=dt.date(2013, 3, 9),
    sex="female",
    birth_place="Tỉnh Khánh Hòa",
    ethnicity="Kinh",
    nationality="Việt Nam",
    residence="Tổ 7, Phường Bắc Nha Trang, Tỉnh Khánh Hòa",
    register_number="1204/2024",
    guardians=(
        Guardian("Cha", "Nguyễn Văn Hải", "Kĩ sư"),
        Guardian("Mẹ", "Trần Thị Ngọc Diệp", "Giáo viên"),
    ),
)
PRINCIPAL = Person("901", "Lê Thị Thu Hương", "Hiệu trưởng")
HOMEROOM = Person("17", "Nguyễn Thị Lan", "Giáo viên")

LOWER_SUBJECTS = (
    ("VAN", "Ngữ văn", "78"), ("TOAN", "Toán", "17"), ("NN1", "Tiếng Anh", "22"), ("GDCD", "Giáo dục công dân", "31"),
    ("LSDL", "Lịch sử và Địa lí", "32"), ("KHTN", "Khoa học tự nhiên", "33"), ("CN", "Công nghệ", "34"),
    ("TIN", "Tin học", "35"), ("GDTC", "Giáo dục thể chất", "36"), ("NT", "Nghệ thuật", "37"),
    ("HDTN", "Hoạt động trải nghiệm, hướng nghiệp", "17"), ("GDDP", "Nội dung giáo dục của địa phương", "31"),
)  # fmt: skip
COMMENT_SUBJECTS = {"GDTC", "NT", "HDTN", "GDDP"}
UPPER_SUBJECTS = (
    ("VAN", "Ngữ văn", "78"), ("TOAN", "Toán", "17"), ("NN1", "Tiếng Anh", "22"), ("LS", "Lịch sử", "32"),
    ("GDQP", "Giáo dục quốc phòng và an ninh", "36"), ("VL", "Vật lí", "33"), ("HH", "Hoá học", "34"),
    ("SH", "Sinh học", "37"), ("TIN", "Tin học", "35"), ("GDTC", "Giáo dục thể chất", "36"),
    ("HDTN", "Hoạt động trải nghiệm, hướng nghiệp", "17"), ("GDDP", "Nội dung giáo dục của địa phương", "31"),
    ("NN2", "Tiếng Nhật", "38"),
)  # fmt: skip
ELECTIVES = {"VL", "HH", "SH", "TIN", "NN2"}
TEACHERS = {
    "17": "Nguyễn Thị Lan",
    "78": "Phạm Quốc Bảo",
    "22": "Công Tằng Tôn Nữ Thị Thanh Huyền",
    "31": "Đỗ Hữu Phước",
    "32": "Y Moan Niê Kdăm",
    "33": "Vũ Thị Kim Oanh",
    "34": "Hoàng Đức Thịnh",
    "35": "Lý Nhã Kỳ",
    "36": "Trương Công Định",
    "37": "Bùi Thị Ái Nhi",
    "38": "Đặng Yến",
}
COMMENTS = (
    "Tiếp thu bài nhanh, chủ động phát biểu; cần cẩn thận hơn khi trình bày lời giải.",
    "Chăm học, hoàn thành đầy đủ bài tập.",
    "Đọc hiểu tốt, diễn đạt rõ ràng; nên luyện thêm kĩ năng viết đoạn văn nghị luận.",
    "Có ý thức học tập, tích cực hoạt động nhóm.",
)


def a_subject(code: str, name: str, teacher: str, order: int, *, elective: bool = False) -> SubjectBlock:
    person = Person(teacher, TEACHERS[teacher])
    common = {"taught_by": person, "signer": person, "comment": COMMENTS[order % len(COMMENTS)], "elective": elective}
    if code in COMMENT_SUBJECTS:
        passed = Mark(outcome=Outcome.PASSED)
        return SubjectBlock(code, name, term_one=passed, term_two=passed, year=passed, **common)
    one, two = 72 + order % 5 * 5, 76 + order % 4 * 5
    year = (2 * (one + 2 * two) + 3) // 6
    return SubjectBlock(code, name, term_one=Mark(one), term_two=Mark(two), year=Mark(year), **common)


def an_identity(**changes) -> Identity:
    given = {
        "record_id": RECORD_ID,
        "version": 1,
        "stage": Stage.LOWER_SECONDARY,
        "school_year": YEAR,
        "rule_set": RULES_22,
        "demo": True,
        "verify_url": f"https://hocba.example.vn/xac-thuc/{RECORD_ID}",
        "school": SCHOOL,
        "pupil": PUPIL,
        "school_class": SchoolClass("C8A2", "8A2", 8, "Chương trình GDPT 2018"),
        "prev_hash": "5f" * 32,
    }
    return Identity(**(given | changes))


def a_lower_secondary_record(**identity) -> RecordContent:
    good = Levels(YearLevel.FAIR, YearLevel.GOOD, YearLevel.GOOD)
    return RecordContent(
        identity=an_identity(**identity),
        subjects=tuple(a_subject(*row, order) for order, row in enumerate(LOWER_SUBJECTS)),
        summary=Summary(
            homeroom=HOMEROOM,
            absences=3,
            absences_excused=2,
            conduct=good,
            learning=Levels(YearLevel.FAIR, YearLevel.FAIR, YearLevel.FAIR, YearLevel.FAIR),
            awards=("Giải Ba cuộc thi Sáng tạo thanh thiếu niên cấp tỉnh",),
            comment="Ngoan, lễ phép, hoà đồng với bạn bè. Có ý thức tự học; cần mạnh dạn hơn trong hoạt động tập thể.",
        ),
        approval=Approval(PRINCIPAL, Promotion.PROMOTED, dt.date(2027, 5, 29), opinion="Đồng ý cho lên lớp 9."),
        issue=Issue("Bắc Nha Trang", dt.date(2027, 5, 31)),
    )


def an_upper_secondary_record() -> RecordContent:
    school = replace(SCHOOL, code="56000021", name="Trường THPT Lý Tự Trọng", organisation_id="21")
    chosen = "Vật lí, Hoá học, Sinh học, Tin học"
    school_class = SchoolClass("C11B4", "11B4", 11, "Chương trình GDPT 2018", chosen, "Toán, Vật lí, Hoá học")
    name = "Công Huyền Tôn Nữ Thị Phương Thảo Nguyên"
    pupil = replace(PUPIL, full_name=name, born=dt.date(2010, 11, 2), personal_id="056310008812")
    base = a_lower_secondary_record(
        stage=Stage.UPPER_SECONDARY, school=school, school_class=school_class, pupil=pupil, record_id="u" * 22
    )
    subjects = tuple(a_subject(*row, order, elective=row[0] in ELECTIVES) for order, row in enumerate(UPPER_SUBJECTS))
    failed_once = replace(subjects[5], year=Mark(48), retest=Mark(60))
    learning = Levels(YearLevel.PASSED, YearLevel.FAIR, YearLevel.FAIR, YearLevel.PASSED, None)
    return replace(
        base,
        subjects=(*subjects[:5], failed_once, *subjects[6:]),
        summary=replace(
            base.summary,
            learning=learning,
            corrected_cells=2,
            corrected_subjects="Ngữ văn, Tiếng Anh",
            contests=("Giải Nhì học sinh giỏi cấp tỉnh môn Vật lí",),
            certificates="Chứng chỉ nghề phổ thông: Loại Giỏi",
        ),
        approval=replace(base.approval, promotion=Promotion.PROMOTED_AFTER_SUMMER, opinion="Đồng ý cho lên lớp 12."),
    )


PRIMARY_SUBJECTS = (
    ("TV", "Tiếng Việt", 9), ("TOAN", "Toán", 10), ("NN1", "Ngoại ngữ 1 (Tiếng Anh)", 8), ("DD", "Đạo đức", None),
    ("LSDL", "Lịch sử và Địa lí", 9), ("KH", "Khoa học", 9), ("TINCN", "Tin học và Công nghệ", 9),
    ("GDTC", "Giáo dục thể chất", None), ("AN", "Nghệ thuật (Âm nhạc)", None), ("MT", "Nghệ thuật (Mĩ thuật)", None),
    ("HDTN", "Hoạt động trải nghiệm", None),
)  # fmt: skip
QUALITIES = ("Yêu nước", "Nhân ái", "Chăm chỉ", "Trung thực", "Trách nhiệm")
GENERAL = ("Tự chủ và tự học", "Giao tiếp và hợp tác", "Giải quyết vấn đề và sáng tạo")
SPECIFIC = ("Ngôn ngữ", "Tính toán", "Khoa học", "Công nghệ", "Tin học", "Thẩm mĩ", "Thể chất")


def a_primary_record() -> RecordContent:
    school = replace(SCHOOL, code="56000310", name="Trường Tiểu học Vĩnh Hải 1", organisation_id="310")
    pupil = replace(PUPIL, full_name="Trần Minh An", sex="male", born=dt.date(2017, 1, 20), personal_id="056217000123")
    identity = an_identity(
        stage=Stage.PRIMARY,
        school=school,
        pupil=pupil,
        rule_set=RULES_27,
        record_id="p" * 22,
        school_class=SchoolClass("C4C", "4C", 4, "Chương trình GDPT 2018"),
    )
    base = a_lower_secondary_record()
    person = Person("17", TEACHERS["17"])
    subjects = tuple(
        SubjectBlock(
            code, name, person, person, level=PrimaryLevel.WELL if order % 3 else PrimaryLevel.DONE, test_points=points,
            comment=COMMENTS[order % len(COMMENTS)],
        )
        for order, (code, name, points) in enumerate(PRIMARY_SUBJECTS)
    )  # fmt: skip
    judgements = tuple(
        Judgement(f"{group[:2].upper()}{order}", name, group, PrimaryLevel.WELL, "Thể hiện rõ trong học tập hằng ngày.")
        for group, names in (("quality", QUALITIES), ("general", GENERAL), ("specific", SPECIFIC))
        for order, name in enumerate(names, start=1)
    )
    summary = Summary(
        homeroom=HOMEROOM,
        absences=2,
        absences_excused=2,
        overall=PrimaryOverall.WELL,
        judgements=judgements,
        height_cm=134,
        weight_hg=305,
        health="Tốt",
        awards=("Học sinh tiêu biểu hoàn thành tốt trong học tập và rèn luyện",),
        comment="Em ngoan, chăm học, biết giúp đỡ bạn.",
    )
    approval = replace(
        base.approval, promotion=Promotion.PROMOTED, opinion="Hoàn thành chương trình lớp 4, được lên lớp 5."
    )
    return RecordContent(identity, subjects, summary, approval, base.issue)


@dataclass
class School1:
    """A school that signs: authority, one certificate a person, and a directory that remembers who held which role."""

    authority: DemoAuthority
    signers: dict[str, SoftwareSigner] = field(default_factory=dict)
    held: dict[str, HeldCertificate] = field(default_factory=dict)
    entitled: set[Claim] = field(default_factory=set)
    entitled_from: dt.date = dt.date(2026, 8, 1)
    entitled_to: dt.date = dt.date(2027, 8, 31)

    def certificate(self, fingerprint: str) -> HeldCertificate | None:
        return self.held.get(fingerprint)

    def was_entitled(self, claim: Claim, *, on: dt.date) -> bool:
        return claim in self.entitled and self.entitled_from <= on <= self.entitled_to

    def signer(self, holder_id: str, *, kind: HolderKind = HolderKind.PERSON, key: KeyKind | None = None):
        handle = f"{kind}:{holder_id}"
        if handle not in self.signers:
            self.signers[handle] = self.enrol(holder_id, kind=kind, key=key)
        return self.signers[handle]

    def enrol(
        self, holder_id: str, *, kind: HolderKind = HolderKind.PERSON, key: KeyKind | None = None,
        valid_from: dt.datetime = dt.datetime(2026, 8, 1, tzinfo=VIETNAM),
        valid_to: dt.datetime = dt.datetime(2029, 8, 1, tzinfo=VIETNAM),
    ) -> SoftwareSigner:  # fmt: skip
        names = TEACHERS | {PRINCIPAL.person_id: PRINCIPAL.name, SCHOOL.organisation_id: SCHOOL.name}
        holder = Holder(kind, holder_id, names.get(holder_id, f"Người {holder_id}"), SCHOOL.code, SCHOOL.name)
        issued = self.authority.issue(holder, valid_from=valid_from, valid_to=valid_to, kind=key)
        self.held[fingerprint(issued.certificate)] = HeldCertificate(holder)
        return self.authority.signer(issued)
