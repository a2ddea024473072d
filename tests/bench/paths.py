"""The paths that are measured, each beside the simplest thing that could do the work."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import Sum
from django.test import Client
from django.test.utils import override_settings

from integration import connections
from masterdata.models import Company
from reconciliation import bulk, policies, reconcile
from reconciliation.matching import case_from, match
from reconciliation.models import (
    GoodsReceiptLine,
    InvoiceLine,
    MatchDecision,
    PurchaseOrderLine,
    SupplierInvoice,
)
from tests.bc import pulling
from tests.bench import bare, history
from tests.bench.desk import desk
from tests.bench.draining import drain
from tests.bench.house import House, as_body
from tests.bench.intake import intake_without_redis, served_intake
from tests.bench.mapping import map_order
from tests.bench.masters.memory import memory
from tests.bench.masters.pulls import fetch, pulls
from tests.bench.measuring import Result, compare
from tests.bench.posting import idle

DOCUMENTS = 400  # of which about a seventh are invoices
LINES = 10_000
LOOPED = 500  # the loop takes as long for each
CASES = 300
EVENTS = 60
PULLED = 50_000

# The company's own lines, quantity and price only, a row each into a table that is logged.
ONE_SQL = """
CREATE TABLE bench_result AS
SELECT i.id, CASE WHEN o.id IS NULL THEN 'no order' WHEN g.accepted IS NULL THEN 'no receipt'
                  WHEN abs(i.unit_price - o.unit_price) > o.unit_price * 0.02 THEN 'price'
                  WHEN i.quantity > g.accepted THEN 'quantity' ELSE 'ok' END AS status
  FROM reconciliation_invoiceline i
  JOIN reconciliation_supplierinvoice n ON n.id = i.invoice_id AND n.company_id = %(company)s AND n.match_due
  LEFT JOIN reconciliation_purchaseorder p ON p.number = i.order_number AND p.company_id = n.company_id
  LEFT JOIN reconciliation_purchaseorderline o ON o.order_id = p.id AND o.line = i.order_line
  LEFT JOIN (SELECT r.order_number, l.order_line, sum(l.quantity_accepted) AS accepted
               FROM reconciliation_goodsreceiptline l
               JOIN reconciliation_goodsreceipt r ON r.id = l.receipt_id AND r.company_id = %(company)s
              GROUP BY 1, 2) g ON g.order_number = i.order_number AND g.order_line = i.order_line
"""


def match_in_bulk(house: House) -> list[Result]:
    """Judge and keep thousands of lines, one invoice in twenty not tying out: against SQL and an ORM loop.

    All in one transaction that is taken back, in a company of its own.
    """
    with transaction.atomic():
        company = Company.objects.create(name="BULK", ledger_currency="EUR")
        policies.install_defaults(company)
        history.fill(company, LINES)
        results = _compared(company)
        transaction.set_rollback(True)
    return results


def _compared(company: Company) -> list[Result]:
    theirs = SupplierInvoice.objects.filter(company=company)

    def ours() -> int:
        bulk.match_plain()
        while reconcile.match_due():
            pass
        assert not theirs.filter(match_due=True).exists()
        return LINES

    def one_sql() -> int:
        with connection.cursor() as cursor:
            cursor.execute(ONE_SQL, {"company": company.pk})
            cursor.execute("SELECT count(*) FROM bench_result")
            assert cursor.fetchone() == (LINES,)
        return LINES

    def orm_loop() -> int:
        verdicts = [_judge_alone(line) for line in InvoiceLine.objects.filter(invoice__in=theirs)[:LOOPED]]
        return len(verdicts)

    def plain_alone() -> int:
        return bulk.match_plain() * history.LINES

    sql = "one SQL that stores a word a line"
    loop = "ORM, two queries a line, nothing stored"
    return [
        compare(
            "match_vs_sql",
            "lines/s",
            sql,
            _undone(ours),
            _undone(one_sql),
            runs=3,
        ),
        compare("match_vs_orm_loop", "lines/s", loop, _undone(ours), _undone(orm_loop), runs=3),
        compare("match_plain_vs_orm_loop", "lines/s", loop, _undone(plain_alone), _undone(orm_loop), runs=3),
    ]


def match_engine(house: House) -> list[Result]:
    """Ask the pure engine the questions that were kept: against the bare arithmetic."""
    house.receive(DOCUMENTS)
    reconcile.match_due(limit=100_000)
    cases = [case_from(record.question) for record in MatchDecision.objects.all()[:CASES]]
    figures = [
        (line.quantity, line.unit_price, line.quantity, line.unit_price, Decimal(0))
        for line in InvoiceLine.objects.all()[:CASES]
    ]

    def ours() -> int:
        return len([match(case) for case in cases])

    def naive() -> int:
        findings = []
        for billed, price, accepted, ordered_at, tolerance in figures:
            if billed > accepted or abs(price - ordered_at) > ordered_at * tolerance:
                findings.append(billed * price)
        return len(figures)

    return [compare("match_engine_vs_arithmetic", "invoices/s", "two comparisons a line", ours, naive)]


def intake(house: House) -> list[Result]:
    """Take events over HTTP, in process: against a view that checks nothing."""
    with connection.cursor() as cursor:
        cursor.execute(bare.TABLES)
    cafm = Client(headers={"authorization": f"Bearer {house.secret}"})

    def sent(address: str) -> Callable[[], int]:
        def send() -> int:
            bodies = [as_body(event) for event in house.orders(EVENTS)]
            answers = [
                cafm.post(address, body, content_type="application/cloudevents+json") for body in bodies
            ]
            assert {answer.status_code for answer in answers} == {202}
            return len(answers)

        return send

    with override_settings(ROOT_URLCONF="tests.bench.bare"):
        address = "/api/v1/events"
        result = compare(
            "intake_vs_bare_view", "events/s", "no key, no checks", sent(address), sent("/bare/")
        )
    with connection.cursor() as cursor:  # the database refuses to delete what has not ended
        cursor.execute("TRUNCATE integration_message CASCADE")
    return [result]


def pull(house: House) -> list[Result]:
    """Pull a long list into records: against downloading and parsing the same pages."""
    pulling.fill(house.control, PULLED)
    bc = connections.connection()
    against = "requests and json alone"
    return [compare("pull_vs_raw", "items/s", against, pulling.ours(bc), pulling.raw(bc))]


def _undone(work: Callable[[], int]) -> Callable[[], int]:
    """Do the work in a transaction and take it back."""

    def round_() -> int:
        with transaction.atomic():
            count = work()
            transaction.set_rollback(True)
        return count

    return round_


def _judge_alone(line: InvoiceLine) -> bool:
    ordered = PurchaseOrderLine.objects.get(order__number=line.order_number, line=line.order_line)
    received = GoodsReceiptLine.objects.filter(
        receipt__order_number=line.order_number, order_line=line.order_line
    ).aggregate(accepted=Sum("quantity_accepted"))
    within = abs(line.unit_price - ordered.unit_price) <= ordered.unit_price * Decimal("0.02")
    return within and line.quantity <= received["accepted"]


PATHS = (drain, intake, served_intake, match_in_bulk, match_engine, map_order, pull, fetch, pulls, memory)
# Minutes long, for they wait as Business Central lets them wait or fill large tables; only when named.
SLOW = (idle, desk, intake_without_redis)
