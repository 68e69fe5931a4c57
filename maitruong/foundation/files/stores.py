"""The two stores: a folder of this machine, and any S3-compatible service."""

from __future__ import annotations

import os
import re
import secrets
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from .errors import StoreUnavailable
from .ports import Store

_NAME = re.compile(r"[0-9a-f]{64}")


def store() -> Store:
    """The store of this installation, by its settings."""
    return _store(settings.FILE_STORE or str(settings.CONFIG.var / "files"), settings.FILE_STORE_ENDPOINT)


@cache
def _store(address: str, endpoint: str) -> Store:
    if address.startswith("s3://"):
        bucket, _, prefix = address.removeprefix("s3://").partition("/")
        return S3Store(bucket, prefix.strip("/"), endpoint=endpoint)
    return FolderStore(Path(address))


class FolderStore:
    """Files in a folder only its owner may enter, two levels deep, each written beside its place and moved in one step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, sha256: str, data: bytes) -> None:
        path = self._path(sha256)
        if path.exists() and path.stat().st_size == len(data):
            return
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}.new")
        try:
            for folder in (self.folder, path.parent.parent, path.parent):  # `parents` would not pass the mode on
                folder.mkdir(mode=0o700, parents=folder is self.folder, exist_ok=True)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        except OSError as problem:  # a full disk, a lost volume: the caller's transaction is taken back
            draft.unlink(missing_ok=True)
            raise StoreUnavailable(name=sha256) from problem

    def get(self, sha256: str) -> bytes | None:
        try:
            return self._path(sha256).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as problem:
            raise StoreUnavailable(name=sha256) from problem

    def remove(self, sha256: str) -> None:
        self._path(sha256).unlink(missing_ok=True)

    def _path(self, sha256: str) -> Path:
        if not _NAME.fullmatch(sha256):
            raise ValueError("a stored file is named by its SHA-256")
        return self.folder / sha256[:2] / sha256[2:4] / sha256


class S3Store:
    """Objects of one bucket under a prefix. Credentials come from the environment the usual way, never from our settings."""

    def __init__(self, bucket: str, prefix: str = "", *, endpoint: str = "") -> None:
        self.bucket = bucket
        self.prefix = prefix
        self._client = _s3_client(endpoint)

    def put(self, sha256: str, data: bytes) -> None:
        self._ask("put_object", sha256, Body=data, ContentLength=len(data))

    def get(self, sha256: str) -> bytes | None:
        found = self._ask("get_object", sha256)
        try:
            return None if found is None else found["Body"].read()
        except Exception as problem:
            raise StoreUnavailable(name=sha256) from problem

    def remove(self, sha256: str) -> None:
        self._ask("delete_object", sha256)

    def _ask(self, verb: str, sha256: str, **more: Any) -> Any:
        from botocore.exceptions import BotoCoreError, ClientError

        if not _NAME.fullmatch(sha256):
            raise ValueError("a stored file is named by its SHA-256")
        key = f"{self.prefix}/{sha256}" if self.prefix else sha256
        try:
            return getattr(self._client, verb)(Bucket=self.bucket, Key=key, **more)
        except ClientError as problem:
            if problem.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 404:
                return None
            raise StoreUnavailable(name=sha256) from problem
        except BotoCoreError as problem:
            raise StoreUnavailable(name=sha256) from problem


def _s3_client(endpoint: str) -> Any:
    """Imported here: the library costs memory that an installation with a folder need not pay."""
    import boto3
    from botocore.config import Config

    return boto3.client(
        "s3",
        endpoint_url=endpoint or None,
        region_name=os.environ.get("AWS_DEFAULT_REGION", "us-east-1"),
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 3}, connect_timeout=5, read_timeout=30),
    )
