"""The draft: the rows that a controller edits; nobody is judged by them until they are published."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction

from masterdata.models import Company
from reconciliation.matching import facts
from reconciliation.matching.exact import trimmed
from reconciliation.models import MatchLevel, MatchOptions, Tolerance

WARN = MatchOptions.BeforeReceipt.WARN  # what the engine does that is not told otherwise


def draft_of(company: Company) -> facts.Policy:
    """Read a company's rows as the engine takes them."""
    rows = Tolerance.objects.filter(company=company)
    options = MatchOptions.objects.filter(company=company).first() or MatchOptions(company=company)
    return facts.Policy(
        levels=tuple(_level(row) for row in sorted(MatchLevel.objects.filter(company=company), key=_scope)),
        rules=tuple(
            _rule(row) for row in sorted(rows, key=lambda row: (row.check_name, row.code, _scope(row)))
        ),
        options=facts.Options(
            near_duplicate_days=options.near_duplicate_days,
            invoice_before_receipt=options.invoice_before_receipt,
            sample_percent=trimmed(Decimal(options.sample_percent)),
            invoice_before_order=None
            if options.invoice_before_order == WARN
            else options.invoice_before_order,
        ),
    )


@transaction.atomic
def put_back(company: Company, policy: facts.Policy) -> None:
    """Make the draft say what a published version says; rows that agree already are left alone."""
    _put_back_levels(company, policy)
    _put_back_tolerances(company, policy)
    options, _created = MatchOptions.objects.get_or_create(company=company)
    options.near_duplicate_days = policy.options.near_duplicate_days
    options.invoice_before_receipt = policy.options.invoice_before_receipt
    options.sample_percent = policy.options.sample_percent
    options.invoice_before_order = policy.options.invoice_before_order or WARN
    options.save()


def _put_back_levels(company: Company, policy: facts.Policy) -> None:
    wanted = {(row.vendor or "", row.item or ""): row.level for row in policy.levels}
    for row in MatchLevel.objects.filter(company=company):
        level = wanted.pop(_scope(row), None)
        if level is None:
            row.delete()
        elif level != row.level:
            row.level = level
            row.save()
    for (vendor, item), level in wanted.items():
        MatchLevel.objects.create(company=company, vendor_number=vendor, item_number=item, level=level)


def _put_back_tolerances(company: Company, policy: facts.Policy) -> None:
    wanted = {(rule.check, rule.vendor, rule.item, rule.code): rule for rule in policy.rules}
    for row in Tolerance.objects.filter(company=company):
        here = _rule(row)
        rule = wanted.pop((here.check, here.vendor, here.item, here.code), None)
        if rule is None:
            row.delete()
        elif rule != here:
            _fill(row, rule).save()
    for rule in wanted.values():
        new = Tolerance(
            company=company,
            check_name=rule.check,
            vendor_number=rule.vendor or "",
            item_number=rule.item or "",
            code=rule.code or "",
        )
        _fill(new, rule).save()


def _fill(row: Tolerance, rule: facts.ToleranceRule) -> Tolerance:
    row.upper_percent, row.upper_amount, row.upper_quantity = _figures(rule.upper)
    row.lower_percent, row.lower_amount, row.lower_quantity = _figures(rule.lower)
    row.below, row.combine = rule.below, rule.combine
    return row


def _figures(limits: facts.Limits) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    return limits.percent, limits.amount, limits.quantity


def _scope(row: MatchLevel | Tolerance) -> tuple[str, str]:
    return row.vendor_number, row.item_number


def _level(row: MatchLevel) -> facts.LevelRule:
    return facts.LevelRule(row.level, row.vendor_number or None, row.item_number or None)


def _rule(row: Tolerance) -> facts.ToleranceRule:
    return facts.ToleranceRule(
        check=row.check_name,
        vendor=row.vendor_number or None,
        item=row.item_number or None,
        code=row.code or None,
        upper=_limits(row.upper_percent, row.upper_amount, row.upper_quantity),
        lower=_limits(row.lower_percent, row.lower_amount, row.lower_quantity),
        below=row.below,
        combine=row.combine,
    )


def _limits(percent: Decimal | None, amount: Decimal | None, quantity: Decimal | None) -> facts.Limits:
    return facts.Limits(*(None if limit is None else trimmed(limit) for limit in (percent, amount, quantity)))
