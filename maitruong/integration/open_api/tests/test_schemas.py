"""Answers against the shapes of the standard, as the published description of the service has them, in a form of our own."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client as Browser

from maitruong.integration.open_api.oneroster.describing import STATUS
from maitruong.integration.open_api.views_oneroster import COLLECTIONS

from .conftest import BASE, Machine

_DISCOVERY = f"{BASE}/discovery/onerosterv1p2rostersservice_openapi3_v1p0.json"
# What the information model of OneRoster 1.2 calls required, by class (section 6 of the rostering specification).
REQUIRED = {
    "org": "sourcedId status dateLastModified name type",
    "academicSession": "sourcedId status dateLastModified title startDate endDate type schoolYear",
    "course": "sourcedId status dateLastModified title org",
    "class": "sourcedId status dateLastModified title course school terms",
    "user": "sourcedId status dateLastModified enabledUser givenName familyName roles",
    "enrollment": "sourcedId status dateLastModified user class school role",
    "demographics": "sourcedId status dateLastModified",
}
SINGLE = {
    "orgs": "org",
    "academicSessions": "academicSession",
    "courses": "course",
    "classes": "class",
    "users": "user",
    "enrollments": "enrollment",
    "demographics": "demographics",
}
_FORMATS = {
    "date": r"\d{4}-\d\d-\d\d",
    "date-time": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "uri": r"https?://\S+",
}


def wrong(value: Any, shape: dict[str, Any], at: str = "") -> list[str]:
    """Where a value is not of its shape: the part of JSON Schema the description uses."""
    if shape["type"] == "object":
        if not isinstance(value, dict):
            return [f"{at}: no object"]
        known = shape.get("properties", {})
        found = [f"{at}.{name}: missing" for name in shape.get("required", []) if name not in value]
        if shape.get("additionalProperties") is False:
            found += [f"{at}.{name}: unknown" for name in value if name not in known]
        return found + [
            one for name in value if name in known for one in wrong(value[name], known[name], f"{at}.{name}")
        ]
    if shape["type"] == "array":
        if not isinstance(value, list) or len(value) < shape.get("minItems", 0):
            return [f"{at}: no list, or too short"]
        return [one for number, item in enumerate(value) for one in wrong(item, shape["items"], f"{at}[{number}]")]
    if not isinstance(value, str):
        return [f"{at}: no text"]
    pattern = shape.get("pattern") or _FORMATS.get(shape.get("format", ""), ".*")
    if ("enum" in shape and value not in shape["enum"]) or not re.fullmatch(pattern, value):
        return [f"{at}: {value}"]
    return []


def described() -> dict[str, Any]:
    return Browser().get(_DISCOVERY).json()


def test_every_answer_has_the_shape_the_service_describes(machine: Machine) -> None:
    shapes = described()["components"]["schemas"]
    for address, (name, _) in COLLECTIONS.items():
        (rows,) = machine.get(address).json().values()
        shape = shapes[SINGLE[name][0].upper() + SINGLE[name][1:]]
        assert rows and [one for row in rows for one in wrong(row, shape, address)] == []


def test_every_answer_has_what_the_standard_requires(machine: Machine) -> None:
    for address, (name, _) in COLLECTIONS.items():
        (rows,) = machine.get(address).json().values()
        for row in rows:
            assert set(REQUIRED[SINGLE[name]].split()) <= set(row), address


def test_refusals_have_the_shape_of_the_standard(machine: Machine) -> None:
    for answer in (machine.get("users/x"), machine.get("users", filter="x"), Browser().get(f"{BASE}/users")):
        assert wrong(answer.json(), STATUS) == []


def test_what_is_described_is_served_and_what_is_served_is_described(machine: Machine) -> None:
    from maitruong.foundation.access.checks import described_routes

    served = {
        re.sub(r"<str:\w+>", "{}", route.path.removeprefix(BASE[1:]))
        for route in described_routes()
        if route.path.startswith(BASE[1:]) and "discovery" not in route.path
    }
    told = {re.sub(r"\{\w+\}", "{}", path) for path in described()["paths"]}
    assert told == served and len(told) == 41


# Each operation of the rostering service by the path it has there: a client made from the standard's own description of the
# service knows them by these names.
OPERATIONS = {
    "AllAcademicSessions": "academicSessions",
    "AcademicSession": "academicSessions/{sourcedId}",
    "AllClasses": "classes",
    "Class": "classes/{sourcedId}",
    "StudentsForClass": "classes/{classSourcedId}/students",
    "TeachersForClass": "classes/{classSourcedId}/teachers",
    "AllCourses": "courses",
    "Course": "courses/{sourcedId}",
    "ClassesForCourse": "courses/{courseSourcedId}/classes",
    "AllDemographics": "demographics",
    "Demographics": "demographics/{sourcedId}",
    "AllEnrollments": "enrollments",
    "Enrollment": "enrollments/{sourcedId}",
    "AllGradingPeriods": "gradingPeriods",
    "GradingPeriod": "gradingPeriods/{sourcedId}",
    "AllOrgs": "orgs",
    "Org": "orgs/{sourcedId}",
    "AllSchools": "schools",
    "School": "schools/{sourcedId}",
    "ClassesForSchool": "schools/{schoolSourcedId}/classes",
    "EnrollmentsForClassInSchool": "schools/{schoolSourcedId}/classes/{classSourcedId}/enrollments",
    "StudentsForClassInSchool": "schools/{schoolSourcedId}/classes/{classSourcedId}/students",
    "TeachersForClassInSchool": "schools/{schoolSourcedId}/classes/{classSourcedId}/teachers",
    "CoursesForSchool": "schools/{schoolSourcedId}/courses",
    "EnrollmentsForSchool": "schools/{schoolSourcedId}/enrollments",
    "StudentsForSchool": "schools/{schoolSourcedId}/students",
    "TeachersForSchool": "schools/{schoolSourcedId}/teachers",
    "TermsForSchool": "schools/{schoolSourcedId}/terms",
    "AllStudents": "students",
    "Student": "students/{sourcedId}",
    "ClassesForStudent": "students/{studentSourcedId}/classes",
    "AllTeachers": "teachers",
    "Teacher": "teachers/{sourcedId}",
    "ClassesForTeacher": "teachers/{teacherSourcedId}/classes",
    "AllTerms": "terms",
    "Term": "terms/{sourcedId}",
    "ClassesForTerm": "terms/{termSourcedId}/classes",
    "GradingPeriodsForTerm": "terms/{termSourcedId}/gradingPeriods",
    "AllUsers": "users",
    "User": "users/{sourcedId}",
    "ClassesForUser": "users/{userSourcedId}/classes",
}


def test_operations_are_called_as_the_standard_calls_them() -> None:
    told = {operations["get"]["operationId"]: path for path, operations in described()["paths"].items()}
    assert told == {f"get{name}": f"/{path}" for name, path in OPERATIONS.items()}
    for path, operations in described()["paths"].items():
        named = [one["name"] for one in operations["get"]["parameters"] if one["in"] == "path"]
        assert named == re.findall(r"\{(\w+)\}", path)
