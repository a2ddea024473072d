"""Match a case: the same facts give the same decision, wherever and whenever they are judged."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from decimal import Decimal, localcontext

from .amounts import retained_of
from .dossier import Dossier
from .exact import CONTEXT
from .facts import ZERO, Case, Invoice, InvoiceType
from .findings import Code, CreditExpected, Decision, Effect, Finding, LineVerdict, Outcome
from .overrides import is_of, release
from .reading import unreadable
from .rules import INVOICE_RULES, LINE_RULES
from .rules.quantity import credit_expected

ENGINE_VERSION = "1"  # rises with each release that answers some case otherwise than the one before it

BY_NATURE_CLEAN = frozenset({Code.CLOSES_WITH_EXTRA, Code.RETURN_AFTER_BILL})
ORDER_OF_CODES = {code: place for place, code in enumerate(Code)}


def match(case: Case) -> Decision:
    """Judge one invoice on its facts, and tell every reason, not the first only."""
    with localcontext(CONTEXT):
        dossier = Dossier(case)
        illegible = sorted(unreadable(dossier), key=_place)
        if illegible:
            return _decision(dossier, illegible, (), illegible=True)
        given = [override for override in case.overrides if is_of(override, dossier.currency)]
        findings = release(sorted(_judge(dossier), key=_place), given, case.invoice)
        findings += release(_sample(dossier, findings), given, case.invoice)
        return _decision(dossier, findings, tuple(_credits(dossier)))


def _judge(dossier: Dossier) -> Iterator[Finding]:
    """Run every rule that can run."""
    for rule in INVOICE_RULES:
        yield from rule(dossier)
    for line in dossier.lines:
        for line_rule in LINE_RULES:
            yield from line_rule(dossier, line)


def _place(finding: Finding) -> tuple[int, int, str]:
    """Put the invoice's own findings first, then line by line, each in the order of checking."""
    return finding.line or 0, ORDER_OF_CODES[finding.code], finding.subject or ""


def _credits(dossier: Dossier) -> Iterator[CreditExpected]:
    """Give one expected credit per order line: that of its last line, which counts all before it."""
    expected = {line.position.key: credit for line in dossier.lines if (credit := credit_expected(line))}
    yield from (expected[key] for key in sorted(expected))


def _sample(dossier: Dossier, findings: Iterable[Finding]) -> list[Finding]:
    """Hold a share of the invoices that nothing else holds, drawn by number so that it can be replayed."""
    share = dossier.options.sample_percent
    if share <= 0 or any(finding.effect == Effect.BLOCK for finding in findings):
        return []
    named = f"{dossier.family(dossier.invoice.vendor)}|{dossier.invoice.number}".encode()
    drawn = int.from_bytes(hashlib.sha256(named).digest()[:4], "big") % 10_000
    if drawn >= share * 100:
        return []
    return [
        Finding(Code.SAMPLE, Effect.BLOCK, "Drawn for audit: nothing is wrong, someone has to look at it.")
    ]


def _decision(
    dossier: Dossier,
    findings: list[Finding],
    credits: tuple[CreditExpected, ...],
    *,
    illegible: bool = False,
) -> Decision:
    invoice = dossier.invoice
    retained = retained_of(invoice)
    return Decision(
        outcome=Outcome.UNREADABLE if illegible else outcome_of(findings),
        lines=tuple(_line_verdicts(dossier, findings, illegible)),
        findings=tuple(findings),
        payable=_payable(invoice, retained),
        retained=retained,
        credit_expected=credits,
        engine=ENGINE_VERSION,
    )


def outcome_of(findings: Iterable[Finding]) -> Outcome:
    """Give the worst that the findings amount to."""
    worst = Outcome.CLEAN
    for finding in findings:
        if finding.effect == Effect.BLOCK:
            return Outcome.BLOCKED
        if finding.effect == Effect.WARN:
            worst = Outcome.WARNING
        elif worst == Outcome.CLEAN and (finding.released or finding.code not in BY_NATURE_CLEAN):
            worst = Outcome.WITHIN
    return worst


def _line_verdicts(dossier: Dossier, findings: Iterable[Finding], illegible: bool) -> Iterator[LineVerdict]:
    by_line: dict[int | None, list[Finding]] = {}
    for finding in findings:
        by_line.setdefault(finding.line, []).append(finding)
    for line in dossier.sorted_lines:
        link = dossier.links.get(line.line)
        target = link.target if link else None
        yield LineVerdict(
            line=line.line,
            outcome=Outcome.UNREADABLE if illegible else outcome_of(by_line.get(line.line, ())),
            order=target[0].number if target else None,
            order_line=target[1].line if target else None,
        )


def _payable(invoice: Invoice, retained: Decimal) -> Decimal:
    payable = (invoice.total or ZERO) - retained - (invoice.advance or ZERO)
    return -payable if invoice.type == InvoiceType.CREDIT_MEMO else payable
