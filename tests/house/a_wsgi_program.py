"""A program for the tests of the web server: pages of a few milliseconds, a slow one, one that takes a body."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    path, query = environ["PATH_INFO"], parse_qs(environ["QUERY_STRING"])
    if path == "/page":
        body = "".join(f"<tr><td>{n}</td><td>{n * n % 97}</td></tr>" for n in range(5000)).encode()
    elif path == "/slow":
        time.sleep(float(query["seconds"][0]))
        body = b"slow and done"
    elif path == "/body":
        body = str(len(environ["wsgi.input"].read())).encode()
    elif path == "/scheme":
        body = f"{environ['wsgi.url_scheme']} {environ.get('HTTP_X_FORWARDED_FOR', '')}".encode()
    else:
        body = str(os.getpid()).encode()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(body)))])
    return [body]
