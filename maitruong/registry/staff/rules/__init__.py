"""What regulations say of a teacher's pay, of judging her work, and of how many teachers a school needs."""

from .acts import TT20_2018
from .evaluation import CRITERION_NAMES, Standard, Yearly, excellent_at_most, head_assesses, standard_overall
from .norms import (
    Balance,
    Kind,
    kind_of_class,
    needed_by_subject,
    norm_of,
    teachers_of_preschool,
    teachers_of_school,
)
from .pay import (
    Area,
    Job,
    Kept,
    Pay,
    Role,
    SchoolKind,
    incentive_percent,
    monthly_pay,
    next_step_on,
    salary,
    seniority_percent,
)

__all__ = [
    "CRITERION_NAMES",
    "TT20_2018",
    "Area",
    "Balance",
    "Job",
    "Kept",
    "Kind",
    "Pay",
    "Role",
    "SchoolKind",
    "Standard",
    "Yearly",
    "excellent_at_most",
    "head_assesses",
    "incentive_percent",
    "kind_of_class",
    "monthly_pay",
    "needed_by_subject",
    "next_step_on",
    "norm_of",
    "salary",
    "seniority_percent",
    "standard_overall",
    "teachers_of_preschool",
    "teachers_of_school",
]
