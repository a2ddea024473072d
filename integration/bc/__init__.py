"""Business Central's API: one client for one company, and what it needs and returns."""

from integration.bc import odata, payloads, reading
from integration.bc.batch import BatchAnswer, Operation
from integration.bc.circuit import Circuit, Standstill, Verdict, circuit_of, verdict_of
from integration.bc.client import Client
from integration.bc.connection import Connection, Limits, Timeouts
from integration.bc.errors import is_gone
from integration.bc.exact_json import RawRow, dumps, loads, plain
from integration.bc.metadata import LABELS, EntitySet, FieldType, Level, Metadata, restored, stored
from integration.bc.refusals import DEAD_SKIP_TOKEN, LATER
from integration.bc.throttle import Budget, Lane, budget_of

__all__ = [
    "DEAD_SKIP_TOKEN",
    "LABELS",
    "LATER",
    "BatchAnswer",
    "Budget",
    "Circuit",
    "Client",
    "Connection",
    "EntitySet",
    "FieldType",
    "Lane",
    "Level",
    "Limits",
    "Metadata",
    "Operation",
    "RawRow",
    "Standstill",
    "Timeouts",
    "Verdict",
    "budget_of",
    "circuit_of",
    "dumps",
    "is_gone",
    "loads",
    "odata",
    "payloads",
    "plain",
    "reading",
    "restored",
    "stored",
    "verdict_of",
]
