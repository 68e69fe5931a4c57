"""Who implements which port, and who reacts to which fact."""

from __future__ import annotations

from maitruong.foundation.jobs import pulse
from maitruong.insight.indicators import reactions as indicator_reactions
from maitruong.insight.indicators import services as indicators


def join() -> None:
    """Called once when the program starts."""
    indicator_reactions.register()
    pulse.every(1, "indicators", indicators.refresh)
