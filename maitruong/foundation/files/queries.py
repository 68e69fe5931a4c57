"""Reading what was kept: by the permission that reaches the school, or by the id another module already checked."""

from __future__ import annotations

import hashlib

from maitruong.foundation.access.errors import NotFound
from maitruong.foundation.access.types import Scope

from .errors import FileDamaged
from .models import StoredFile
from .stores import store
from .types import FileRef


def open_file(scope: Scope, permission: str, file_id: int) -> tuple[FileRef, bytes]:
    """A file of a school the permission reaches without limit, with its bytes. Raises NotFound, FileDamaged."""
    row = StoredFile.objects.visible_to(scope, permission).filter(pk=file_id).first()
    if row is None:
        raise NotFound
    return ref(row), _bytes(row)


def read(file_id: int) -> tuple[FileRef, bytes]:
    """The same for whom another module let in; row security still decides. Raises NotFound, FileDamaged."""
    row = StoredFile._base_manager.filter(pk=file_id).first()
    if row is None:
        raise NotFound
    return ref(row), _bytes(row)


def ref(row: StoredFile) -> FileRef:
    return FileRef(
        row.pk, row.school_id, row.sha256, row.size_bytes, row.media_type, row.name, row.purpose, row.kept_until
    )


def _bytes(row: StoredFile) -> bytes:
    """What comes out of a store is what went in, or nothing."""
    data = store().get(row.sha256)
    if data is None or hashlib.sha256(data).hexdigest() != row.sha256:
        raise FileDamaged(name=row.name)
    return data
