"""The register of acts and rules: which rule judges a record is told by the record's own grade and school year, or by its day."""

from .acts import Act
from .derivation import Derivation, Step
from .document import as_markdown
from .register import (
    NoRuleInForce,
    NoRuleOnDay,
    Register,
    Rule,
    RulesOverlap,
    in_force,
    in_force_on,
    registered,
    regulation,
    regulation_by_day,
)
from .settings import RuleSettings, SettingsRefused

__all__ = [
    "Act",
    "Derivation",
    "NoRuleInForce",
    "NoRuleOnDay",
    "Register",
    "Rule",
    "RuleSettings",
    "RulesOverlap",
    "SettingsRefused",
    "Step",
    "as_markdown",
    "in_force",
    "in_force_on",
    "registered",
    "regulation",
    "regulation_by_day",
]
