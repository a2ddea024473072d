"""What Tieout does with Business Central, and how much of it each part needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from integration.bc import Level
from integration.bc.names import ORDER_NUMBER
from integration.couriers import credit_memos, movements
from integration.mapping import pulls
from integration.models import DocumentKind
from integration.sync import entities, masters

COMPANY = "company"
PULL = "pull:"
PULL_INVOICES = f"{PULL}invoices"


@dataclass(frozen=True)
class Feature:
    """One thing Tieout does; `without` is what an administrator reads where BC cannot do it."""

    key: str
    title: str
    level: Level = Level.STANDARD
    without: str = ""

    @property
    def needs_app(self) -> bool:
        return self.level is Level.APP

    @property
    def needs(self) -> str:
        """What of BC it takes, in an administrator's words."""
        return "the Tieout app" if self.needs_app else "standard"

    @property
    def kind(self) -> str:
        """The kind of document it posts; empty when it posts none."""
        kind = self.key.partition(":")[0]
        return kind if kind in DocumentKind.values else ""

    def posts(self, payload: Mapping[str, Any]) -> bool:
        """Whether a document of its kind with this payload goes its way."""
        return way(self.kind, payload) == self.key


# Four ways that supplier invoices go; each uses other names, so each pauses alone.
DRAFTS = DocumentKind.SUPPLIER_INVOICE.value
OWN = f"{DocumentKind.SUPPLIER_INVOICE.value}:own"
BILLED = f"{DocumentKind.SUPPLIER_INVOICE.value}:order"
CREDITS = f"{DocumentKind.SUPPLIER_INVOICE.value}:credit"
REQUESTS = "purchase_request"
BY_ID, BY_ORDER = "id", ORDER_NUMBER  # what the payload of a way holds

# Which way a mapping's form goes, where that is not its own name.
MAPPED = {DocumentKind.SUPPLIER_INVOICE.value: OWN}

NEEDS_APP = f"This waits for {movements.NEEDS_APP}."


NO_BILLING = (
    "Such an invoice goes to a person: without the Tieout app in Business Central its order cannot get the "
    "vendor's number. Install the app and set BC_APP_URL, or post the invoice there with Get Receipt Lines; "
    "the next pull recognises it."
)


def _pull(entity: entities.Entity) -> Feature:
    title = f"Pulling {entity.name.replace('-', ' ')}"
    if entity.needs_app:
        return Feature(pull_of(entity.name), title, Level.APP, masters.NO_APP)
    return Feature(pull_of(entity.name), title)


def pull_of(entity: str) -> str:
    """Give the key of the pull that brings an entity."""
    return f"{PULL}{pulls.whole_of(entity)}"


FEATURES: dict[str, Feature] = {
    each.key: each
    for each in (
        Feature(COMPANY, "Reading the company and its currency"),
        *(_pull(entity) for entity in entities.ENTITIES.values()),
        Feature(PULL_INVOICES, "Pulling invoices"),
        Feature(REQUESTS, "Keeping purchase requests (no tenant takes them: their order names them)"),
        Feature(DocumentKind.PURCHASE_ORDER.value, "Posting purchase orders"),
        Feature(DocumentKind.ORDER_CHANGE.value, "Changing and cancelling purchase orders"),
        Feature(DocumentKind.GOODS_RECEIPT.value, "Posting goods receipts"),
        Feature(DocumentKind.RECEIPT_REVERSAL.value, "Seeing that a person undid a receipt"),
        Feature(DocumentKind.GOODS_RETURN.value, "Returning goods (a person posts the return)"),
        Feature(DocumentKind.SERVICE_CONFIRMATION.value, "Posting service confirmations"),
        Feature(DocumentKind.INVENTORY_MOVEMENT.value, "Posting inventory movements", Level.APP, NEEDS_APP),
        Feature(DocumentKind.ASSET_NOTICE.value, "Registering fixed assets (a person posts a disposal)"),
        Feature(DRAFTS, "Posting invoices that Business Central holds as drafts"),
        Feature(BILLED, "Posting invoices of the CAFM through their order", Level.APP, NO_BILLING),
        Feature(CREDITS, "Seeing that a person posted a credit memo of the CAFM"),
        Feature(OWN, "Posting invoices of the CAFM without an order"),
    )
}


def of_mapping(source: str) -> Feature | None:
    """Give the feature that sends what a mapping writes; None for a form that nobody sends."""
    kind = source.partition(".")[0]
    return FEATURES.get(MAPPED.get(kind, kind))


def way(kind: str, payload: Mapping[str, Any]) -> str:
    """Give the key of the feature that posts such a document."""
    if kind != DRAFTS or BY_ID in payload:
        return kind
    if credit_memos.NUMBER in payload:
        return CREDITS
    return BILLED if BY_ORDER in payload else OWN
