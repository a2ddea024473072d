"""Trials run in chunks, each one transaction, so that a killed worker loses and repeats nothing."""

from __future__ import annotations

import datetime
import logging
import time
from collections.abc import Sequence
from decimal import Decimal

from django.contrib.auth.models import User
from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from masterdata.models import Company
from reconciliation.leakage import Leaks, Rule
from reconciliation.matching import FormError, facts, policy_document, policy_from
from reconciliation.models import (
    LetThrough,
    MatchDecision,
    PolicyVersion,
    RulesTrial,
    SupplierInvoice,
    TriedInvoice,
)
from reconciliation.policies.defaults import complete

from .judging import Tried, ask_again

logger = logging.getLogger(__name__)
State = RulesTrial.State

CHUNK = 100
KEPT = 20
DAYS = 90
FAILED = "Tieout failed by its own fault. Let the trial go on; if it fails again, tell the developers when."


class TrialRefused(Exception):  # noqa: N818 - it reads as what happened
    """The trial cannot begin, stop or go on; the sentence says why."""


def start(
    company: Company,
    policy: facts.Policy,
    *,
    by: User,
    since: datetime.date,
    until: datetime.date,
    version: PolicyVersion | None = None,
) -> RulesTrial:
    """Begin to try rules on the invoices that came in these days. Raises TrialRefused."""
    if since > until:
        raise TrialRefused(_("The first day is after the last. Choose them the other way round."))
    trial = RulesTrial(
        company=company,
        version=version,
        policy=policy_document(complete(policy)),
        since=since,
        until=until,
        by=by,
        started_at=timezone.now(),
    )
    trial.total = _invoices(trial).count()
    if not trial.total:
        raise TrialRefused(_("No invoice that came in these days was judged. Choose a longer time."))
    try:
        with transaction.atomic():
            trial.save()
            transaction.on_commit(_call)
    except IntegrityError as error:
        raise TrialRefused(_("A trial is running already. Stop it first, or wait for it.")) from error
    _forget_old(company)
    return trial


def work(*, seconds: float = 20.0) -> int:
    """Go on with the trials that run, for a while; returns how many invoices were judged again."""
    end, judged = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        count = _next_chunk()
        if count is None:
            break
        judged += count
    return judged


@transaction.atomic
def stop(trial: RulesTrial, *, by: User) -> None:
    """Let a trial rest where it is. Raises TrialRefused."""
    trial = _locked(trial)
    if trial.state != State.RUNNING:
        raise TrialRefused(_("This trial is {state} already.").format(state=trial.get_state_display()))
    trial.state, trial.stopped_by = State.STOPPED, by.get_username()
    trial.save(update_fields=["state", "stopped_by"])


def go_on(trial: RulesTrial) -> None:
    """Take up a trial that was stopped or has failed, where it was. Raises TrialRefused."""
    try:
        with transaction.atomic():
            trial = _locked(trial)
            if trial.state not in (State.STOPPED, State.FAILED):
                raise TrialRefused(_("This trial is {state}.").format(state=trial.get_state_display()))
            trial.state, trial.stopped_by, trial.trouble = State.RUNNING, "", ""
            trial.save(update_fields=["state", "stopped_by", "trouble"])
            transaction.on_commit(_call)
    except IntegrityError as error:
        raise TrialRefused(_("Another trial is running. Stop it first, or wait for it.")) from error


def _invoices(trial: RulesTrial) -> QuerySet[SupplierInvoice]:
    """Give the invoices that came in the trial's days and were judged before it began."""
    judged = MatchDecision.objects.filter(invoice=OuterRef("pk"), decided_at__lte=trial.started_at)
    zone = timezone.get_current_timezone()
    first = datetime.datetime.combine(trial.since, datetime.time.min, zone)
    end = datetime.datetime.combine(trial.until + datetime.timedelta(days=1), datetime.time.min, zone)
    came: QuerySet[SupplierInvoice] = SupplierInvoice.objects.filter(
        Exists(judged), company=trial.company, created_at__gte=first, created_at__lt=end
    )
    return came


def _next_chunk() -> int | None:
    """Judge the next invoices of a trial; None when no trial waits. One that fails says so."""
    running: int | None = None
    try:
        with transaction.atomic():
            waiting = RulesTrial.objects.filter(state=State.RUNNING).order_by("pk")
            trial = (
                waiting.select_for_update(skip_locked=True, of=("self",)).select_related("company").first()
            )
            if trial is None:
                return None
            running = trial.pk
            return _chunk(trial)
    except OperationalError:  # the database went away or wants it again: the next turn does it
        raise
    except Exception:  # the edge of the loop: the trial says that it failed, the others go on
        if running is None:
            raise
        logger.exception("Trial %s failed", running)
        RulesTrial.objects.filter(pk=running, state=State.RUNNING).update(state=State.FAILED, trouble=FAILED)
        return 0


def _chunk(trial: RulesTrial) -> int:
    invoices = _invoices(trial).filter(pk__gt=trial.after).order_by("pk")
    keys = list(invoices.values_list("pk", flat=True)[:CHUNK])
    decisions = _latest(trial, keys)
    policy = policy_from(trial.policy)
    kept: list[tuple[MatchDecision, Tried]] = []
    for decision in decisions:
        try:
            tried = ask_again(decision.question, decision.answer, decision.engine, policy)
        except FormError as error:
            logger.warning("Decision %s cannot be tried: %s", decision.pk, error)
            trial.unreadable += 1
            continue
        if tried.is_worth_keeping:
            kept.append((decision, tried))
    _keep(trial, kept)
    trial.judged += len(decisions)
    if keys:
        trial.after = keys[-1]
    if len(keys) < CHUNK:
        trial.state, trial.finished_at = State.DONE, timezone.now()
        logger.info("Trial %s is done: %s invoices", trial.pk, trial.judged)
    trial.save(update_fields=["judged", "unreadable", "after", "state", "finished_at"])
    return len(decisions)


def _latest(trial: RulesTrial, keys: Sequence[int]) -> list[MatchDecision]:
    rows = MatchDecision.objects.filter(invoice__in=keys, decided_at__lte=trial.started_at)
    latest = rows.order_by("invoice_id", "-pk").distinct("invoice_id").select_related("invoice")
    return list(latest)


def _keep(trial: RulesTrial, kept: Sequence[tuple[MatchDecision, Tried]]) -> None:
    rows = TriedInvoice.objects.bulk_create(_row(trial, decision, tried) for decision, tried in kept)
    LetThrough.objects.bulk_create(
        LetThrough(
            trial=trial,
            tried=row,
            vendor_number=row.vendor_number,
            check_name=rule.check,
            scope=rule.scope[:150],
            then=_of(tried.leaks_then, rule),
            as_tried=_of(tried.leaks_tried, rule),
        )
        for row, (_decision, tried) in zip(rows, kept, strict=True)
        for rule in {**(tried.leaks_then or {}), **(tried.leaks_tried or {})}
    )


def _row(trial: RulesTrial, decision: MatchDecision, tried: Tried) -> TriedInvoice:
    return TriedInvoice(
        trial=trial,
        invoice_id=decision.invoice_id,
        decision=decision,
        vendor_number=decision.invoice.vendor_number,
        change=tried.change,
        outcome_then=tried.outcome_then,
        outcome_tried=tried.outcome_tried,
        amount=tried.amount,
        lacks_rate=tried.lacks_rate,
        gone=tried.gone,
        came=tried.came,
    )


def _of(found: Leaks | None, rule: Rule) -> Decimal:
    return (found or {}).get(rule, facts.ZERO)


def _forget_old(company: Company) -> None:
    """Keep the latest trials of a company only; their rows can be had again."""
    theirs = RulesTrial.objects.filter(company=company).order_by("-pk")
    RulesTrial.objects.filter(pk__in=list(theirs.values_list("pk", flat=True)[KEPT:])).delete()


def _locked(trial: RulesTrial) -> RulesTrial:
    locked: RulesTrial = RulesTrial.objects.select_for_update(of=("self",)).get(pk=trial.pk)
    return locked


def _call() -> None:
    """Wake a worker; without a broker the schedule does within seconds."""
    from reconciliation.tasks import try_rules

    try:
        try_rules.apply_async(retry=False, expires=30)
    except Exception as error:  # noqa: BLE001 - a broker that is down must not break a trial
        logger.warning("Could not wake the workers for a trial, they will look by themselves: %s", error)
