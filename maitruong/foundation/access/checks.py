"""The house's own system checks: walls the import contracts cannot see."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import Error, register
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from .rls import house_models
from .scoping import ScopedModel


def _place(model: type[models.Model]) -> int:
    """How high a model's module stands on the map; settings list the modules bottom to top."""
    return settings.MODULES.index(apps.get_app_config(model._meta.app_label).name)


@register("house")
def foreign_keys_point_down(app_configs: Any, **kwargs: Any) -> list[Error]:
    """house.E001: a key to another module points down the map, is PROTECT and leaves no way back."""
    problems = []
    for model in house_models():
        for field in model._meta.local_fields:
            target = field.related_model
            if not isinstance(target, type) or not issubclass(target, models.Model) or target not in house_models():
                continue
            if target._meta.app_label == model._meta.app_label:
                continue
            remote: Any = field.remote_field
            if _place(target) >= _place(model) or remote.on_delete is not models.PROTECT or not remote.hidden:
                problems.append(
                    Error(
                        f"{model.__name__}.{field.name} must point down the map with on_delete=PROTECT, related_name='+'",
                        obj=model,
                        id="house.E001",
                    )
                )
    return problems


@register("house")
def every_model_is_scoped_or_says_why(app_configs: Any, **kwargs: Any) -> list[Error]:
    """house.E002: rows belong to somebody, or the model says why they belong to everyone."""
    problems = []
    for model in house_models():
        scoped = issubclass(model, ScopedModel)
        if scoped and "school" not in getattr(model, "scope_at", {}):
            problems.append(Error(f"{model.__name__} does not say where its school is", obj=model, id="house.E002"))
        if not scoped and not getattr(model, "shared", "") and not model._meta.auto_created:
            problems.append(
                Error(f"{model.__name__} is neither scoped nor says why it is shared", obj=model, id="house.E002")
            )
        if scoped and (any(f.many_to_many for f in model._meta.get_fields() if not f.auto_created)):
            problems.append(
                Error(f"{model.__name__}: link tables must be models that carry the school", obj=model, id="house.E002")
            )
    return problems


def routes(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Every route with its view, depth first."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern.callback


@dataclass(frozen=True)
class Route:
    """An address of the house: its pattern, its name with the namespaces before it, who may open it, with which methods."""

    path: str
    name: str
    guard: str
    methods: tuple[str, ...]


def described_routes(patterns: Any = None, prefix: str = "", spaces: tuple[str, ...] = ()) -> Iterator[Route]:
    """Every route with its guard, depth first."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = (*spaces, pattern.namespace) if pattern.namespace else spaces
            yield from described_routes(pattern.url_patterns, path, inner)
        elif isinstance(pattern, URLPattern):
            name = ":".join((*spaces, pattern.name or ""))
            yield Route(path, name, getattr(pattern.callback, "guard", ""), methods_of(pattern.callback))


def methods_of(view: Any) -> tuple[str, ...]:
    """The methods a view takes, as its require_* decorator says; without one, any."""
    while view is not None:
        named = inspect.getclosurevars(view).nonlocals.get("request_method_list") if inspect.isfunction(view) else None
        if named:
            return tuple(named)
        view = getattr(view, "__wrapped__", None)
    return ("GET", "HEAD", "POST")


@register("house")
def every_route_has_a_guard(app_configs: Any, **kwargs: Any) -> list[Error]:
    """house.E003: every route has @needs(...) or is one of the public pages that say why."""
    return [
        Error(f"/{path} has neither @needs nor @public", id="house.E003")
        for path, view in routes()
        if not getattr(view, "guard", "")
    ]
