"""Which vendors belong together: they bill and are paid for each other, and send one invoice only once.

One person proposes that a vendor joins or leaves a family, and another agrees; nothing counts before that.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from masterdata.models import Company

from .documents import OPEN_INVOICES
from .models import SupplierInvoice, VendorFamily
from .parts import rows

State = VendorFamily.State
COUNTING = """
company_id = %(company)s AND state = ANY(%(counting)s::text[])
   AND (vendor_number = ANY(%(asked)s::text[]) OR head = ANY(%(asked)s::text[]))
"""


class NotTwoPersons(Exception):  # noqa: N818 - it names what is missing
    """Whoever proposed something cannot be the one who agrees to it."""


@transaction.atomic
def propose(family: VendorFamily, *, by: User) -> None:
    """Put a vendor forward for a family; it counts when somebody else approves it."""
    family.state, family.proposed_by, family.approved_by = State.PROPOSED, by, None
    family.save()


@transaction.atomic
def propose_end(family: VendorFamily, *, by: User) -> bool:
    """Put the end of a membership forward, or take back one that does not count yet; True when it is gone."""
    family = VendorFamily.objects.select_for_update().get(pk=family.pk)
    if family.state == State.PROPOSED:
        family.delete()
        return True
    if family.state == State.IN_FORCE:
        family.state, family.end_proposed_by = State.ENDING, by
        family.save()
    return False


@transaction.atomic
def approve(family: VendorFamily, *, by: User) -> int:
    """Agree to what another proposed; returns how many invoices are judged again. Raises NotTwoPersons."""
    family = VendorFamily.objects.select_for_update().select_related("company").get(pk=family.pk)
    if family.state == State.IN_FORCE:
        return 0
    if by.pk == (family.end_proposed_by_id if family.state == State.ENDING else family.proposed_by_id):
        raise NotTwoPersons(f"{family}: you proposed this. Somebody else has to approve it.")
    if family.state == State.ENDING:
        count = judge_again(family.company, {family.head, family.vendor_number})
        family.delete()
        return count
    family.state, family.approved_by = State.IN_FORCE, by
    family.save()
    return judge_again(family.company, {family.head, family.vendor_number})


def heads_of(company: Company, vendors: Iterable[str]) -> dict[str, str]:
    """Give the head of each of these vendors that is in a family; a head is its own."""
    asked = {*vendors}
    terms = {"company": company.pk, "counting": [*VendorFamily.COUNTING], "asked": [*asked]}
    members = rows(VendorFamily, ("vendor_number", "head"), COUNTING, **terms)
    pairs = [(row.vendor_number, row.head) for row in members]
    known = {head: head for _, head in pairs} | dict(pairs)
    return {vendor: known[vendor] for vendor in asked if vendor in known}


@transaction.atomic
def judge_again(company: Company, heads: Iterable[str]) -> int:
    """Let the open invoices of these families be matched again; returns how many."""
    family = {*heads}
    members = VendorFamily.objects.filter(company=company, head__in=family).values("vendor_number")
    theirs = SupplierInvoice.objects.filter(
        Q(vendor_number__in=family) | Q(vendor_number__in=members), company=company, status__in=OPEN_INVOICES
    )
    locked = theirs.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True)
    return SupplierInvoice.objects.filter(pk__in=list(locked)).update(match_due=True)
