"""Judge the invoices that are due, and open, update or clear their exception cases.

The engine's answer decides: what ties out is cleared for posting, what does not waits in front of a clerk.
Each judgement is kept with the question that was asked. Two workers never judge one invoice at once, and
neither waits for a person who is deciding a case at this moment: such an invoice keeps its turn.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from masterdata.models import PaymentTerms, Vendor

from . import case_history, causes, documents, first_owners, losing, tied_out, written_findings
from .clearing import Cleared, close
from .gathering import gather
from .grounds import Grounds, question_hash
from .leakage import Leaks, leaks
from .matching import ENGINE_VERSION, Code, Decision, Effect, Outcome, answer, match, particulars
from .matching import Finding as Reason
from .matching.exact import to_cents
from .models import ExceptionCase, MatchDecision, SupplierInvoice
from .parts import rows
from .policies import RulesOfTheDay
from .row_keys import array_of
from .terms import day_after
from .written_findings import fitting

logger = logging.getLogger(__name__)

Status = ExceptionCase.Status
InvoiceStatus = SupplierInvoice.Status

BATCH = 200
HELD_BACK = (Outcome.BLOCKED, Outcome.UNREADABLE)
SUMS = {Code.LINE_TOTAL: 1, Code.TOTAL: 2}
WAITED = "status = 'waiting' AND wait_until <= %(today)s"
OPEN_CASES = "invoice_id = ANY(%(invoices)s::bigint[]) AND closed_at IS NULL"
# The worklist's columns, copied at each judgement.
COPIED = [
    "decision", "status", "wait_until", "closed_at", "cleared_by", "invoice_number", "vendor_number",
    "vendor_name", "order_number", "code", "reasons", "difference", "percent", "amount", "currency", "due_on",
    "discount_until", "discount_amount", "bc_number",
]  # fmt: skip


@dataclass
class _Judged:
    """An invoice with its latest judgement, and the open case it has, if any."""

    invoice: SupplierInvoice
    decision: Decision
    record: MatchDecision
    case: ExceptionCase | None

    @property
    def is_held_back(self) -> bool:
        return self.decision.outcome in HELD_BACK

    @property
    def reasons(self) -> list[Reason]:
        """The findings that hold it back, the most money first; one without a sum puts all at stake.

        A sum says less than the figure that moved it, so of equals it comes last.
        """
        holding = [finding for finding in self.decision.findings if finding.effect == Effect.BLOCK]
        whole = abs(self.invoice.total or Decimal(0))
        return sorted(
            holding,
            key=lambda f: (-(abs(f.amount) if f.amount is not None else whole), SUMS.get(f.code, 0)),
        )


def match_due(limit: int = 500) -> int:
    """Judge the invoices whose facts have changed, the oldest first; returns how many were judged."""
    end_waits()
    judged, after = 0, 0
    while judged < limit:
        size = min(BATCH, limit - judged)
        keys, count = _match_batch(size, after)
        judged += count
        if len(keys) < size:
            break
        after = keys[-1]
    return judged


@transaction.atomic
def judge(invoices: Iterable[SupplierInvoice]) -> list[MatchDecision]:
    """Judge these invoices now, whether they are due or not; leaves out those that somebody is working on."""
    wanted = SupplierInvoice.objects.filter(pk__in=[invoice.pk for invoice in invoices])
    return _judge(list(_locked(wanted)))


def end_waits() -> int:
    """Open the cases whose day has come; returns how many."""
    waited = rows(ExceptionCase, ("id",), WAITED, today=timezone.localdate())
    return _end_waits([row.id for row in waited]) if waited else 0


@transaction.atomic
def _end_waits(keys: list[int]) -> int:
    """Open these cases, unless somebody has one in hand or decided otherwise meanwhile."""
    due = ExceptionCase.objects.filter(
        pk__in=keys, status=Status.WAITING, wait_until__lte=timezone.localdate()
    )
    cases = list(due.select_for_update(skip_locked=True, of=("self",)))
    for case in cases:
        _stop_waiting(case)
    if cases:
        case_history.update(cases, ["status", "wait_until"])
    return len(cases)


def _match_batch(size: int, after: int) -> tuple[list[int], int]:
    """Judge the next few in one transaction, and one by one if that fails.

    Gives the keys of those it had in hand, and how many of them were judged.
    """
    keys: list[int] = []
    try:
        with transaction.atomic():
            due = SupplierInvoice.objects.due_for_matching().filter(pk__gt=after)
            invoices = list(_locked(due)[:size])
            keys = [invoice.pk for invoice in invoices]
            return keys, len(_judge(invoices))
    except Exception:
        if not keys:
            raise
        logger.exception("Matching %s invoices together failed; trying them one by one", len(keys))
        return keys, sum(_match_one(key) for key in keys)


def _match_one(key: int) -> int:
    try:
        with transaction.atomic():
            due = SupplierInvoice.objects.due_for_matching().filter(pk=key)
            return len(_judge(list(_locked(due))))
    except Exception:  # the edge of the loop: one invoice must not hold up the others
        logger.exception("Matching invoice %s failed; it stays due", key)
        return 0


def _locked(invoices: Any) -> Any:
    return invoices.order_by("pk").select_related("company").select_for_update(skip_locked=True, of=("self",))


def _judge(invoices: list[SupplierInvoice]) -> list[MatchDecision]:
    """Judge invoices that are locked, all of the way: decision, case, status."""
    if not invoices:
        return []
    cases, busy = _open_cases(invoices)
    invoices = [invoice for invoice in invoices if invoice.pk not in busy]
    done = [
        invoice for invoice in invoices if invoice.status in (InvoiceStatus.POSTED, InvoiceStatus.REJECTED)
    ]
    _close_done([(invoice, cases[invoice.pk]) for invoice in done if invoice.pk in cases])
    undecided = [invoice for invoice in invoices if invoice not in done]
    judged = _decide(undecided, cases)
    _keep_cases([row for row in judged if row.is_held_back])
    _clear_cases([row for row in judged if row.case and not row.is_held_back])
    _mark([row for row in judged if row.is_held_back], InvoiceStatus.BLOCKED)
    _mark([row for row in judged if not row.is_held_back], InvoiceStatus.READY)
    documents.mark_looked_at(done)
    return [row.record for row in judged]


def _open_cases(invoices: Collection[SupplierInvoice]) -> tuple[dict[int, ExceptionCase], set[int]]:
    """Lock the open cases; gives them by invoice, and the invoices whose case a person holds just now."""
    open_cases = ExceptionCase.objects.open().filter(invoice__in=invoices)
    keys = array_of(invoice.pk for invoice in invoices)
    there = {row.invoice_id for row in rows(ExceptionCase, ("invoice_id",), OPEN_CASES, invoices=keys)}
    if not there:
        return {}, set()
    locked = open_cases.select_for_update(skip_locked=True, of=("self",)).select_related("decision__ground")
    cases = {case.invoice_id: case for case in locked}
    return cases, there - cases.keys()


# Judging


def _decide(invoices: list[SupplierInvoice], cases: dict[int, ExceptionCase]) -> list[_Judged]:
    """Ask the engine, and keep each question that is new."""
    latest = _latest(invoices)
    by_company: dict[int, list[SupplierInvoice]] = {}
    for invoice in invoices:
        by_company.setdefault(invoice.company_id, []).append(invoice)
    judged: list[_Judged] = []
    let_through: dict[int, Leaks] = {}
    for theirs in by_company.values():
        rules = RulesOfTheDay(theirs[0].company)
        grounds = Grounds(theirs[0].company)
        facts_of = gather(theirs[0].company, theirs, rules)
        for invoice in theirs:
            case = facts_of[invoice.pk]
            decision = match(case)
            ground, asked = grounds.of(case.policy), particulars(case)
            asked_hash = question_hash(asked, ground)
            record = latest.get(invoice.pk)
            if record is None or not _same(record, asked_hash):
                record = MatchDecision(
                    invoice=invoice,
                    engine=decision.engine,
                    policy_version=rules.version_for(invoice),
                    ground=ground,
                    outcome=decision.outcome,
                    kept_question=asked,
                    kept_answer=answer(decision),
                    question_hash=asked_hash,
                )
                let_through[invoice.pk] = leaks(case, record.answer) or {}
            judged.append(_Judged(invoice, decision, record, cases.get(invoice.pk)))
    MatchDecision.objects.bulk_create([row.record for row in judged if row.record.pk is None])
    losing.keep(let_through, [row.invoice for row in judged if row.invoice.pk in let_through])
    return judged


def _latest(invoices: Iterable[SupplierInvoice]) -> dict[int, MatchDecision]:
    """Give the latest judgement of each; one that was written in bulk has no hash, but its figures."""
    rows = MatchDecision.objects.filter(invoice__in=invoices).order_by("invoice_id", "-pk")
    light = rows.distinct("invoice_id").defer("kept_question", "kept_answer", "figures").select_related(None)
    latest = {row.invoice_id: row for row in light}
    unhashed = [row.pk for row in latest.values() if not row.question_hash]
    judged_in_bulk = MatchDecision.objects.filter(pk__in=unhashed)
    latest |= {row.invoice_id: row for row in judged_in_bulk}
    return latest


def _same(record: MatchDecision, asked_hash: bytes) -> bool:
    if record.engine != ENGINE_VERSION:
        return False
    return asked_hash == (bytes(record.question_hash) or _hash_of_figures(record))


def _hash_of_figures(record: MatchDecision) -> bytes:
    if record.ground is None or record.figures is None:
        return b""
    return question_hash(tied_out.particulars(record.figures), record.ground)


def _mark(judged: list[_Judged], wanted: InvoiceStatus) -> None:
    """Let the invoices' status follow the outcome."""
    changed = [row for row in judged if row.invoice.status != wanted]
    documents.mark_looked_at([row.invoice for row in judged if row.invoice.status == wanted])
    documents.mark_judged([row.invoice for row in changed], to=wanted)
    for row in changed:
        invoice = row.invoice
        logger.info("Matched invoice %s of %s: %s", invoice.pk, invoice.vendor_number, row.decision.outcome)


# Cases


def _keep_cases(judged: list[_Judged]) -> None:
    """Open a case for what is held back, or bring the open one up to date."""
    if not judged:
        return
    names = _vendor_names(judged)
    terms = _payment_terms(judged)
    owners = _owners_before([row for row in judged if row.case is None])
    opened, updated = [], []
    for row in judged:
        if row.case is None:
            row.case = ExceptionCase(
                company=row.invoice.company, invoice=row.invoice, owner_id=owners.get(row.invoice.pk)
            )
            opened.append(row)
        elif row.case.decision_id != row.record.pk:
            updated.append(row)
        else:
            continue
        _copy(row, row.case, names, terms)
    ownerless = [row.case for row in opened if row.case and row.case.owner_id is None]
    _give_to_first_owners(ownerless)
    if opened:
        made_of = [row.case for row in opened if row.case]
        case_history.create(made_of)
        first_owners.tell(ownerless)
        for made in made_of:
            logger.info("Opened case %s for invoice %s: %s", made.pk, made.invoice_number, made.code)
    if updated:
        case_history.update([row.case for row in updated if row.case], COPIED)
    if opened or updated:
        _write_findings([*opened, *updated])


def _copy(
    row: _Judged,
    case: ExceptionCase,
    names: dict[tuple[int, str], str],
    terms: dict[tuple[int, str], PaymentTerms],
) -> None:
    """Fill the worklist's columns from the invoice and its gravest finding."""
    invoice, reasons = row.invoice, row.reasons
    first = reasons[0]
    case.decision = row.record
    case.invoice_number = invoice.number
    case.vendor_number = invoice.vendor_number
    case.vendor_name = invoice.vendor_name or names.get((invoice.company_id, invoice.vendor_number), "")
    case.order_number = _orders(row)[:50]
    case.code = first.code
    case.reasons = len({finding.code for finding in reasons})
    case.difference = fitting(first.amount, 28, 8) or Decimal(0)
    case.percent = fitting(first.percent, 18, 4)
    case.amount = invoice.total or Decimal(0)
    case.currency = invoice.currency or invoice.company.ledger_currency
    case.bc_number = invoice.bc_number
    _copy_terms(case, invoice, terms.get((invoice.company_id, invoice.vendor_number)))
    if case.status == Status.WAITING and case.wait_until and case.wait_until <= timezone.localdate():
        _stop_waiting(case)


def _copy_terms(case: ExceptionCase, invoice: SupplierInvoice, terms: PaymentTerms | None) -> None:
    """Say by when to decide: the invoice's own day comes first, then what was agreed with the vendor."""
    case.due_on, case.discount_until, case.discount_amount = invoice.due_on, None, None
    if terms is None or invoice.invoice_date is None or invoice.type != SupplierInvoice.Type.INVOICE:
        return
    case.due_on = invoice.due_on or day_after(terms.due_date_formula, invoice.invoice_date)
    discount = fitting(to_cents(case.amount * terms.discount_percent / 100), 28, 8)
    if discount and discount > 0:
        case.discount_until = day_after(terms.discount_date_formula, invoice.invoice_date)
        case.discount_amount = discount if case.discount_until else None


def _stop_waiting(case: ExceptionCase) -> None:
    case.status = Status.OPEN
    case.wait_until = None


def _orders(row: _Judged) -> str:
    """Name the order of an invoice, or the several it bills."""
    linked = sorted({line.order for line in row.decision.lines if line.order})
    return row.invoice.order_number or ", ".join(linked)


def _vendor_names(judged: Iterable[_Judged]) -> dict[tuple[int, str], str]:
    nameless = [row.invoice for row in judged if not row.invoice.vendor_name]
    if not nameless:
        return {}
    rows = Vendor.objects.filter(
        company__in={invoice.company_id for invoice in nameless},
        number__in={invoice.vendor_number for invoice in nameless},
    )
    return {
        (company, number): name for company, number, name in rows.values_list("company_id", "number", "name")
    }


def _payment_terms(judged: Iterable[_Judged]) -> dict[tuple[int, str], PaymentTerms]:
    """Give the payment terms of each vendor, by company and vendor number."""
    invoices = [row.invoice for row in judged]
    vendors = Vendor.objects.filter(
        company__in={invoice.company_id for invoice in invoices},
        number__in={invoice.vendor_number for invoice in invoices},
        deleted_at=None,
    ).exclude(payment_terms="")
    codes = {(row.company_id, row.number): row.payment_terms for row in vendors}
    if not codes:
        return {}
    known = {
        (row.company_id, row.code): row
        for row in PaymentTerms.objects.filter(code__in=set(codes.values()), deleted_at=None)
    }
    return {
        (company, number): known[company, code]
        for (company, number), code in codes.items()
        if (company, code) in known
    }


def _owners_before(judged: Iterable[_Judged]) -> dict[int, int]:
    """Give back to whoever had the invoice's last case, for example after a release no longer covers it."""
    rows = ExceptionCase.objects.filter(invoice__in=[row.invoice.pk for row in judged], owner__is_active=True)
    return dict(rows.order_by("pk").values_list("invoice_id", "owner_id"))


def _give_to_first_owners(opened: list[ExceptionCase]) -> None:
    """Make each case that is nobody's the task of its reason's first owner."""
    owners = first_owners.first_owners(opened) if opened else {}
    for case in opened:
        case.owner_id = owners.get(case.invoice_id)


def _write_findings(judged: list[_Judged]) -> None:
    written_findings.write({row.case.pk: row.decision.findings for row in judged if row.case})


def _clear_cases(judged: list[_Judged]) -> None:
    """Close the cases of what ties out now, and write down what came right."""
    if not judged:
        return
    _close(
        (row.case, row.record.pk, causes.cause(row.case.decision.question, row.record.question))
        for row in judged
        if row.case
    )
    _write_findings(judged)


def _close_done(pairs: Iterable[tuple[SupplierInvoice, ExceptionCase]]) -> None:
    """Close the cases of invoices that are out of our hands."""
    _close((case, case.decision_id, _end(invoice)) for invoice, case in pairs)


def _end(invoice: SupplierInvoice) -> str:
    """Say what became of an invoice that matching has nothing to say about any more."""
    if invoice.deleted_at:
        return "the pull found that the draft was deleted in Business Central"
    if invoice.status == InvoiceStatus.POSTED:
        return "posted in Business Central without being cleared here"
    return "the invoice was rejected"


def _close(ended: Iterable[tuple[ExceptionCase, int, str]]) -> None:
    """Close cases in the name of whoever is at work here, if anybody."""
    cleared = []
    for case, decision, cause in ended:
        cleared.append(Cleared(case.pk, decision, cause))
        logger.info("Cleared case %s of invoice %s: %s", case.pk, case.invoice_number, cause)
    if cleared:
        close(cleared)
