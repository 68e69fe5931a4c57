"""Who implements which port, and who reacts to which fact."""

from __future__ import annotations

from maitruong.assessment.gradebook import rules as gradebook_rules
from maitruong.foundation.jobs import pulse
from maitruong.insight.indicators import reactions as indicator_reactions
from maitruong.insight.indicators import services as indicators
from maitruong.teaching.curriculum import rules as curriculum_rules

# Importing the rules is what registers them: a regulation nobody imported is not in force.
RULES = (gradebook_rules, curriculum_rules)


def join() -> None:
    """Called once when the program starts."""
    indicator_reactions.register()
    pulse.every(1, "indicators", indicators.refresh)
