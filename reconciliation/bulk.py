"""What ties out to the last digit, judged and kept by one SQL statement for thousands of invoices at once.

The engine stays the one truth: the statement takes only invoices of which the engine can say nothing but
"clean", whatever the tolerances are, and writes the very question and answer that the engine would leave
behind. One order, all quantities and prices equal, nothing else on the order and nothing that looks alike.
All others are left to the engine. A test asks both about the same invoices.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from masterdata.models import Company

from . import documents
from .matching import ENGINE_VERSION, Outcome, facts, policy_document
from .matching.facts import Check
from .models import PolicyVersion, SupplierInvoice
from .policies import RulesOfTheDay
from .policies.in_force import narrowed

logger = logging.getLogger(__name__)

CHUNK = 1000  # larger ones are slower: a join or two grows with the square
WORTH_IT = 100  # fewer invoices are judged as fast by the engine
FALLS_SHORT = (Check.QUANTITY_ORDERED, Check.LINE_TOTAL)

# Invoices with nothing odd on top, that no other invoice, return or charge has to do with. They are laid
# aside and counted, so that the planner knows how many lines there are to join.
ASKED = r"""
SET LOCAL jit = off;
DROP TABLE IF EXISTS bulk_asked;
CREATE TEMP TABLE bulk_asked ON COMMIT DROP AS
SELECT n.id, n.number, n.vendor_number, n.invoice_date, n.total, n.currency, n.order_number,
       o.id AS order_id, o.bc_number, o.order_date, o.expected_on, o.state, o.version
  FROM reconciliation_supplierinvoice n
  JOIN reconciliation_purchaseorder o ON o.company_id = n.company_id AND o.number = n.order_number
 WHERE n.id = ANY(%(ids)s::bigint[]) AND n.status = 'received' AND n.type = 'invoice'
   AND n.number <> '' AND n.invoice_date IS NOT NULL
   AND n.total > 0 AND n.total <= coalesce(%(ceiling)s::numeric, n.total)
   AND (n.discount, n.tax, n.rounding) = (0, 0, 0)
   AND coalesce(n.retention_percent, n.advance) IS NULL AND n.file_sha256 = ''
   AND o.agreed IS NULL AND o.former IS NULL
   AND n.currency = %(ledger)s AND o.currency = n.currency AND o.vendor_number = n.vendor_number
   AND n.vendor_number <> ALL(%(vendors)s::text[])
   AND o.state = 'open' AND o.status <> 'cancelled' AND o.order_date <= n.invoice_date
   AND (SELECT count(*) = 1 AND max(v.blocked) = '' FROM masterdata_vendor v
         WHERE v.company_id = n.company_id AND v.number = n.vendor_number AND v.deleted_at IS NULL)
   AND NOT EXISTS (SELECT FROM reconciliation_matchdecision d WHERE d.invoice_id = n.id)
   AND NOT EXISTS (SELECT FROM reconciliation_invoicecharge c WHERE c.invoice_id = n.id)
   AND NOT EXISTS (SELECT FROM reconciliation_ordercharge c WHERE c.order_id = o.id)
   AND NOT EXISTS (SELECT FROM reconciliation_goodsreturn r
                    WHERE r.company_id = n.company_id AND r.order_number = o.number)
   AND NOT EXISTS (SELECT FROM reconciliation_serviceconfirmation r
                    WHERE r.company_id = n.company_id AND r.order_number = o.number)
   AND NOT EXISTS (SELECT FROM reconciliation_goodsreceipt r
                    WHERE r.company_id = n.company_id AND r.order_number = o.number
                      AND (r.reversed_on IS NOT NULL OR r.status = 'cancelled'))
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = n.company_id AND k.id <> n.id AND k.status <> 'rejected'
                      AND k.order_number = o.number)
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = n.company_id AND k.id <> n.id AND k.status <> 'rejected'
                      AND k.order_number = o.bc_number AND o.bc_number <> '')
   AND NOT EXISTS (SELECT FROM reconciliation_invoiceline l JOIN reconciliation_supplierinvoice k
                       ON k.id = l.invoice_id
                    WHERE l.order_number = o.number AND k.id <> n.id
                      AND k.company_id = n.company_id AND k.status <> 'rejected')
   AND NOT EXISTS (SELECT FROM reconciliation_invoiceline l JOIN reconciliation_supplierinvoice k
                       ON k.id = l.invoice_id
                    WHERE l.order_number = o.bc_number AND o.bc_number <> '' AND k.id <> n.id
                      AND k.company_id = n.company_id AND k.status <> 'rejected')
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = n.company_id AND k.order_number = '' AND k.id <> n.id
                      AND k.vendor_number = n.vendor_number AND k.status <> 'rejected')
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = n.company_id AND k.vendor_number = n.vendor_number AND k.id <> n.id
                      AND k.type = n.type AND k.status <> 'rejected'
                      AND regexp_replace(regexp_replace(lower(k.number), '[\W_]+', '', 'g'),
                                         '(?<![0-9])0+(?=[0-9])', '', 'g')
                        = regexp_replace(regexp_replace(lower(n.number), '[\W_]+', '', 'g'),
                                         '(?<![0-9])0+(?=[0-9])', '', 'g'))
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = n.company_id AND k.vendor_number = n.vendor_number AND k.id <> n.id
                      AND k.type = n.type AND k.status <> 'rejected' AND k.total = n.total
                      AND abs(k.invoice_date - n.invoice_date) <= %(days)s);
ANALYZE bulk_asked
"""

# Of these, the ones of which all lines are equal to the order's and to what came, as the engine writes them.
PLAIN = """
WITH ordered AS MATERIALIZED (
  SELECT a.id, p.line, p.kind, p.item, p.description, p.quantity, p.unit, p.unit_price, p.price_base,
         p.match_level, p.discount_percent, p.cancelled, p.agreed,
         coalesce(p.expected_on, a.expected_on) AS expected_on
    FROM bulk_asked a JOIN reconciliation_purchaseorderline p ON p.order_id = a.order_id),
receipts AS MATERIALIZED (
  SELECT a.id, r.id AS receipt_id, r.number, r.order_number, r.received_on
    FROM bulk_asked a JOIN reconciliation_goodsreceipt r
      ON r.company_id = %(company)s AND r.order_number = a.order_number),
came AS MATERIALIZED (
  SELECT r.id, r.receipt_id, g.line, g.order_line, g.unit,
         g.quantity_received, g.quantity_accepted, g.quantity_rejected, g.price_quantity
    FROM receipts r JOIN reconciliation_goodsreceiptline g ON g.receipt_id = r.receipt_id),
arrived AS MATERIALIZED (
  SELECT id, order_line, sum(quantity_received) AS received, sum(quantity_accepted) AS accepted,
         min(unit) AS unit, min(unit) = max(unit) AND count(price_quantity) = 0 AS one_unit
    FROM came GROUP BY id, order_line),
items AS MATERIALIZED (
  SELECT DISTINCT ON (number) number, base_unit
    FROM masterdata_item
   WHERE company_id = %(company)s AND number IN (SELECT item FROM ordered WHERE item <> '')
   ORDER BY number, deleted_at DESC NULLS FIRST, id DESC),
units AS MATERIALIZED (
  SELECT item_number, unit, per_base, rounding_precision,
         row_number() OVER (PARTITION BY item_number ORDER BY unit, id) AS place
    FROM masterdata_itemunit
   WHERE company_id = %(company)s AND deleted_at IS NULL
     AND item_number IN (SELECT item FROM ordered WHERE item <> '')),
item_json AS MATERIALIZED (
  SELECT i.number,
         jsonb_build_object('number', i.number, 'base_unit', i.base_unit, 'rounding_precision', coalesce(
           (SELECT trim_scale(u.rounding_precision)::text FROM units u
             WHERE u.item_number = i.number AND u.unit = i.base_unit ORDER BY u.place LIMIT 1), '0')) AS item
    FROM items i),
unit_json AS MATERIALIZED (
  SELECT item_number AS number, place, jsonb_build_object(
           'item', item_number, 'unit', unit, 'per_base', trim_scale(per_base)::text) AS unit
    FROM units),
known_units AS MATERIALIZED (
  SELECT number, base_unit AS unit FROM items
   UNION
  SELECT i.number, u.unit FROM items i JOIN units u ON u.item_number = i.number),
odd AS MATERIALIZED (
  SELECT DISTINCT id FROM ordered
   WHERE cancelled OR discount_percent <> 0 OR agreed IS NOT NULL OR item = ANY(%(items)s::text[])),
billed AS MATERIALIZED (
  SELECT a.id, l.line, l.order_number, l.order_line, l.item, l.description, l.quantity, l.unit,
         l.unit_price, l.amount,
         p.line IS NOT NULL AND p.kind = 'item' AND p.item <> '' AND p.item = l.item AND l.unit <> ''
         AND p.unit = l.unit AND c.one_unit AND c.unit = l.unit
         AND (l.price_base, p.price_base, l.discount, l.tax) = (1, 1, 0, 0)
         AND l.unit_price > 0 AND p.unit_price = l.unit_price AND l.amount = l.quantity * l.unit_price
         AND scale(trim_scale(l.amount)) <= 2 AND l.quantity > 0
         AND c.received = l.quantity AND c.accepted = l.quantity
         AND (p.quantity = l.quantity OR (%(may_be_short)s AND p.quantity > l.quantity))
         AND l.order_number IN ('', a.order_number) AND NOT l.linked
         AND l.price_quantity IS NULL AND (l.milestone, l.tax_code) = ('', '')
         AND coalesce(p.expected_on <= a.invoice_date, true)
         AND k.unit IS NOT NULL AS equal
    FROM bulk_asked a
    JOIN reconciliation_invoiceline l ON l.invoice_id = a.id
    LEFT JOIN ordered p ON p.id = a.id AND p.line = l.order_line
    LEFT JOIN arrived c ON c.id = a.id AND c.order_line = l.order_line
    LEFT JOIN known_units k ON k.number = l.item AND k.unit = l.unit),
billed_json AS MATERIALIZED (
  SELECT id, sum(amount) AS total,
         bool_and(coalesce(equal, false)) AND count(DISTINCT order_line) = count(*) AS equal,
         jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           'line', line, 'order', nullif(order_number, ''), 'order_line', order_line, 'item', item,
           'description', description, 'quantity', trim_scale(quantity)::text, 'unit', unit,
           'unit_price', trim_scale(unit_price)::text, 'price_base', '1', 'discount', '0',
           'amount', trim_scale(amount)::text, 'tax', '0')) ORDER BY line) AS lines,
         array_agg(line ORDER BY line) AS numbers, array_agg(order_line ORDER BY line) AS targets
    FROM billed GROUP BY id),
plain AS MATERIALIZED (
  SELECT a.*, b.lines, b.numbers, b.targets
    FROM bulk_asked a JOIN billed_json b ON b.id = a.id
   WHERE b.equal AND b.total = a.total
     AND NOT EXISTS (SELECT FROM odd WHERE odd.id = a.id)
     AND NOT EXISTS (SELECT FROM arrived c WHERE c.id = a.id AND c.order_line <> ALL(b.targets))),
ordered_json AS MATERIALIZED (
  SELECT p.id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           'line', p.line, 'quantity', trim_scale(p.quantity)::text,
           'unit_price', trim_scale(p.unit_price)::text, 'kind', p.kind, 'item', p.item,
           'description', p.description, 'unit', p.unit, 'price_base', trim_scale(p.price_base)::text,
           'discount', '0', 'delivery_date', p.expected_on::text,
           'level', nullif(p.match_level, ''))) ORDER BY p.line) AS lines
    FROM plain a JOIN ordered p ON p.id = a.id GROUP BY p.id),
came_json AS MATERIALIZED (
  SELECT c.receipt_id, jsonb_agg(jsonb_build_object(
           'order_line', c.order_line, 'received', trim_scale(c.quantity_received)::text,
           'accepted', trim_scale(c.quantity_accepted)::text,
           'rejected', trim_scale(c.quantity_rejected)::text, 'unit', c.unit) ORDER BY c.line) AS lines
    FROM plain a JOIN came c ON c.id = a.id GROUP BY c.receipt_id),
receipt_json AS MATERIALIZED (
  SELECT r.id, jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
           'number', r.number, 'order', r.order_number, 'date', r.received_on::text, 'reversed', false,
           'lines', c.lines)) ORDER BY r.receipt_id) AS receipts
    FROM plain a JOIN receipts r ON r.id = a.id LEFT JOIN came_json c USING (receipt_id) GROUP BY r.id),
concerned AS MATERIALIZED (
  SELECT DISTINCT p.id, p.item FROM plain a JOIN ordered p ON p.id = a.id WHERE p.item <> ''),
concerned_items AS MATERIALIZED (
  SELECT c.id, jsonb_agg(i.item ORDER BY c.item COLLATE "C") AS items
    FROM concerned c JOIN item_json i ON i.number = c.item GROUP BY c.id),
concerned_units AS MATERIALIZED (
  SELECT c.id, jsonb_agg(u.unit ORDER BY c.item COLLATE "C", u.place) AS units
    FROM concerned c JOIN unit_json u ON u.number = c.item GROUP BY c.id)
INSERT INTO reconciliation_matchdecision
       (invoice_id, decided_at, engine, policy_version_id, outcome, question, answer, question_hash)
SELECT a.id, now(), %(engine)s, %(version)s, %(clean)s,
       jsonb_strip_nulls(jsonb_build_object(
         'ledger_currency', %(ledger)s::text,
         'items', i.items, 'units', u.units,
         'vendors', jsonb_build_array(jsonb_build_object(
           'number', a.vendor_number, 'family', '', 'blocked', '')),
         'policy', %(policy)s::jsonb,
         'orders', jsonb_build_array(jsonb_build_object(
           'number', a.order_number, 'vendor', a.vendor_number, 'currency', a.currency,
           'date', a.order_date::text, 'state', a.state, 'version', a.version, 'lines', o.lines,
           'discount', '0', 'tax', '0', 'rounding', '0')),
         'receipts', r.receipts,
         'invoice', jsonb_build_object(
           'number', a.number, 'type', 'invoice', 'vendor', a.vendor_number, 'date', a.invoice_date::text,
           'currency', a.currency, 'order', a.order_number, 'lines', a.lines, 'discount', '0', 'tax', '0',
           'rounding', '0', 'total', trim_scale(a.total)::text))),
       jsonb_build_object(
         'outcome', %(clean)s::text,
         'lines', (SELECT jsonb_agg(jsonb_build_object(
                            'line', of_line.line, 'outcome', %(clean)s::text, 'order', a.order_number,
                            'order_line', of_line.target) ORDER BY of_line.line)
                     FROM unnest(a.numbers, a.targets) AS of_line(line, target)),
         'findings', '[]'::jsonb,
         'payable', (CASE WHEN scale(trim_scale(a.total)) < 2 THEN round(a.total, 2)
                          ELSE trim_scale(a.total) END)::text,
         'retained', '0', 'credit_expected', '[]'::jsonb, 'engine', %(engine)s::text),
       ''
  FROM plain a
  JOIN ordered_json o ON o.id = a.id
  JOIN receipt_json r ON r.id = a.id
  LEFT JOIN concerned_items i ON i.id = a.id
  LEFT JOIN concerned_units u ON u.id = a.id
 ORDER BY a.id
RETURNING invoice_id
"""


@dataclass(frozen=True)
class _Rules:
    """What of a policy the statement has to know, and whether it can be used under it at all."""

    policy: facts.Policy

    @property
    def can_be_plain(self) -> bool:
        """Tell whether nothing is drawn at random and no rule is for single order lines."""
        return not self.policy.options.sample_percent and not any(
            rule.order_line for rule in self.policy.rules
        )

    @functools.cached_property
    def terms(self) -> dict[str, Any]:
        rows: tuple[facts.ToleranceRule | facts.LevelRule, ...] = (*self.policy.rules, *self.policy.levels)
        of_all = narrowed(self.policy, (), ())
        ceilings = [
            rule.upper.amount
            for rule in of_all.rules
            if rule.check == Check.LARGE_AMOUNT and rule.upper.amount is not None
        ]
        return {
            "policy": json.dumps(policy_document(of_all)),
            "vendors": sorted({row.vendor for row in rows if row.vendor}),
            "items": sorted({row.item for row in rows if row.item}),
            "days": self.policy.options.near_duplicate_days,
            "ceiling": min(ceilings, default=None),
            "may_be_short": not any(_bounds_below(rule) for rule in of_all.rules),
        }


def match_plain(limit: int | None = None) -> int:
    """Judge what ties out to the last digit of all that is due; returns how many invoices that were."""
    due = SupplierInvoice.objects.due_for_matching()
    if not due[WORTH_IT:].exists():
        return 0
    judged, after = 0, 0
    while limit is None or judged < limit:
        count, last = _chunk(after, CHUNK if limit is None else min(CHUNK, limit - judged))
        if last is None:
            break
        judged, after = judged + count, last
    return judged


@transaction.atomic
def _chunk(after: int, size: int) -> tuple[int, int | None]:
    """Judge the plain ones of the next invoices; gives the last key looked at as well."""
    due = SupplierInvoice.objects.due_for_matching().filter(
        status=SupplierInvoice.Status.RECEIVED, pk__gt=after
    )
    locked = due.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    invoices = list(locked.only("company_id", "created_at", "judged_by_id", "status")[:size])
    plain: set[int] = set()
    for company in Company.objects.filter(pk__in={invoice.company_id for invoice in invoices}):
        theirs = [invoice for invoice in invoices if invoice.company_id == company.pk]
        plain |= _judge(company, theirs)
    documents.mark_tied_out([invoice for invoice in invoices if invoice.pk in plain])
    if plain:
        logger.info("Matched %s invoices that tie out to the last digit", len(plain))
    return len(plain), invoices[-1].pk if invoices else None


def _judge(company: Company, invoices: Iterable[SupplierInvoice]) -> set[int]:
    rules = RulesOfTheDay(company)
    by_version: dict[PolicyVersion | None, list[SupplierInvoice]] = {}
    for invoice in invoices:
        by_version.setdefault(rules.version_for(invoice), []).append(invoice)
    found: set[int] = set()
    for version, theirs in by_version.items():
        known = _Rules(rules.policy_for(theirs[0]))
        if known.can_be_plain:
            found |= _written(company, version, [invoice.pk for invoice in theirs], known.terms)
    return found


def _written(
    company: Company, version: PolicyVersion | None, keys: list[int], terms: dict[str, Any]
) -> set[int]:
    with connection.cursor() as cursor:
        known = {
            **terms,
            "ids": keys,
            "company": company.pk,
            "ledger": company.ledger_currency,
            "version": version.pk if version else None,
            "engine": ENGINE_VERSION,
            "clean": str(Outcome.CLEAN),
        }
        cursor.execute(ASKED, known)
        cursor.execute(PLAIN, known)
        return {key for (key,) in cursor.fetchall()}


def _bounds_below(rule: facts.ToleranceRule) -> bool:
    """Tell whether a rule has something to say of an order that is not billed in full."""
    lower: tuple[Decimal | None, ...] = (rule.lower.percent, rule.lower.amount, rule.lower.quantity)
    return rule.check in FALLS_SHORT and any(limit is not None for limit in lower)
