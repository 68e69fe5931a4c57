"""The door for web servers."""

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maitruong.site.settings")

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template import engines
from django.urls import get_resolver

from maitruong.foundation.ui import assets
from maitruong.foundation.ui.jinja import make_ready

Answer = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def bodiless_to_head(answer: Answer) -> Answer:
    """Whoever asks for the head of a page gets no body, as the protocol says; Django leaves that to the server, and ours does
    not do it. What was sent too much is read as the beginning of the next answer on that connection: behind a proxy another
    person's."""

    def answered(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = answer(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        if hasattr(body, "close"):
            body.close()
        return []

    return answered


# Before the server looks at the static folder, the kit's files must lie there.
assets.build(Path(settings.STATIC_ROOT))
application = bodiless_to_head(get_wsgi_application())
# What every page needs is made here, once for all processes, and not while the first visitor of each waits for it.
_ = get_resolver().url_patterns
make_ready(engines["jinja2"].env)  # type: ignore[attr-defined]
