"""Find the last good message to hold a stuck one against: same kind, and same vendor or item where one is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from integration.bc.names import ITEM_NUMBER, LINE_OBJECT_NUMBER, VENDOR_ID, VENDOR_NUMBER
from integration.models import Message

LOOKED_AT = 300
NEWEST = 5000  # of all kinds: a kind that is never posted must not cost a look at everything

VENDORS = frozenset({VENDOR_NUMBER, VENDOR_ID})
ITEMS = frozenset({LINE_OBJECT_NUMBER, ITEM_NUMBER})


@dataclass(frozen=True)
class Good:
    """A message that went through, and what it has in common with the stuck one."""

    message: Message
    shares: str


def last_good(stuck: Message) -> Good | None:
    """Give the last one of this kind that went through: of its vendor, else with an item of it, else any."""
    newest = Message.objects.filter(state=Message.State.DONE).order_by("-pk").values("pk")[:NEWEST]
    posted = Message.objects.filter(
        pk__in=newest, company=stuck.company, document_kind=stuck.document_kind, payload__isnull=False
    )
    recent = list(posted.order_by("-pk")[:LOOKED_AT])
    for fields, shares in ((VENDORS, _("the same vendor")), (ITEMS, _("the same item"))):
        wanted = set(_values(stuck.payload, fields))
        for message in recent:
            if wanted & set(_values(message.payload, fields)):
                return Good(message, shares)
    return Good(recent[0], _("the same kind")) if recent else None


def _values(payload: Any, fields: frozenset[str]) -> Iterator[str]:
    """Give what stands in these fields, wherever in the payload."""
    if isinstance(payload, dict):
        for name, inner in payload.items():
            if name in fields and inner:
                yield str(inner)
            else:
                yield from _values(inner, fields)
    elif isinstance(payload, list):
        for inner in payload:
            yield from _values(inner, fields)
