"""What a province decides about verification, from the environment."""

from __future__ import annotations

import os


def days_to_fix() -> int:
    """Days a school has for a mismatch, and the department for a request. No act says how many: the province does."""
    return int(os.environ.get("MT_POPULATION_DAYS_TO_FIX", "15"))


def counts_foreigners() -> bool:
    """Whether foreigners without a number are counted among those to be verified."""
    return os.environ.get("MT_POPULATION_COUNT_FOREIGNERS", "") == "1"


def purpose() -> str:
    """The legal purpose that goes with every question, as agreed with who keeps the register."""
    return os.environ.get(
        "MT_POPULATION_PURPOSE", "Xác thực thông tin định danh người học, nhà giáo (cơ sở dữ liệu giáo dục và đào tạo)"
    )
