"""The one address files are downloaded from, and how a browser is told to treat them."""

from __future__ import annotations

from urllib.parse import quote

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from maitruong.foundation.access.doors import SIGNED_IN, needs
from maitruong.foundation.access.types import SignedInRequest
from maitruong.foundation.kernel import vietnamese

from . import queries, services
from .types import FileRef


@needs(SIGNED_IN)
@require_safe
def download(request: SignedInRequest, ticket: str) -> HttpResponse:
    scope = request.scope
    if scope is None or scope.actor_id is None:
        raise Http404
    found, data = queries.read(services.redeem(ticket, person_id=scope.actor_id))
    return as_download(found, data)


def as_download(found: FileRef, data: bytes) -> HttpResponse:
    """Bytes as an attachment: never run, never sniffed, never kept by a cache."""
    response = HttpResponse(data, content_type=found.media_type)
    response["Content-Disposition"] = disposition(found.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "no-store"
    return response


def disposition(name: str) -> str:
    """A file name a header can carry: plain ASCII for old programs, the real one beside it (RFC 6266)."""
    plain = (
        "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "-" for c in vietnamese.fold(name)).strip("-.")
        or "tep"
    )
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
