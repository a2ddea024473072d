"""Two CAFMs with field names of their own feed the same documents, by mapping alone and through the door."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.forms import model_to_dict

from integration.cafm import auth
from integration.mapping import seen
from integration.models import FieldMapping, InboxEvent, Message, SourceProfile
from reconciliation.models import AssetNotice, GoodsReceipt, InventoryMovement, PurchaseOrder
from tests import mappings

from . import client, forms, worker

pytestmark = pytest.mark.django_db

ATLAS, WARTUNG = "/cmms/atlas", "/cafm/wartung"


@pytest.fixture
def sender(company: Any) -> client.Cafm:
    for name, source in (("Atlas CMMS", ATLAS), ("Wartung", WARTUNG)):
        SourceProfile.objects.filter(name=name).update(sources=[source])
    return client.Cafm(auth.issue(company, "CMMS", ["events"], [ATLAS, WARTUNG, forms.SOURCE])[1])


def atlas_order(number: str = "PO-7", **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "id": 4711,
        "customId": number,
        "name": "Filters for the north hall",
        "status": "APPROVED",
        "createdAt": 1793613120000,
        "shippingDueDate": "2026-11-20T23:00:00.000Z",
        "updatedBy": "mira",
        "companyCurrency": "EUR",
        "vendor": {"id": 9, "companyName": "v100"},
        "partQuantities": [
            {
                "quantity": 10.5,
                "part": {
                    "id": 3,
                    "barcode": "filter-a",
                    "name": "Bag filter",
                    "cost": 12.5,
                    "unit": "pieces",
                },
            }
        ],
    }
    return forms.event("PURCHASE_ORDER_APPROVED", data | changes, id=f"atlas-{number}", source=ATLAS)


def wartung_order(number: str = "B-7", **changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "Bestellnummer": number,
        "Lieferant": {"Nr": "v100", "Name": "Filter & Söhne"},
        "Waehrung": "EUR",
        "Datum": "2.11.2026",
        "Liefertermin": "20.11.2026",
        "Freigabe": {"Vorname": "Mira", "Name": "Kern"},
        "Positionen": [
            {
                "Pos": 1,
                "Artikel": "filter-a",
                "Text": "Bag filter",
                "Menge": "10,5",
                "ME": "ST",
                "Preis": "12,50",
            }
        ],
    }
    return forms.event("bestellung.freigegeben", data | changes, id=f"wartung-{number}", source=WARTUNG)


def of_atlas(kind: str, **data: Any) -> dict[str, Any]:
    return forms.event(kind, data, id=f"atlas-{kind}", source=ATLAS)


def of_wartung(kind: str, **data: Any) -> dict[str, Any]:
    return forms.event(kind, data, id=f"wartung-{kind}", source=WARTUNG)


# Of each kind the same document, as both CAFMs and our own form tell it.
SAME: dict[str, tuple[type[Any], list[dict[str, Any]]]] = {
    "order": (
        PurchaseOrder,
        [
            atlas_order(),
            wartung_order(Freigabe={"Name": "mira"}),
            forms.event(
                "purchase_order.approved.v1",
                {
                    "number": "PO-9",
                    "vendor": "V100",
                    "currency": "EUR",
                    "order_date": "2026-11-02",
                    "expected_on": "2026-11-20",
                    "approved_by": "mira",
                    "lines": [
                        {
                            "line": 1,
                            "kind": "item",
                            "item": "FILTER-A",
                            "description": "Bag filter",
                            "quantity": "10.5",
                            "unit": "PCS",
                            "unit_price": "12.5",
                        }
                    ],
                },
            ),
        ],
    ),
    "consumption": (
        InventoryMovement,
        [
            of_atlas(
                "PART_QUANTITY_CHANGED",
                id=12,
                createdAt=1793613120000,
                workOrder={"customId": "WO-7"},
                location={"customId": "main"},
                partTransactions=[{"quantity": 2, "part": {"barcode": "BELT-B", "unit": "pcs"}}],
            ),
            of_wartung(
                "material.entnommen",
                Belegnummer="E-1",
                Auftrag="WO-7",
                Datum="2.11.2026",
                Lager="main",
                Positionen=[{"Pos": 1, "Artikel": "belt-b", "Menge": "2,0", "ME": "ST"}],
            ),
            forms.consumed(
                posted_on="2026-11-02",
                lines=[{"line": 1, "item": "BELT-B", "quantity": "2", "unit": "PCS", "location": "MAIN"}],
            ),
        ],
    ),
    "asset": (
        AssetNotice,
        [
            of_atlas(
                "NEW_ASSET",
                id=3,
                customId="A-1",
                name="Chiller",
                serialNumber="SN-1",
                category={"name": "HVAC"},
                location={"customId": "roof"},
                parentAsset={"customId": "A-0"},
            ),
            of_wartung(
                "anlage.angelegt",
                Anlagennummer="A-2",
                Bezeichnung="Chiller",
                Seriennummer="SN-1",
                Anlagenklasse="HVAC",
                Standort="roof",
                Hauptanlage="A-0",
            ),
            forms.event(
                "asset.registered.v1",
                {
                    "number": "A-3",
                    "description": "Chiller",
                    "serial_number": "SN-1",
                    "asset_class": "HVAC",
                    "location": "ROOF",
                    "parent": "A-0",
                },
            ),
        ],
    ),
    "receipt": (
        GoodsReceipt,
        [
            of_wartung(
                "wareneingang.gebucht",
                Belegnummer="W-1",
                Bestellnummer="PO-1",
                Eingangsdatum="10.11.2026",
                Annehmer="gate",
                Positionen=[
                    {
                        "Pos": 1,
                        "Bestellpos": 1,
                        "Geliefert": "10",
                        "Angenommen": "8",
                        "Abgelehnt": "2",
                        "Ablehngrund": "dented",
                        "ME": "ST",
                    }
                ],
            ),
            forms.receipt(),
        ],
    ),
}  # Atlas CMMS tells of no receipts
OWN = {"id", "number", "received_from", "bc_id", "company", "told_at", "order", "receipt", "movement"}


@pytest.mark.parametrize("kind", SAME)
def test_both_cafms_feed_the_same_documents(sender: client.Cafm, kind: str) -> None:
    model, events = SAME[kind]

    answers = [sender.send(event) for event in events]
    worker.build_all()

    assert {answer.status_code for answer in answers} == {202}
    found = [_told(document) for document in model.objects.all()]
    assert len(found) == len(events)
    assert [each for each in found if each != found[0]] == []


def _told(document: Any) -> list[dict[str, Any]]:
    """All that a document and its lines say, without what is its own alone."""
    lines = document.lines.order_by("line") if hasattr(document, "lines") else ()
    rows = [model_to_dict(each) for each in (document, *lines)]
    return [{name: value for name, value in row.items() if name not in OWN} for row in rows]


def test_the_order_of_a_cafm_goes_to_business_central(sender: client.Cafm) -> None:
    sender.send(atlas_order())
    worker.build_all()

    message = Message.objects.get()
    assert message.payload is not None
    assert message.payload["vendorNumber"] == "V100"


def test_a_canonical_event_of_another_source_is_taken_as_it_is(sender: client.Cafm) -> None:
    assert sender.send(forms.order()).status_code == 202

    event = InboxEvent.objects.get()
    assert event.mapped_with is None


def test_an_event_keeps_its_own_body_and_the_version_that_mapped_it(sender: client.Cafm) -> None:
    sender.send(atlas_order())

    event = InboxEvent.objects.get()
    assert event.body["data"]["customId"] == "PO-7"
    assert event.type == "purchase_order.approved.v1"
    assert event.mapped_with is not None
    assert str(event.mapped_with) == "Atlas CMMS: PURCHASE_ORDER_APPROVED version 1"


def test_the_same_event_again_is_the_same_also_when_the_mapping_has_changed(sender: client.Cafm) -> None:
    first = sender.send(atlas_order())
    mappings.change_row("Atlas CMMS: PURCHASE_ORDER_APPROVED", "approved_by", source="status")

    again = sender.send(atlas_order())

    assert (first.status_code, again.json()) == (202, first.json())
    assert PurchaseOrder.objects.get().approved_by == "mira"


def test_what_cannot_be_mapped_is_refused_at_its_place_and_nothing_is_stored(sender: client.Cafm) -> None:
    line = {"Pos": 1, "Artikel": "FILTER-A", "Menge": "viel", "ME": "FASS", "Preis": "1,00"}

    answer = sender.send(wartung_order(Positionen=[line]))

    told = answer.json()
    assert answer.status_code == 422
    assert (
        "The mapping 'Wartung: bestellung.freigegeben' (version 1) of the profile Wartung" in told["detail"]
    )
    assert {each["pointer"] for each in told["errors"]} == {"/data/lines/0/quantity", "/data/lines/0/unit"}
    assert not InboxEvent.objects.exists()


def test_an_unknown_value_may_be_parked_while_the_record_moves(sender: client.Cafm) -> None:
    def park(content: mappings.Content) -> mappings.Content:
        parked = {name: mappings.replace(each, unknown="park") for name, each in content.value_maps.items()}
        return mappings.replace(content, value_maps=parked)

    mappings.publish("Wartung: bestellung.freigegeben", park)
    line = {"Pos": 1, "Artikel": "FILTER-A", "Menge": "1", "ME": "FASS", "Preis": "1,00"}

    answers = [sender.send(wartung_order(number, Positionen=[line])) for number in ("B-1", "B-2")]

    mapping = FieldMapping.objects.get(name="Wartung: bestellung.freigegeben")
    waiting = mapping.unmapped.get()
    assert [answer.status_code for answer in answers] == [202, 202]
    assert PurchaseOrder.objects.count() == 2
    assert (waiting.value_map, waiting.value, waiting.count) == ("units", "FASS", 2)


def test_unknown_and_vanished_fields_are_counted(sender: client.Cafm, company: Any) -> None:
    sender.send(wartung_order("B-0", Kostentraeger="K1"))
    for number in range(1, seen.NEWEST + 1):
        event = wartung_order(f"B-{number}")
        del event["data"]["Liefertermin"]
        sender.send(event)

    mapping = FieldMapping.objects.get(name="Wartung: bestellung.freigegeben")
    found = seen.of_profile(mapping, company)

    assert found.events == seen.NEWEST + 1
    assert dict(found.unknown) == {"Kostentraeger": 1, "Lieferant.Name": seen.NEWEST + 1}
    assert dict(found.vanished) == {"Liefertermin": 1}
    assert found.never == ["Lager", "Positionen[].Kostenstelle"]


def test_a_float_never_gets_in(sender: client.Cafm) -> None:
    body = json.dumps(atlas_order()).replace("12.5", "12.10").encode()

    sender.send_raw(body)

    line = PurchaseOrder.objects.get().lines.get()
    assert line.unit_price == Decimal("12.10")


def test_the_screen_of_profiles_counts_what_comes_unread_and_what_stopped(sender: client.Cafm) -> None:
    from django.test import Client

    from reconciliation import roles
    from tests import factories
    from tests.desk.reading import words

    sender.send(atlas_order("PO-1", colour="red"))
    browser = Client()
    browser.force_login(factories.person(roles.INTEGRATION_ADMIN))

    page = words(browser.get("/mappings/profiles/"))

    assert "{{" not in page
    assert "Its event sources, one a line /cmms/atlas Save" in page
    assert "PURCHASE_ORDER_APPROVED becomes purchase_order.approved.v1 1 5 0 3" in page
    assert "PART_QUANTITY_CHANGED becomes inventory.consumed.v1 0 No event of this type has come yet." in page


def test_a_source_is_set_on_the_screen_and_belongs_to_one_profile(sender: client.Cafm) -> None:
    from django.test import Client

    from reconciliation import roles
    from tests import factories
    from tests.desk.reading import words

    atlas, wartung = (SourceProfile.objects.get(name=name) for name in ("Atlas CMMS", "Wartung"))
    browser, clerk = Client(), Client()
    browser.force_login(factories.person(roles.INTEGRATION_ADMIN))
    clerk.force_login(factories.person(roles.AP_CLERK))

    kept = browser.post(f"/mappings/profiles/{atlas.pk}/", {"sources": "/cmms/atlas\n/cmms/annex\n"})
    taken = browser.post(f"/mappings/profiles/{wartung.pk}/", {"sources": "/cmms/annex"})
    refused = clerk.post(f"/mappings/profiles/{atlas.pk}/", {"sources": "/mine"})

    atlas.refresh_from_db()
    assert (kept.status_code, atlas.sources) == (302, ["/cmms/atlas", "/cmms/annex"])
    assert taken.status_code == 422
    assert "The source /cmms/annex is Atlas CMMS's already." in words(taken)
    assert refused.status_code == 403
