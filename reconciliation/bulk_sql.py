"""The statements that judge in bulk: which invoices are looked at, and what ties out of them.

Each new fact of a question (loading.py) has to be asked for here too: as something that must be empty, or
as a figure that is kept. tests/reconcile/test_bulk.py tells when one is missing.
"""

from __future__ import annotations

LOCK = """
SELECT id, company_id, judged_by_id, created_at FROM reconciliation_supplierinvoice
 WHERE match_due AND status IN ('received', 'blocked', 'ready') AND id > %(after)s
 ORDER BY id LIMIT %(size)s FOR NO KEY UPDATE SKIP LOCKED
"""

# What stands on invoices that were judged before: the latest judgement, and what people did about it. A
# resolution of any kind is one too many: what it covers is weighed by the engine alone.
BEFORE = """
SELECT d.invoice_id, d.id, d.outcome, d.engine = %(engine)s AND d.figures IS NOT NULL, d.figures IS NULL,
       EXISTS (SELECT FROM reconciliation_exceptioncase c
                JOIN reconciliation_resolution r ON r.case_id = c.id WHERE c.invoice_id = d.invoice_id)
  FROM unnest(%(ids)s::bigint[]) AS n (id)
  JOIN LATERAL (SELECT * FROM reconciliation_matchdecision d WHERE d.invoice_id = n.id
                 ORDER BY d.id DESC LIMIT 1) d ON true
"""
OPEN_CASES = """
SELECT invoice_id FROM reconciliation_exceptioncase
 WHERE invoice_id = ANY(%(ids)s::bigint[]) AND closed_at IS NULL
"""
LOCK_CASES = """
SELECT invoice_id, id, decision_id FROM reconciliation_exceptioncase
 WHERE invoice_id = ANY(%(ids)s::bigint[]) AND status = 'open' FOR NO KEY UPDATE SKIP LOCKED
"""

# Invoices with nothing odd on top, that no other invoice, return or charge has to do with. They are laid
# aside and counted, so that the planner knows how many lines there are to join. Each look goes through an
# index: in the first hours of a house the planner believes the tables to be empty that grow here.
ASKED = """
SET LOCAL jit = off;
SET LOCAL work_mem = '64MB';
SET LOCAL random_page_cost = 1.1;
SET LOCAL enable_seqscan = off;
DROP TABLE IF EXISTS bulk_asked;
CREATE TEMP TABLE bulk_asked ON COMMIT DROP AS
WITH n AS MATERIALIZED (
  SELECT * FROM reconciliation_supplierinvoice
   WHERE id = ANY(%(ids)s::bigint[]) AND company_id = %(company)s AND type = 'invoice'
     AND number <> '' AND invoice_date IS NOT NULL AND currency = %(ledger)s
     AND total > 0 AND total <= coalesce(%(ceiling)s::numeric, total)
     AND (discount, rounding) = (0, 0)
     AND (tax = 0 OR (%(may_be_taxed)s AND tax > 0 AND scale(trim_scale(tax)) <= 2))
     AND coalesce(retention_percent, advance) IS NULL AND file_sha256 = ''
     AND vendor_number <> ALL(%(vendors)s::text[])
     AND vendor_number NOT IN (
           SELECT unnest(ARRAY[vendor_number, head]) FROM reconciliation_vendorfamily
            WHERE company_id = %(company)s)
     AND (vendor_number IN (
           SELECT number FROM masterdata_vendor WHERE company_id = %(company)s AND deleted_at IS NULL
            GROUP BY number HAVING count(*) = 1 AND max(blocked) = '')) IS TRUE
     AND vendor_number NOT IN (
           SELECT vendor_number FROM reconciliation_supplierinvoice
            WHERE company_id = %(company)s AND order_number = '' AND status <> 'rejected'))
SELECT n.id, n.number, n.vendor_number, n.invoice_date, n.total, n.tax, n.currency, n.order_number,
       o.id AS order_id, o.order_date, o.expected_on, o.version
  FROM n
  JOIN reconciliation_purchaseorder o ON o.company_id = %(company)s AND o.number = n.order_number
 WHERE o.currency = n.currency AND o.vendor_number = n.vendor_number AND o.agreed IS NULL AND o.former IS NULL
   AND o.state = 'open' AND o.status <> 'cancelled' AND o.order_date <= n.invoice_date
   AND NOT EXISTS (SELECT FROM reconciliation_invoicecharge c WHERE c.invoice_id = n.id)
   AND NOT EXISTS (SELECT FROM reconciliation_ordercharge c WHERE c.order_id = o.id)
   AND NOT EXISTS (SELECT FROM reconciliation_goodsreturn r
                    WHERE r.company_id = %(company)s AND r.order_number = o.number)
   AND NOT EXISTS (SELECT FROM reconciliation_serviceconfirmation r
                    WHERE r.company_id = %(company)s AND r.order_number = o.number)
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = %(company)s AND k.id <> n.id AND k.status <> 'rejected'
                      AND k.order_number = o.number)
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = %(company)s AND k.id <> n.id AND k.status <> 'rejected'
                      AND k.order_number = o.bc_number AND o.bc_number <> '')
   AND (SELECT l.id FROM reconciliation_invoiceline l
         WHERE l.order_number = o.number AND l.invoice_id <> n.id
           AND (SELECT k.company_id = %(company)s AND k.status <> 'rejected'
                  FROM reconciliation_supplierinvoice k WHERE k.id = l.invoice_id) LIMIT 1) IS NULL
   AND (o.bc_number = '' OR (SELECT l.id FROM reconciliation_invoiceline l
         WHERE l.order_number = o.bc_number AND l.invoice_id <> n.id
           AND (SELECT k.company_id = %(company)s AND k.status <> 'rejected'
                  FROM reconciliation_supplierinvoice k WHERE k.id = l.invoice_id) LIMIT 1) IS NULL)
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = %(company)s AND k.vendor_number = n.vendor_number AND k.id <> n.id
                      AND k.type = n.type AND k.status <> 'rejected' AND k.bare_number = n.bare_number)
   AND NOT EXISTS (SELECT FROM reconciliation_supplierinvoice k
                    WHERE k.company_id = %(company)s AND k.vendor_number = n.vendor_number AND k.id <> n.id
                      AND k.type = n.type AND k.status <> 'rejected' AND k.total = n.total
                      AND abs(k.invoice_date - n.invoice_date) <= %(days)s);
SET LOCAL enable_seqscan = on;
ANALYZE bulk_asked
"""

# Of these, the ones of which all lines are equal to the order's and to what came. What each line says is laid
# side by side, whatever of the three is missing, and kept as tied_out.py reads it; in order, so that what is
# the same as before is seen to be. Gives each that ties out with its judgement, where that is a new one.
PLAIN = """
WITH ordered AS MATERIALIZED (
  SELECT a.id, p.line, p.kind, p.item, p.description, p.quantity, p.unit, p.unit_price, p.match_level,
         coalesce(p.expected_on, a.expected_on) AS expected_on,
         NOT p.cancelled AND (p.discount_percent, p.price_base) = (0, 1) AND p.agreed IS NULL
         AND p.item <> ALL(%(items)s::text[]) AS ordinary
    FROM bulk_asked a JOIN reconciliation_purchaseorderline p ON p.order_id = a.order_id),
billed AS (
  SELECT a.id, l.order_line AS line, l.line AS billed, l.order_number <> '' AS names_order, l.item,
         l.description, l.quantity, l.unit, l.unit_price, l.amount, l.tax, a.invoice_date,
         (l.price_base, l.discount) = (1, 0) AND l.price_quantity IS NULL AND NOT l.linked
         AND (l.tax = 0 OR a.tax > 0)
         AND (l.milestone, l.tax_code) = ('', '') AND l.order_number IN ('', a.order_number)
         AND l.unit_price > 0 AND l.quantity > 0 AND l.amount = l.quantity * l.unit_price
         AND scale(trim_scale(l.amount)) <= 2 AS ordinary
    FROM bulk_asked a JOIN reconciliation_invoiceline l ON l.invoice_id = a.id),
came AS (
  SELECT a.id, g.order_line AS line, sum(g.quantity_accepted) AS quantity, min(g.unit) AS unit,
         bool_and(r.reversed_on IS NULL AND r.status <> 'cancelled' AND g.price_quantity IS NULL
                  AND g.quantity_rejected = 0 AND g.quantity_received = g.quantity_accepted)
         AND min(g.unit) = max(g.unit) AS ordinary,
         json_agg(json_build_array(r.id, r.number, r.received_on, g.line, g.quantity_accepted)) AS deliveries
    FROM bulk_asked a
    JOIN reconciliation_goodsreceipt r ON r.company_id = %(company)s AND r.order_number = a.order_number
    JOIN reconciliation_goodsreceiptline g ON g.receipt_id = r.id
   GROUP BY a.id, g.order_line),
empty AS (
  SELECT a.id
    FROM bulk_asked a
    JOIN reconciliation_goodsreceipt r ON r.company_id = %(company)s AND r.order_number = a.order_number
   WHERE NOT EXISTS (SELECT FROM reconciliation_goodsreceiptline g WHERE g.receipt_id = r.id)),
items AS MATERIALIZED (
  SELECT DISTINCT ON (number) number, base_unit
    FROM masterdata_item
   WHERE company_id = %(company)s AND number IN (SELECT item FROM ordered)
   ORDER BY number, deleted_at DESC NULLS FIRST, id DESC),
measured AS MATERIALIZED (
  SELECT i.number AS item, json_build_array(i.base_unit, u.precision, u.units) AS measure,
         array_append(u.names, i.base_unit) AS names
    FROM items i, LATERAL (
         SELECT json_agg(json_build_array(unit, per_base) ORDER BY unit, id) AS units,
                array_agg(unit) AS names,
                (array_agg(rounding_precision ORDER BY id) FILTER (WHERE unit = i.base_unit))[1] AS precision
           FROM masterdata_itemunit
          WHERE company_id = %(company)s AND item_number = i.number AND deleted_at IS NULL) u),
judged AS (
  SELECT id, sum(b.amount) AS total, count(*) = count(DISTINCT line) AS is_once,
         bool_and((CASE WHEN b.billed IS NULL THEN p.ordinary AND c.line IS NULL ELSE
           p.ordinary AND b.ordinary AND c.ordinary AND p.kind = 'item'
           AND p.item = b.item AND p.unit = b.unit AND c.unit = b.unit AND b.unit <> ''
           AND p.unit = ANY(m.names)
           AND p.unit_price = b.unit_price AND c.quantity = b.quantity
           AND (p.quantity = b.quantity OR (%(may_be_short)s AND p.quantity > b.quantity))
           AND coalesce(p.expected_on <= b.invoice_date, true) END) IS TRUE) AS is_equal,
         json_agg(json_build_array(
           line, p.kind, p.item, p.description, p.quantity, p.unit, p.unit_price, p.expected_on,
           p.match_level, m.measure, b.billed, b.names_order, nullif(b.description, p.description),
           b.quantity, b.tax, c.deliveries) ORDER BY line) AS figures
    FROM ordered p
    LEFT JOIN measured m ON m.item = p.item
    FULL JOIN billed b USING (id, line)
    FULL JOIN came c USING (id, line)
   GROUP BY id),
tied AS MATERIALIZED (
  SELECT a.id, CASE WHEN a.tax = 0 THEN %(clean)s ELSE %(within)s END AS outcome,
         json_build_array(json_build_array(a.number, a.vendor_number, a.invoice_date, a.currency, a.total,
                                           a.tax, a.order_number, a.order_date, a.version),
                          j.figures)::text AS figures
    FROM bulk_asked a JOIN judged j USING (id)
   WHERE j.is_equal AND j.is_once AND j.total + a.tax = a.total AND a.id NOT IN (SELECT id FROM empty)),
kept AS (
  INSERT INTO reconciliation_matchdecision
         (invoice_id, decided_at, engine, policy_version_id, ground_id, outcome, figures, question_hash)
  SELECT id, now(), %(engine)s, %(version)s, %(ground)s, outcome, figures, ''
    FROM tied
   WHERE (id, figures) NOT IN (
           SELECT invoice_id, figures FROM reconciliation_matchdecision
            WHERE id = ANY(%(before)s::bigint[]) AND ground_id = %(ground)s)
   ORDER BY id
  RETURNING invoice_id, id)
SELECT tied.id, kept.id FROM tied FULL JOIN kept ON kept.invoice_id = tied.id -- never by nested loops
"""
