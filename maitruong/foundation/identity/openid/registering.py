"""Writing down a house that people may sign in through: checked by asking it once, before anybody stands at its door."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction

from maitruong.foundation.access.services import unit_of_work
from maitruong.foundation.access.types import system_scope
from maitruong.foundation.audit import services as audit
from maitruong.foundation.kernel import wire

from .. import services
from ..models_openid import OpenIdProvider
from . import documents, secret_files
from .reading import CLAIMS

_KEY = re.compile(r"[a-z][a-z0-9-]{1,30}")
_TEXTS = ("key", "name", "issuer", "client_id")


class NotWritten(Exception):
    """What is wrong with what was given, in a sentence for the administrator."""


def write(given: dict[str, Any], *, secret: str) -> OpenIdProvider:
    """Add a house, or change the one of that key. given: the columns of OpenIdProvider. secret: "" keeps the present one.

    Raises NotWritten; ProviderDown, ProviderNotUnderstood where the house does not answer as it should.
    """
    columns = _checked(given)
    documents.forget()
    asked = OpenIdProvider(**columns)
    documents.endpoints(asked)
    documents.keys(asked)
    with transaction.atomic():
        row, made = OpenIdProvider.objects.update_or_create(key=columns["key"], defaults=columns)
        if secret:
            secret_files.write(row.key, secret)
        if row.client_proof != "none":
            secret_files.read(row.key)  # a door nobody can come through is not opened
        _tell("identity.openid_provider_written", row, {"made": made})
    return row


def close(key: str) -> bool:
    """Take a house off the door; links stay, for when it comes back. Whether there was one."""
    with transaction.atomic():
        row = OpenIdProvider.objects.filter(key=key, is_open=True).first()
        if row is None:
            return False
        row.is_open = False
        row.save(update_fields=["is_open"])
        _tell("identity.openid_provider_closed", row, {})
    secret_files.remove(key)
    return True


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    columns = {**given, "is_open": True}
    unknown = set(columns) - {
        field.name for field in OpenIdProvider._meta.fields if field.name not in ("id", "created_at")
    }
    if unknown:
        raise NotWritten(f"Không rõ các mục: {', '.join(sorted(unknown))}.")
    for name in _TEXTS:
        if not isinstance(columns.get(name), str) or not columns[name]:
            raise NotWritten(f"Thiếu mục {name}.")
    if not _KEY.fullmatch(columns["key"]):
        raise NotWritten("key chỉ gồm chữ thường, số và gạch ngang, bắt đầu bằng chữ.")
    if not wire.may_be_asked(columns["issuer"]):
        raise NotWritten("issuer phải là địa chỉ https.")
    if columns.get("client_proof", "basic") not in ("basic", "post", "none"):
        raise NotWritten("client_proof là basic, post hoặc none.")
    if "openid" not in str(columns.get("scopes", "openid")).split():
        raise NotWritten("scopes phải có openid.")
    claims, levels = columns.get("claims"), columns.get("levels", {})
    if not isinstance(claims, dict) or set(claims) - CLAIMS or not {"number", "name"} <= set(claims):
        raise NotWritten(f"claims phải có number và name, và chỉ gồm: {', '.join(sorted(CLAIMS))}.")
    if not isinstance(levels, dict) or set(levels.values()) - {1, 2}:
        raise NotWritten("levels nói giá trị nào của claim level là mức 1, giá trị nào là mức 2.")
    if not isinstance(columns.get("hosts", []), list):
        raise NotWritten("hosts là danh sách tên máy chủ.")
    return columns


def _tell(action: str, row: OpenIdProvider, changes: dict[str, object]) -> None:
    scope = system_scope("houses to sign in through")
    with unit_of_work(scope):
        audit.record(
            scope,
            action,
            school_id=services.department(),
            object_type="openid_provider",
            object_id=row.pk,
            changes={"key": row.key, "issuer": row.issuer, **changes},
        )
