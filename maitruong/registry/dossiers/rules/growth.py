"""What is reckoned from a child's measurements."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

TENTH = Decimal("0.1")


def body_mass_index(height_cm: Decimal | None, weight_kg: Decimal | None) -> Decimal | None:
    """Weight in kilograms by the square of the height in metres, one decimal, half up; None while one of the two is missing.

    No judgement of the child: that depends on age and sex (WHO 2007) and is the school doctor's.
    >>> body_mass_index(Decimal("150"), Decimal("45"))
    Decimal('20.0')
    """
    if not height_cm or not weight_kg:
        return None
    metres = height_cm / 100
    return (weight_kg / (metres * metres)).quantize(TENTH, ROUND_HALF_UP)
