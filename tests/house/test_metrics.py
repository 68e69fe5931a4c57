"""Figures of the process: their labels are few, whatever clients send."""

from __future__ import annotations

from django.test import Client

from maitruong.site import metrics


def test_a_method_nobody_knows_makes_no_figure_of_its_own() -> None:
    before = metrics.render().count(b"mt_requests_total{")
    for number in range(20):
        Client().generic(f"LA{number}", "/healthz")

    assert metrics.render().count(b"mt_requests_total{") <= before + 1
