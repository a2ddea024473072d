"""Control totals: what the CAFM, the portal and BC say of a day, compared; pure, nothing has to run."""

from .causes import DESKS, Cause
from .comparing import compare, silence
from .facts import Day, Difference, Fate, Figures, InBC, Kind, KindOfDay, Ours, Told, Total
from .morning import sentence
from .summing import of_bc, of_cafm, of_portal

__all__ = [
    "DESKS",
    "Cause",
    "Day",
    "Difference",
    "Fate",
    "Figures",
    "InBC",
    "Kind",
    "KindOfDay",
    "Ours",
    "Told",
    "Total",
    "compare",
    "of_bc",
    "of_cafm",
    "of_portal",
    "sentence",
    "silence",
]
