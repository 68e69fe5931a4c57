"""The menu, group by group. An item shows for whoever holds its permission."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    label: str
    icon: str
    route: str
    permission: str = ""
    homes: tuple[str, ...] = ()


MENU: list[tuple[str, list[Item]]] = [
    (
        "",
        [
            Item("Hôm nay", "sun", "home"),
            Item("Sổ điểm", "notebook", "gradebook:books", "gradebook.view", homes=("teacher", "school")),
            Item("Học bạ chờ ký", "sign", "school_records:waiting_subject", "school_records.sign_subject"),
            Item("Học bạ chờ ký", "sign", "school_records:waiting_homeroom", "school_records.sign_homeroom"),
            Item("Học bạ chờ ký", "sign", "school_records:waiting_principal", "school_records.sign_principal"),
            Item("Học bạ", "certificate", "school_records:overview", "school_records.view"),
            Item("Học bạ", "certificate", "school_records:family", "school_records.family"),
            Item("Trung tâm điều hành", "dashboard", "dashboard:centre", "insight.view"),
        ],
    ),
]
