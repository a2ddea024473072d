"""How long changes are kept, by what they are about; what is forgotten keeps its seal, so the chain holds.

The terms are rows, and the database's own function reads them: no caller can name a shorter one. What no term
names is kept for ever.
"""

from __future__ import annotations

import datetime
import logging

from django.db import connection, transaction

from masterdata.audit import announced
from masterdata.models import RetentionTerm

logger = logging.getLogger(__name__)

BATCH = 5_000
OLD = """
SELECT count(*) FROM masterdata_change
WHERE "table" LIKE %(tables)s AND action NOT IN ('head', 'forget') AND at < %(before)s
"""


class TooShort(Exception):  # noqa: N818 - it names what is too short
    """Somebody wants a term below the least that this kind is kept for."""


def forget() -> dict[str, int]:
    """Forget the changes whose term is over, a batch a line of the book; returns how many of each kind."""
    terms = RetentionTerm.objects.exclude(tables="").order_by("pk")
    return {term.title: count for term in terms if (count := _forget(term))}


def old_changes(term: RetentionTerm) -> int:
    """Count the changes of a term that would be forgotten now."""
    with connection.cursor() as cursor:
        cursor.execute(OLD, {"tables": term.tables, "before": kept_since(term)})
        count: int = cursor.fetchone()[0]
    return count


def kept_since(term: RetentionTerm) -> datetime.datetime:
    """Give the moment before which a kind is forgotten, as the database reckons it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tieout_forgotten_before(%s)", [term.kind])
        moment: datetime.datetime = cursor.fetchone()[0]
    return moment


def kept_days(kind: str) -> datetime.timedelta:
    """Give for how long a kind is kept."""
    return datetime.timedelta(days=RetentionTerm.objects.values_list("days", flat=True).get(kind=kind))


@transaction.atomic
def set_term(kind: str, *, days: int, why: str) -> RetentionTerm:
    """Keep a kind for so many days from now on; the book of changes tells who said so. Raises TooShort."""
    term: RetentionTerm = RetentionTerm.objects.select_for_update().get(kind=kind)
    if days < term.least_days:
        raise TooShort(f"{term.title} are kept for {term.least_days} days at least. Nothing was changed.")
    term.days, term.why = days, why
    term.save()
    return term


def _forget(term: RetentionTerm) -> int:
    total = 0
    while count := _forget_a_batch(term):
        total += count
    if total:
        logger.info("Forgot %s %s", total, term.title)
    return total


def _forget_a_batch(term: RetentionTerm) -> int:
    with connection.cursor() as cursor:
        who = announced() or "worker forget_changes"
        cursor.execute("SELECT tieout_forget_changes(%s, %s, %s)", [term.kind, BATCH, who])
        count: int = cursor.fetchone()[0]
    return count
