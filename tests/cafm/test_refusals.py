"""What is refused: each with the same form of answer, with the place of the fault, and nothing stored."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from integration.cafm import auth, wire
from integration.models import ApiKey, InboxEvent, Message
from masterdata.models import Company
from reconciliation.models import GoodsReturn, PurchaseOrder, SupplierInvoice

from . import forms
from .client import Cafm


def refusal(reply: Any) -> tuple[int, str]:
    assert reply["Content-Type"] == "application/problem+json"
    told = reply.json()
    assert told["status"] == reply.status_code
    assert told["detail"]
    assert not InboxEvent.objects.exists()
    assert not PurchaseOrder.objects.exists()
    return reply.status_code, told["code"]


def pointers(reply: Any) -> list[str]:
    assert refusal(reply) == (422, "invalid"), reply.content
    return [error["pointer"] for error in reply.json()["errors"]]


# Who may come in


@pytest.mark.parametrize(
    "header",
    [
        {},
        {"authorization": "Bearer"},
        {"authorization": "Bearer tieout_wrong"},
        {"authorization": "Bearer ä"},
        {"authorization": "Basic YTpi"},
    ],
)
def test_without_a_good_key_nothing_is_taken(company: Company, header: dict[str, str]) -> None:
    reply = Client(headers=header).post(
        "/api/v1/events", json.dumps(forms.order()), content_type="application/cloudevents+json"
    )

    assert refusal(reply)[0] == 401
    assert reply["WWW-Authenticate"] == 'Bearer realm="tieout"'


@pytest.mark.parametrize(
    "ended", [{"revoked_at": timedelta(0)}, {"expires_at": timedelta(seconds=-1)}], ids=["revoked", "expired"]
)
def test_a_key_that_has_ended_opens_nothing(cafm: Cafm, ended: dict[str, timedelta]) -> None:
    ApiKey.objects.update(**{field: timezone.now() + shift for field, shift in ended.items()})

    assert refusal(cafm.send(forms.order())) == (401, "authentication-failed")


def test_a_key_that_has_not_ended_yet_is_good(cafm: Cafm) -> None:
    ApiKey.objects.update(expires_at=timezone.now() + timedelta(minutes=5))

    assert cafm.send(forms.order()).status_code == 202


def test_a_reader_of_master_data_may_not_send(company: Company) -> None:
    reader = Cafm(auth.issue(company, "reader", ["masterdata"])[1])

    assert refusal(reader.send(forms.order())) == (403, "scope-missing")


def test_a_key_sends_for_its_own_source_only(cafm: Cafm) -> None:
    reply = cafm.send(forms.order() | {"source": "/cafm/other"})

    assert refusal(reply) == (403, "source-not-allowed")
    assert "/cafm/site-a" in reply.json()["detail"]


def test_another_companys_events_are_not_shown(cafm: Cafm) -> None:
    cafm.send(forms.order() | {"id": "ours"})
    other = Company.objects.create(name="Other", ledger_currency="EUR")
    stranger = Cafm(auth.issue(other, "stranger", ["events"])[1])

    assert stranger.ask("ours").status_code == 404
    assert stranger.send(forms.order() | {"id": "ours"}).status_code == 202
    assert PurchaseOrder.objects.filter(number=forms.order()["data"]["number"]).count() == 2


# What can be read


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"", (400, "bad-request")),
        (b"{", (400, "bad-request")),
        (b'{"id": "\xff"}', (400, "bad-request")),
        (b'{"id": NaN}', (400, "bad-request")),
        (b'{"id": 1e99999}', (400, "bad-request")),
        (b'{"id": ' + b"9" * 5000 + b"}", (400, "bad-request")),
        (b"[" * 100_000, (400, "bad-request")),
        (b"[" * 50 + b"]" * 50, (422, "invalid")),
        (b'"text"', (422, "invalid")),
        (b"null", (422, "invalid")),
    ],
)
def test_a_body_that_is_no_event_is_refused(cafm: Cafm, body: bytes, answer: tuple[int, str]) -> None:
    assert refusal(cafm.send_raw(body)) == answer


def test_a_number_of_too_many_digits_is_refused_without_a_word_about_our_machine(cafm: Cafm) -> None:
    for number in (b"9" * 5000, b"-" + b"9" * 5000, b"9" * 5000 + b".5"):
        told = cafm.send_raw(b'{"id": ' + number + b"}").json()

        assert told["detail"].endswith("… has more than 1000 digits.")
        assert len(told["detail"]) < 140


@pytest.mark.parametrize(
    ("method", "content_type", "title"),
    [
        ("get", "", "This address does not take this method"),
        ("post", "text/xml", "This type of content is not taken"),
    ],
)
def test_a_title_is_written_out(cafm: Cafm, method: str, content_type: str, title: str) -> None:
    kwargs = {"content_type": content_type, "data": b"<x/>"} if content_type else {}

    told = getattr(cafm.client, method)("/api/v1/events", **kwargs).json()

    assert told["title"] == title
    assert "{" not in told["detail"]


@pytest.mark.parametrize("id", ["..", ".", "../../x y?z#%", "a/../b", "a/.", "/.."])
def test_an_id_that_no_address_can_hold_is_refused(cafm: Cafm, id: str) -> None:
    reply = cafm.send(forms.order() | {"id": id})

    assert pointers(reply) == ["/id"]
    assert "No address can hold this id" in reply.json()["errors"][0]["detail"]


@pytest.mark.parametrize("day", ["9999-12-31", "2101-01-01", "0001-01-01", "1899-12-31"])
def test_a_year_far_off_is_refused_in_words(cafm: Cafm, day: str) -> None:
    reply = cafm.send(forms.order(order_date=day))

    assert pointers(reply) == ["/data/order_date"]
    assert "is not between 1900 and 2100. Correct the date." in reply.json()["errors"][0]["detail"]


def test_the_last_day_of_the_last_year_is_taken(cafm: Cafm) -> None:
    assert cafm.send(forms.order(order_date="2100-12-31")).status_code == 202


def test_a_body_beyond_the_limit_is_not_even_read(cafm: Cafm) -> None:
    body = b'{"id": "' + b"x" * wire.LARGEST_BODY + b'"}'

    assert refusal(cafm.send_raw(body)) == (413, "too-large")


def test_a_large_batch_within_the_limit_is_taken(cafm: Cafm) -> None:
    long = forms.order(lines=[forms.order()["data"]["lines"][0] | {"line": n} for n in range(8_000)])

    assert len(json.dumps(long)) > 1_000_000
    assert cafm.send(long).status_code == 202


def test_another_media_type_is_refused(cafm: Cafm) -> None:
    assert refusal(cafm.send_raw(b"<order/>", "text/xml")) == (415, "unsupported-media-type")


def test_an_address_that_only_takes_is_not_read(cafm: Cafm) -> None:
    assert refusal(cafm.client.get("/api/v1/events")) == (405, "method-not-allowed")


def test_an_unknown_address_is_answered_in_the_same_form(cafm: Cafm) -> None:
    reply = cafm.client.post("/api/v2/events", b"{}", content_type="application/json")

    assert refusal(reply) == (404, "not-found")


# The envelope


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"specversion": "0.3"}, "/specversion"),
        ({"specversion": None}, "/specversion"),
        ({"id": ""}, "/id"),
        ({"id": 7}, "/id"),
        ({"id": "x" * 201}, "/id"),
        ({"source": None}, "/source"),
        ({"time": "yesterday"}, "/time"),
        ({"datacontenttype": "text/xml"}, "/datacontenttype"),
        ({"data": None}, "/data"),
        ({"data": []}, "/data"),
        ({"id": "a\x00b"}, "/id"),
        ({"subject": "\ud800"}, "/subject"),
    ],
)
def test_a_wrong_envelope_is_refused_at_its_place(cafm: Cafm, changes: dict[str, Any], pointer: str) -> None:
    assert pointers(cafm.send(forms.order() | changes)) == [pointer]


def test_further_attributes_of_the_envelope_are_kept(cafm: Cafm) -> None:
    assert cafm.send(forms.order() | {"subject": "PO-1", "traceparent": "00-1-2-01"}).status_code == 202

    assert InboxEvent.objects.get().body["traceparent"] == "00-1-2-01"


def test_an_unknown_kind_is_refused_with_those_that_there_are(cafm: Cafm) -> None:
    reply = cafm.send(forms.order() | {"type": "purchase_order.approved.v2"})

    assert refusal(reply) == (422, "unknown-type")
    assert "purchase_order.approved.v1" in reply.json()["detail"]
    assert reply.json()["errors"][0]["pointer"] == "/type"


@pytest.mark.parametrize("kind", ["vendor.changed.v1", "item.created.v1", "supplier_invoice.posted.v1"])
def test_what_business_central_owns_is_not_changed_from_here(cafm: Cafm, kind: str) -> None:
    reply = cafm.send(forms.event(kind, {"number": "V100"}))

    assert refusal(reply) == (403, "not-the-owner")
    assert "belong to Business Central" in reply.json()["detail"]


# The data


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"number": None}, "/data/number"),
        ({"number": "   "}, "/data/number"),
        ({"vendor": "X" * 21}, "/data/vendor"),
        ({"order_date": "02.11.2026"}, "/data/order_date"),
        ({"lines": []}, "/data/lines"),
        ({"lines": None}, "/data/lines"),
        ({"lines": ["first"]}, "/data/lines/0"),
        ({"charges": [{"code": "FREIGHT"}]}, "/data/charges/0/amount"),
        ({"charges": [{"code": "A", "amount": "1"}, {"code": "a", "amount": "2"}]}, "/data/charges"),
    ],
)
def test_a_wrong_field_is_named(cafm: Cafm, changes: dict[str, Any], pointer: str) -> None:
    assert pointers(cafm.send(forms.order(**changes))) == [pointer]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"line": -1}, "line"),
        ({"line": "1"}, "line"),
        ({"line": True}, "line"),
        ({"kind": "gift"}, "kind"),
        ({"item": ""}, "item"),
        ({"kind": "account"}, "account"),
        ({"kind": "fixed_asset"}, "asset"),
        ({"quantity": "0"}, "quantity"),
        ({"quantity": "-1"}, "quantity"),
        ({"quantity": "1e3"}, "quantity"),
        ({"quantity": "NaN"}, "quantity"),
        ({"quantity": "1,5"}, "quantity"),
        ({"quantity": "0.000001"}, "quantity"),
        ({"quantity": True}, "quantity"),
        ({"unit_price": "-0.01"}, "unit_price"),
        ({"price_base": "0"}, "price_base"),
        ({"discount_percent": "100.1"}, "discount_percent"),
        ({"match_level": "five_way"}, "match_level"),
        ({"dimensions": {"COSTCENTER": "X" * 51}}, "dimensions/COSTCENTER"),
    ],
)
def test_a_wrong_field_of_a_line_is_named(cafm: Cafm, changes: dict[str, Any], field: str) -> None:
    assert pointers(cafm.send(forms.line_of(forms.order(), **changes))) == [f"/data/lines/0/{field}"]


def test_all_wrong_fields_are_named_at_once(cafm: Cafm) -> None:
    sent = forms.line_of(forms.order(vendor="", order_date="?"), quantity="x", unit_price=None)

    assert sorted(pointers(cafm.send(sent))) == [
        "/data/lines/0/quantity",
        "/data/lines/0/unit_price",
        "/data/order_date",
        "/data/vendor",
    ]


def test_a_line_that_is_there_twice_is_named(cafm: Cafm) -> None:
    line = forms.order()["data"]["lines"][0]

    assert pointers(cafm.send(forms.order(lines=[line, line]))) == ["/data/lines/1/line"]


def test_a_pointer_escapes_what_a_name_holds(cafm: Cafm) -> None:
    sent = forms.line_of(forms.order(), dimensions={"A/B~C": 7})

    assert pointers(cafm.send(sent)) == ["/data/lines/0/dimensions/A~1B~0C"]


def test_more_cannot_be_judged_than_was_received(cafm: Cafm) -> None:
    sent = forms.line_of(forms.receipt(), quantity_accepted="9", quantity_rejected="2")

    assert pointers(cafm.send(sent)) == ["/data/lines/0/quantity_received"]


@pytest.mark.parametrize("rejected", ["3", "-1"])
def test_no_more_rejected_goods_can_go_back_than_go_back_in_all(cafm: Cafm, rejected: str) -> None:
    answer = cafm.send(forms.returned(quantity="2", quantity_rejected=rejected))

    assert pointers(answer) == ["/data/lines/0/quantity_rejected"]
    assert not GoodsReturn.objects.exists()


@pytest.mark.parametrize("quantity", ["0", "-2"])
def test_a_transfer_moves_something(cafm: Cafm, quantity: str) -> None:
    sent = forms.line_of(forms.transferred(), quantity=quantity)

    assert pointers(cafm.send(sent)) == ["/data/lines/0/quantity"]


def test_a_confirmation_says_how_much(cafm: Cafm) -> None:
    sent = forms.line_of(forms.confirmation(), quantity=None)

    assert pointers(cafm.send(sent)) == ["/data/lines/0/quantity"]


def test_an_invoices_scan_is_an_address(cafm: Cafm) -> None:
    assert pointers(cafm.send(forms.invoice(document="file on my desk"))) == ["/data/document"]
    assert not SupplierInvoice.objects.exists()


# Our own fault


def break_the_line() -> None:
    """Let the database fail on the last thing that is written of an event."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'broken'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON integration_message "
            "FOR EACH ROW EXECUTE FUNCTION refuse()"
        )


def mend_the_line() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER refuse ON integration_message")


def test_a_fault_of_ours_leaves_nothing_half_done(cafm: Cafm) -> None:
    break_the_line()

    reply = cafm.send(forms.order())

    assert refusal(reply) == (500, "internal")
    assert not Message.objects.exists()
    assert not PurchaseOrder.objects.exists()
    assert not InboxEvent.objects.exists()


def test_what_failed_through_us_is_taken_when_it_is_sent_again(cafm: Cafm) -> None:
    break_the_line()
    cafm.send(forms.order())
    mend_the_line()

    assert cafm.send(forms.order()).status_code == 202
    assert Message.objects.get().state == "ready"
