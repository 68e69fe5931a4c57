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
            Item("Trung tâm điều hành", "dashboard", "dashboard:centre", "insight.view"),
        ],
    ),
]
