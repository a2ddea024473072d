"""Money let through or lost: what the rules allow, what people accept, and the cash discounts that run out.

What the rules let through is kept with each judgement, as the leakage meter reads it. What people accepted
stands in the findings of the cases that they closed: a line counts once, with its largest difference, and a
total only where nothing else on the invoice says the same. A discount is lost when its last day goes by
before the case is closed. Of an invoice with several cases the latest counts; a rejected one loses nothing.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils import timezone

from masterdata.models import Company

from .leakage import Leaks
from .models import Leak, SupplierInvoice
from .row_keys import array_of
from .written_findings import fitting

MOST = 12
# The reasons by which a person lets money through; what only waits for goods is no loss.
ACCEPTED = (
    "PRICE_OVER", "LINE_TOTAL", "DISCOUNT", "UNIT_RATIO", "CHARGE_OVER", "UNPLANNED_CHARGE", "OVER_RECEIVED",
    "OVER_ACCEPTED", "OVER_ORDERED", "AMOUNT_OVER_ACCEPTED", "ARITHMETIC", "TOTAL",
)  # fmt: skip


class Way(StrEnum):
    """How money above the agreed is let through or lost."""

    WITHIN = "within"
    ACCEPTED = "accepted"
    DISCOUNT = "discount"


class Step(StrEnum):
    """What the days are taken together by."""

    WEEK = "week"
    MONTH = "month"


FORGET = "DELETE FROM reconciliation_leak WHERE invoice_id = ANY(%s::bigint[])"
LATEST = """
  NOT EXISTS (SELECT FROM reconciliation_exceptioncase n WHERE n.invoice_id = k.invoice_id AND n.id > k.id)
  AND i.status <> 'rejected'
"""
OF_CASE = "k.invoice_id, k.id AS case_id, k.invoice_number AS number, k.vendor_number AS vendor"
LOST = f"""
SELECT {OF_CASE}, k.discount_until AS day, k.code AS cause, k.currency, k.discount_amount AS amount
  FROM reconciliation_exceptioncase k JOIN reconciliation_supplierinvoice i ON i.id = k.invoice_id
 WHERE k.company_id = %(company)s AND k.discount_amount > 0
   AND coalesce(k.discount_until, 'infinity'::date) BETWEEN %(first)s AND %(last)s AND {LATEST}
"""  # noqa: S608 - nothing of it comes from outside
ROWS: dict[Way, str] = {
    Way.WITHIN: """
SELECT l.invoice_id, NULL::bigint AS case_id, i.number, l.vendor_number AS vendor, l.day,
       l.check_name AS cause, c.ledger_currency AS currency, l.amount
  FROM reconciliation_leak l
  JOIN reconciliation_supplierinvoice i ON i.id = l.invoice_id
  JOIN masterdata_company c ON c.id = l.company_id
 WHERE l.company_id = %(company)s AND l.day BETWEEN %(first)s AND %(last)s AND i.status <> 'rejected'
""",
    Way.ACCEPTED: f"""
SELECT {OF_CASE}, (k.closed_at AT TIME ZONE %(zone)s)::date AS day, f.code AS cause, k.currency, f.amount
  FROM reconciliation_exceptioncase k
  JOIN reconciliation_supplierinvoice i ON i.id = k.invoice_id
 CROSS JOIN LATERAL (
   SELECT code, amount, bool_or(code <> 'TOTAL') OVER () AS is_told_elsewhere FROM (
     SELECT DISTINCT ON (line, subject) code, amount FROM (
       SELECT code, amount, line,
              CASE WHEN line IS NULL AND code <> 'TOTAL' THEN subject END AS subject
         FROM reconciliation_finding
        WHERE case_id = k.id AND code = ANY(%(accepted)s) AND variance > 0 AND amount > 0
          AND (released OR (k.status = 'released' AND effect = 'block'))
          AND (code <> 'TOTAL' OR subject IN ('lines', 'charges', 'rounding'))) AS told
      ORDER BY line, subject, (code = 'TOTAL'), amount DESC) AS largest) AS f
 WHERE k.company_id = %(company)s AND k.closed_at >= %(first)s::timestamp AT TIME ZONE %(zone)s
   AND k.closed_at < (%(last)s::timestamp + interval '1 day') AT TIME ZONE %(zone)s
   AND (f.code <> 'TOTAL' OR NOT f.is_told_elsewhere) AND {LATEST}
""",  # noqa: S608
    Way.DISCOUNT: f"""
{LOST} AND k.closed_at IS NULL AND k.discount_until < %(today)s
 UNION ALL
{LOST} AND k.closed_at >= %(first)s::timestamp AT TIME ZONE %(zone)s AND k.status <> 'rejected'
   AND k.discount_until < (k.closed_at AT TIME ZONE %(zone)s)::date
""",
}
ADDED = """
SELECT cause, vendor, date_trunc(%(step)s, day)::date AS step, currency,
       count(DISTINCT invoice_id), sum(amount)
  FROM ({rows}) AS lost GROUP BY GROUPING SETS ((currency, 1), (currency, 2), (currency, 3))
 ORDER BY 6 DESC, 1, 2
"""
LISTED = """
SELECT invoice_id, case_id, number, vendor, day, cause, currency, amount FROM ({rows}) AS lost
 WHERE (%(cause)s = '' OR cause = %(cause)s) AND (%(vendor)s = '' OR vendor = %(vendor)s)
   AND (%(currency)s = '' OR currency = %(currency)s)
 ORDER BY day DESC, amount DESC, invoice_id, cause LIMIT %(most)s
"""


@dataclass(frozen=True)
class Span:
    """Days from the first to the last, both included."""

    first: datetime.date
    last: datetime.date


@dataclass(frozen=True)
class Sum:
    """What falls together under a cause, a vendor or the first day of a week or month, in one currency."""

    key: Any
    currency: str
    invoices: int
    amount: Decimal


@dataclass(frozen=True)
class Sums:
    causes: list[Sum]
    vendors: list[Sum]
    steps: list[Sum]


@dataclass(frozen=True)
class Loss:
    """One invoice's money under one cause; `case` is none where nobody had to look at it."""

    invoice: int
    case: int | None
    number: str
    vendor: str
    day: datetime.date
    cause: str
    currency: str
    amount: Decimal


@dataclass(frozen=True)
class Part:
    """Which of the rows are asked for; empty for all."""

    cause: str = ""
    vendor: str = ""
    currency: str = ""


def keep(found: Mapping[int, Leaks], invoices: Collection[SupplierInvoice]) -> None:
    """Keep what these new judgements let through, by invoice, in place of what earlier ones did."""
    if not invoices:
        return
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [array_of(invoice.pk for invoice in invoices)])
    Leak.objects.bulk_create(row for invoice in invoices for row in _rows_of(invoice, found[invoice.pk]))


def steps(step: Step, today: datetime.date) -> list[Span]:
    """Give the latest weeks or months, the one of today last."""
    first = _first_of(step, today)
    spans: list[Span] = []
    last = today
    while len(spans) < MOST:
        spans.append(Span(first, last))
        last = first - datetime.timedelta(1)
        first = _first_of(step, last)
    return spans[::-1]


def sums(company: Company, way: Way, span: Span, step: Step) -> Sums:
    """Add up what was let through or lost in these days, by cause, by vendor and in time."""
    added = Sums([], [], [])
    for cause, vendor, first, currency, invoices, amount in _asked(ADDED, company, way, span, step=str(step)):
        key, place = (
            (cause, added.causes)
            if cause is not None
            else (vendor, added.vendors)
            if vendor is not None
            else (first, added.steps)
        )
        place.append(Sum(key, currency, invoices, amount))
    return added


def rows(company: Company, way: Way, span: Span, part: Part, *, most: int) -> list[Loss]:
    """List what was let through or lost in these days, the latest first."""
    asked = {"cause": part.cause, "vendor": part.vendor, "currency": part.currency, "most": most}
    return [Loss(*row) for row in _asked(LISTED, company, way, span, **asked)]


def _rows_of(invoice: SupplierInvoice, leaks: Leaks) -> list[Leak]:
    added: dict[str, Decimal] = {}
    for rule, amount in leaks.items():
        added[rule.check] = added.get(rule.check, Decimal(0)) + amount
    of_invoice = {
        "company_id": invoice.company_id,
        "invoice": invoice,
        "vendor_number": invoice.vendor_number,
        "day": invoice.invoice_date or timezone.localdate(invoice.created_at),
    }
    fit = {check: fitting(amount, 28, 8) for check, amount in added.items()}
    return [Leak(check_name=check, amount=amount, **of_invoice) for check, amount in fit.items() if amount]


def _first_of(step: Step, day: datetime.date) -> datetime.date:
    return day.replace(day=1) if step == Step.MONTH else day - datetime.timedelta(day.weekday())


def _asked(question: str, company: Company, way: Way, span: Span, **more: Any) -> list[Any]:
    terms: dict[str, Any] = {
        "company": company.pk,
        "first": span.first,
        "last": span.last,
        "today": timezone.localdate(),
        "zone": timezone.get_current_timezone_name(),
        "accepted": list(ACCEPTED),
    }
    with connection.cursor() as cursor:
        cursor.execute(question.format(rows=ROWS[way]), {**terms, **more})
        found: list[Any] = cursor.fetchall()
        return found
