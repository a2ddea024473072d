"""What a pull goes on without, because Business Central has it no more: what is known here keeps what it has.

Empty it would mean something: a vendor without a block, an invoice without an order, a price in our currency.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from integration.mapping import pulls
from masterdata.batch import Batch
from masterdata.models import Company
from reconciliation.forms import InvoiceForm, InvoiceLineForm
from reconciliation.models import InvoiceLine, SupplierInvoice

from .entities import Entity

ORDER = "order_number"
OF_LINES = {"object_number": "item", "description": "description", "unit": "unit"}
"""By what a mapping writes of a line, the field that keeps it; those of the head have one name."""


def keep(company: Company, entity: Entity, batch: Batch, fields: Collection[str]) -> None:
    """Put in what the mirror has of these fields; a record that is new has them blank."""
    if not fields or not batch:
        return
    names = sorted(fields)
    here = entity.model._default_manager.filter(company=company, bc_id__in=batch.ids)
    had = {str(bc_id): values for bc_id, *values in here.values_list("bc_id", *names)}
    for place, name in enumerate(names):
        batch.columns[name] = [
            had[bc_id][place] if bc_id in had else value
            for bc_id, value in zip(batch.ids, batch.columns[name], strict=True)
        ]


@dataclass(frozen=True)
class OfInvoices:
    """What of invoices Business Central has no more."""

    head: Collection[str]
    lines: Collection[str]

    @classmethod
    def now(cls) -> OfInvoices:
        of = [pulls.compiled(each).lacking for each in (pulls.INVOICES, pulls.INVOICE_LINES)]
        return cls(*of)

    def kept(self, company: Company, bc_id: UUID, form: InvoiceForm) -> InvoiceForm:
        """Put in what is kept of an invoice that was a draft before."""
        if not self.head and not self.lines:
            return form
        drafts = SupplierInvoice.objects.filter(company=company, origin=SupplierInvoice.Origin.BC)
        known = drafts.filter(bc_id=bc_id).prefetch_related("lines").first()
        return form if known is None else self._of(known, form)

    def _of(self, known: SupplierInvoice, form: InvoiceForm) -> InvoiceForm:
        lines = {line.line: line for line in known.lines.all()}
        told: dict[str, Any] = {name: getattr(known, name) for name in self.head}
        return replace(form, **told, lines=tuple(self._line(line, lines) for line in form.lines))

    def _line(self, line: InvoiceLineForm, lines: Mapping[int, InvoiceLine]) -> InvoiceLineForm:
        known = lines.get(line.line)
        if known is None:
            return line
        told: dict[str, Any] = {
            ours: getattr(known, ours) for name, ours in OF_LINES.items() if name in self.lines
        }
        if ORDER in self.head:
            told |= {ORDER: known.order_number, "order_line": known.order_line}
        return replace(line, **told)
