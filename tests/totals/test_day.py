"""A day of a real house: all that differs between the CAFM, the portal and Business Central is found."""

from __future__ import annotations

import datetime
import json
import re
import uuid
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client

from integration import morning, outbox, totals
from integration.models import Channel, MorningMail
from integration.totals import take
from reconciliation import control, roles
from reconciliation.models import AssetNotice, ControlDay, DayTotal, PurchaseOrder
from reconciliation.totals import Day, Kind
from tests.delivery.house import billed, invoice_form
from tests.desk.reading import words
from tests.factories import person
from tests.totals.days import today_elsewhere
from tests.totals.working_day import DAY, D, WorkingDay

CLOCK = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")  # since when something waits: now
YESTERDAY = DAY - datetime.timedelta(days=1)


def found(day: Day) -> list[tuple[str, str, str]]:
    return sorted((each.cause.value, each.number, each.owner) for each in day.differences)


def test_a_day_without_faults_has_the_same_figures_on_three_sides(working_day: WorkingDay) -> None:
    working_day.order("PO-1")
    working_day.receipt("GR-1", "PO-1", quantity=4)
    working_day.receipt("GR-2", "PO-1", quantity=6)
    working_day.house.drain()
    working_day.tell("purchase_order", "PO-1", quantity=D(10), amount=D(125), currency="EUR")
    working_day.tell("goods_receipt", "GR-1", "GR-2", quantity=D(10), amount=D(125), currency="EUR")

    day = take(working_day.house.company, DAY)

    assert day.differences == []
    sides = [
        [(side.count, side.quantity, side.amounts) for side in (each.cafm, each.portal, each.bc) if side]
        for each in day.kinds
    ]
    assert [each.kind for each in day.kinds] == [Kind.ORDER, Kind.RECEIPT]
    assert sides == [
        [(1, D(10), {"EUR": D(125)})] * 3,
        [(2, D(10), {"EUR": D(125)})] * 3,
    ]


def go_wrong(working_day: WorkingDay) -> None:
    """Let a day come to pass on which eleven kinds of things are wrong between the three sides."""
    good, gone, twice, dear, _late = (
        working_day.order(f"PO-{name}") for name in ("GOOD", "GONE", "TWICE", "DEAR", "LATE")
    )
    working_day.order("PO-STOP", vendor="V2")
    working_day.receipt("GR-GOOD", "PO-GOOD")
    changed = working_day.receipt("GR-CHANGED", "PO-GOOD")
    moved = working_day.receipt("GR-MOVED", "PO-GOOD")
    working_day.receipt("GR-UNCOUNTED", "PO-GOOD")
    working_day.receipt("GR-BEFORE", "PO-GOOD", quantity=1, day=YESTERDAY)
    working_day.receipt("GR-WAITS", "PO-LATE", unit="BX")
    working_day.house.drain()
    outbox.file_unfiled()
    for message in (changed, moved, dear):
        message.refresh_from_db()
    working_day.delete_in_bc(gone)
    working_day.double_in_bc(twice)
    line = working_day.line_in_bc(dear.bc_number, "purchaseOrders", "purchaseOrderLines")
    working_day.change_in_bc("purchaseOrderLines", line["id"], directUnitCost=13)
    line = working_day.line_in_bc(changed.bc_number, "purchaseReceipts", "purchaseReceiptLines")
    working_day.change_in_bc("purchaseReceiptLines", line["id"], quantity=1)
    working_day.change_in_bc(
        "purchaseReceipts", working_day.in_bc(moved.bc_number)["id"], postingDate="2026-11-06"
    )
    working_day.receive_in_bc(good, "PR-BY-HAND")
    working_day.tell(
        "purchase_order", *(f"PO-{n}" for n in ("GOOD", "GONE", "TWICE", "DEAR", "LATE", "STOP"))
    )
    working_day.tell(
        "goods_receipt", *(f"GR-{n}" for n in ("GOOD", "CHANGED", "MOVED", "WAITS", "BEFORE", "LOST"))
    )


SEEDED = [
    ("bc_amount", "PO-DEAR", "Purchasing"),
    ("bc_day", "GR-MOVED", "Finance controller"),
    ("bc_quantity", "GR-CHANGED", "Stores"),
    ("beside", "PR-BY-HAND", "Finance controller"),
    ("doubled", "PO-TWICE", "Finance controller"),
    ("extra", "GR-UNCOUNTED", "CAFM"),
    ("gone", "PO-GONE", "Purchasing"),
    ("missing", "GR-LOST", "CAFM"),
    ("other_day", "GR-BEFORE", "CAFM"),
    ("stuck", "PO-STOP", "Integration admin"),
    ("waiting", "GR-WAITS", "Stores"),
]
THE_MAIL = """\
4 of 5 of yesterday's receipts are posted; GR-WAITS waits for unit BX of item FILTER, owner Stores, \
since on the day; The CAFM counts GR-BEFORE on this day; here it is of 2026-11-04, owner CAFM; \
GR-CHANGED was sent with 2; 107002 has 1, owner Stores; \
The CAFM counts GR-LOST, and it never came here, owner CAFM; 3 more differ.
5 of 6 of yesterday's orders are posted; PO-STOP is stuck: Vendor V2 blocked, owner Integration admin, \
since on the day; PO-DEAR was sent with 125.00 EUR; 106004 has 130.00 EUR, owner Purchasing; \
PO-GONE was posted as 106002, and Business Central no longer has it, owner Purchasing; \
PO-TWICE is in Business Central as 106003, 106006, owner Finance controller.

The day: https://tieout.example/calendar/2026-11-05/"""


def test_faults_of_eleven_kinds_are_each_found_named_and_owned_and_nothing_else_is(
    working_day: WorkingDay,
) -> None:
    go_wrong(working_day)

    day = take(working_day.house.company, DAY)

    assert found(day) == SEEDED
    assert all(each.sentence and each.to_do for each in day.differences)
    assert day.unread == ""


def test_the_mail_of_such_a_day_says_it_and_leads_to_the_page_that_names_every_fault(
    working_day: WorkingDay, settings: Any
) -> None:
    settings.EMAIL_HOST, settings.TIEOUT_URL = "mail.example.com", "https://tieout.example"
    channel = Channel.objects.create(name="Finance", recipients="frida@example.com")
    MorningMail.objects.create(company=working_day.house.company, channel=channel, time_zone="Europe/Berlin")
    go_wrong(working_day)

    assert morning.turn(now=datetime.datetime(2026, 11, 6, 7, tzinfo=datetime.UTC)) == 1

    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["frida@example.com"], "CRONUS on 2026-11-05: 11 differences")
    assert CLOCK.sub("on the day", sent.body) == THE_MAIL
    reader = Client()
    reader.force_login(person(roles.AUDITOR))
    page = words(reader.get(sent.body.partition(settings.TIEOUT_URL)[2]))
    kept = ControlDay.objects.get(date=DAY)
    assert sorted(kept.differences.values_list("cause", "number", "owner")) == SEEDED
    assert [each.sentence for each in kept.differences.all() if each.sentence not in page] == []


def test_credit_memos_and_asset_notices_are_counted_on_three_sides(working_day: WorkingDay) -> None:
    house = working_day.house
    house.sandbox.control.seed(
        {
            "purchaseCreditMemos": [
                {
                    "vendorNumber": "V1",
                    "vendorCreditMemoNumber": "CM-1",
                    "creditMemoDate": DAY.isoformat(),
                    "status": "Open",
                    "totalAmountIncludingTax": 50,
                    "totalAmountExcludingTax": 50,
                }
            ]
        }
    )
    for number in ("CM-1", "CM-2"):
        line = billed(4, item="", order_line=None)
        form = invoice_form(number, line, type="credit_memo", invoice_date=DAY)
        outbox.enqueue("supplier_invoice", house.record(form))
    house.asset("A-1")
    AssetNotice.objects.update(told_at=datetime.datetime(2026, 11, 5, 9, tzinfo=datetime.UTC))
    house.drain()
    outbox.file_unfiled()
    working_day.tell("credit_memo", "CM-1", "CM-2")
    working_day.tell("asset.registered", "A-1", "A-2")

    day = take(house.company, DAY)

    assert [(each.kind, each.portal.count, each.bc.count if each.bc else None) for each in day.kinds] == [
        (Kind.CREDIT_MEMO, 2, 1),
        (Kind.ASSET, 1, 1),
    ]
    assert found(day) == [("missing", "A-2", "CAFM"), ("stuck", "CM-2", "Integration admin")]


def test_an_order_of_which_a_line_is_cancelled_is_still_stuck(working_day: WorkingDay) -> None:
    working_day.order("PO-STOP", vendor="V2", lines=2)
    working_day.house.drain()

    working_day.cancel("PO-STOP", 2)

    outbox.file_unfiled()
    assert found(take(working_day.house.company, DAY)) == [("stuck", "PO-STOP", "Integration admin")]


@pytest.mark.parametrize("lines", [(), (1,)], ids=["at once", "line by line"])
def test_an_order_that_was_cancelled_after_it_was_posted_is_not_gone(
    working_day: WorkingDay, lines: tuple[int, ...]
) -> None:
    working_day.order("PO-1")
    working_day.house.drain()

    working_day.cancel("PO-1", *lines)

    day = take(working_day.house.company, DAY)
    assert working_day.house.dump("purchaseOrders") == []
    assert found(day) == []
    assert [each.done for each in day.kinds] == [1]


def test_an_order_without_its_cancelled_line_does_not_differ(working_day: WorkingDay) -> None:
    working_day.order("PO-1", lines=2)
    working_day.receipt("GR-1", "PO-1", quantity=4)
    working_day.house.drain()

    working_day.cancel("PO-1", 2)

    line = working_day.line_in_bc(
        PurchaseOrder.objects.get().bc_number, "purchaseOrders", "purchaseOrderLines"
    )
    assert line["quantity"] == 10
    assert found(take(working_day.house.company, DAY)) == []


def test_what_a_person_gave_up_is_told_even_with_a_line_cancelled_before(working_day: WorkingDay) -> None:
    message = working_day.order("PO-STOP", vendor="V2", lines=2)
    working_day.house.drain()
    working_day.cancel("PO-STOP", 2)

    outbox.cancel(message, by=person(roles.INTEGRATION_ADMIN), reason="ordered elsewhere")

    assert found(take(working_day.house.company, DAY)) == [("given_up", "PO-STOP", "Purchasing")]


def test_an_order_of_another_day_in_bc_is_found_by_its_id(working_day: WorkingDay) -> None:
    message = working_day.order("PO-1")
    working_day.order("PO-2")
    working_day.house.drain()
    message.refresh_from_db()

    working_day.change_in_bc("purchaseOrders", str(message.bc_id), orderDate="2026-11-06")

    assert found(take(working_day.house.company, DAY)) == [("bc_day", "PO-1", "Finance controller")]


def test_the_command_prints_the_day_and_fails_while_sides_differ(
    working_day: WorkingDay, capsys: pytest.CaptureFixture[str]
) -> None:
    working_day.order("PO-1")
    working_day.house.drain()
    working_day.tell("purchase_order.approved", "PO-1", "PO-2")

    with pytest.raises(CommandError):
        call_command("totals", "--date", DAY.isoformat(), "--json")

    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    (company,) = told["companies"]
    assert company["kinds"][0]["cafm"]["count"] == 2
    assert [(each["cause"], each["number"]) for each in company["differences"]] == [("missing", "PO-2")]


def test_without_a_date_the_command_takes_yesterday_by_the_companys_own_clock(
    working_day: WorkingDay, capsys: pytest.CaptureFixture[str]
) -> None:
    today = today_elsewhere(working_day.house.company)

    call_command("totals", "--json")

    (company,) = json.loads(capsys.readouterr().out)["companies"]
    assert company["date"] == (today - datetime.timedelta(days=1)).isoformat()


def test_a_day_without_the_cafms_totals_is_silence_once_it_used_to_send_them(working_day: WorkingDay) -> None:
    working_day.order("PO-1")
    working_day.house.drain()
    quiet = take(working_day.house.company, DAY)
    working_day.tell("purchase_order")
    DayTotal.objects.update(date=YESTERDAY)

    silent = take(working_day.house.company, DAY)

    assert found(quiet) == []
    assert found(silent) == [("silent", "", "CAFM")]


def test_while_bc_cannot_be_read_the_day_says_so_and_blames_nobody(working_day: WorkingDay) -> None:
    working_day.order("PO-1")
    working_day.house.drain()
    working_day.house.company.bc_id = uuid.uuid4()

    day = take(working_day.house.company, DAY)

    assert day.unread.startswith("Tieout is connected to another Business Central")
    assert found(day) == []


def test_the_last_days_are_taken_anew_and_signed_ones_stay(working_day: WorkingDay) -> None:
    working_day.order("PO-1")
    working_day.house.drain()
    now = datetime.datetime(2026, 11, 6, 6, tzinfo=datetime.UTC)

    first = totals.take_latest(now=now)
    day = ControlDay.objects.get(date=DAY)
    control.sign_off(day, by=person(roles.FINANCE_CONTROLLER), note="", seen=control.fingerprint(day))

    assert (first, totals.take_latest(now=now)) == (7, 6)
    assert [(row.side, row.count) for row in day.totals.order_by("pk")] == [
        ("cafm", None),
        ("portal", 1),
        ("bc", 1),
    ]


def test_the_morning_of_a_real_day_is_said_as_a_person_would(working_day: WorkingDay) -> None:
    working_day.order("PO-1")
    working_day.receipt("GRN-1042", "PO-1")
    working_day.receipt("GRN-1043", "PO-1", unit="BX")
    working_day.house.drain()
    kept = totals.take_and_keep(working_day.house.company, DAY)

    receipts, orders = control.morning(kept, datetime.UTC)

    assert receipts.startswith(
        "1 of 2 of yesterday's receipts are posted; "
        "GRN-1043 waits for unit BX of item FILTER, owner Stores, since "
    )
    assert orders == "Yesterday's order is posted."
