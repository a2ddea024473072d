"""Take one message as far as it gets now: look, write once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from integration import backoff, connections, correlation, couriers, outbox, tracing
from integration.bc import Client
from integration.couriers import Courier, Posted, Standing, Visit, Withdrawn
from integration.errors import ConfigurationError, PermanentError
from integration.models import DocumentKind, Message
from masterdata.models import Company

from .failures import failed
from .pace import next_look, paced, since_sent
from .tries import Delivery, Outcome, Try


def deliver(message: Message, *, client: Client | None = None, worker: str = "") -> Delivery:
    """Take a claimed message as far as it gets now; always leaves it in a state that somebody continues."""
    attempt = Try(message, worker or message.lease_by, timezone.now())
    try:
        with correlation.going_on_with(message.correlation), tracing.span(f"deliver {message}"):
            return _deliver(attempt, client or connections.client())
    except outbox.LostLease as lost:
        return attempt.record(Outcome.LOST_LEASE, str(lost))
    except Withdrawn as withdrawn:
        return _withdraw(attempt, withdrawn)
    except Exception as error:  # noqa: BLE001 - the edge of the loop: one message must not stop the others
        return failed(attempt, error)


def _deliver(attempt: Try, client: Client) -> Delivery:
    message = attempt.message
    courier = couriers.COURIERS[DocumentKind(message.document_kind)]
    document = couriers.load(message)
    is_new = _is_new(message, courier)
    if not _may_go(message, document, is_new=is_new):
        return _not_sent(message)
    check_company(client, document.company)
    visit = courier.visit(client, message, document)
    found = Standing.ABSENT if is_new else visit.find()
    if isinstance(found, Posted):
        return _done(attempt, visit, found, Outcome.ADOPTED)
    if message.unknown_since is not None and not _is_settled(message, found):
        return _look_again(attempt)
    if message.unknown_since is not None:
        attempt.settle()
        if outbox.put_off_if_held(message):
            return _not_sent(message)
    room = timedelta(seconds=client.connection.timeouts.action + client.connection.timeouts.connect)
    posted = visit.send(lambda: outbox.mark_sending(message, now=timezone.now(), room=room))
    return _done(attempt, visit, posted, Outcome.POSTED)


def _may_go(message: Message, document: Any, *, is_new: bool) -> bool:
    """Build what has no payload yet, which asks the flow; what has one asks here, unless it is looked for."""
    if message.payload is None:
        return outbox.build(message, document, with_sending=is_new)
    return message.unknown_since is not None or not outbox.put_off_if_held(message)


def _not_sent(message: Message) -> Delivery:
    return Delivery(message, Outcome.NOT_SENT, message.waits_for or message.error)


def _is_new(message: Message, courier: Courier) -> bool:
    """Whether nobody can have sent it before: its first claim, in a life without doubt (doubt.py)."""
    return message.fence == 1 and not message.in_doubt and not courier.must_look


def check_company(client: Client, company: Company) -> None:
    """Post nothing into another company, nor into a copy of ours: it has the name, but not the id."""
    if UUID(client.company_id()) != company.bc_id:
        raise ConfigurationError(
            f"Tieout is connected to another Business Central than that of the company {company}. "
            "Point the connection back, or cancel what is left for it."
        )


def _done(attempt: Try, visit: Visit, posted: Posted, outcome: Outcome) -> Delivery:
    def move() -> None:
        outbox.mark_done(
            attempt.message,
            bc_id=posted.id,
            bc_number=posted.number,
            at=timezone.now(),
            document=visit.document,
        )

    return attempt.end(outcome, _already(posted) if outcome is Outcome.ADOPTED else "", move)


def _already(found: Posted) -> str:
    return f"Found in Business Central as {found.number}." if found.number else "Found in Business Central."


def _is_settled(message: Message, found: Standing) -> bool:
    """Whether it is safe to send again after a lost answer."""
    if found is Standing.REPEATABLE:
        return True
    return next_look(message, looks=message.looks + 1) is None and since_sent(message) >= paced(
        backoff.SETTLE_SECONDS[-1]
    )


def _look_again(attempt: Try) -> Delivery:
    message = attempt.message
    seconds = next_look(message, looks=message.looks + 1)
    now = timezone.now()
    if seconds is None:
        seconds = max(0.0, paced(backoff.SETTLE_SECONDS[-1]) - since_sent(message))
    return attempt.end(
        Outcome.NOT_FOUND,
        "Not found in Business Central yet.",
        lambda: outbox.mark_unknown(message, at=now, look_at=now + timedelta(seconds=seconds), looked=True),
    )


def _withdraw(attempt: Try, withdrawn: Withdrawn) -> Delivery:
    """Drop the message, unless its last answer is still unknown: then a person decides."""
    if attempt.message.unknown_since is None:
        return attempt.end(Outcome.NOT_SENT, str(withdrawn), lambda: outbox.withdraw(attempt.message))
    error = PermanentError(f"{withdrawn} Look in Business Central whether it was posted before that.")
    return failed(attempt, error)
