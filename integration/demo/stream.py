"""The demo's running day: a CAFM that sends an event every few seconds, over HTTP and with its key."""

from __future__ import annotations

import datetime
import itertools
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import requests

from integration.demo import days, events, masters
from integration.demo.story import (
    ORDERS,
    Billed,
    Counted,
    Invoice,
    Order,
    Ordered,
    Receipt,
    Used,
)

logger = logging.getLogger(__name__)

# What the story left open and the stream brings, so that a case clears itself while you watch.
LATE_RECEIPTS = {
    8: Receipt("GR-5121", "PO-24125", 0, (Counted(1, "24"),)),
    22: Receipt("GR-5123", "PO-24122", 0, (Counted(1, "1"),)),
    40: Receipt("GR-5122", "PO-24114", 0, (Counted(1, "20"),)),
}
SUPPLIES = {
    "FLT": "V10020",
    "BLT": "V10030",
    "BRG": "V10030",
    "LMP": "V10040",
    "LFT": "V10010",
    "PLB": "V10080",
    "FIR": "V10090",
    "ELC": "V10100",
    "PMP": "V10070",
    "CTL": "V10060",
}
WRONG_EVERY = 6
TIMEOUT_SECONDS = 10


@dataclass
class Cafm:
    """Sends events to one Tieout."""

    url: str
    key: str
    session: requests.Session

    def send(self, event: events.Event) -> bool:
        """Send one event; False when Tieout is not there or not well, and it is worth another try."""
        try:
            answer = self.session.post(
                f"{self.url}/api/v1/events",
                json=event,
                headers={"Authorization": f"Bearer {self.key}"},
                timeout=TIMEOUT_SECONDS,
            )
        except requests.ConnectionError as error:
            logger.warning("Tieout did not answer: %s", error)
            return False
        if answer.status_code >= 500 or answer.status_code == 429:
            logger.warning("Tieout answered %s to %s", answer.status_code, event["id"])
            return False
        if answer.status_code >= 400:
            logger.error("Tieout refused %s: %s", event["id"], answer.text[:500])
        else:
            logger.info("Sent %s", event["id"])
        return True


def run(
    cafm: Cafm,
    book: days.Book,
    *,
    story_day: datetime.date,
    today: Callable[[], datetime.date],
    wait: Callable[[], object],
) -> None:
    """Send for ever, one event after each wait; what could not be sent is sent again."""
    seed = random.Random(today().toordinal())  # noqa: S311 - which part is ordered next is no secret
    day = today()
    for event in _day(seed, story_day, today):
        _insist(cafm, event, wait)
        book.note(event)
        if day != today():
            day = today()
            for total in book.days_before(day):
                _insist(cafm, total, wait)
        wait()


def _insist(cafm: Cafm, event: events.Event, wait: Callable[[], object]) -> None:
    while not cafm.send(event):
        wait()


def _day(
    chance: random.Random, story_day: datetime.date, today: Callable[[], datetime.date]
) -> Iterator[events.Event]:
    """Give one event after the other: an order, its receipt, its invoice, now and then parts used."""
    orders = {order.number: order for order in ORDERS}
    for step in itertools.count(1):
        if late := LATE_RECEIPTS.get(step):
            yield events.receipt_event(late, orders[late.order], story_day)
        stamp = f"{datetime.datetime.now(datetime.UTC):%y%m%d%H%M%S}{step % 100:02}"
        order = _order(chance, stamp)
        yield events.order_event(order, today())
        yield events.receipt_event(_receipt(order, stamp), order, today())
        yield events.invoice_event(_invoice(order, stamp, wrong=step % WRONG_EVERY == 0), order, today())
        if step % 3 == 0:
            line = order.lines[0]
            used = Used(f"IC-{stamp}", order.work_order, 0, order.location, ((line.item, "1", line.unit),))
            yield events.consumption_event(used, today())


def _order(chance: random.Random, stamp: str) -> Order:
    number, _name, unit, cost, _others = chance.choice(
        [part for part in masters.PARTS if part[0].partition("-")[0] in SUPPLIES]
    )
    line = Ordered(number, str(chance.randint(2, 24)), unit, cost)
    return Order(
        f"PO-{stamp}",
        SUPPLIES[number.partition("-")[0]],
        0,
        (line,),
        location=chance.choice(masters.LOCATIONS)[0],
        work_order=f"WO-{stamp[-6:]}",
    )


def _receipt(order: Order, stamp: str) -> Receipt:
    return Receipt(f"GR-{stamp}", order.number, 0, (Counted(1, order.lines[0].quantity),))


def _invoice(order: Order, stamp: str, *, wrong: bool) -> Invoice:
    """Bill an order as it came, or one piece too many."""
    quantity = str(int(order.lines[0].quantity) + wrong)
    shows = "one too many" if wrong else "ties out"
    return Invoice(f"INV-{stamp}", order.number, 0, (Billed(1, quantity),), shows, origin="cafm")
