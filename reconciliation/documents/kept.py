"""What is kept here and not posted: purchase requests, and what the CAFM says that it did on a day."""

from __future__ import annotations

from django.db import transaction

from masterdata.models import Company
from reconciliation.forms import DayTotalsForm, RequestForm
from reconciliation.models import DayTotal, Document, PurchaseRequest, PurchaseRequestLine

from .steps import fields_of, insert_new, one_at_a_time


@transaction.atomic
def record_request(company: Company, form: RequestForm, *, source: str) -> PurchaseRequest:
    """Keep an approved request; raises DocumentExists."""
    request = PurchaseRequest(
        company=company,
        received_from=source,
        status=Document.Status.RECORDED,
        **fields_of(form, but=["lines"]),
    )
    lines = [PurchaseRequestLine(**fields_of(line)) for line in form.lines]
    insert_new(request, {PurchaseRequestLine: lines})
    return request


@transaction.atomic
def record_day_totals(company: Company, form: DayTotalsForm, *, source: str) -> None:
    """Keep the totals of a day; what the same source told of it before is replaced."""
    one_at_a_time(company, f"totals {source} {form.date}")
    DayTotal.objects.filter(company=company, received_from=source, date=form.date).delete()
    DayTotal.objects.bulk_create(
        DayTotal(company=company, received_from=source, date=form.date, line=line, **fields_of(total))
        for line, total in enumerate(form.totals, start=1)
    )
