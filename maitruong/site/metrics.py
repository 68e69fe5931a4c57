"""Prometheus figures of this process; the route is its pattern, so no label ever carries an id."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

registry = CollectorRegistry()
_requests = Counter("mt_requests_total", "Answered requests.", ["method", "route", "status"], registry=registry)
_seconds = Histogram(
    "mt_request_seconds",
    "Time to answer.",
    ["route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=registry,
)


_METHODS = {"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"}


def observe(method: str, route: str, status: int, seconds: float) -> None:
    # A client may call its method anything, and every label is kept for ever.
    method = method if method in _METHODS else "OTHER"
    _requests.labels(method, route, str(status)).inc()
    _seconds.labels(route).observe(seconds)


def render() -> bytes:
    return generate_latest(registry)
