"""Shadow mode: invoices are judged while their flow is closed, and held beside what people did with them.

Nothing is blocked then, for nothing is sent: people post in Business Central as before, and a pull shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from integration.models import Attempt, DocumentKind
from masterdata.models import Company
from reconciliation.models import MatchDecision, SupplierInvoice
from reconciliation.reconcile import HELD_BACK

SHOWN = 50


@dataclass(frozen=True)
class Apart:
    """An invoice with which people did something else than Tieout would have."""

    invoice: SupplierInvoice
    said: str
    did: str


@dataclass
class Shadow:
    """How often people did what Tieout would have done, and the cases in which they did not."""

    alike: int = 0
    undecided: int = 0
    posted_though_held: int = 0
    dropped_though_clean: int = 0
    apart: list[Apart] = field(default_factory=list)

    @property
    def decided(self) -> int:
        return self.alike + self.posted_though_held + self.dropped_though_clean

    @property
    def percent(self) -> int:
        return 100 * self.alike // self.decided if self.decided else 0


def compare(company: Company, *, since: datetime) -> Shadow:
    """Hold the last judgement of each invoice since a moment beside what people did in Business Central."""
    shadow = Shadow()
    for decision in _judged(company, since):
        _count(shadow, decision.invoice, decision)
    return shadow


def _judged(company: Company, since: datetime) -> QuerySet[MatchDecision]:
    """Give the last judgement of each invoice that Tieout itself has not posted."""
    sent = Attempt.objects.filter(
        message__document_kind=DocumentKind.SUPPLIER_INVOICE,
        message__document_id=OuterRef("invoice_id"),
        outcome=Attempt.Outcome.POSTED,
    )
    rows = MatchDecision.objects.filter(~Exists(sent), invoice__company=company, decided_at__gte=since)
    latest = rows.order_by("invoice_id", "-pk").distinct("invoice_id")
    return latest.defer("kept_question", "kept_answer", "figures").prefetch_related("invoice")


def _count(shadow: Shadow, invoice: SupplierInvoice, decision: MatchDecision) -> None:
    is_held = decision.outcome in HELD_BACK
    is_posted = invoice.status == SupplierInvoice.Status.POSTED
    is_dropped = invoice.deleted_at is not None or invoice.status == SupplierInvoice.Status.REJECTED
    if not is_posted and not is_dropped:
        shadow.undecided += 1
    elif is_posted is not is_held:
        shadow.alike += 1
    elif is_posted:
        shadow.posted_though_held += 1
        _keep(shadow, Apart(invoice, "would have held it back", "posted it"))
    else:
        shadow.dropped_though_clean += 1
        _keep(shadow, Apart(invoice, "would have let it through", "did not post it"))


def _keep(shadow: Shadow, apart: Apart) -> None:
    if len(shadow.apart) < SHOWN:
        shadow.apart.append(apart)
