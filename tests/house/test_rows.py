"""Two walls around every row: the seal in Python and row-level security in the database."""

from __future__ import annotations

import psycopg
import pytest
from django.core.paginator import Paginator
from django.db import connection, transaction
from django.db.models import Count, Exists, F, OuterRef, Subquery

from maitruong.foundation.access import rls
from maitruong.foundation.access.errors import ScopeMissing
from maitruong.foundation.access.scoping import ScopedModel
from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.audit.models import Entry
from maitruong.foundation.people.models import Person
from maitruong.registry.enrolment.models import Enrolment, SchoolClass
from tests import factories as make

SCOPED = [m for m in rls.house_models() if issubclass(m, ScopedModel)]
READS = {
    "all": lambda q: list(q.all()),
    "get": lambda q: q.get(pk=1),
    "filter": lambda q: list(q.filter(full_name="x")),
    "first": lambda q: q.first(),
    "count": lambda q: q.count(),
    "exists": lambda q: q.exists(),
    "values": lambda q: list(q.values("id")),
    "values_list": lambda q: list(q.values_list("id")),
    "iterator": lambda q: list(q.iterator()),
    "in_bulk": lambda q: q.in_bulk([1]),
    "aggregate": lambda q: q.aggregate(n=Count("id")),
    "sliced aggregate": lambda q: q.order_by("id")[:3].aggregate(n=Count("id")),
    "dates": lambda q: list(q.dates("born_on", "year")),
    "latest": lambda q: q.latest("id"),
    "earliest": lambda q: q.earliest("id"),
    "update": lambda q: q.update(full_name="x"),
    "delete": lambda q: q.filter(pk=1).delete(),
    "raw delete": lambda q: q._raw_delete("default"),
    "get_or_create": lambda q: q.get_or_create(full_name="x"),
    "update_or_create": lambda q: q.update_or_create(full_name="x"),
    "union": lambda q: list(q.union(q)),
    "intersection": lambda q: list(q.intersection(q)),
    "difference": lambda q: list(q.difference(q)),
    "or": lambda q: list(q | q),
    "and": lambda q: list(q & q),
    "xor": lambda q: list(q ^ q),
    "subquery": lambda q: list(Enrolment._base_manager.annotate(n=Subquery(q.values("full_name")[:1]))),
    "exists outer": lambda q: list(Enrolment._base_manager.filter(Exists(q.filter(pk=OuterRef("student_id"))))),
    "in": lambda q: list(Enrolment._base_manager.filter(student__in=q)),
    "extra": lambda q: list(q.extra(where=["true"])),
    "explain": lambda q: q.explain(),
    "contains": lambda q: q.contains(Person(pk=1)),
    "annotate": lambda q: list(q.annotate(n=F("id"))),
    "paginator": lambda q: Paginator(q.order_by("id"), 2).page(1).object_list[0],
    "bulk_update": lambda q: q.bulk_update([Person(pk=1, full_name="x")], ["full_name"]),
    "slice": lambda q: q.order_by("id")[0],
    "bool": lambda q: bool(q),
    "none or": lambda q: list(q.none() | q),
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", READS)
def test_a_scoped_model_gives_nothing_before_somebody_said_whose_rows(path: str) -> None:
    with pytest.raises(ScopeMissing):
        READS[path](Person.objects.all())


@pytest.fixture
def two_schools(db: None) -> dict[str, object]:
    department = make.a_department()
    commune, other = make.a_commune(department), make.a_commune(department, "Xã Vĩnh Bảo")
    ours, theirs = make.a_school(commune), make.a_school(other, "THCS Vĩnh Bảo")
    class_id, pupils = make.a_class(ours, pupils=("Nguyễn Minh Anh", "Lý A Sính"))
    their_class, their_pupils = make.a_class(theirs, "6A1", pupils=("Vũ Thị Hà",), grade=6)
    return {
        "ours": ours,
        "theirs": theirs,
        "class": class_id,
        "pupils": pupils,
        "their_pupils": their_pupils,
        "principal": make.a_principal(ours),
        "neighbour": make.a_principal(theirs, "Bùi Thị Hoa"),
        "commune": commune,
        "department": department,
    }


def names_seen(account: object) -> set[str]:
    scope = make.scope_of(account)  # type: ignore[arg-type]
    with unit_of_work(scope):
        return set(Person.objects.visible_to(scope, "people.view").values_list("full_name", flat=True))


def test_principal_sees_her_people_and_the_neighbour_does_not(two_schools: dict) -> None:
    assert names_seen(two_schools["principal"]) == {"Nguyễn Minh Anh", "Lý A Sính", "Đỗ Quang Minh"}
    assert names_seen(two_schools["neighbour"]) == {"Vũ Thị Hà", "Bùi Thị Hoa"}


def test_commune_officer_sees_the_schools_of_the_commune_only(two_schools: dict) -> None:
    officer = make.a_person("Trần Văn Xã", two_schools["commune"])
    make.a_post(officer, "commune_officer", two_schools["commune"])
    scope = make.scope_of(make.an_account(officer))

    with unit_of_work(scope):
        seen = set(SchoolClass._base_manager.values_list("school_id", flat=True))

    assert scope.school_ids == (two_schools["ours"],)
    assert seen == {two_schools["ours"]}


def test_guardian_sees_the_child_and_no_classmate_even_without_the_seal(two_schools: dict) -> None:
    child = two_schools["pupils"][0]
    guardian = make.a_guardian("Trần Mỹ Hạnh", child=child, school=two_schools["ours"])

    with unit_of_work(make.scope_of(guardian)):
        assert set(Enrolment._base_manager.values_list("student_id", flat=True)) == {child}
        assert set(Person._base_manager.values_list("pk", flat=True)) == {child, guardian.person_id}
        assert Person._base_manager.filter(pk=child).update(full_name="x") == 0


def test_the_wall_holds_where_the_seal_is_stepped_around(two_schools: dict) -> None:
    foreign = two_schools["their_pupils"][0]

    with unit_of_work(make.scope_of(two_schools["principal"])), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_person WHERE id = %s", [foreign])
        assert cursor.fetchone() == (0,)
        cursor.execute("UPDATE enrolment_enrolment SET status = 'x' WHERE student_id = %s", [foreign])
        assert cursor.rowcount == 0
        cursor.execute("SELECT count(*) FROM enrolment_enrolment e JOIN people_person p ON p.id = e.student_id")
        assert cursor.fetchone() == (2,)


def test_a_row_for_another_school_cannot_be_written(two_schools: dict) -> None:
    with pytest.raises(Exception, match="row-level security"), unit_of_work(make.scope_of(two_schools["principal"])):
        SchoolClass(school_id=two_schools["theirs"], school_year=2026, grade=6, name="6B", sort_key="6B").save()


@pytest.mark.parametrize("model", SCOPED, ids=lambda m: m.__name__)
def test_every_scoped_table_carries_exactly_its_policies(model: type[ScopedModel], db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass",
            [f'"{model._meta.db_table}"'],
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute(
            "SELECT policyname, cmd, roles::text[], coalesce(qual, ''), coalesce(with_check, '') FROM pg_policies"
            " WHERE tablename = %s ORDER BY 1",
            [model._meta.db_table],
        )
        found = {name: (cmd, set(roles), qual + check) for name, cmd, roles, qual, check in cursor.fetchall()}
    assert set(found) == set(rls.policies(model))
    assert found["wide"][1:] == ({"mt_wide"}, "true")
    assert found["scoped"][1] == {"mt_scoped"} and "mt.schools" in found["scoped"][2]
    if not model.append_only:
        assert found["family"][0] == "SELECT"
        assert ("student" not in model.scope_at) or "mt.persons" in found["family"][2]
    elif model.family_reads:
        person, column, values = model.family_reads
        cmd, roles, rest = found["family"]
        assert (cmd, roles) == ("SELECT", {"mt_family"}) and person in rest and "mt.persons" in rest
        assert column in rest and all(f"'{value}'" in rest for value in values)


@pytest.mark.parametrize("model", SCOPED, ids=lambda m: m.__name__)
def test_psql_as_the_application_without_a_scope_gets_an_error(
    model: type[ScopedModel], app_db: psycopg.Connection
) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')


@pytest.mark.parametrize("role", ["mt_scoped", "mt_family"])
@pytest.mark.parametrize("model", [Person, Enrolment, SchoolClass])
def test_a_role_chosen_without_saying_whose_rows_is_an_error_not_an_empty_list(
    role: str, model: type[ScopedModel], two_schools: dict
) -> None:
    with pytest.raises(Exception, match="malformed array literal"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('role', %s, true)", [role])
        cursor.execute(f'SELECT count(*) FROM "{model._meta.db_table}"')


def test_the_audit_can_be_added_to_and_never_changed(two_schools: dict) -> None:
    for verb in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"):
        with (
            pytest.raises(Exception, match="permission denied"),
            unit_of_work(make.SYSTEM),
            connection.cursor() as cursor,
        ):
            cursor.execute(verb)
    assert Entry.append_only


@pytest.mark.parametrize("statement", ["UPDATE audit_seal SET entries = 0", "DELETE FROM audit_seal"])
def test_a_seal_is_never_taken_off_by_the_application(statement: str, app_db: psycopg.Connection) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        app_db.execute(statement)


def test_scope_ends_with_its_transaction(two_schools: dict) -> None:
    with unit_of_work(make.scope_of(two_schools["principal"])):
        pass
    with pytest.raises(Exception, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM people_person")
