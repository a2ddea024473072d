"""Give each exception that opens to the person whose task its reason is: receiver, buyer, payables or tax.

Who that is stands in rows of the company. Without a row the exception is nobody's, and on everyone's desk.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Collection, Iterable

from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from masterdata.models import Company

from .approving import stands_in_for
from .models import Absence, CaseNotice, ExceptionCase, FirstOwner, PurchaseOrder
from .roles import AP_CLERK, BUYER, FINANCE_CONTROLLER

EVERY_OTHER = ""
# Exceptions open in flocks; the first owner of a flock gets one mail about all of it.
PAUSE = datetime.timedelta(minutes=5)
# Who usually answers for a reason. Goods and services are confirmed by those who may confirm them.
USUAL: dict[str, tuple[str, ...]] = {
    BUYER: (
        "NO_RECEIPT", "OVER_RECEIVED", "OVER_ACCEPTED", "NO_ACCEPTANCE", "AMOUNT_OVER_ACCEPTED", "UNIT_RATIO",
        "OVER_ORDERED", "CLOSES_WITH_EXTRA", "PRICE_OVER", "ZERO_ORDER_PRICE", "LINE_TOTAL", "CHANGE_ORDER",
        "UNPLANNED_CHARGE", "CHARGE_OVER", "NOT_ON_ORDER", "ORDER_CLOSED", "ORDER_NOT_APPROVED",
        "INVOICE_BEFORE_ORDER", "CONSIGNMENT", "BLANKET", "MILESTONE",
    ),
    FINANCE_CONTROLLER: ("TAX_OVER", "TAX_UNDER", "TAX_CODE", "VENDOR_BLOCKED"),
    AP_CLERK: (EVERY_OTHER,),
}  # fmt: skip


def first_owners(opened: Collection[ExceptionCase]) -> dict[int, int]:
    """Give the first owner of each case that opens, by the key of its invoice; those without are left out."""
    rules = {
        (rule.company_id, rule.code): rule
        for rule in FirstOwner.objects.filter(company__in={case.company_id for case in opened})
        .select_related("person")
        .order_by("pk")
    }
    if not rules:
        return {}
    members = _Members({rule.group_id for rule in rules.values() if rule.group_id})
    approvers = _approvers(opened)
    owners: dict[int, int] = {}
    for case in opened:
        rule = rules.get((case.company_id, case.code)) or rules.get((case.company_id, EVERY_OTHER))
        approver = approvers.get((case.company_id, case.order_number), "")
        if rule and (owner := members.next(rule, approver)):
            owners[case.invoice_id] = owner
    return owners


def tell(opened: Iterable[ExceptionCase]) -> None:
    """Have the first owners of cases that just opened written to; a case opens once, so it is told once."""
    if not settings.FIRST_OWNER_MAIL:
        return
    due = timezone.now() + PAUSE
    CaseNotice.objects.bulk_create(
        CaseNotice(case=case, kind=CaseNotice.Kind.GIVEN, person_id=case.owner_id, next_attempt_at=due)
        for case in opened
        if case.owner_id
    )


@transaction.atomic
def install_usual(company: Company) -> int:
    """Write the usual first owner of each reason that has none yet; returns how many were written."""
    there = set(FirstOwner.objects.filter(company=company).values_list("code", flat=True))
    missing = [(role, code) for role, codes in USUAL.items() for code in codes if code not in there]
    groups = {role: Group.objects.get_or_create(name=role)[0] for role in {role for role, _code in missing}}
    for role, code in missing:
        FirstOwner.objects.create(company=company, code=code, group=groups[role])
    return len(missing)


def _approvers(opened: Collection[ExceptionCase]) -> dict[tuple[int, str], str]:
    """Give who approved the order of each case, as the CAFM names people, by company and order."""
    orders = PurchaseOrder.objects.filter(
        company__in={case.company_id for case in opened}, number__in={case.order_number for case in opened}
    )
    return {
        (company, number): approver
        for company, number, approver in orders.values_list("company_id", "number", "approved_by")
    }


class _Members:
    """The people of some roles who are there today, and how many open cases each has."""

    def __init__(self, groups: Iterable[int]) -> None:
        self._by_group: dict[int, list[int]] = {}
        self._load: Counter[int] = Counter()
        today = timezone.localdate()
        away = Absence.objects.filter(person=OuterRef("pk"), first_day__lte=today, last_day__gte=today)
        is_open = Q(cases__closed_at__isnull=True, cases__isnull=False)
        there = User.objects.filter(is_active=True, groups__in=groups).exclude(Exists(away))
        self._called: dict[str, int] = {}
        for user in there.order_by("pk").annotate(role=F("groups")):
            self._by_group.setdefault(user.role, []).append(user.pk)
            names = {user.get_username(), user.get_full_name(), user.email} - {""}
            self._called |= {name.casefold(): user.pk for name in names}
        people = {person for everyone in self._by_group.values() for person in everyone}
        loads = User.objects.filter(pk__in=people).annotate(load=Count("cases", filter=is_open))
        self._load.update(dict(loads.values_list("pk", "load")))

    def next(self, rule: FirstOwner, approver: str = "") -> int | None:
        """Give who gets the next case of this rule, and count it; who approved the order goes first."""
        owner = _person(rule) if rule.person else self._named(rule.group_id, approver)
        if owner is None and rule.group_id:
            owner = self._least(rule.group_id)
        if owner is not None:
            self._load[owner] += 1
        return owner

    def _named(self, group: int | None, name: str) -> int | None:
        person = self._called.get(name.casefold())
        return person if person in self._by_group.get(group or 0, []) else None

    def _least(self, group: int | None) -> int | None:
        members = self._by_group.get(group or 0, [])
        return min(members, key=lambda person: (self._load[person], person), default=None)


def _person(rule: FirstOwner) -> int | None:
    if rule.person is None or not rule.person.is_active:
        return None
    return stands_in_for(rule.person).pk
