"""The rules: one function each, in the order in which a person would check an invoice.

A rule takes the dossier (and, below the header, one line), and yields what it finds. A new rule is one
function, one row here and one table of cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..dossier import Dossier, Line
from ..findings import Finding
from . import (
    agreements,
    changes,
    charges,
    credits,
    identity,
    orders,
    price,
    quantity,
    services,
    stops,
    totals,
)

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
    agreements.consignment,
    agreements.self_billed,
    agreements.blanket,
    orders.unlinked,
    totals.arithmetic,
    charges.charges,
    totals.tax,
    totals.tax_code,
    totals.totals,
    stops.rate,
    agreements.advance,
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
    agreements.milestone,
    price.unit_price,
    changes.price_at_receipt,
    price.unit_ratio,
    price.line_total,
    stops.early,
)

__all__ = ["INVOICE_RULES", "LINE_RULES", "InvoiceRule", "LineRule"]
