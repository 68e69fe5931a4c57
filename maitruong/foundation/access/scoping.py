"""The seal: a scoped model gives no row until somebody said whose rows, and with which verb.

Row-level security in the database is the wall; this is the lock on the door, and the plain filter that makes plans good.
What escapes here (joins, raw SQL, the base manager) stops at the wall.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q, sql

from .errors import ScopeMissing
from .types import GrantView, Rows, Scope


class SealedQuery(sql.Query):
    """A query that refuses to become SQL until it was opened."""

    opened = False

    def _demand_scope(self) -> None:
        if not self.opened:
            raise ScopeMissing(f"{self.model.__name__} was read without visible_to(scope, permission)")  # type: ignore[union-attr]

    def get_compiler(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()
        return super().get_compiler(*args, **kwargs)

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        self._demand_scope()
        return super().resolve_expression(*args, **kwargs)

    def combine(self, rhs: Any, connector: Any) -> None:
        self._demand_scope()
        if isinstance(rhs, SealedQuery):
            rhs._demand_scope()
        super().combine(rhs, connector)

    def chain(self, klass: Any = None) -> Any:
        if klass is not None and klass is not type(self) and not issubclass(klass, SealedQuery):
            self._demand_scope()
        return super().chain(klass)


class ScopedQuerySet(models.QuerySet):
    """Sealed rows. `visible_to` opens them."""

    def __init__(self, model: Any = None, query: Any = None, using: Any = None, hints: Any = None) -> None:
        super().__init__(model, query if query is not None else SealedQuery(model), using, hints)

    def visible_to(self, scope: Scope, permission: str) -> Self:
        """The rows this scope reaches with this verb. Nothing, when no grant carries the permission."""
        opened = self.all()
        opened.query.opened = True  # type: ignore[attr-defined]
        if scope.is_system:
            return opened
        at = self.model.scope_at  # type: ignore[attr-defined]
        if scope.rows is Rows.PROVINCE and any(_unlimited(g) for g in scope.grants if permission in g.permissions):
            return opened
        reach = Q(pk__in=[])
        for grant in scope.grants:
            if permission in grant.permissions:
                reach |= _reach(grant, at)
        return opened.filter(reach)

    def _raw_delete(self, using: Any) -> int:
        self.query._demand_scope()  # type: ignore[attr-defined]
        return super()._raw_delete(using)  # type: ignore[misc]


def _unlimited(grant: GrantView) -> bool:
    return grant.school_ids is None and grant.class_ids is None and grant.subjects is None and grant.student_ids is None


def _reach(grant: GrantView, at: dict[str, str]) -> Q:
    """A grant as a filter. A limit this model cannot express closes the grant."""
    reach = Q()
    limits: list[tuple[str, tuple[Any, ...] | None]] = [
        ("school", grant.school_ids),
        ("school_class", grant.class_ids),
        ("subject", grant.subjects),
        ("student", grant.student_ids),
    ]
    for coordinate, allowed in limits:
        if allowed is None or coordinate in at.get("whatever", "").split():
            continue
        if coordinate not in at:
            return Q(pk__in=[])
        lookup = "overlap" if coordinate in at.get("many", "").split() else "in"
        reach &= Q(**{f"{at[coordinate]}__{lookup}": list(allowed)})
    return reach


class ScopedModel(models.Model):
    """Base of every table whose rows belong to somebody.

    scope_at: where the row's coordinates are: school (an organisations.Unit id), and where they exist school_class, subject,
    student (a person id). `many` names the coordinates that are arrays. `whatever` names limits that mean nothing for these
    rows: who teaches one subject in a class may see the class, which is the same class for every subject.
    append_only: any scope may add rows, nobody may change or remove them (the audit).
    family_reads: of an append-only table, (column of the person, column, its values): the rows about them that a family may read.
    """

    scope_at: ClassVar[dict[str, str]]
    append_only: ClassVar[bool] = False
    family_reads: ClassVar[tuple[str, str, tuple[str, ...]] | None] = None

    objects = ScopedQuerySet.as_manager()

    class Meta:
        abstract = True

    def _perform_unique_checks(self, unique_checks: Any) -> dict[str, Any]:
        """The database's constraint answers; asking first would need a scope and still race."""
        return {}
