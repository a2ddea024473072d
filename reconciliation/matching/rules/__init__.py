"""The rules: one function each, in the order in which a person would check an invoice.

A rule takes the dossier (and, below the header, one line), and yields what it finds. A new rule is one
function, one row here and one table of cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..dossier import Dossier, Line
from ..findings import Finding
from . import charges, credits, identity, orders, price, quantity, services, stops, totals

InvoiceRule = Callable[[Dossier], Iterator[Finding]]
LineRule = Callable[[Dossier, Line], Iterator[Finding]]

INVOICE_RULES: tuple[InvoiceRule, ...] = (
    identity.vendor,
    identity.vendor_blocked,
    identity.duplicate,
    identity.near_duplicate,
    identity.currency,
    orders.closed,
    orders.not_approved,
    orders.before_order,
    orders.unlinked,
    totals.arithmetic,
    charges.charges,
    totals.tax,
    totals.tax_code,
    totals.totals,
    stops.rate,
    stops.large_amount,
)

LINE_RULES: tuple[LineRule, ...] = (
    quantity.no_conversion,
    quantity.no_receipt,
    quantity.over_received,
    quantity.over_accepted,
    quantity.over_ordered,
    quantity.under,
    quantity.closes_with_extra,
    quantity.return_after_bill,
    credits.over_credit,
    services.no_acceptance,
    services.over_accepted,
    price.unit_price,
    price.unit_ratio,
    price.line_total,
    stops.early,
)

__all__ = ["INVOICE_RULES", "LINE_RULES", "InvoiceRule", "LineRule"]
