"""The CAFM's side of the wire."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client

from integration.cafm import auth
from masterdata.models import Company, Item, Location, Unit, Vendor
from tests import mappings

from . import forms


class Cafm:
    """A machine with a key."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.client = Client(headers={"authorization": f"Bearer {secret}"}, raise_request_exception=False)

    def send(self, event: Any, content_type: str = "application/cloudevents+json") -> Any:
        return self.send_raw(json.dumps(event).encode(), content_type)

    def send_batch(self, events: Any) -> Any:
        return self.send(events, "application/cloudevents-batch+json")

    def send_raw(self, body: bytes, content_type: str = "application/cloudevents+json") -> Any:
        return self.client.post("/api/v1/events", body, content_type=content_type)

    def ask(self, event_id: str, source: str = forms.SOURCE) -> Any:
        return self.client.get(f"/api/v1/events/{event_id}", {"source": source} if source else {})


def prepare_company() -> Company:
    """Make a company with the master data that the forms name."""
    company = Company.objects.create(name="TESTCO", ledger_currency="EUR")
    Vendor.objects.create(company=company, number="V100", name="Filters & Sons", row_hash=b"")
    for number in ("FILTER-A", "BELT-B", "CLEAN"):
        Item.objects.create(company=company, number=number, name=number, base_unit="PCS", row_hash=b"")
    Unit.objects.create(company=company, code="PCS", row_hash=b"")
    for code in ("MAIN", "SITE-B"):
        Location.objects.create(company=company, code=code, row_hash=b"")
    mappings.install()
    return company


def client_for(company: Company) -> Cafm:
    """Issue a key for the site's events and use it."""
    return Cafm(auth.issue(company, "CAFM", ["events"], [forms.SOURCE])[1])
