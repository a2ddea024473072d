"""What a release lets through: which findings it covers, and how much money that is."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from masterdata import lookup
from reconciliation import approving, matching
from reconciliation.in_words import in_words
from reconciliation.laying_out import override_of
from reconciliation.models import ExceptionCase, Finding, Resolution

from .errors import FixOnly

Kind = Resolution.Kind

# No signature makes these payable; the cause has to go.
FIX_ONLY = {"VENDOR_BLOCKED", "UNREADABLE", "DUPLICATE"}

# These add up what other findings say of single lines.
SUMS = {"LINE_TOTAL", "TOTAL"}


def blocking(findings: Iterable[Finding]) -> list[Finding]:
    """Leave the findings that hold the invoice back."""
    return [finding for finding in findings if finding.effect == "block" and not finding.released]


def overrides(case: ExceptionCase, findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Name the figures that a release covers, in the form of a match case.

    Without a sum of its own a finding puts the whole invoice at stake: that is what is covered, and a
    corrected invoice that asks for more is held again.
    """
    return [
        {
            "code": finding.code,
            "line": finding.line,
            "subject": finding.subject or None,
            "quantity": _plain(finding.variance),
            "amount": _plain(matching.covered_amount(finding.amount, abs(case.amount))),
            "currency": case.currency,
        }
        for finding in findings
    ]


def covers(case: ExceptionCase, given: Iterable[dict[str, Any]], findings: Iterable[Finding]) -> bool:
    """Tell whether a proposal still covers every finding that blocks today, as the engine will see it."""
    whole = abs(case.amount)
    allowed = {(row["code"], row["line"], row["subject"]): override_of(row) for row in given}
    return all(
        (override := allowed.get((finding.code, finding.line, finding.subject or None))) is not None
        and matching.is_of(override, case.currency)
        and matching.covers(override, finding.variance, matching.covered_amount(finding.amount, whole))
        for finding in findings
    )


def check_releasable(findings: Iterable[Finding]) -> None:
    """Raise FixOnly where a finding cannot be signed away."""
    for finding in findings:
        if finding.code in FIX_ONLY:
            why = in_words(finding.code, finding.sentence)
            raise FixOnly(_("This cannot be released: {sentence}").format(sentence=why))


def at_stake(case: ExceptionCase, findings: Iterable[Finding]) -> Decimal:
    """Measure what a release lets through, in the invoice's currency.

    Several findings of one line speak of the same money (a price and a line total), and so do the line
    findings together and a total's; so: the largest per line, added up, or the largest of the header if that
    is more. A finding without an amount leaves the whole invoice open.
    """
    lines: dict[int, Decimal] = {}
    header = Decimal(0)
    for finding in findings:
        amount = abs(matching.covered_amount(finding.amount, case.amount))
        if finding.line is None:
            header = max(header, amount)
        else:
            lines[finding.line] = max(lines.get(finding.line, Decimal(0)), amount)
    return max(sum(lines.values(), Decimal(0)), header)


def within_limit(case: ExceptionCase, findings: Iterable[Finding], user: User) -> bool:
    """Tell whether this person may release alone; without an exchange rate nobody can tell, so no."""
    amount = ledger_at_stake(case, findings)
    if amount is None or approving.judged_by_own_rules(case, user):
        return False
    return amount <= approving.release_limit(case.company, user)


def ledger_at_stake(case: ExceptionCase, findings: Iterable[Finding]) -> Decimal | None:
    """Measure what a release lets through, in ledger currency; None without a rate."""
    on = case.invoice.invoice_date or timezone.localdate()
    try:
        return lookup.ledger_amount(case.company, at_stake(case, findings), case.currency, on)
    except lookup.NoRate:
        return None


def to_cover(resolution: Resolution, findings: Iterable[Finding]) -> Iterable[Finding]:
    """Leave what a proposal has to cover: all that blocks, or of some reasons the lines it names."""
    named = {(row["code"], row["line"], row["subject"]) for row in resolution.overrides}
    for finding in findings:
        if resolution.kind == Kind.RELEASE or (finding.code, finding.line, finding.subject or None) in named:
            yield finding


def with_sums(case: ExceptionCase, holding: list[Finding], codes: Collection[str]) -> Iterable[Finding]:
    """Give the findings of these reasons, and the sums that are wrong for no other reason."""
    chosen = [finding for finding in holding if finding.code in codes]
    yield from chosen
    accepted = at_stake(case, chosen) if chosen else Decimal(0)
    for finding in holding:
        is_their_sum = finding.code in SUMS and finding not in chosen and finding.amount is not None
        if is_their_sum and abs(finding.amount or 0) <= accepted:
            yield finding


def _plain(figure: Decimal | None) -> str | None:
    return None if figure is None else f"{figure.normalize():f}"
