"""OneRoster 1.2 as CSV (bulk): one zip, written row by row, so that a province costs the memory of a page.

Bulk files hold what is there on the day: rows that ended are left out, status and dateLastModified stay blank, as the binding wants.
"""

from __future__ import annotations

import csv
import io
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO, Any, Final

from . import ids, resources
from .asked import Asked, Condition
from .paging import Narrowed, Reader, Row
from .resources import Json, Resource

SIZE: Final = 5000
_BASE: Final = ("sourcedId", "status", "dateLastModified")
_ACTIVE: Final = Asked(conditions=(Condition("status", "=", "active"),))
# In the order of the CSV binding as corrected (1.2.1); readers refuse a column that is not of it, or stands elsewhere.
HEADERS: Final[dict[str, tuple[str, ...]]] = {
    "academicSessions": ("title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "orgs": ("name", "type", "identifier", "parentSourcedId"),
    "courses": ("schoolYearSourcedId", "title", "courseCode", "grades", "orgSourcedId", "subjects", "subjectCodes"),
    "classes": (
        "title", "grades", "courseSourcedId", "classCode", "classType", "location", "schoolSourcedId", "termSourcedIds",
        "subjects", "subjectCodes", "periods",
    ),
    "users": (
        "enabledUser", "username", "userIds", "givenName", "familyName", "middleName", "identifier", "email", "sms",
        "phone", "agentSourcedIds", "grades", "password", "userMasterIdentifier", "preferredGivenName",
        "preferredMiddleName", "preferredFamilyName", "primaryOrgSourcedId", "pronouns",
    ),
    "roles": (
        "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId",
    ),
    "enrollments": ("classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
    "demographics": (
        "birthDate", "sex", "americanIndianOrAlaskaNative", "asian", "blackOrAfricanAmerican",
        "nativeHawaiianOrOtherPacificIslander", "white", "demographicRaceTwoOrMoreRaces", "hispanicOrLatinoEthnicity",
        "countryOfBirthCode", "stateOfBirthAbbreviation", "cityOfBirth", "publicSchoolResidenceStatus",
    ),
}  # fmt: skip
_ABSENT: Final = (
    "categories", "classResources", "courseResources", "lineItemLearningObjectiveIds", "lineItems",
    "lineItemScoreScales", "resources", "resultLearningObjectiveIds", "results", "resultScoreScales", "scoreScales",
    "userProfiles", "userResources",
)  # fmt: skip
Told = Callable[[str, int], None]


def write(
    into: IO[bytes],
    parameters: dict[str, Any],
    *,
    department: int,
    demographics: bool,
    told: Told = lambda name, rows: None,
) -> dict[str, int]:
    """The zip; returns rows by file. parameters: those of `sources`, of whoever takes it along, in whose unit of work this runs.

    told: called with a file's name and its rows so far, after every some thousand.
    """
    counts: dict[str, int] = {}
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made, tempfile.TemporaryFile() as roles:
        files = [name for name in HEADERS if demographics or name != "demographics"]
        _table(made, "manifest", ("propertyName", "value"), _manifest(files))
        kept = io.TextIOWrapper(roles, encoding="utf-8", newline="")
        for name in files:
            if name == "roles":
                continue
            counts[name] = 0
            counts.setdefault("roles", 0)
            what = resources.named(name, department=department)

            def lines(name: str = name, what: Resource = what) -> Iterator[list[str]]:
                beside = csv.writer(kept, lineterminator="\r\n")
                narrowed = Narrowed("'student' = ANY(r.roles)") if name == "demographics" else Narrowed()
                for rows in Reader(what, parameters, narrowed).every(_ACTIVE, SIZE):
                    for row in rows:
                        yield _line(_complete(name, what.write(row, _named)), HEADERS[name])
                        if name == "users":
                            for line in _roles(row):
                                beside.writerow(line)
                                counts["roles"] += 1
                    counts[name] += len(rows)
                    told(name, counts[name])

            _table(made, name, (*_BASE, *HEADERS[name]), lines())
        kept.flush()
        roles.seek(0)
        with made.open("roles.csv", "w", force_zip64=True) as out:
            out.write((",".join((*_BASE, *HEADERS["roles"])) + "\r\n").encode())
            while block := roles.read(1 << 16):
                out.write(block)
        kept.detach()
    return counts


def _table(made: zipfile.ZipFile, name: str, header: Iterable[str], lines: Iterable[list[str]]) -> None:
    """RFC 4180: commas, CRLF, quotes where needed."""
    with (
        made.open(f"{name}.csv", "w", force_zip64=True) as out,
        io.TextIOWrapper(out, encoding="utf-8", newline="") as text,
    ):
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(header)
        table.writerows(lines)


def _manifest(files: Iterable[str]) -> list[list[str]]:
    present = {*files}
    listed = sorted({*HEADERS, *_ABSENT})
    return [
        ["manifest.version", "1.0"],
        ["oneroster.version", "1.2"],
        *([f"file.{name}", "bulk" if name in present else "absent"] for name in listed),
        ["source.systemName", "Mái Trường"],
        ["source.systemCode", "mai-truong"],
    ]


def _named(kind: int, number: int, of: str) -> Json:
    return {"sourcedId": ids.sourced_id(kind, number)}


_REFERENCES: Final = {
    "parentSourcedId": "parent",
    "courseSourcedId": "course",
    "schoolSourcedId": "school",
    "orgSourcedId": "org",
    "userSourcedId": "user",
    "classSourcedId": "class",
    "termSourcedIds": "terms",
    "primaryOrgSourcedId": "primaryOrg",
}


def _complete(name: str, made: Json) -> Json:
    """The files want a user name of everybody, also who has no account yet: the id, which nobody else has and which tells nothing."""
    return {"username": made["sourcedId"]} | made if name == "users" else made


def _line(made: Json, header: tuple[str, ...]) -> list[str]:
    return [made["sourcedId"], "", "", *(_cell(made.get(_REFERENCES.get(name, name))) for name in header)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return str(value["sourcedId"])
    if isinstance(value, list):
        # A list is cut at its commas, and nothing can be put around an item that has one: «Nghệ thuật (Âm nhạc, Mĩ thuật)».
        return ",".join(_cell(one).replace(",", ";") for one in value)
    return str(value)


def _roles(row: Row) -> Iterator[list[str]]:
    """A line for each post that holds; its own sourcedId is made of the person, the school and the role."""
    held = [post for post in resources.posts_in_order(row) if post[4]]
    for number, (school, role, begins, ends, _, _) in enumerate(held):
        own = ids.sourced_id(ids.ROLE, row["id"], school * 16 + _ROLES.index(role))
        user, org = ids.sourced_id(ids.USER, row["id"]), ids.sourced_id(ids.ORG, school)
        yield [own, "", "", user, "secondary" if number else "primary", role, begins or "", ends or "", org, ""]


_ROLES: Final = ("student", "teacher", "principal", "siteAdministrator", "systemAdministrator", "districtAdministrator")
