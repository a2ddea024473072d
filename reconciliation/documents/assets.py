"""Assets as the CAFM registers, changes and retires them."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q

from masterdata.models import Company
from reconciliation.forms import AssetForm
from reconciliation.models import AssetNotice

from .steps import fields_of, insert_new, one_at_a_time

Kind = AssetNotice.Kind


@transaction.atomic
def record_asset(company: Company, form: AssetForm, *, source: str) -> AssetNotice:
    """Keep what is told of an asset; raises DocumentExists when it is registered or retired a second time.

    A change older than one that is here, or of an asset that is retired, changes nothing.
    """
    one_at_a_time(company, f"asset {form.number}")
    notice = AssetNotice(company=company, received_from=source, **fields_of(form))
    if form.kind == Kind.CHANGED and _is_late(notice):
        notice.status = AssetNotice.Status.LATE
    insert_new(notice, {}, kind=form.kind)
    return notice


def _is_late(notice: AssetNotice) -> bool:
    newer = Q(kind=Kind.RETIRED)
    if notice.told_at is not None:
        newer |= Q(kind=Kind.CHANGED, told_at__gt=notice.told_at)
    told = AssetNotice.objects.filter(company=notice.company, number=notice.number)
    return bool(told.exclude(status=AssetNotice.Status.CANCELLED).filter(newer).exists())
