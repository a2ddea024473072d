"""A row in every table of the admin, made by the verbs that make it in the product where there is one."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils import timezone
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, SolarSchedule

from integration import escalation, installation
from integration.bc import Metadata
from integration.cafm import auth
from integration.contract import checking
from integration.models import (
    ApiKey,
    HeldRecord,
    InboxEvent,
    MirrorFilter,
    Subscription,
    SyncRun,
    SyncState,
    Webhook,
    WebhookMessage,
)
from masterdata.models import (
    Account,
    Currency,
    Dimension,
    DimensionValue,
    FixedAsset,
    ItemCategory,
    ItemVariant,
    Location,
    PaymentTerms,
    Unit,
)
from reconciliation import documents, first_owners, forms, roles
from reconciliation.models import ApprovalTier, MatchLevel, VendorFamily
from tests import factories

DAY = datetime.date(2026, 3, 9)


def furnish(desk: factories.Desk, schedules: Iterable[installation.Schedule]) -> dict[type[Any], int]:
    """Fill every table that is registered; give the first row of each."""
    roles.apply_roles()
    _masters(desk)
    _documents(desk)
    _integration(desk, schedules)
    rows = {model: model._default_manager.order_by("pk").first() for model in admin.site._registry}
    if empty := [model.__name__ for model, row in rows.items() if row is None]:
        raise AssertionError(f"nothing was made for {', '.join(empty)}")
    return {model: row.pk for model, row in rows.items() if row is not None}


def _masters(desk: factories.Desk) -> None:
    Account.objects.create(company=desk.company, number="6100", row_hash=b"")
    Currency.objects.create(company=desk.company, code="USD", row_hash=b"")
    FixedAsset.objects.create(company=desk.company, number="FA0001", row_hash=b"")
    for listed in (Unit, Location, ItemCategory, ItemVariant, PaymentTerms, Dimension, DimensionValue):
        listed.objects.create(company=desk.company, code="MAIN", row_hash=b"")
    approvers = Group.objects.get(name=roles.AP_APPROVER)
    ApprovalTier.objects.create(company=desk.company, position=1, group=approvers, above=1_000_000)
    first_owners.install_usual(desk.company)
    MatchLevel.objects.get_or_create(company=desk.company, vendor_number="V10", level="three_way")
    VendorFamily.objects.create(company=desk.company, vendor_number="V30", head="V20", state="in_force")


def _documents(desk: factories.Desk) -> None:
    factories.price_over_order(desk)
    cancellation = forms.CancellationForm(number="PO-S", reason="not needed", lines=(2,))
    documents.record_cancellation(desk.company, cancellation, source="test")
    reversal = forms.ReversalForm(number="RV-1", receipt_number="GR-X", reversed_on=DAY, reason="miscounted")
    documents.record_reversal(desk.company, reversal, source="test")
    back = forms.ReturnLineForm(line=1, order_line=1, quantity=Decimal(1), unit="PCS")
    returned = forms.ReturnForm(
        number="RT-1", order_number="PO-S", returned_on=DAY, reason="dented", lines=(back,)
    )
    documents.record_return(desk.company, returned, source="test")
    wanted = forms.RequestLineForm(line=1, description="Filters", quantity=Decimal(4), unit="PCS")
    request = forms.RequestForm(
        number="PR-1", requested_by="jo", approved_by="mira", approved_at=timezone.now(), lines=(wanted,)
    )
    documents.record_request(desk.company, request, source="test")
    totals = forms.DayTotalsForm(date=DAY, totals=(forms.DayTotalForm(kind="goods_receipt", count=2),))
    documents.record_day_totals(desk.company, totals, source="test")
    service = factories.ordered(kind="account", item="", unit="")
    desk.order("PO-S", service)
    desk.confirm("50", order="PO-S")
    line = forms.MovementLineForm(line=1, item="FILTER", quantity=Decimal(2), unit="PCS", location="MAIN")
    consumption = forms.MovementForm(kind="consumption", number="C-1", posted_on=DAY, lines=(line,))
    documents.record_movement(desk.company, consumption, source="test")

    told = forms.AssetForm(kind="registered", number="A-1", description="Air handling unit")
    documents.record_asset(desk.company, told, source="test")


def _integration(desk: factories.Desk, schedules: Iterable[installation.Schedule]) -> None:
    factories.refused(desk.company, "PO-R")
    key, _ = auth.issue(desk.company, "CAFM", [ApiKey.Scope.EVENTS])
    hook = Webhook.objects.create(key=key, name="CAFM", url="https://cafm.example/tieout", secret=b"")
    WebhookMessage.objects.create(webhook=hook, listed="items", body="{}", next_attempt_at=timezone.now())
    InboxEvent.objects.create(
        company=desk.company, source="/cafm", event_id="E-1", type="x", body={}, body_hash=b""
    )
    now = timezone.now()
    SyncRun.objects.create(
        company=desk.company, entity="vendors", kind="delta", state="done", finished_at=now, rows_read=12
    )
    SyncState.objects.create(company=desk.company, entity="vendors", watermark=now)
    HeldRecord.objects.create(
        company=desk.company, entity="items", bc_id=uuid4(), record="SALT", why="waiting", tried_at=now
    )
    MirrorFilter.objects.create(company=desk.company, entity="items", field="category", values="SPARE")
    Subscription.objects.create(company=desk.company, entity="vendors", secret_hash=b"")
    checking.settle(Metadata(standard={}), expects_app=False)
    installation.install_schedules(schedules)
    escalation.install()
    escalation.install_morning(desk.company)
    ClockedSchedule.objects.create(clocked_time=now)
    CrontabSchedule.objects.create()
    SolarSchedule.objects.create(event="sunset", latitude=48, longitude=11)
    factories.person("", username="nobody-in-particular")
