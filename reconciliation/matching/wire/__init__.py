"""Match cases as JSON: the question read and written, the answer written."""

from .place import FormError
from .reading import case_from, read_case
from .writing import answer, question

__all__ = ["FormError", "answer", "case_from", "question", "read_case"]
