"""The rostering service of OneRoster 1.2 over REST. Every route is one line in `urls`: which resource, which of its rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from maitruong.foundation.access.doors import public
from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.identity import services as identity

from . import recording
from .gate import Answer, Asking, machine
from .oneroster import asked, describing, ids, resources, sources
from .oneroster.paging import Narrowed, Page, Reader, position
from .oneroster.resources import Json, Resource
from .reach import parameters
from .types import CORE, DEMOGRAPHICS, ROSTER

BASE: Final = "/ims/oneroster/rostering/v1p2"
_PATHS: Final = {
    "org": "orgs",
    "academicSession": "academicSessions",
    "course": "courses",
    "class": "classes",
    "user": "users",
}


def resource(name: str) -> Resource:
    return resources.named(name, department=identity.department())


#: Address of a collection → (resource, which of its rows). `students` are users, `terms` are academic sessions.
COLLECTIONS: Final[dict[str, tuple[str, str]]] = {
    "orgs": ("orgs", ""),
    "schools": ("orgs", "r.kind = 'school'"),
    "academicSessions": ("academicSessions", ""),
    "terms": ("academicSessions", "r.type = 'term'"),
    "gradingPeriods": ("academicSessions", "r.type = 'gradingPeriod'"),
    "courses": ("courses", ""),
    "classes": ("classes", ""),
    "enrollments": ("enrollments", ""),
    "users": ("users", ""),
    "students": ("users", "'student' = ANY(r.roles)"),
    "teachers": ("users", "'teacher' = ANY(r.roles)"),
    "demographics": ("demographics", "'student' = ANY(r.roles)"),
}
_KINDS: Final = {"orgs": ids.ORG, "academicSessions": ids.SESSION, "courses": ids.COURSE, "classes": ids.CLASS,
                 "users": ids.USER, "demographics": ids.USER}  # fmt: skip

_SEATED: Final = """SELECT {who} FROM enrolment_enrolment e WHERE e.{where} AND (e.ends_on IS NULL OR e.ends_on >= %(today)s::date)
  AND e.school_year = ANY(%(years)s::int[])"""
_TEACHING: Final = """SELECT {who} FROM timetable_assignment l WHERE l.{where} AND (l.ends_on IS NULL OR l.ends_on >= %(today)s::date)
  AND l.school_year = ANY(%(years)s::int[])"""
_CLASSES_OF_USER: Final = (
    f"r.id IN ({_SEATED.format(who='e.school_class_id', where='student_id = %(of)s::bigint')}"
    f" UNION {_TEACHING.format(who='l.class_id', where='teacher_id = %(of)s::bigint')}"
    " UNION SELECT k.id FROM enrolment_schoolclass k WHERE k.homeroom_id = %(of)s::bigint)"
)
_STUDENTS_OF_CLASS: Final = f"r.id IN ({_SEATED.format(who='e.student_id', where='school_class_id = %(of)s::bigint')})"
_TEACHERS_OF_CLASS: Final = (
    f"r.id IN ({_TEACHING.format(who='l.teacher_id', where='class_id = %(of)s::bigint')}"
    " UNION SELECT k.homeroom_id FROM enrolment_schoolclass k WHERE k.id = %(of)s::bigint)"
)
#: (above, below) → (resource, which rows; %(of)s is the key above). A school's own rows are asked with that school alone.
NESTED: Final[dict[tuple[str, str], tuple[str, str]]] = {
    ("schools", "classes"): ("classes", ""),
    ("schools", "courses"): ("courses", ""),
    ("schools", "enrollments"): ("enrollments", ""),
    ("schools", "students"): ("users", "'student' = ANY(r.roles)"),
    ("schools", "teachers"): ("users", "'teacher' = ANY(r.roles)"),
    ("schools", "terms"): ("academicSessions", "r.type = 'term'"),
    ("classes", "students"): ("users", _STUDENTS_OF_CLASS),
    ("classes", "teachers"): ("users", _TEACHERS_OF_CLASS),
    ("classes", "enrollments"): ("enrollments", "r.class_id = %(of)s::bigint"),
    ("courses", "classes"): ("classes", "r.grade + 100 = %(of)s::bigint"),
    ("students", "classes"): ("classes", _CLASSES_OF_USER),
    ("teachers", "classes"): ("classes", _CLASSES_OF_USER),
    ("users", "classes"): ("classes", _CLASSES_OF_USER),
    ("terms", "classes"): ("classes", "r.school_year = %(of)s::bigint / 100"),
    ("terms", "gradingPeriods"): ("academicSessions", "r.type = 'gradingPeriod' AND r.parent_id = %(of)s::bigint"),
}


def scopes_of(address: str, *, nested: bool = False) -> tuple[str, ...]:
    if address == "demographics":
        return (DEMOGRAPHICS,)
    return (ROSTER,) if nested else (ROSTER, CORE)


def collection(address: str) -> Any:
    name, which = COLLECTIONS[address]

    @machine(*scopes_of(address))
    def answer(asking: Asking) -> Answer:
        return _page(asking, name, parameters(asking.scope), Narrowed(which))

    return answer


def single(address: str) -> Any:
    name, which = COLLECTIONS[address]

    @machine(*scopes_of(address))
    def answer(asking: Asking, sourced_id: str) -> Answer:
        given = parameters(asking.scope)
        what = resource(name)
        row = _row(what, name, given, which, sourced_id)
        wanted = asked.read(asking.request.GET.dict(), what).fields
        recording.taken(asking, what, [row])
        return Answer({what.single: _writer(asking.request, what, wanted)(row)}, 1)

    return answer


def nested(above: str, below: str) -> Any:
    name, which = NESTED[above, below]

    @machine(*scopes_of(below, nested=True))
    def answer(asking: Asking, sourced_id: str) -> Answer:
        given = parameters(asking.scope)
        number = _above(given, above, sourced_id)
        if above == "schools":
            given = parameters(asking.scope, school_id=number)
        return _page(asking, name, given, Narrowed(which, {"of": number}))

    return answer


def in_class_of_school(below: str) -> Any:
    """`schools/{id}/classes/{id}/students` and its like: the class must be one of that school."""
    name, which = NESTED["classes", below]

    @machine(ROSTER)
    def answer(asking: Asking, school: str, sourced_id: str) -> Answer:
        number = _above(parameters(asking.scope), "schools", school)
        given = parameters(asking.scope, school_id=number)
        return _page(asking, name, given, Narrowed(which, {"of": _above(given, "classes", sourced_id)}))

    return answer


def _above(given: dict[str, Any], address: str, sourced_id: str) -> int:
    """The key of what a nested address hangs under. Raises NotFound when it is not there, or not the client's."""
    name, which = COLLECTIONS[address]
    return int(_row(resource(name), name, given, which, sourced_id)["id"])


def _row(what: Resource, name: str, given: dict[str, Any], which: str, sourced_id: str) -> Any:
    key = ids.read(sourced_id)
    wanted = {part.kind for part in sources.SEATS} if name == "enrollments" else {_KINDS[name]}
    if key is None or key.kind not in wanted:
        raise NotFound
    row = Reader(what, given, Narrowed(which)).one(*key)
    if row is None:
        raise NotFound
    return row


def _page(asking: Asking, name: str, given: dict[str, Any], narrowed: Narrowed) -> Answer:
    what = resource(name)
    query = asking.request.GET.dict()
    wanted = asked.read(query, what)
    token = query.get("position", "")
    page = Reader(what, given, narrowed).page(wanted, position(token) if token else None)
    recording.taken(asking, what, page.rows)
    write = _writer(asking.request, what, wanted.fields)
    written = [write(row) for row in page.rows]
    headers = {"X-Total-Count": str(page.total), "Link": _links(asking.request, wanted, page)}
    return Answer({what.plural: written}, len(written), headers)


def _writer(request: HttpRequest, what: Resource, wanted: frozenset[str] | None) -> Callable[[Any], Json]:
    """Writes rows of one answer. References to the few things many rows share are made once."""
    base = f"{request.scheme}://{request.get_host()}{BASE}"
    shared: dict[tuple[int, int], Json] = {}

    def link(kind: int, number: int, of: str) -> Json:
        made = shared.get((kind, number))
        if made is None:
            named = ids.sourced_id(kind, number)
            made = {"href": f"{base}/{_PATHS[of]}/{named}", "sourcedId": named, "type": of}
            if kind != ids.USER:
                shared[kind, number] = made
        return made

    if wanted is None:
        return lambda row: what.write(row, link)
    return lambda row: {name: value for name, value in what.write(row, link).items() if name in wanted}


def _links(request: HttpRequest, wanted: asked.Asked, page: Page) -> str:
    """first, prev, next, last (RFC 8288). `next` carries the position; the others can only count."""
    here = request.build_absolute_uri(request.path)
    query = {name: value for name, value in request.GET.dict().items() if name not in ("offset", "limit", "position")}

    def to(relation: str, offset: int, **more: str) -> str:
        return f'<{here}?{urlencode({**query, "limit": wanted.limit, "offset": offset, **more})}>; rel="{relation}"'

    last = max(0, (page.total - 1) // wanted.limit * wanted.limit)
    told = [to("first", 0), to("last", last)]
    following = wanted.offset + wanted.limit
    if page.after is not None:
        told.append(to("next", following, position=page.after.token()))
    elif (wanted.order or wanted.descending) and following < page.total:
        told.append(to("next", following))
    if wanted.offset:
        told.append(to("prev", max(0, wanted.offset - wanted.limit)))
    return ", ".join(told)


@public("the description of the rostering service; no data in it")
@require_safe
def discovery(request: HttpRequest) -> HttpResponse:
    base = f"{request.scheme}://{request.get_host()}"
    return JsonResponse(describing.openapi(base, COLLECTIONS, NESTED), json_dumps_params={"ensure_ascii": False})
