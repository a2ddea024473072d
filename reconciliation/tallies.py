"""The kept counts of the cases: read in a moment, and folded together by the clock."""

from __future__ import annotations

from django.db import connection, transaction
from django.db.models import Q

from masterdata.models import Company

from .models import CaseTally

MANY = 500
FOLD = """
WITH gone AS (DELETE FROM reconciliation_casetally WHERE company_id = %s RETURNING *)
INSERT INTO reconciliation_casetally (company_id, cut, status, owner_id, code, vendor_number, vendor_name,
                                      day, currency, cases, amount, discount, is_folded)
SELECT company_id, cut, status, owner_id, code, vendor_number, vendor_name, day, currency,
       sum(cases), sum(amount), sum(discount), true
  FROM gone
 GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
HAVING sum(cases) <> 0 OR sum(amount) <> 0 OR sum(discount) <> 0
"""
ONE_AT_A_TIME = "SELECT pg_try_advisory_xact_lock(hashtext('tieout fold case tallies'))"


def fold(least: int = MANY) -> int:
    """Make one row of the many with the same key, where many have come; gives for how many companies."""
    return sum(_fold(company, least) for company in Company.objects.order_by("pk"))


@transaction.atomic
def _fold(company: Company, least: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(ONE_AT_A_TIME)
        if not cursor.fetchone()[0]:
            return False  # another worker is at it
        if CaseTally.objects.filter(Q(company=company), is_folded=False)[:least].count() < least:
            return False
        cursor.execute(FOLD, [company.pk])
    return True
