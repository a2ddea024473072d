"""The person of a chaos run: does with dead letters what an integration admin and finance do."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib.auth.models import User

from integration import couriers, outbox
from integration.models import DocumentKind, Message
from integration.sandbox.control_client import ControlClient
from tests.chaos.patient import patiently

AT_ONCE = 100


@dataclass
class Person:
    """Retries, posts in Business Central what only finance may, or marks as done what its API takes not."""

    control: ControlClient
    retried: int = 0
    marked: int = 0
    posted: set[UUID] = field(default_factory=set)

    def act(self) -> None:
        """Take what is stuck in hand, as a person who does not tire."""
        patiently(self._act)

    def _act(self) -> None:
        admin, _created = User.objects.get_or_create(username="chaos")
        for message in Message.objects.stuck()[:AT_ONCE]:
            try:
                self._do(message, admin)
            except outbox.OutboxError:  # it has moved in the meantime
                continue

    def _do(self, message: Message, admin: User) -> None:
        if message.error_code != "by_hand":
            outbox.retry(message, by=admin, reason="Business Central was not itself")
            self.retried += 1
        elif message.document_kind in POSTED_THERE:
            self._post(message)
            outbox.retry(message, by=admin, reason="posted there")
        else:
            outbox.mark_done_by_hand(message, by=admin, reason="posted there", bc_number="BY-HAND")
            self.marked += 1

    def _post(self, message: Message) -> None:
        """Post it in Business Central, once; the retry has to see it."""
        if message.key not in self.posted:
            entity, row = POSTED_THERE[DocumentKind(message.document_kind)](message, self.control)
            self.control.seed({entity: [row]})
            self.posted.add(message.key)


def _memo(message: Message, _control: ControlClient) -> tuple[str, dict[str, object]]:
    memo = couriers.load(message)
    named = {"vendorNumber": memo.vendor_number, "vendorCreditMemoNumber": memo.number}
    posted = {"number": f"CM-{memo.number}", "status": "Paid", "totalAmountIncludingTax": float(memo.total)}
    return "purchaseCreditMemos", named | posted


def _disposal(message: Message, control: ControlClient) -> tuple[str, dict[str, object]]:
    cards = {row["number"]: row["id"] for row in control.dump("fixedAssets")}
    return "fixedAssets", {"id": cards[message.document_number], "blocked": True}


POSTED_THERE = {DocumentKind.SUPPLIER_INVOICE: _memo, DocumentKind.ASSET_NOTICE: _disposal}
