"""Business Central's API: one client for one company, and what it needs and returns."""

from integration.bc.batch import BatchAnswer, Operation
from integration.bc.client import Client
from integration.bc.connection import Connection, Limits, Timeouts
from integration.bc.errors import is_gone
from integration.bc.metadata import EntitySet, FieldType, Level, Metadata
from integration.bc.throttle import Budget, Lane, budget_of

__all__ = [
    "BatchAnswer",
    "Budget",
    "Client",
    "Connection",
    "EntitySet",
    "FieldType",
    "Lane",
    "Level",
    "Limits",
    "Metadata",
    "Operation",
    "Timeouts",
    "budget_of",
    "is_gone",
]
