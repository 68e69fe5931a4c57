"""Administrative units as dated facts: the two-tier list since 1 July 2025, what was before, and what came of it.

    provinces(on=day)                   34 provinces and cities, of the type they had on that day
    communes("31")                      the 114 communes of Hải Phòng; communes() all 3,321
    former_units()                      provinces, districts and communes of before, for the demo provinces 20 and 31
    successions()                       which new unit came of which old one, whole or part
    successors("11383", level="commune")
    commune_map("31")                   simplified outlines for drawing (not a boundary map)

A code says nothing without its list: 00004 was one ward before July 2025 and is another one since. So old and new units
are asked for apart, and every unit carries its period.
"""

from .catalogue import (
    LIST_BEFORE_ENDS,
    LIST_BEGINS,
    AdminUnit,
    Share,
    Succession,
    commune,
    communes,
    former_units,
    province,
    provinces,
    successions,
    successors,
)
from .errors import UnknownAdminUnit
from .maps import CommuneMap, Inset, Shape, commune_map

__all__ = [
    "LIST_BEFORE_ENDS",
    "LIST_BEGINS",
    "AdminUnit",
    "CommuneMap",
    "Inset",
    "Shape",
    "Share",
    "Succession",
    "UnknownAdminUnit",
    "commune",
    "commune_map",
    "communes",
    "former_units",
    "province",
    "provinces",
    "successions",
    "successors",
]
