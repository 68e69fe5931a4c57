"""Frozen values to XML and back, by one rule: the same values always give the same bytes.

A field of a simple type is an attribute, a dataclass is a child element, a tuple is a wrapper with one child an item, a
field marked `text` is a child with text. None writes nothing; a hyphen stands for an underscore. The order is the order
of the fields.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
import types
import typing
from enum import StrEnum
from typing import Any, TypeVar

from lxml import etree

NAMESPACE = "urn:maitruong:school-record:1"
T = TypeVar("T")


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
            etree.SubElement(element, tag(field.name)).text = content
        elif dataclasses.is_dataclass(content):
            write(element, field.name, content)
        elif isinstance(content, tuple):
            _write_items(etree.SubElement(element, tag(field.name)), field.metadata["item"], content)
        else:
            element.set(field.name.replace("_", "-"), _text(content))


def read(element: etree._Element, kind: type[T]) -> T:
    """The value an element was written from. Raises ValueError for anything the type does not allow."""
    values: dict[str, Any] = {}
    for field, wanted in _fields(kind):
        if field.metadata.get("text"):
            values[field.name] = element.findtext(tag(field.name))
        elif dataclasses.is_dataclass(wanted):
            child = element.find(tag(field.name))
            values[field.name] = None if child is None else read(child, wanted)
        elif typing.get_origin(wanted) is tuple:
            values[field.name] = _read_items(element.find(tag(field.name)), typing.get_args(wanted)[0])
        else:
            values[field.name] = _value(element.get(field.name.replace("_", "-")), wanted)
    return kind(**_without_defaults(values, kind))


def _write_items(wrapper: etree._Element, item_name: str, items: tuple[Any, ...]) -> None:
    for item in items:
        if isinstance(item, str):
            etree.SubElement(wrapper, tag(item_name)).text = item
        else:
            write(wrapper, item_name, item)


def _read_items(wrapper: etree._Element | None, kind: type) -> tuple[Any, ...]:
    if wrapper is None:
        return ()
    return tuple((child.text or "") if kind is str else read(child, kind) for child in wrapper)


@functools.cache
def _fields(kind: type) -> tuple[tuple[dataclasses.Field, Any], ...]:
    """Fields of a dataclass with their types, `X | None` shown as X."""
    hints = typing.get_type_hints(kind)
    return tuple((field, _unwrapped(hints[field.name])) for field in dataclasses.fields(kind))


def _unwrapped(hint: Any) -> Any:
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return next(part for part in typing.get_args(hint) if part is not type(None))
    return hint


def _without_defaults(values: dict[str, Any], kind: type) -> dict[str, Any]:
    """Leave out what the file did not say, so that a missing required value is an error and a default a default."""
    required = {f.name for f, _ in _fields(kind) if f.default is dataclasses.MISSING}
    missing = sorted(
        name for name in required if values[name] is None and not _may_be_none(kind, name)
    )
    if missing:
        raise ValueError(f"{kind.__name__}: {', '.join(missing)} missing")
    return {name: value for name, value in values.items() if value is not None or name in required}


@functools.cache
def _may_be_none(kind: type, name: str) -> bool:
    return type(None) in typing.get_args(typing.get_type_hints(kind)[name])


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    return str(value)


def _value(text: str | None, kind: Any) -> Any:
    if text is None:
        return None
    if kind is bool:
        return {"true": True, "false": False}[text]
    if kind is dt.date:
        return dt.date.fromisoformat(text)
    return kind(text)
