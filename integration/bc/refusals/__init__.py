"""The table of Business Central's refusals: by code and English fragment, what each means and what to do."""

from .by_people import BY_PEOPLE
from .form import DEAD_SKIP_TOKEN, GONE, LATER, LATER_READ, Refusal, Row
from .not_by_data import NOT_BY_DATA, UNEXPLAINED

TABLE = (*NOT_BY_DATA, *BY_PEOPLE, *UNEXPLAINED)  # the first row that matches counts

__all__ = ["DEAD_SKIP_TOKEN", "GONE", "LATER", "LATER_READ", "TABLE", "Refusal", "Row"]
