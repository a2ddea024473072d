"""Match cases as JSON: the question read and written, the answer written; and policies alone."""

from .place import FormError
from .reading import case_from, policy_from, read_case
from .writing import answer, particulars, policy_document, question

__all__ = [
    "FormError",
    "answer",
    "case_from",
    "particulars",
    "policy_document",
    "policy_from",
    "question",
    "read_case",
]
