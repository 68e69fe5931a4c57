"""What is sent to the ministry: one declaration a dataset, in the order of sending (a class after its school, a pupil after the class)."""

from __future__ import annotations

from .campus import CAMPUS
from .facility import FACILITY
from .fields import Dataset, Field, Kind, NotHeld, problem
from .learner import LEARNER
from .school import SCHOOL
from .school_class import CLASSES
from .staff import STAFF

DATASETS: dict[str, Dataset] = {one.key: one for one in (SCHOOL, CAMPUS, FACILITY, *CLASSES, STAFF, LEARNER)}

__all__ = ["DATASETS", "Dataset", "Field", "Kind", "NotHeld", "problem"]
