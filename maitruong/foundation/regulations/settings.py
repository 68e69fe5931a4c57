"""Switches of a reading: where an act is silent, the school's or the province's choice, frozen and stored by id."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, Self, get_args, get_origin, get_type_hints

from maitruong.foundation.kernel.errors import Refusal


class SettingsRefused(Refusal):
    code = "regulations.settings_refused"
    message = "Tuỳ chọn {name} không nhận giá trị {given}."
    remedy = "Giá trị nhận được: {allowed}."


@dataclass(frozen=True)
class RuleSettings:
    """Base of the switches of one act. Every field has a default and a closed set of values (Literal or bool).

    `id` is stored with each result: the act alone when all is default, else the act and what differs, so that a
    stored result can be judged again under the very same reading (`from_id`).
    """

    act_id: ClassVar[str] = ""

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value, allowed = getattr(self, field.name), self._allowed(field.name)
            if not any(value == choice and type(value) is type(choice) for choice in allowed):
                raise SettingsRefused(name=field.name, given=value, allowed=", ".join(map(str, allowed)))

    @property
    def id(self) -> str:
        changed = [
            f"{field.name}={getattr(self, field.name)}"
            for field in dataclasses.fields(self)
            if getattr(self, field.name) != field.default
        ]
        return ":".join([self.act_id, ",".join(changed)]) if changed else self.act_id

    @classmethod
    def from_id(cls, stored: str) -> Self:
        """The settings of a stored id. Raises SettingsRefused for another act, an unknown name or value."""
        act_id, _, changed = stored.partition(":")
        if act_id != cls.act_id:
            raise SettingsRefused(name="act", given=act_id, allowed=cls.act_id)
        return cls.from_dict(dict(part.split("=", 1) for part in changed.split(",") if "=" in part))

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Settings from plain values or their texts ("replace", true, "True", 6). Raises SettingsRefused."""
        known = {field.name for field in dataclasses.fields(cls)}
        chosen = {}
        for name, given in values.items():
            if name not in known:
                raise SettingsRefused(name=name, given=given, allowed=", ".join(sorted(known)))
            matching = [choice for choice in cls._allowed(name) if str(choice) == str(given)]
            if not matching:
                raise SettingsRefused(name=name, given=given, allowed=", ".join(map(str, cls._allowed(name))))
            chosen[name] = matching[0]
        return cls(**chosen)

    @classmethod
    def _allowed(cls, name: str) -> tuple[Any, ...]:
        return _choices(cls)[name]  # type: ignore[arg-type]  # the class is hashed, not its instances


@cache
def _choices(settings: type[RuleSettings]) -> dict[str, tuple[Any, ...]]:
    """The closed set of values of every field, read once a class from its annotations."""
    hints = get_type_hints(settings)
    found: dict[str, tuple[Any, ...]] = {}
    for field in dataclasses.fields(settings):
        hint = hints[field.name]
        if hint is not bool and get_origin(hint) is not Literal:
            raise TypeError(f"{settings.__name__}.{field.name} must be bool or Literal")
        found[field.name] = (True, False) if hint is bool else get_args(hint)
    return found
