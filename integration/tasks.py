"""What Celery runs: each task wakes up, asks the database what is due, and is safe to repeat."""

from __future__ import annotations

import logging
from typing import Any
from uuid import UUID

from celery import Task, shared_task
from django.conf import settings
from django.utils import timezone

from integration import auditing, connections, delivery, outbox
from integration.errors import IntegrationError
from masterdata import chain

logger = logging.getLogger(__name__)

TURN_SECONDS = 20.0  # then another task gets the worker; what is left is due again within seconds
PULL_SECONDS = 3000  # half a million records; what is cut off goes on at its page


@shared_task
def deliver_outbox(**kwargs: Any) -> None:
    """Send every message that is due, and put in line what has become due."""
    if not connections.is_connected():
        return
    outbox.answered()
    report = delivery.drain(seconds=TURN_SECONDS, hands=settings.OUTBOX_HANDS)
    if report.stopped:
        logger.error("Deliveries stopped: %s", report.stopped)


@shared_task
def sweep_outbox(**kwargs: Any) -> None:
    """Free what dead workers left in flight, file what is stuck under its cause, forget what is old."""
    outbox.sweep(now=timezone.now())
    outbox.file_unfiled()
    outbox.forget_requests(now=timezone.now())


@shared_task
def replay_dead_letters(**kwargs: Any) -> None:
    """Put in line again what is due of the replays that people began."""
    from integration.desk import replaying

    replaying.work(seconds=TURN_SECONDS)


@shared_task
def check_contract(**kwargs: Any) -> None:
    """Compare what Business Central offers with what is used: at night, and when something gives cause."""
    from integration.contract import checking

    if not connections.is_connected():
        return
    try:
        if checking.check_if_due(now=timezone.now()) is not None:
            _tell_of_client_ids()
    except IntegrationError as error:
        logger.warning("The contract with Business Central was not checked: %s", error.sentence)


@shared_task(bind=True, soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def pull(self: Task, *, entity: str = "all", full: bool = False, schedule: str = "", **kwargs: Any) -> None:
    """Pull one entity, or all masters, from Business Central; a turn of a schedule is taken once."""
    from integration import contract, sync

    if not connections.is_connected():
        return
    message = self.request.id or "by hand"
    try:
        if schedule:
            sync.pull_by_schedule(entity, full=full, schedule=schedule, message=message, now=timezone.now())
        else:
            sync.pull_entity(entity, full=full)
    except contract.Paused as paused:  # told by its first run, on the home page and under Contract
        logger.info("Not everything was pulled: %s", paused)
    except sync.AlreadyRunning as running:  # by hand, or a slow run of before; the next turn pulls again
        logger.info("Pulled nothing: %s", running)


@shared_task(soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def pull_records(*, entity: str, ids: list[str], **kwargs: Any) -> None:
    """Pull single records of a master list by their BC ids."""
    from integration import contract, sync

    if not connections.is_connected():
        return
    try:
        sync.pull_records(entity, [UUID(each) for each in ids])
    except contract.Paused as paused:
        logger.info("Pulled no %s: %s", entity, paused)


@shared_task(soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def check_drift(*, entity: str = "all", **kwargs: Any) -> None:
    """Compare a mirrored list with what Business Central has now; for all, a task of its own each."""
    from integration import sync

    if not connections.is_connected():
        return
    if entity == sync.ALL:
        for name in sync.MASTERS:
            check_drift.apply_async(kwargs={"entity": name}, retry=False)
    else:
        sync.check_drift((entity,))


@shared_task
def keep_subscriptions(**kwargs: Any) -> None:
    """Look after our webhook subscriptions in Business Central: they end after three days."""
    from integration import hints

    if not connections.is_connected():
        return
    try:
        hints.keep(now=timezone.now())
    except IntegrationError as error:
        logger.warning("The webhook subscriptions were not looked after: %s", error.sentence)


@shared_task(soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def follow_hints(**kwargs: Any) -> None:
    """Read from Business Central what it says has changed."""
    from integration import hints
    from integration.models import Hint

    if not connections.is_connected() or not Hint.objects.filter(due_at__lte=timezone.now()).exists():
        return
    hints.follow(now=timezone.now())


@shared_task
def fetch_originals(**kwargs: Any) -> None:
    """Read the originals of invoices that somebody wants to see."""
    from integration import originals

    if connections.is_connected():
        originals.fetch_due()


@shared_task(soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def take_over_balances(**kwargs: Any) -> None:
    """Take open balances over, where somebody has sent their files."""
    from integration import opening

    if connections.is_connected():
        opening.run_asked()


@shared_task
def tell_webhooks(**kwargs: Any) -> None:
    """Tell the CAFM which lists have changed."""
    from integration import webhooks

    webhooks.write_due(now=timezone.now())
    webhooks.deliver(now=timezone.now())
    webhooks.forget_old(now=timezone.now())


@shared_task(soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def seal_audit(**kwargs: Any) -> None:
    """Seal what was written into the books, and verify the chains where somebody asked for it."""
    chain.seal()
    auditing.check_asked()


@shared_task
def tell_audit_heads(**kwargs: Any) -> None:
    """Write the ends of the chains to the log, where nobody who rewrites the database can reach them."""
    chain.tell_heads()


@shared_task(soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def verify_audit(**kwargs: Any) -> None:
    """Verify the chains at night, and forget the changes, and who looked at cases, whose term is over."""
    from reconciliation import cases

    chain.forget()
    cases.forget_old(now=timezone.now())
    auditing.ask(by="worker verify_audit", now=timezone.now())
    auditing.check_asked()


@shared_task
def escalate(**kwargs: Any) -> None:
    """Tell people what is stuck, as the escalation rules say."""
    from integration import escalation

    escalation.turn(now=timezone.now())


@shared_task(expires=60)
def stand_in_for_the_clock(**kwargs: Any) -> None:
    """Escalate though the clock does not ask for it: each worker wakes itself for this, once a minute."""
    from integration import escalation

    if escalation.stand_in(now=timezone.now()):
        logger.error("The clock is silent: beat or the worker that it wakes does not run")


@shared_task(bind=True, soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def take_totals(self: Task, *, schedule: str = "", **kwargs: Any) -> None:
    """Compare the last days between the CAFM, the portal and Business Central; signed ones stay."""
    from integration import totals
    from integration.sync import slots

    now = timezone.now()
    if not schedule or slots.take(schedule, by=self.request.id or "by hand", now=now):
        totals.take_latest(now=now)


@shared_task(bind=True, soft_time_limit=PULL_SECONDS, time_limit=PULL_SECONDS + 60)
def look_for_doubles(self: Task, *, schedule: str = "", **kwargs: Any) -> None:
    """Look at night for documents that Business Central has more than once."""
    from integration import doubles
    from integration.sync import slots

    now = timezone.now()
    if connections.is_connected() and (
        not schedule or slots.take(schedule, by=self.request.id or "by hand", now=now)
    ):
        doubles.look(now=now)


@shared_task
def tell_the_morning(**kwargs: Any) -> None:
    """Send the morning mails whose time has come, by each company's own clock."""
    from integration import morning

    morning.turn(now=timezone.now())


def _tell_of_client_ids() -> None:
    """Name each client id whose sign-in fails, though the others do its work meanwhile."""
    for problem in connections.sign_in_problems():
        logger.error("A client id of Business Central has to be mended: %s", problem)
