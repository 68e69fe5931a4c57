"""Every collection: which rows it is made of, how a row is written in JSON, and which of its fields can be filtered and sorted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import orjson

from maitruong.foundation.kernel import clock
from maitruong.foundation.kernel.school_year import SchoolYear as Year
from maitruong.foundation.regulations import NoRuleInForce
from maitruong.teaching.curriculum.rules import subjects_of

from . import ids, sources
from .sources import Part

Json = dict[str, Any]
_ORG_TYPES = {"department": "district", "commune": "local", "school": "school"}


@dataclass(frozen=True)
class Field:
    """What a field is in SQL, over a row r. kind: text, time, day, list (an array of text) or a kind of reference (`ids`)."""

    sql: str
    kind: str | int = "text"


@dataclass(frozen=True)
class Resource:
    """plural, single: the names in a payload. write: row, href of another thing → JSON."""

    plural: str
    single: str
    parts: tuple[Part, ...]
    write: Callable[[Mapping[str, Any], Link], Json]
    fields: Mapping[str, Field]
    writes: frozenset[str]
    personal: str = ""
    schools: Callable[[Mapping[str, Any]], list[int]] = field(default=lambda row: [])


Link = Callable[[int, int, str], Json]
"""(kind, id, type of the reference) → a GUIDRef with its href."""


def moment(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).isoformat(timespec="milliseconds")[:-6] + "Z"


def grade_code(grade: int) -> str:
    """The grade in the common code list: 01 to 12; PK for everything before."""
    return f"{grade:02d}" if grade > 0 else "PK"


@cache
def _subjects(year: int) -> dict[str, str]:
    names: dict[str, str] = {}
    for grade in range(12, 0, -1):
        with suppress(NoRuleInForce):
            names |= {subject.code: subject.name for subject in subjects_of(grade, year)}
    return names


def name_of_subject(code: str) -> str:
    return _subjects(Year.containing(clock.today()).start).get(code, code)


def _base(kind: int, row: Mapping[str, Any]) -> Json:
    return {
        "sourcedId": ids.sourced_id(kind, row["id"], row["second"]),
        "status": row["status"],
        "dateLastModified": moment(row["modified"]),
    }


def _org(row: Mapping[str, Any], link: Link) -> Json:
    made = _base(ids.ORG, row) | {"name": row["name"], "type": _ORG_TYPES[row["kind"]], "identifier": row["code"]}
    if row["parent_id"]:
        made["parent"] = link(ids.ORG, row["parent_id"], "org")
    return made


def _session(row: Mapping[str, Any], link: Link) -> Json:
    label = Year(row["school_year"]).label
    term = {1: "Học kì I", 2: "Học kì II"}.get(row["place"] % 10, "")
    if row["type"] == "gradingPeriod":
        term = f"Kì đánh giá, {term[0].lower()}{term[1:]}"
    made = _base(ids.SESSION, row) | {
        "title": f"{term} năm học {label}" if term else f"Năm học {label}",
        "type": row["type"],
        "startDate": row["begins"].isoformat(),
        "endDate": row["ends"].isoformat(),
        "schoolYear": str(row["school_year"] + 1),
    }
    if row["parent_id"] is not None:
        made["parent"] = link(ids.SESSION, row["parent_id"], "academicSession")
    below = {0: (1, 2), 1: (11,), 2: (12,)}.get(row["place"], ())
    if below:
        year = row["school_year"] * 100
        made["children"] = [link(ids.SESSION, year + place, "academicSession") for place in below]
    return made


def grade_words(grade: int) -> str:
    return f"lớp {grade}" if grade > 0 else "giáo dục mầm non"


def _course(department: int) -> Callable[[Mapping[str, Any], Link], Json]:
    def write(row: Mapping[str, Any], link: Link) -> Json:
        return _base(ids.COURSE, row) | {
            "title": f"Chương trình {grade_words(row['grade'])}" + ("" if row["grade"] > 0 else f" ({row['grade']})"),
            "courseCode": f"KHOI{row['grade']}",
            "grades": [grade_code(row["grade"])],
            "org": link(ids.ORG, department, "org"),
        }

    return write


def _class(row: Mapping[str, Any], link: Link) -> Json:
    year = row["school_year"] * 100
    made = _base(ids.CLASS, row) | {
        "title": row["name"],
        "classCode": row["name"],
        "classType": "homeroom",
        "grades": [grade_code(row["grade"])],
        "course": link(ids.COURSE, row["grade"] + 100, "course"),
        "school": link(ids.ORG, row["school_id"], "org"),
        "terms": [link(ids.SESSION, year + term, "academicSession") for term in (1, 2)],
    }
    if row["subjects"]:
        made["subjects"] = [name_of_subject(code) for code in row["subjects"]]
        made["subjectCodes"] = list(row["subjects"])
    return made


def names(full_name: str) -> tuple[str, str, str]:
    """(family, middle, given). A name of one word stands in both places, since both are required.

    >>> names("Nguyễn Thị Minh Anh")
    ('Nguyễn', 'Thị Minh', 'Anh')
    """
    words = full_name.split()
    return words[0], " ".join(words[1:-1]), words[-1]


def posts_in_order(row: Mapping[str, Any]) -> list[list[Any]]:
    """[school, role, begins, ends, holds, grade]: what holds first, one a school and role, the newest."""
    posts: list[list[Any]] = orjson.loads(row["posts"])
    if len(posts) == 1:
        return posts
    found: dict[tuple[int, str], list[Any]] = {}
    for post in sorted(posts, key=lambda p: (p[4], p[2] or ""), reverse=True):
        found.setdefault((post[0], post[1]), post)
    return list(found.values())


def _user(row: Mapping[str, Any], link: Link) -> Json:
    family, middle, given = names(row["full_name"])
    posts = posts_in_order(row)
    made = _base(ids.USER, row) | {
        "enabledUser": "true" if row["enabled"] else "false",
        "givenName": given,
        "familyName": family,
        "roles": [
            {
                "roleType": "primary" if number == 0 else "secondary",
                "role": post[1],
                "org": link(ids.ORG, post[0], "org"),
                "beginDate": post[2],
            }
            | ({"endDate": post[3]} if post[3] else {})
            for number, post in enumerate(posts)
        ],
        "primaryOrg": link(ids.ORG, posts[0][0], "org"),
    }
    if middle:
        made["middleName"] = middle
    if row["login"]:
        made["username"] = row["login"]
    # An address of a child is not needed to seat him in a class; a teacher's is how the other house writes to her.
    if row["email"] and set(row["roles"]) != {"student"}:
        made["email"] = row["email"]
    if row["grades"]:
        made["grades"] = [grade_code(grade) for grade in row["grades"]]
    return made


def _demographics(row: Mapping[str, Any], link: Link) -> Json:
    made = _base(ids.USER, row) | {"sex": row["sex"] or "unspecified"}
    # A date of which only the year is known would be a wrong date.
    if row["born_on"] and row["born_precision"] == "day":
        made["birthDate"] = row["born_on"].isoformat()
    return made


def _enrollment(row: Mapping[str, Any], link: Link, kind: int) -> Json:
    made = _base(kind, row) | {
        "user": link(ids.USER, row["user_id"], "user"),
        "class": link(ids.CLASS, row["class_id"], "class"),
        "school": link(ids.ORG, row["school_id"], "org"),
        "role": row["role"],
        "primary": row["primary"],
    }
    if row["begins"]:
        made["beginDate"] = row["begins"].isoformat()
    if row["ends"]:
        made["endDate"] = row["ends"].isoformat()
    if row["subject"]:
        made["metadata"] = {"vn.subjectCode": row["subject"], "vn.subject": name_of_subject(row["subject"])}
    return made


def _seat(row: Mapping[str, Any], link: Link) -> Json:
    return _enrollment(row, link, row["key_kind"])


_ALL = {"status": Field("r.status"), "dateLastModified": Field("r.modified", "time")}
_SESSION_FIELDS = _ALL | {
    "sourcedId": Field("r.id", ids.SESSION),
    "title": Field("r.id::text"),
    "type": Field("r.type"),
    "startDate": Field("r.begins", "day"),
    "endDate": Field("r.ends", "day"),
    "schoolYear": Field("(r.school_year + 1)::text"),
    "parent.sourcedId": Field("r.parent_id", ids.SESSION),
}
_GRADE = "ARRAY[CASE WHEN r.grade > 0 THEN lpad(r.grade::text, 2, '0') ELSE 'PK' END]"
_USER_FIELDS = _ALL | {
    "sourcedId": Field("r.id", ids.USER),
    "givenName": Field("split_part(r.full_name, ' ', -1)"),
    "familyName": Field("split_part(r.full_name, ' ', 1)"),
    "username": Field("coalesce(r.login, '')"),
    "email": Field("CASE WHEN r.roles = ARRAY['student'] THEN '' ELSE r.email END"),
    "enabledUser": Field("r.enabled::text"),
    "role": Field("r.roles", "list"),
    "roles.role": Field("r.roles", "list"),
    "roles.org.sourcedId": Field("r.schools", "orgs"),
    "grades": Field(
        "ARRAY(SELECT CASE WHEN g > 0 THEN lpad(g::text, 2, '0') ELSE 'PK' END FROM unnest(r.grades) g)", "list"
    ),
}
_BASE = frozenset({"sourcedId", "status", "dateLastModified"})

ORGS = Resource(
    "orgs",
    "org",
    (Part(ids.ORG, sources.ORGS),),
    _org,
    _ALL
    | {
        "sourcedId": Field("r.id", ids.ORG),
        "name": Field("r.name"),
        "type": Field("CASE r.kind WHEN 'department' THEN 'district' WHEN 'commune' THEN 'local' ELSE 'school' END"),
        "identifier": Field("r.code"),
        "parent.sourcedId": Field("r.parent_id", ids.ORG),
    },
    _BASE | {"name", "type", "identifier", "parent"},
)
SESSIONS = Resource(
    "academicSessions",
    "academicSession",
    (Part(ids.SESSION, sources.SESSIONS),),
    _session,
    {name: one for name, one in _SESSION_FIELDS.items() if name != "title"},
    _BASE | {"title", "type", "startDate", "endDate", "schoolYear", "parent", "children"},
)
CLASSES = Resource(
    "classes",
    "class",
    (Part(ids.CLASS, sources.CLASSES), Part(ids.CLASS, sources.CLASSES_GONE)),
    _class,
    _ALL
    | {
        "sourcedId": Field("r.id", ids.CLASS),
        "title": Field("r.name"),
        "classCode": Field("r.name"),
        "classType": Field("'homeroom'"),
        "grades": Field(_GRADE, "list"),
        "subjectCodes": Field("r.subjects", "list"),
        "school.sourcedId": Field("r.school_id", ids.ORG),
        "course.sourcedId": Field("r.grade + 100", ids.COURSE),
    },
    _BASE | {"title", "classCode", "classType", "grades", "course", "school", "terms", "subjects", "subjectCodes"},
)
USERS = Resource(
    "users",
    "user",
    (Part(ids.USER, sources.USERS, counted=sources.USERS_COUNTED),),
    _user,
    _USER_FIELDS,
    _BASE
    | {"enabledUser", "givenName", "middleName", "familyName", "roles", "primaryOrg", "username", "email", "grades"},
    personal="roster",
    schools=lambda row: row["schools"],
)
DEMOGRAPHICS = Resource(
    "demographics",
    "demographics",
    (Part(ids.USER, sources.USERS, counted=sources.USERS_COUNTED),),
    _demographics,
    _ALL
    | {
        "sourcedId": Field("r.id", ids.USER),
        "birthDate": Field("CASE WHEN r.born_precision = 'day' THEN r.born_on END", "day"),
        "sex": Field("CASE WHEN r.sex = '' THEN 'unspecified' ELSE r.sex END"),
    },
    _BASE | {"birthDate", "sex"},
    personal="demographics",
    schools=lambda row: row["schools"],
)
ENROLLMENTS = Resource(
    "enrollments",
    "enrollment",
    sources.SEATS,
    _seat,
    _ALL
    | {
        "sourcedId": Field("r.id", ids.PLACE),
        "role": Field("r.role"),
        "primary": Field('r."primary"'),
        "beginDate": Field("r.begins", "day"),
        "endDate": Field("r.ends", "day"),
        "user.sourcedId": Field("r.user_id", ids.USER),
        "class.sourcedId": Field("r.class_id", ids.CLASS),
        "school.sourcedId": Field("r.school_id", ids.ORG),
    },
    _BASE | {"user", "class", "school", "role", "primary", "beginDate", "endDate", "metadata"},
    personal="roster",
    schools=lambda row: [row["school_id"]],
)


def courses(department: int) -> Resource:
    return Resource(
        "courses",
        "course",
        (Part(ids.COURSE, sources.COURSES),),
        _course(department),
        _ALL
        | {
            "sourcedId": Field("r.id", ids.COURSE),
            "courseCode": Field("'KHOI' || r.grade::text"),
            "grades": Field(_GRADE, "list"),
        },
        _BASE | {"title", "courseCode", "grades", "org"},
    )


def named(name: str, *, department: int) -> Resource:
    """A resource by the name of its collection. department: who answers for the courses."""
    if name == "courses":
        return courses(department)
    return {one.plural: one for one in (ORGS, SESSIONS, CLASSES, USERS, DEMOGRAPHICS, ENROLLMENTS)}[name]
