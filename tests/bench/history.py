"""Orders, receipts and invoices by the thousand, of which one in twenty invoices does not tie out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from masterdata.models import Company
from reconciliation import policies

LINES = 5  # of a document
DEARER = 20  # each of so many invoices is dearer on its first line
VENDORS, ITEMS = 100, 1000

# Lines come in one receipt and in two by turns. Prices come again after a million documents only: two
# invoices of a vendor over one sum may be duplicates.
FILL = """
INSERT INTO masterdata_vendor (company_id, bc_id, row_hash, changed_at, number, name, currency,
                               payment_terms, blocked)
SELECT %(company)s, gen_random_uuid(), '', now(), 'SV' || v, 'Vendor ' || v, '', '', ''
  FROM generate_series(1, %(vendors)s) v;
INSERT INTO masterdata_item (company_id, bc_id, row_hash, changed_at, number, name, type, base_unit,
                             category, unit_cost, blocked)
SELECT %(company)s, gen_random_uuid(), '', now(), 'SI' || i, 'Item ' || i, 'Inventory', 'PCS', '', 0, false
  FROM generate_series(1, %(items)s) i;
CREATE TEMP TABLE bench_line AS
SELECT d, l, 'SV' || 1 + d %% %(vendors)s AS vendor, 'SI' || 1 + (d * 7 + l) %% %(items)s AS item,
       (1 + (d * 31 + l * 17) %% 200)::numeric AS quantity,
       round((1 + (d * 7919 + l * 104729) %% 1000003 / 100.0)::numeric, 2) AS price,
       d %% %(dearer)s = 0 AND l = 1 AS is_dearer
  FROM generate_series(1, %(documents)s) d, generate_series(1, %(lines)s) l;
INSERT INTO reconciliation_purchaseorder (company_id, number, status, bc_number, received_from, created_at,
       state, version, vendor_number, currency, order_date, location, purchase_request, approved_by)
SELECT %(company)s, 'S-' || d, 'posted', '', 'bench', now(), 'open', 1, max(vendor), %(ledger)s,
       '2026-03-02', '', '', 'bench' FROM bench_line GROUP BY d;
INSERT INTO reconciliation_purchaseorderline (order_id, line, kind, item, account, asset, description,
       quantity, unit, unit_price, price_base, discount_percent, location, work_order, match_level,
       dimensions, cancelled)
SELECT o.id, l, 'item', item, '', '', 'Bench', quantity, 'PCS', price, 1, 0, '', '', '', '{}', false
  FROM bench_line JOIN reconciliation_purchaseorder o ON o.number = 'S-' || d AND o.company_id = %(company)s;
INSERT INTO reconciliation_goodsreceipt (company_id, number, status, bc_number, received_from, created_at,
       order_number, order_id, received_on, received_by, delivery_note)
SELECT o.company_id, o.number || '/' || part, 'posted', '', 'bench', now(), o.number, o.id,
       '2026-03-09', 'bench', ''
  FROM reconciliation_purchaseorder o, generate_series(1, 2) part
 WHERE o.company_id = %(company)s AND o.received_from = 'bench';
INSERT INTO reconciliation_goodsreceiptline (receipt_id, line, order_line, quantity_received,
       quantity_accepted, quantity_rejected, reject_reason, unit, location, lot, serial)
SELECT r.id, l, l, came, came, 0, '', 'PCS', '', '', ''
  FROM bench_line CROSS JOIN generate_series(1, 2) part
  JOIN LATERAL (SELECT CASE WHEN l %% 2 = 0 THEN quantity / 2 WHEN part = 1 THEN quantity END) c(came)
       ON came IS NOT NULL
  JOIN reconciliation_goodsreceipt r ON r.number = 'S-' || d || '/' || part AND r.company_id = %(company)s;
INSERT INTO reconciliation_supplierinvoice (company_id, number, status, bc_number, received_from, created_at,
       type, origin, vendor_number, vendor_name, invoice_date, currency, order_number, discount, tax,
       rounding, total, document_url, file_sha256, match_due)
SELECT %(company)s, 'SR' || 100000000 + d, 'received', '', 'bench', now(), 'invoice', 'bc',
       max(vendor), '', '2026-03-16', %(ledger)s, 'S-' || d, 0, 0, 0,
       sum(quantity * CASE WHEN is_dearer THEN price + 1 ELSE price END), '', '', true
  FROM bench_line GROUP BY d;
INSERT INTO reconciliation_invoiceline (invoice_id, line, order_number, order_line, item, description,
       quantity, unit, unit_price, price_base, discount, amount, tax, milestone, tax_code, linked)
SELECT i.id, l, 'S-' || d, l, item, 'Bench', quantity, 'PCS', asked, 1, 0, quantity * asked, 0, '', '', false
  FROM bench_line CROSS JOIN LATERAL (SELECT CASE WHEN is_dearer THEN price + 1 ELSE price END) a(asked)
  JOIN reconciliation_supplierinvoice i ON i.order_number = 'S-' || d AND i.company_id = %(company)s;
DROP TABLE bench_line
"""


# What judging leaves behind, taken back: only a measurement may do so.
FORGET = """
SET session_replication_role = replica;
DELETE FROM reconciliation_finding WHERE case_id IN (
  SELECT id FROM reconciliation_exceptioncase WHERE company_id = %(company)s);
DELETE FROM reconciliation_exceptioncase WHERE company_id = %(company)s;
DELETE FROM reconciliation_historicalexceptioncase WHERE company_id = %(company)s;
DELETE FROM reconciliation_casetally WHERE company_id = %(company)s;
DELETE FROM reconciliation_leak WHERE company_id = %(company)s;
DELETE FROM reconciliation_matchdecision WHERE invoice_id IN (
  SELECT id FROM reconciliation_supplierinvoice WHERE company_id = %(company)s);
UPDATE reconciliation_supplierinvoice SET status = 'received', match_due = true
 WHERE company_id = %(company)s AND (status <> 'received' OR NOT match_due);
SET session_replication_role = DEFAULT
"""
LEAVE = """
SET session_replication_role = replica;
DELETE FROM reconciliation_invoiceline WHERE invoice_id IN (
  SELECT id FROM reconciliation_supplierinvoice WHERE company_id = %(company)s);
DELETE FROM reconciliation_supplierinvoice WHERE company_id = %(company)s;
DELETE FROM reconciliation_goodsreceiptline WHERE receipt_id IN (
  SELECT id FROM reconciliation_goodsreceipt WHERE company_id = %(company)s);
DELETE FROM reconciliation_goodsreceipt WHERE company_id = %(company)s;
DELETE FROM reconciliation_purchaseorderline WHERE order_id IN (
  SELECT id FROM reconciliation_purchaseorder WHERE company_id = %(company)s);
DELETE FROM reconciliation_purchaseorder WHERE company_id = %(company)s;
SET session_replication_role = DEFAULT
"""


@contextmanager
def house_of(lines: int) -> Iterator[Company]:
    """Give a company with so many lines; afterwards its documents are gone."""
    company = Company.objects.create(name=f"BULK {uuid.uuid4()}"[:30], ledger_currency="EUR")
    policies.install_defaults(company)
    fill(company, lines)
    try:
        yield company
    finally:
        forget_judgements(company)
        _run(LEAVE, company)


def tying_out(lines: int) -> int:
    """Say how many of the invoices tie out."""
    documents = lines // LINES
    return documents - documents // DEARER


def forget_judgements(company: Company) -> None:
    """Let all be due as if it had never been judged."""
    _run(FORGET, company)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def _run(statements: str, company: Company) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statements, {"company": company.pk})


def fill(company: Company, lines: int) -> None:
    """Make so many invoice lines, with what they bill; the planner knows the tables afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "company": company.pk,
                "ledger": company.ledger_currency,
                "documents": lines // LINES,
                "lines": LINES,
                "dearer": DEARER,
                "vendors": VENDORS,
                "items": ITEMS,
            },
        )
        cursor.execute("ANALYZE")
