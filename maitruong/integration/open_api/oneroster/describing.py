"""The service described in OpenAPI 3, made from the same tables the routes are made of: what is served is what is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ..types import CORE, DEMOGRAPHICS, ROSTER, SCOPES
from . import resources
from .asked import DEFAULT_LIMIT, MOST

Json = dict[str, Any]
_TEXT: Final[Json] = {"type": "string"}
_DAY: Final[Json] = {"type": "string", "format": "date"}
_TEXTS: Final[Json] = {"type": "array", "items": _TEXT}


def _one_of(*values: str) -> Json:
    return {"type": "string", "enum": list(values)}


def _ref(kind: str) -> Json:
    return {
        "type": "object",
        "required": ["href", "sourcedId", "type"],
        "properties": {"href": {"type": "string", "format": "uri"}, "sourcedId": _TEXT, "type": _one_of(kind)},
        "additionalProperties": False,
    }


_BASE: Final[Json] = {
    "sourcedId": {"type": "string", "format": "uuid"},
    "status": _one_of("active", "tobedeleted"),
    "dateLastModified": {"type": "string", "format": "date-time"},
}
_TRUTH: Final = _one_of("true", "false")


def _shape(required: str, **properties: Json) -> Json:
    return {
        "type": "object",
        "required": [*_BASE, *required.split()],
        "properties": {**_BASE, **properties},
        "additionalProperties": False,
    }


SHAPES: Final[dict[str, Json]] = {
    "org": _shape(
        "name type",
        name=_TEXT,
        type=_one_of("department", "school", "district", "local", "state", "national"),
        identifier=_TEXT,
        parent=_ref("org"),
    ),
    "academicSession": _shape(
        "title type startDate endDate schoolYear",
        title=_TEXT,
        type=_one_of("gradingPeriod", "semester", "schoolYear", "term"),
        startDate=_DAY,
        endDate=_DAY,
        schoolYear={"type": "string", "pattern": "^[0-9]{4}$"},
        parent=_ref("academicSession"),
        children={"type": "array", "items": _ref("academicSession")},
    ),
    "course": _shape("title org", title=_TEXT, courseCode=_TEXT, grades=_TEXTS, org=_ref("org")),
    "class": _shape(
        "title classType course school terms",
        title=_TEXT,
        classCode=_TEXT,
        classType=_one_of("homeroom", "scheduled"),
        grades=_TEXTS,
        course=_ref("course"),
        school=_ref("org"),
        terms={"type": "array", "minItems": 1, "items": _ref("academicSession")},
        subjects=_TEXTS,
        subjectCodes=_TEXTS,
    ),
    "enrollment": _shape(
        "user class school role",
        user=_ref("user"),
        **{"class": _ref("class")},
        school=_ref("org"),
        role=_one_of("administrator", "proctor", "student", "teacher"),
        primary=_TRUTH,
        beginDate=_DAY,
        endDate=_DAY,
        metadata={"type": "object"},
    ),
    "user": _shape(
        "enabledUser givenName familyName roles",
        enabledUser=_TRUTH,
        givenName=_TEXT,
        middleName=_TEXT,
        familyName=_TEXT,
        username=_TEXT,
        email=_TEXT,
        grades=_TEXTS,
        primaryOrg=_ref("org"),
        roles={
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["roleType", "role", "org"],
                "properties": {
                    "roleType": _one_of("primary", "secondary"),
                    "role": _one_of(
                        "student", "teacher", "principal", "siteAdministrator", "systemAdministrator", "districtAdministrator"
                    ),
                    "org": _ref("org"),
                    "beginDate": _DAY,
                    "endDate": _DAY,
                },
                "additionalProperties": False,
            },
        },
    ),
    "demographics": _shape("", birthDate=_DAY, sex=_one_of("male", "female", "other", "unspecified")),
}  # fmt: skip
STATUS: Final[Json] = {
    "type": "object",
    "required": ["imsx_codeMajor", "imsx_severity", "imsx_CodeMinor"],
    "properties": {
        "imsx_codeMajor": _one_of("success", "processing", "failure", "unsupported"),
        "imsx_severity": _one_of("status", "warning", "error"),
        "imsx_description": _TEXT,
        "imsx_CodeMinor": {"type": "object"},
    },
}
_SINGLE: Final = {
    "orgs": resources.ORGS,
    "academicSessions": resources.SESSIONS,
    "classes": resources.CLASSES,
    "users": resources.USERS,
    "demographics": resources.DEMOGRAPHICS,
    "enrollments": resources.ENROLLMENTS,
    "courses": resources.courses(0),
}
_QUERY: Final = [
    {"name": "limit", "schema": {"type": "integer", "minimum": 1, "maximum": MOST, "default": DEFAULT_LIMIT}},
    {"name": "offset", "schema": {"type": "integer", "minimum": 0, "default": 0}},
    {"name": "sort", "schema": _TEXT},
    {"name": "orderBy", "schema": _one_of("asc", "desc")},
    {"name": "filter", "schema": _TEXT},
    {"name": "fields", "schema": _TEXT},
]
_PATHS_OF_CLASS: Final = ("students", "teachers", "enrollments")


def openapi(
    base: str, collections: Mapping[str, tuple[str, str]], nested: Mapping[tuple[str, str], tuple[str, str]]
) -> Json:
    """base: scheme and host of this installation."""
    paths: Json = {}
    for address, (name, _) in collections.items():
        scopes = [DEMOGRAPHICS] if address == "demographics" else [ROSTER, CORE]
        paths[f"/{address}"] = _path(f"getAll{_title(address)}", _SINGLE[name].plural, name, scopes, many=True)
        single = _title(_one(address))
        paths[f"/{address}/{{sourcedId}}"] = _path(f"get{single}", _SINGLE[name].single, name, scopes, ["sourcedId"])
    for (above, below), (name, _) in nested.items():
        operation = f"get{_title(below)}For{_title(_one(above))}"
        if above == "classes" and below == "enrollments":
            continue  # only within a school, below
        key = f"{_one(above)}SourcedId"
        paths[f"/{above}/{{{key}}}/{below}"] = _path(operation, _SINGLE[name].plural, name, [ROSTER], [key], many=True)
    for below in _PATHS_OF_CLASS:
        name = nested["classes", below][0]
        paths[f"/schools/{{schoolSourcedId}}/classes/{{classSourcedId}}/{below}"] = _path(
            f"get{_title(below)}ForClassInSchool", _SINGLE[name].plural, name, [ROSTER],
            ["schoolSourcedId", "classSourcedId"], many=True,
        )  # fmt: skip
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "OneRoster Rostering Service",
            "version": "1.2",
            "description": "Mái Trường: trường, lớp, học sinh, giáo viên theo OneRoster 1.2 (chỉ đọc).",
        },
        "servers": [{"url": f"{base}/ims/oneroster/rostering/v1p2"}],
        "paths": paths,
        "components": {
            "schemas": {_title(name): shape for name, shape in SHAPES.items()} | {"imsx_StatusInfo": STATUS},
            "securitySchemes": {
                "OAuth2CC": {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": f"{base}/oauth2/token", "scopes": dict(SCOPES)}},
                }
            },
        },
    }


def _title(name: str) -> str:
    return name[0].upper() + name[1:]


def _one(address: str) -> str:
    """`classes` → `class`, `gradingPeriods` → `gradingPeriod`: what the standard calls one of a collection."""
    return _SINGLE[address].single if address in _SINGLE else address.removesuffix("s")


def _path(
    operation: str, wrapped: str, name: str, scopes: list[str], under: Sequence[str] = (), *, many: bool = False
) -> Json:
    shape: Json = {"$ref": f"#/components/schemas/{_title(_SINGLE[name].single)}"}
    body = {"type": "array", "items": shape} if many else shape
    parameters: list[Json] = [{"name": one, "in": "path", "required": True, "schema": _TEXT} for one in under]
    asked = _QUERY if many else [one for one in _QUERY if one["name"] == "fields"]
    parameters += [{"in": "query", **one} for one in asked]
    good: Json = {
        "description": "The rows",
        "content": {"application/json": {"schema": {"type": "object", "required": [wrapped], "properties": {wrapped: body}}}},
    }  # fmt: skip
    if many:
        good["headers"] = {"X-Total-Count": {"schema": {"type": "integer"}}, "Link": {"schema": _TEXT}}
    bad = {
        "description": "A refusal",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/imsx_StatusInfo"}}},
    }
    refusals = {str(status): bad for status in (400, 401, 403, 404, 429, 500)}
    return {
        "get": {
            "operationId": operation,
            "parameters": parameters,
            "security": [{"OAuth2CC": [scope]} for scope in scopes],
            "responses": {"200": good, **refusals},
        }
    }
