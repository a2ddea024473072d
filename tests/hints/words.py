"""Short words for what happens in Business Central, and for what is here then."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

now = timezone.now


def bc() -> Any:
    from integration import connections

    return connections.client()


def seeded(sandbox: Any, entity_set: str, key: str, name: str) -> dict[str, Any]:
    (found,) = [row for row in sandbox.control.dump(entity_set) if row[key] == name]
    return found


def change_vendor(sandbox: Any, number: str, name: str) -> None:
    row = seeded(sandbox, "vendors", "number", number)
    bc().update("vendors", row["id"], {"displayName": name}, etag=row["@odata.etag"])


def vendor_names() -> dict[str, str]:
    from masterdata.models import Vendor

    return dict(Vendor.objects.filter(deleted_at=None).values_list("number", "name"))


def subscription(entity: str = "vendors") -> Any:
    from integration.models import Subscription

    return Subscription.objects.get(entity=entity)
