"""Assets of the CAFM and their fixed assets in Business Central: one for each, whoever made it."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import User

from integration import outbox, sync
from integration.models import InboxEvent, Message
from reconciliation.models import AssetNotice
from tests.delivery.house import House, outcomes, states
from tests.delivery.telling import Teller, line

WAITS = "It waits for the registration of asset A-1 from the CAFM and goes on by itself once that is there."
HOUR = "2026-11-02T{:02}:00:00Z"


@pytest.fixture
def cafm(house: House) -> Teller:
    return Teller(house)


def tell(cafm: Teller, kind: str, *, at: int | None = None, **values: Any) -> InboxEvent:
    """Tell of asset A-1; its description and serial number stand unless the values say otherwise."""
    data = {"number": "A-1", "description": "Air handling unit", "serial_number": "SN-1"} | values
    envelope = {"time": HOUR.format(at)} if at is not None else {}
    return cafm.tell(f"asset.{kind}", data, **envelope)


def in_bc(house: House) -> list[tuple[str, str, str]]:
    return [(row["number"], row["displayName"], row["serialNumber"]) for row in house.dump("fixedAssets")]


def test_a_registered_asset_becomes_one_fixed_asset(cafm: Teller, house: House) -> None:
    told = tell(cafm, "registered")

    house.drain()

    assert in_bc(house) == [("A-1", "Air handling unit", "SN-1")]
    assert cafm.fate(told) == ("posted", "")
    notice = AssetNotice.objects.get()
    assert (notice.status, notice.bc_number) == ("posted", "A-1")
    assert str(notice.bc_id) == house.dump("fixedAssets")[0]["id"]


def test_a_lost_answer_makes_one_fixed_asset(cafm: Teller, house: House) -> None:
    house.faults({"fault": "commit_then_drop", "method": "POST", "path": "fixedAssets", "times": 1})
    tell(cafm, "registered")

    house.drain()

    assert outcomes(Message.objects.get()) == ["unknown", "adopted"]
    assert len(in_bc(house)) == 1


def test_the_card_that_finance_made_is_taken_by_its_serial_number(cafm: Teller, house: House) -> None:
    house.sandbox.control.seed({"fixedAssets": [{"number": "FA000012", "serialNumber": "SN-1"}]})
    tell(cafm, "registered")
    tell(cafm, "changed", description="Air handling unit, roof")
    house.drain()

    assert in_bc(house) == [("FA000012", "Air handling unit, roof", "SN-1")]
    assert states() == ["done"] * 2

    sync.pull_entity("fixed-assets")
    cafm.approve(line(kind="fixed_asset", item="", asset="A-1", unit=""))
    house.drain()

    ordered = [row for row in house.dump("purchaseOrderLines") if row["lineType"] != "Comment"]
    assert [(row["lineType"], row["lineObjectNumber"]) for row in ordered] == [
        ("Fixed_x0020_Asset", "FA000012")
    ]


def test_another_asset_of_that_number_is_a_persons_to_decide(cafm: Teller, house: House) -> None:
    house.sandbox.control.seed({"fixedAssets": [{"number": "A-1", "serialNumber": "SN-9"}]})
    tell(cafm, "registered")

    house.drain()

    message = Message.objects.get()
    assert message.state == "rejected"
    assert "another fixed asset A-1, with the serial number SN-9" in message.error
    assert in_bc(house) == [("A-1", "", "SN-9")]


def test_a_change_sets_only_what_differs(cafm: Teller, house: House) -> None:
    tell(cafm, "registered")
    house.drain()
    house.sandbox.control.seed(
        {"fixedAssets": [{"id": house.dump("fixedAssets")[0]["id"], "classCode": "TANGIBLE"}]}
    )
    tell(cafm, "changed", description="Air handling unit 2", serial_number="SN-2")

    house.drain()

    (asset,) = house.dump("fixedAssets")
    assert (asset["displayName"], asset["serialNumber"], asset["classCode"]) == (
        "Air handling unit 2",
        "SN-2",
        "TANGIBLE",
    )


def test_a_change_whose_answer_is_lost_comes_to_the_same(cafm: Teller, house: House) -> None:
    tell(cafm, "registered")
    house.drain()
    house.faults({"fault": "commit_then_drop", "method": "PATCH", "path": "fixedAssets", "times": 1})
    tell(cafm, "changed", description="Moved")

    house.drain()

    assert states() == ["done"] * 2
    assert in_bc(house) == [("A-1", "Moved", "SN-1")]


def test_an_older_change_that_comes_late_is_recorded_and_changes_nothing(cafm: Teller, house: House) -> None:
    tell(cafm, "registered", at=1)
    tell(cafm, "changed", at=9, description="Newest")
    late = tell(cafm, "changed", at=5, description="Older")

    house.drain()

    assert in_bc(house) == [("A-1", "Newest", "SN-1")]
    assert cafm.fate(late) == (
        "accepted",
        "It came too late: a later change of the asset, or its retirement, is here. Nothing is done.",
    )


def test_a_change_waits_for_the_registration(cafm: Teller, house: House) -> None:
    changed = tell(cafm, "changed", description="Moved")
    house.drain()
    assert cafm.fate(changed) == ("waiting", WAITS)

    tell(cafm, "registered")
    outbox.refill()
    house.drain()

    assert states() == ["done"] * 2
    assert in_bc(house) == [("A-1", "Moved", "SN-1")]


def test_a_retirement_is_finances_to_post_and_a_retry_sees_that_it_is_done(
    cafm: Teller, house: House
) -> None:
    tell(cafm, "registered")
    retired = tell(cafm, "retired", retired_on="2026-11-20")
    house.drain()
    message = Message.objects.latest("pk")
    assert message.state == "rejected"
    assert message.error.startswith(
        "Asset A-1 was retired on 2026-11-20 (Air handling unit). Post its disposal in Business Central"
    )

    card = house.dump("fixedAssets")[0]["id"]
    house.sandbox.control.seed({"fixedAssets": [{"id": card, "blocked": True}]})
    outbox.retry(message, by=User.objects.create(username="finance"), reason="disposed of")
    house.drain()

    assert cafm.fate(retired) == ("posted", "")
    late = tell(cafm, "changed", description="Too late")
    assert cafm.fate(late)[0] == "accepted"


def test_a_series_without_numbers_of_our_own_is_told_to_a_person(cafm: Teller, house: House) -> None:
    house.sandbox.control.seed({"numberSeries": [{"code": "FA", "manual": False}]})
    tell(cafm, "registered")

    house.drain()

    message = Message.objects.get()
    assert message.state in ("rejected", "dead")
    assert "may not enter numbers manually" in message.error_detail
    assert in_bc(house) == []


def test_an_order_line_of_an_asset_that_bc_lacks_waits_for_it(cafm: Teller, house: House) -> None:
    cafm.approve(line(kind="fixed_asset", item="", asset="A-7", unit=""))

    house.drain()

    message = Message.objects.get()
    assert (message.state, message.waiting_for) == ("waiting", "fixed asset A-7 in Business Central")


def test_a_second_registration_is_a_conflict(cafm: Teller, house: House) -> None:
    from integration.inbox import DocumentConflict

    tell(cafm, "registered")

    with pytest.raises(DocumentConflict):
        tell(cafm, "registered", description="Another")
    assert AssetNotice.objects.count() == 1
