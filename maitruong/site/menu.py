"""The menu, group by group. An item shows for whoever holds its permission; `homes` narrows it to kinds of workspace or roles."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    label: str
    icon: str
    route: str
    permission: str = ""
    homes: tuple[str, ...] = ()
    around: tuple[str, ...] = ()  # how the addresses of other pages begin that belong to it
    short: str = ""  # under the picture on the phone's bottom bar, where the label would take two lines


_SIGNING = ("/hoc-ba/ky/",)
_OF_CHILD = ("/hoc-ba/cua-con/",)
_SIGNS = [(whose, f"school_records.sign_{whose}") for whose in ("subject", "homeroom", "principal")]

#: What belongs to a person and stands on «Tài khoản của tôi», in whatever workspace she holds the permission.
OWN = [Item("Tôi đã ký những gì?", "history", "school_records:signed", verb) for _, verb in _SIGNS]

MENU: list[tuple[str, list[Item]]] = [
    (
        "",
        [
            Item("Hôm nay", "sun", "home", homes=("teacher", "school", "admin")),
            Item("Trung tâm điều hành", "dashboard", "dashboard:centre", "insight.view", short="Điều hành"),
            Item("Con tôi", "home", "family:children", "family.view", ("guardian",), _OF_CHILD),
            Item("Việc học của em", "home", "family:children", "family.view", ("pupil",), _OF_CHILD, "Việc học"),
            Item("Sổ điểm", "notebook", "gradebook:books", "gradebook.view", homes=("teacher", "school")),
            *(
                Item("Học bạ chờ ký", "sign", f"school_records:waiting_{whose}", verb, (), _SIGNING, "Chờ ký")
                for whose, verb in _SIGNS
            ),
            Item("Học bạ", "certificate", "school_records:overview", "school_records.view"),
        ],
    ),
    (
        "Học sinh",
        [
            Item("Điểm danh", "attendance", "attendance:classes", "attendance.view", homes=("school", "teacher")),
            Item("Lớp học", "users", "enrolment:own_classes", "enrolment.view", homes=("school", "teacher")),
            Item("Học sinh", "student", "enrolment:pupils", "students.view"),
            Item(
                "Chuyển trường", "swap", "transfers:list", "transfers.view", homes=("school", "centre"), short="Chuyển"
            ),
            Item("Lên lớp năm học mới", "chevrons", "enrolment:roll_over", "enrolment.rollover", short="Lên lớp"),
        ],
    ),
    (
        "Đội ngũ",
        [
            Item("Đội ngũ", "briefcase", "staff:staff", "staff.view"),
            Item("Điều động", "swap", "transfers:postings", "transfers.view", homes=("school", "centre")),
            Item("Phân công", "table", "timetable:assignments", "timetable.assign", homes=("school",)),
            Item("Định mức giáo viên", "chart", "staffing:schools", "insight.view", short="Định mức"),
            Item("Hồ sơ của tôi", "id-card", "staff:own", "staff.own", ("teacher", "school"), short="Của tôi"),
        ],
    ),
    (
        "Trường",
        [
            Item(
                "Danh sách trường",
                "school",
                "enrolment:schools",
                "schools.view",
                homes=("centre", "admin"),
                short="Trường",
            ),
            Item("Năm học", "calendar", "calendar:years", "calendar.manage"),
            Item("Hồ sơ trường", "folder", "dossiers:own", "dossiers.view", homes=("school",)),
            Item("Thông tin trường", "school", "schools:own", "schools.edit", homes=("school",)),
        ],
    ),
    (
        "Số liệu",
        [
            Item("Nhập danh sách", "upload", "exchange:lists", "exchange.import", homes=("school", "centre")),
            Item("Sạch dữ liệu", "eye", "data_quality:schools", "quality.view", homes=("school", "centre")),
            Item("Hồ sơ trùng", "link", "duplicates:waiting", "duplicates.view", homes=("school", "centre")),
            Item(
                "Xác thực định danh",
                "check-circle",
                "verification:home",
                "verification.view",
                ("school", "centre"),
                short="Định danh",
            ),
            Item(
                "Chốt số liệu",
                "lock",
                "periods:own",
                "periods.view",
                ("school", "centre"),
                ("/ki-bao-cao/",),
                "Chốt số",
            ),
            Item("Bộ chưa nhận", "alert", "ministry_sync:refused", "ministry.refused", homes=("school",), short="Bộ"),
        ],
    ),
    (
        "Quản trị",
        [
            Item("Giao quyền", "key", "rights:posts", "rights.view"),
            Item("Tài khoản", "id-card", "rights:accounts", "accounts.manage", homes=("school",)),
            Item("Chứng thư số", "shield", "signing:certificates", "signing.certificates", short="Chứng thư"),
            Item("Liên thông Bộ", "upload", "ministry_sync:board", "ministry.view", short="Bộ"),
            Item("Kết nối phần mềm", "link", "open_api:clients", "open_api.manage", short="Kết nối"),
            Item("Xuất OneRoster", "download", "open_api:export", "open_api.export", homes=("school",)),
            Item("Nhật ký", "history", "rights:audit", "audit.view"),
        ],
    ),
]
