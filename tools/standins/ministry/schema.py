"""Reads the receiver's own schema and judges a record by it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

DATASETS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "schema.json").read_text(encoding="utf-8"))
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
Problem = tuple[str, str, str]


def problem_of(dataset: str, record: Any) -> Problem | None:
    """(code, field, message) of the first thing wrong with a record, or None."""
    if not isinstance(record, dict):
        return "FORMAT", "", "bản ghi phải là một đối tượng"
    version, event = record.get("version"), record.get("event")
    if event not in ("NEW", "UPDATE", "CANCEL"):
        return "EVENT", "event", "sự kiện phải là NEW, UPDATE hoặc CANCEL"
    if type(version) is not int or version == 0:
        return "VERSION", "version", "phiên bản phải là số nguyên khác 0"
    if not isinstance(record.get("updated_at"), str) or not _MOMENT.fullmatch(record["updated_at"]):
        return "FORMAT", "updated_at", "thời gian cập nhật sai dạng"
    if event == "CANCEL":
        return None
    data = record.get("data")
    if not isinstance(data, dict):
        return "REQUIRED", "data", "thiếu nội dung"
    return _fields(DATASETS[dataset], data, "")


def _fields(schema: dict[str, Any], data: dict[str, Any], before: str) -> Problem | None:
    for name in data:
        if name not in schema:
            return "UNKNOWN_FIELD", before + name, "trường dữ liệu không có trong quy định"
    for name, rule in schema.items():
        if name not in data:
            if rule.get("required"):
                return "REQUIRED", before + name, "bắt buộc phải có"
            continue
        found = _value(rule, data[name], before + name)
        if found:
            return found
    return None


def _value(rule: dict[str, Any], value: Any, name: str) -> Problem | None:
    kind = rule["type"]
    right = {
        "text": isinstance(value, str),
        "day": isinstance(value, str) and _DAY.fullmatch(value) is not None,
        "flag": isinstance(value, bool),
        "count": type(value) is int,
        "measure": type(value) in (int, float),
        "rows": isinstance(value, list),
    }[kind]
    if not right:
        return "TYPE", name, "sai kiểu dữ liệu"
    if kind == "rows":
        for row in value:
            found = (
                _fields(rule["of"], row, f"{name}.") if isinstance(row, dict) else ("TYPE", name, "sai kiểu dữ liệu")
            )
            if found:
                return found
    elif "codes" in rule and value not in rule["codes"]:
        return "CODE", name, "mã không có trong danh mục"
    elif "like" in rule and not re.fullmatch(rule["like"], value):
        return "PATTERN", name, "sai dạng"
    elif "most" in rule and (len(value) if isinstance(value, str) else value) > rule["most"]:
        return "LENGTH", name, f"quá dài hoặc quá lớn, nhiều nhất {rule['most']}"
    return None
