"""Drafts of what is written because of a case, with the sums; to suppliers in their own line numbers."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from reconciliation import cases
from reconciliation.in_words import in_words
from reconciliation.models import CaseRequest, Finding

from .action import Situation
from .case_lines import concerned
from .wording import figure, money

Kind = CaseRequest.Kind

# What is asked for at the end of a letter.
WANTED: dict[str, str | Promise] = {
    Kind.CREDIT_MEMO: gettext_lazy(
        "Please send us a credit memo over {amount} that names invoice {invoice}."
    ),
    Kind.CORRECTED_INVOICE: gettext_lazy(
        "Please cancel invoice {invoice} and send us a corrected one. Until then it is not paid."
    ),
    Kind.CLAIM: gettext_lazy(
        "We pay the invoice without prejudice and claim {amount} back. Please send us a credit memo over "
        "this sum that names invoice {invoice}, or tell us within 14 days why not."
    ),
    Kind.CHANGE_ORDER: gettext_lazy("Please change the order, so that it agrees with invoice {invoice}."),
    Kind.ADD_LINE: gettext_lazy(
        "Please add what invoice {invoice} bills to the order, or tell us that it is not ours."
    ),
    Kind.CLOSE_SHORT: gettext_lazy(
        "Please end the order line with what has come: no more invoices are expected."
    ),
    Kind.RETURN_GOODS: gettext_lazy("Please send back what is too much, and record the return."),
    Kind.CONFIRM_QUANTITY: gettext_lazy("Please count what has come, and tell us."),
    Kind.CONFIRM_PRICE: gettext_lazy("Please tell us whether the billed price is agreed."),
}


def draft(kind: CaseRequest.Kind, situation: Situation, codes: Iterable[str] | None = None) -> str:
    """Write the letter for these reasons, or for all that hold the invoice."""
    wanted = set(codes) if codes is not None else None
    findings = [each for each in situation.holding if wanted is None or each.code in wanted]
    case, invoice = situation.case, situation.case.invoice
    dated = f" {_('of')} {date_format(invoice.invoice_date, 'j M Y')}" if invoice.invoice_date else ""
    head = _("Invoice {invoice}{dated}, {total}").format(
        invoice=invoice.number, dated=dated, total=money(case.amount, case.currency)
    )
    asked = str(WANTED[kind]).format(invoice=invoice.number, amount=claimed(situation, findings))
    return "\n".join([head, "", *_lines(situation, findings), "", asked])


def claimed(situation: Situation, findings: Iterable[Finding]) -> str:
    """Write the sum that a letter asks for, to the cent."""
    return money(cases.at_stake(situation.case, findings), situation.case.currency)


def _lines(situation: Situation, findings: Iterable[Finding]) -> Iterable[str]:
    """Tell line by line what was billed, and beneath it what is wrong."""
    found = list(findings)
    told = {finding.line for finding in found if finding.line is not None}
    for line in concerned(situation.case, told) if told else ():
        yield _("Line {line}, {what}: {quantity} at {price} = {amount}").format(
            line=line.line,
            what=line.what,
            quantity=figure(line.quantity, line.unit),
            price=money(line.unit_price, ""),
            amount=money(line.amount, situation.case.currency),
        )
        yield from (f"  {_why(finding)}" for finding in found if finding.line == line.line)
    yield from (_why(finding) for finding in found if finding.line is None)


def _why(finding: Finding) -> str:
    return in_words(finding.code, finding.sentence)
