"""Fill the board of losses with what was judged before the board was kept, from the kept judgements."""

from __future__ import annotations

import logging

from django.db import transaction

from . import losing
from .leakage import HELD_BACK, Leaks, leaks
from .matching import FormError, case_from
from .models import MatchDecision, SupplierInvoice

logger = logging.getLogger(__name__)

CHUNK = 500


def fill() -> int:
    """Keep what the latest judgement of each invoice let through; returns how many were read."""
    after = read = 0
    while keys := _next(after):
        read += _chunk(keys)
        after = keys[-1]
    return read


def _next(after: int) -> list[int]:
    rows = SupplierInvoice.objects.filter(pk__gt=after).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:CHUNK])


@transaction.atomic
def _chunk(keys: list[int]) -> int:
    """Read the judgements of these invoices, held still meanwhile; what was judged in bulk leaks nothing."""
    locked = list(SupplierInvoice.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk"))
    latest = MatchDecision.objects.filter(invoice__in=locked).order_by("invoice_id", "-pk")
    found: dict[int, Leaks] = {}
    for decision in latest.distinct("invoice_id").select_related("ground"):
        if decision.figures is not None or decision.outcome in HELD_BACK:
            continue
        try:
            found[decision.invoice_id] = leaks(case_from(decision.question), decision.answer) or {}
        except FormError as error:
            logger.warning("Decision %s cannot be read for the board of losses: %s", decision.pk, error)
    losing.keep(found, [invoice for invoice in locked if invoice.pk in found])
    return len(found)
