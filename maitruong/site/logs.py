"""One JSON line per log record, with the request's id and nothing about people."""

from __future__ import annotations

import datetime as dt
import json
import logging
import re

_STANDARD = set(logging.LogRecord("", 0, "", 0, "", (), None).__dict__) | {
    "message",
    "asctime",
    "taskName",
    "request_id",
}
# Django names the path of what it refused or what broke: ids, and one-time links that still open something.
_VALUE_IN_PATH = re.compile(r"(?<=/)(?=[^/\s]*\d|[^/\s]{20})[^/\s]+")
_NUMBER = re.compile(r"(?<!\d)(\d{3})\d{6}(\d{3})(?!\d)")


class RequestIdFilter(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        from maitruong.site.middleware import request_id

        record.request_id = request_id.get()
        return True


class JsonFormatter(logging.Formatter):
    """Anything that looks like a 12-digit personal number is masked, wherever it stands."""

    def format(self, record: logging.LogRecord) -> str:
        message = record.getMessage()
        if record.name.startswith("django."):
            message = _VALUE_IN_PATH.sub("…", message)
        said = {
            "at": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": message,
            "request_id": getattr(record, "request_id", ""),
        }
        said.update(
            {k: v for k, v in record.__dict__.items() if k not in _STANDARD and isinstance(v, str | int | float | bool)}
        )
        if record.exc_info:
            said["trace"] = self.formatException(record.exc_info)
        return _NUMBER.sub(r"\1******\2", json.dumps(said, ensure_ascii=False, default=str))
