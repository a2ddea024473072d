"""What left the stock, came to it or went elsewhere."""

from __future__ import annotations

from django.db import transaction

from masterdata.models import Company
from reconciliation.forms import MovementForm
from reconciliation.models import InventoryMovement, InventoryMovementLine

from .steps import fields_of, insert_new, one_at_a_time


@transaction.atomic
def record_movement(company: Company, form: MovementForm, *, source: str) -> InventoryMovement:
    """Keep a consumption, an adjustment or a transfer; raises DocumentExists."""
    one_at_a_time(company, f"{form.kind} {form.number}")
    movement = InventoryMovement(company=company, received_from=source, **fields_of(form, but=["lines"]))
    lines = [InventoryMovementLine(**fields_of(line)) for line in form.lines]
    insert_new(movement, {InventoryMovementLine: lines}, kind=form.kind)
    return movement
