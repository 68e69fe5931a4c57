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
    short: str = ""  # under the picture on the phone's bottom bar, where the label would take two lines


MENU: list[tuple[str, list[Item]]] = [
    (
        "",
        [
            Item("Hôm nay", "sun", "home", homes=("teacher", "school", "admin")),
            Item("Trung tâm điều hành", "dashboard", "dashboard:centre", "insight.view", short="Điều hành"),
            Item("Con tôi", "home", "family:children", "family.view", homes=("guardian",)),
            Item("Việc học của em", "home", "family:children", "family.view", homes=("pupil",), short="Việc học"),
            Item("Sổ điểm", "notebook", "gradebook:books", "gradebook.view", homes=("teacher", "school")),
            Item(
                "Học bạ chờ ký", "sign", "school_records:waiting_subject", "school_records.sign_subject", short="Chờ ký"
            ),
            Item(
                "Học bạ chờ ký",
                "sign",
                "school_records:waiting_homeroom",
                "school_records.sign_homeroom",
                short="Chờ ký",
            ),
            Item(
                "Học bạ chờ ký",
                "sign",
                "school_records:waiting_principal",
                "school_records.sign_principal",
                short="Chờ ký",
            ),
            Item("Học bạ", "certificate", "school_records:overview", "school_records.view"),
        ],
    ),
    (
        "Nhà trường",
        [
            Item("Điểm danh", "attendance", "attendance:classes", "attendance.view", homes=("school", "teacher")),
            Item(
                "Danh sách trường",
                "school",
                "enrolment:schools",
                "schools.view",
                homes=("centre", "admin"),
                short="Trường",
            ),
            Item("Năm học", "calendar", "calendar:years", "calendar.manage"),
            Item("Lớp học", "users", "enrolment:own_classes", "enrolment.view", homes=("school", "teacher")),
            Item("Học sinh", "student", "enrolment:pupils", "students.view"),
            Item("Nhập danh sách", "upload", "exchange:lists", "exchange.import", homes=("school", "centre")),
            Item("Đội ngũ", "briefcase", "staff:staff", "staff.view"),
            Item("Phân công", "table", "timetable:assignments", "timetable.assign", homes=("school",)),
            Item("Thông tin trường", "school", "schools:own", "schools.edit", homes=("school",)),
        ],
    ),
    (
        "Quản trị",
        [
            Item("Giao quyền", "key", "rights:posts", "rights.view"),
            Item("Tài khoản", "id-card", "rights:accounts", "accounts.manage", homes=("school",)),
            Item("Chứng thư số", "shield", "signing:certificates", "signing.certificates", short="Chứng thư"),
            Item("Nhật ký", "history", "rights:audit", "audit.view"),
        ],
    ),
]
