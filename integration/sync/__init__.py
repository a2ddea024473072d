"""Pull master data and invoices from Business Central; each run says what it did."""

from .company import ensure_company
from .entities import UnknownEntity
from .pull import ALL, ENTITIES, INVOICES, MASTERS, pull_entity, pull_one
from .records import NoSuchRecord, pull_named, pull_record, pull_records
from .runs import AlreadyRunning

__all__ = [
    "ALL",
    "ENTITIES",
    "INVOICES",
    "MASTERS",
    "AlreadyRunning",
    "NoSuchRecord",
    "UnknownEntity",
    "ensure_company",
    "pull_entity",
    "pull_named",
    "pull_one",
    "pull_record",
    "pull_records",
]
