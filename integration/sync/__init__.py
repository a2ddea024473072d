"""Pull master data and invoices from Business Central; each run says what it did."""

from .company import ensure_company
from .drift import check_drift, old_checks
from .entities import UnknownEntity
from .pull import ALL, ENTITIES, INVOICES, MASTERS, pull_entity, pull_one
from .records import NoSuchRecord, pull_named, pull_record, pull_records
from .runs import AlreadyRunning, ask_to_stop
from .scheduled import pull_by_schedule

__all__ = [
    "ALL",
    "ENTITIES",
    "INVOICES",
    "MASTERS",
    "AlreadyRunning",
    "NoSuchRecord",
    "UnknownEntity",
    "ask_to_stop",
    "check_drift",
    "ensure_company",
    "old_checks",
    "pull_by_schedule",
    "pull_entity",
    "pull_named",
    "pull_one",
    "pull_record",
    "pull_records",
]
