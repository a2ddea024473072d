"""What came and is not billed, and what is billed and did not come: order line by order line, as of a day.

A document counts by the day that it bears: a receipt until the day it was reversed, a return from its own, an
invoice by its date. So the end of a month can be asked for when the month is long over. Prices are orders'.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils import timezone

from masterdata.models import Company

from .matching.exact import trimmed

ZERO = Decimal(0)

# Quantities are added up in base units and divided once, as the engine does; what cannot be is left out.
# A service is compared in money, and so is what was confirmed of it as a quantity. Consignment is not billed.
# Rejected goods never counted as come, so their going back takes nothing off; those told of beyond what was
# not accepted are taken for accepted ones, as the engine does.
LINES = """
WITH item AS (
  SELECT number, min(base_unit) AS base_unit FROM masterdata_item
   WHERE company_id = %(company)s AND deleted_at IS NULL GROUP BY 1),
factor AS (
  SELECT item_number, unit, min(per_base) AS per_base FROM masterdata_itemunit
   WHERE company_id = %(company)s AND deleted_at IS NULL GROUP BY 1, 2),
ordered AS (
  SELECT o.id AS order_id, o.number, o.vendor_number, o.currency, l.line, l.kind = 'service' AS in_money,
         coalesce(nullif(l.item, ''), nullif(l.account, ''), l.asset) AS item, l.description, l.quantity,
         coalesce(nullif(l.unit, ''), item.base_unit, '') AS unit, item.base_unit,
         CASE WHEN l.unit IN ('', item.base_unit) THEN 1 ELSE factor.per_base END AS per_unit,
         l.match_level NOT IN ('none', 'two_way') AS is_awaited,
         (1 - l.discount_percent / 100) / l.price_base * coalesce(step.price, l.unit_price)
         * CASE WHEN coalesce(l.agreed ->> 'price_unit', '') IN ('', l.unit) THEN 1
                WHEN l.agreed ? 'planned_ratio' THEN (l.agreed ->> 'planned_ratio')::numeric
                     * CASE WHEN l.unit IN ('', item.base_unit) THEN 1 ELSE factor.per_base END
                ELSE CASE WHEN l.unit IN ('', item.base_unit) THEN 1 ELSE factor.per_base END
                     / CASE WHEN priced.unit = item.base_unit THEN 1 ELSE priced.per_base END END AS each
    FROM reconciliation_purchaseorder o
    JOIN reconciliation_purchaseorderline l ON l.order_id = o.id
    LEFT JOIN item ON item.number = l.item
    LEFT JOIN factor ON factor.item_number = l.item AND factor.unit = l.unit
    LEFT JOIN factor AS priced ON priced.item_number = l.item AND priced.unit = l.agreed ->> 'price_unit'
    LEFT JOIN LATERAL (
      SELECT (each ->> 'unit_price')::numeric AS price
        FROM jsonb_array_elements(l.agreed -> 'price_breaks') AS each
       WHERE (each ->> 'from_quantity')::numeric <= l.quantity
       ORDER BY (each ->> 'from_quantity')::numeric DESC LIMIT 1) AS step ON true
   WHERE o.company_id = %(company)s AND (%(vendor)s = '' OR o.vendor_number = %(vendor)s)
     AND coalesce(o.agreed ->> 'billing', '') <> 'consignment'),
named AS (
  SELECT DISTINCT ON (name) name, id FROM (
    SELECT number AS name, id, 1 AS rank FROM reconciliation_purchaseorder WHERE company_id = %(company)s
     UNION ALL
    SELECT bc_number, id, 2 FROM reconciliation_purchaseorder
     WHERE company_id = %(company)s AND bc_number <> '') AS each
   ORDER BY name, rank, id),
moved AS (
  SELECT r.order_id, g.order_line, true AS came, r.received_on AS day, r.number, g.unit,
         g.quantity_accepted AS quantity, NULL::numeric AS amount,
         g.quantity_received - g.quantity_accepted AS rejected
    FROM reconciliation_goodsreceiptline g JOIN reconciliation_goodsreceipt r ON r.id = g.receipt_id
   WHERE r.company_id = %(company)s AND r.status <> 'cancelled' AND r.received_on <= %(day)s
     AND (r.reversed_on IS NULL OR r.reversed_on > %(day)s)
   UNION ALL
  SELECT r.order_id, g.order_line, true, r.returned_on, r.number, g.unit,
         coalesce(g.quantity_rejected, 0) - g.quantity, NULL, -coalesce(g.quantity_rejected, 0)
    FROM reconciliation_goodsreturnline g JOIN reconciliation_goodsreturn r ON r.id = g.goods_return_id
   WHERE r.company_id = %(company)s AND r.status <> 'cancelled' AND r.returned_on <= %(day)s
   UNION ALL
  SELECT r.order_id, g.order_line, true, r.confirmed_on, r.number, g.unit, g.quantity, g.amount, 0
    FROM reconciliation_serviceconfirmationline g
    JOIN reconciliation_serviceconfirmation r ON r.id = g.confirmation_id
   WHERE r.company_id = %(company)s AND r.status <> 'cancelled' AND r.accepted AND r.confirmed_on <= %(day)s
   UNION ALL
  SELECT named.id, coalesce(l.order_line, sole.line), false, i.day, i.number, l.unit,
         i.sign * l.quantity, i.sign * l.amount, 0
    FROM (SELECT *, CASE WHEN type = 'credit_memo' THEN -1 ELSE 1 END AS sign,
                 coalesce(invoice_date, (created_at AT TIME ZONE %(zone)s)::date) AS day
            FROM reconciliation_supplierinvoice
           WHERE company_id = %(company)s AND status <> 'rejected'
             AND type IN ('invoice', 'credit_memo')) AS i
    JOIN reconciliation_invoiceline l ON l.invoice_id = i.id
    JOIN named ON named.name = coalesce(nullif(l.order_number, ''), i.order_number)
    LEFT JOIN LATERAL (
      SELECT min(line) AS line FROM reconciliation_purchaseorderline
       WHERE l.order_line IS NULL AND order_id = named.id AND (l.item = '' OR item = l.item)
      HAVING count(*) = 1) AS sole ON true
   WHERE i.day <= %(day)s),
weighed AS (
  SELECT o.order_id, o.line, m.came, m.day, m.number,
         CASE WHEN o.in_money AND m.amount IS NOT NULL THEN m.amount ELSE m.quantity * one.weight END
         AS weight, m.rejected * one.weight AS rejected
    FROM moved m JOIN ordered o ON o.order_id = m.order_id AND o.line = m.order_line
    LEFT JOIN factor ON factor.item_number = o.item AND factor.unit = m.unit,
         LATERAL (
      SELECT CASE WHEN o.in_money THEN CASE WHEN m.unit IN ('', o.unit) THEN o.each END
                  WHEN m.unit IN ('', o.unit) THEN coalesce(o.per_unit, 1)
                  WHEN o.per_unit IS NOT NULL THEN
                       CASE WHEN m.unit = o.base_unit THEN 1 ELSE factor.per_base END END AS weight) AS one),
summed AS (
  SELECT order_id, line,
         coalesce(sum(weight) FILTER (WHERE came), 0) + least(coalesce(sum(rejected), 0), 0) AS came,
         coalesce(sum(weight) FILTER (WHERE NOT came), 0) AS billed,
         bool_or(weight IS NULL) AS is_short, {moves} AS moves
    FROM weighed GROUP BY 1, 2)
SELECT o.order_id, o.number, o.vendor_number, o.currency, o.line, o.item, o.description, o.unit, o.quantity,
       o.in_money, round(s.came / p.per_unit, 9) AS came, round(s.billed / p.per_unit, 9) AS billed,
       round((s.came - s.billed) * CASE WHEN o.in_money THEN 1 ELSE o.each END / p.per_unit, 8) AS worth,
       o.is_awaited,
       s.is_short OR (NOT o.in_money AND o.each IS NULL) AS is_short, s.moves, p.per_unit
  FROM ordered o JOIN summed s USING (order_id, line),
       LATERAL (SELECT CASE WHEN o.in_money THEN 1 ELSE coalesce(o.per_unit, 1) END AS per_unit) AS p
 WHERE s.came <> s.billed OR s.is_short
"""
MOVES = "jsonb_agg(jsonb_build_array(came, day, number, weight::text) ORDER BY day, number)"
BY_VENDOR = """
SELECT vendor_number, currency, coalesce(sum(greatest(worth, 0)), 0),
       coalesce(sum(greatest(-worth, 0)) FILTER (WHERE is_awaited), 0)
  FROM ({lines}) AS each_line GROUP BY 1, 2
""".format(lines=LINES.format(moves="NULL::jsonb"))


class Side(StrEnum):
    RECEIVED = "received"  # and not invoiced
    BILLED = "billed"  # and not received


@dataclass(frozen=True)
class NotYet:
    """Goods of a vendor that came and are not billed, or the other way round."""

    vendor: str
    currency: str
    received: Decimal
    billed: Decimal


@dataclass(frozen=True)
class Move:
    """What one document did to an order line: a quantity in base units, or money; less where it takes off."""

    day: datetime.date
    number: str
    weight: Decimal


@dataclass(frozen=True)
class OpenLine:
    """An order line of which one side is ahead; quantities are in its unit, of a service they are money.

    `amount` is at the order's price, None without one. `is_short` says that a document could not be counted:
    its unit leads nowhere. `since` is the oldest day that is still open, `documents` those that are, and last
    those of this side that could not be counted.
    """

    side: Side
    vendor: str
    currency: str
    order_id: int
    order: str
    line: int
    item: str
    description: str
    unit: str
    ordered: Decimal
    in_money: bool
    came: Decimal
    billed: Decimal
    open: Decimal
    amount: Decimal | None
    since: datetime.date | None
    documents: tuple[str, ...]
    is_short: bool


def by_vendor(company: Company, on: datetime.date) -> list[NotYet]:
    """Add up what is open by vendor and currency, as of the end of a day."""
    with connection.cursor() as cursor:
        cursor.execute(BY_VENDOR, _asked(company, on, ""))
        rows = [NotYet(*row) for row in cursor.fetchall()]
    return [row for row in rows if row.received or row.billed]


def lines(company: Company, side: Side, on: datetime.date, *, vendor: str = "") -> list[OpenLine]:
    """Give the order lines that are open on a side as of the end of a day, the largest amount first."""
    with connection.cursor() as cursor:
        cursor.execute(LINES.format(moves=MOVES), _asked(company, on, vendor))
        found = [_line(side, *row) for row in cursor.fetchall()]
    kept = [line for line in found if line is not None]
    return sorted(kept, key=lambda line: (-(line.amount or ZERO), line.order, line.line))


def still_open(moves: Iterable[Move], weight: Decimal) -> Sequence[Move]:
    """Give the moves of a side that make up what is open of it, the oldest being settled first."""
    ahead = sorted((move for move in moves if move.weight > 0), key=lambda move: (move.day, move.number))
    left = sum((move.weight for move in ahead), ZERO) - weight
    open_ones = []
    for move in ahead:
        if move.weight > left:
            open_ones.append(move)
        left = max(left - move.weight, ZERO)
    return open_ones


def _asked(company: Company, on: datetime.date, vendor: str) -> dict[str, Any]:
    zone = timezone.get_current_timezone_name()
    return {"company": company.pk, "day": on, "vendor": vendor, "zone": zone}


def _line(side: Side, *row: Any) -> OpenLine | None:
    order_id, order, vendor, currency, line, item, description, unit, ordered, in_money, *figures = row
    came, billed, worth, is_awaited, is_short, told, per_unit = figures
    ahead, behind = (came, billed) if side is Side.RECEIVED else (billed, came)
    if ahead < behind or (side is Side.BILLED and not is_awaited):
        return None
    theirs = [each for has_come, *each in json.loads(told) if has_come == (side is Side.RECEIVED)]
    uncounted = [number for _, number, weight in theirs if weight is None]
    if ahead == behind and not uncounted:
        return None
    moves = [
        Move(datetime.date.fromisoformat(day), number, Decimal(weight))
        for day, number, weight in theirs
        if weight is not None
    ]
    left = still_open(moves, (ahead - behind) * per_unit)
    return OpenLine(
        side=side,
        vendor=vendor,
        currency=currency,
        order_id=order_id,
        order=order,
        line=line,
        item=item or "",
        description=description,
        unit=unit,
        ordered=trimmed(ordered),
        in_money=in_money,
        came=trimmed(came),
        billed=trimmed(billed),
        open=trimmed(ahead - behind),
        amount=None if worth is None else trimmed(abs(worth)),
        since=left[0].day if left else None,
        documents=tuple(dict.fromkeys([*(move.number for move in left), *uncounted])),
        is_short=is_short,
    )
