"""Who: units, people and their dated postings, outlets and who stands there, partner banks, targets."""

from teams.models.people import (
    DateRange,
    Engagement,
    Grade,
    Grading,
    Person,
    PlaceChange,
    Posting,
    Rejoining,
    Role,
    grade_in_words,
)
from teams.models.places import Measure, Outlet, OutletPosting, PartnerBank, Target
from teams.models.units import FormerName, Function, Unit, UnitKind, below

__all__ = [
    "DateRange",
    "Engagement",
    "FormerName",
    "Function",
    "Grade",
    "Grading",
    "Measure",
    "Outlet",
    "OutletPosting",
    "PartnerBank",
    "Person",
    "PlaceChange",
    "Posting",
    "Rejoining",
    "Role",
    "Target",
    "Unit",
    "UnitKind",
    "below",
    "grade_in_words",
]
