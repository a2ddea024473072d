"""Try a replay before it begins: build each message as it would be sent, and change nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from integration import contract, couriers
from integration.models import Message
from masterdata.models import ItemUnit, Vendor

MOST = 500


@dataclass(frozen=True)
class Trial:
    """What a replay would come to; each reason with how many messages have it."""

    sent: int
    held: list[tuple[str, int]]
    looked_at: int

    @property
    def failing(self) -> int:
        return sum(count for _reason, count in self.held)


def try_out(messages: Iterable[Message]) -> Trial:
    """Say how many would be sent, and why the others would not."""
    reasons = [_reason(message) for message in messages]
    held = Counter(reason for reason in reasons if reason)
    return Trial(len(reasons) - held.total(), held.most_common(), len(reasons))


def _reason(message: Message) -> str:
    """Say why a message would not go through; empty when nothing speaks against it."""
    if message.unknown_since is not None:
        return ""  # it is looked for in BC first, whatever its payload
    prepared = couriers.prepare(message, couriers.load(message))
    if prepared.problems:
        return _("The field mapping cannot write it: {problems}.").format(
            problems="; ".join(prepared.problems)
        )
    if prepared.waiting_for:
        return _("It waits for {thing}.").format(thing=prepared.waiting_for)
    if prepared.payload and (paused := contract.of_delivery(message.document_kind, prepared.payload)):
        return paused
    return still_wrong(message)


def still_wrong(message: Message) -> str:
    """Say what the mirror of the master data still shows to be wrong."""
    things = message.cause.things if message.cause else {}
    company = message.company
    if {"unit", "item"} <= things.keys():
        known = ItemUnit.objects.filter(
            company=company, item_number=things["item"], unit__iexact=things["unit"], deleted_at=None
        )
        if not known.exists():
            return _("Item {item} still has no unit {unit} here. Pull the units first.").format(
                item=things["item"], unit=things["unit"]
            )
    blocked = Vendor.objects.filter(company=company, number=things.get("vendor"), blocked=Vendor.Blocked.ALL)
    if "vendor" in things and blocked.exists():
        return _("Vendor {vendor} is still blocked here. Pull the vendors first.").format(
            vendor=things["vendor"]
        )
    return ""
