"""The register of acts and rules: which rule judges a record is told by the record's own grade and school year."""

from .acts import Act
from .derivation import Derivation, Step
from .document import as_markdown
from .register import NoRuleInForce, Register, Rule, RulesOverlap, in_force, registered, regulation
from .settings import RuleSettings, SettingsRefused

__all__ = [
    "Act",
    "Derivation",
    "NoRuleInForce",
    "Register",
    "Rule",
    "RuleSettings",
    "RulesOverlap",
    "SettingsRefused",
    "Step",
    "as_markdown",
    "in_force",
    "registered",
    "regulation",
]
