"""Short words for what changes here and what is told of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone

from .receiver import Receiver

LATER = timedelta(hours=1)  # every pause is over


def make(company: Any, url: str, lists: tuple[str, ...] = (), may_read: tuple[str, ...] = ()) -> Any:
    from integration import webhooks
    from integration.cafm import auth
    from integration.models import Webhook

    key, _ = auth.issue(company, "CAFM", ["masterdata"], lists=may_read)
    made = Webhook(key=key, name="CAFM Nord", url=url, lists=list(lists))
    made.given = webhooks.create(made)
    return made


def change(company: Any, list_name: str = "locations", name: str = "Main") -> None:
    from masterdata.batch import Pulled
    from masterdata.models import Location, Unit
    from masterdata.upsert import upsert

    values: dict[str, Any] = {"code": "MAIN", "name": name}
    if list_name == "units":
        values["international_code"] = ""
    row = Pulled(uuid.uuid5(uuid.NAMESPACE_OID, "MAIN"), datetime(2026, 5, 4, tzinfo=UTC), values)
    upsert(company, {"locations": Location, "units": Unit}[list_name], [row])


def tell(*, later: timedelta = timedelta()) -> int:
    from integration import webhooks

    webhooks.write_due(now=timezone.now())
    return webhooks.deliver(now=timezone.now() + later)


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """Which list, and up to which cursor."""
    data = [json.loads(body)["data"] for _, body in receiver.got]
    return [(each["list"], each["cursor"]) for each in data]


def newest(company: Any, list_name: str = "locations") -> str:
    """The cursor with which the CAFM has seen everything."""
    from integration.cafm import masterdata

    (listed,) = [each for each in masterdata.LISTS if each.name == list_name]
    return masterdata.newest(listed, company).write(list_name)


def is_signed(headers: dict[str, str], body: bytes, given: str) -> bool:
    """Check by the letter of the specification, with nothing of ours."""
    secret = base64.b64decode(given.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    right = "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    return right in headers["webhook-signature"].split(" ")
