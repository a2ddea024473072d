"""The matching engine: a pure function from the frozen facts of a case to a decision that shows its sums."""

from .engine import ENGINE_VERSION, match
from .facts import Case
from .findings import Code, Decision, Effect, Finding, Outcome
from .overrides import covered_amount, covers, is_of
from .wire import (
    FormError,
    answer,
    case_from,
    particulars,
    policy_document,
    policy_from,
    question,
    read_case,
)

__all__ = [
    "ENGINE_VERSION",
    "Case",
    "Code",
    "Decision",
    "Effect",
    "Finding",
    "FormError",
    "Outcome",
    "answer",
    "case_from",
    "covered_amount",
    "covers",
    "is_of",
    "match",
    "particulars",
    "policy_document",
    "policy_from",
    "question",
    "read_case",
]
