"""Pull master data and invoices from Business Central; each run says what it did."""

from .company import ensure_company
from .pull import ALL, ENTITIES, INVOICES, MASTERS, UnknownEntity, pull_entity, pull_one
from .runs import AlreadyRunning

__all__ = [
    "ALL",
    "ENTITIES",
    "INVOICES",
    "MASTERS",
    "AlreadyRunning",
    "UnknownEntity",
    "ensure_company",
    "pull_entity",
    "pull_one",
]
