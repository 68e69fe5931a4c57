"""Frozen values to XML and back, by one rule: the same values always give the same bytes.

A field of a simple type is an attribute, a dataclass is a child element, a tuple is a wrapper with one child an item, a
field marked `text` is a child with text. None writes nothing; a hyphen stands for an underscore. The order is the order
of the fields. Characters XML forbids are left out: a row may be older than the gate that keeps them from tables.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import types
import typing
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from lxml import etree

from maitruong.foundation.kernel.characters import writable

NAMESPACE = "urn:maitruong:school-record:1"
T = TypeVar("T")
_TRUTH = {"true": True, "false": False}


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name.replace('_', '-')}"


def write(parent: etree._Element, name: str, value: Any) -> etree._Element:
    """Append the element of one dataclass value to its parent and return it."""
    element = etree.SubElement(parent, tag(name))
    fill(element, value)
    return element


def fill(element: etree._Element, value: Any) -> None:
    for field in dataclasses.fields(value):
        content = getattr(value, field.name)
        if content is None or content == ():
            continue
        if field.metadata.get("text"):
            etree.SubElement(element, tag(field.name)).text = writable(content)
        elif dataclasses.is_dataclass(content):
            write(element, field.name, content)
        elif isinstance(content, tuple):
            _write_items(etree.SubElement(element, tag(field.name)), field.metadata["item"], content)
        else:
            element.set(field.name.replace("_", "-"), _text(content))


def read(element: etree._Element, kind: type[T]) -> T:
    """The value an element was written from. Raises ValueError for anything the type does not allow."""
    values: dict[str, Any] = {}
    attributes = element.attrib
    children = {child.tag: child for child in element}
    for name, key, read_one, from_attribute, is_required in _plan(kind):  # type: ignore[arg-type]  # a class is hashable
        found = attributes.get(key) if from_attribute else children.get(key)
        if found is not None:
            values[name] = read_one(found)
        elif is_required:
            raise ValueError(f"{kind.__name__}: {name} missing")
    return kind(**values)


def _write_items(wrapper: etree._Element, item_name: str, items: tuple[Any, ...]) -> None:
    for item in items:
        if isinstance(item, str):
            etree.SubElement(wrapper, tag(item_name)).text = writable(item)
        else:
            write(wrapper, item_name, item)


@functools.cache
def _plan(kind: type) -> tuple[tuple[str, str, Callable[[Any], Any], bool, bool], ...]:
    """How to read each field: its name, its key in the file, the reader, whether an attribute, whether required."""
    hints = typing.get_type_hints(kind)
    plan = []
    for field in dataclasses.fields(kind):
        wanted = _unwrapped(hints[field.name])
        is_child = bool(field.metadata) or dataclasses.is_dataclass(wanted)
        key = tag(field.name) if is_child else field.name.replace("_", "-")
        required = field.default is dataclasses.MISSING
        plan.append((field.name, key, _reader(field, wanted), not is_child, required))
    return tuple(plan)


def _reader(field: dataclasses.Field, wanted: Any) -> Callable[[Any], Any]:
    if field.metadata.get("text"):
        return lambda element: element.text or ""
    if isinstance(wanted, type) and dataclasses.is_dataclass(wanted):
        return functools.partial(read, kind=wanted)
    if "item" in field.metadata:
        item = typing.get_args(wanted)[0]
        if item is str:
            return lambda wrapper: tuple(child.text or "" for child in wrapper)
        return lambda wrapper: tuple(read(child, item) for child in wrapper)
    return {bool: _TRUTH.__getitem__, dt.date: dt.date.fromisoformat}.get(wanted, wanted)


def _unwrapped(hint: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(part for part in typing.get_args(hint) if part is not type(None))
    return hint


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    return writable(str(value))
