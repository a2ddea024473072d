"""What the demo's CAFM says it did: it keeps a book of what it sent, and tells each day when it is over."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from .events import Event, envelope

FILE = "cafm-book.txt"
# The day of a document is its own, not that of its sending. Invoices are left out: most come to BC by mail.
DAY_OF = {
    "purchase_order.approved.v1": "order_date",
    "goods_receipt.recorded.v1": "received_on",
    "service.confirmed.v1": "confirmed_on",
    "inventory.consumed.v1": "posted_on",
}


class Book:
    """The numbers that were sent, by day and kind; kept in a file, so that a later start knows them."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        kept = self._path.read_text().splitlines() if self._path.exists() else ()
        self._known = dict.fromkeys(kept)

    def note(self, event: Event) -> None:
        """Write an event down that was sent; once, however often it is sent."""
        kind, content = event["type"], event["data"]
        if kind not in DAY_OF:
            return
        line = f"{content[DAY_OF[kind]]} {kind} {content['number']}"
        if line not in self._known:
            self._known[line] = None
            with self._path.open("a") as file:
                file.write(f"{line}\n")

    def days_before(self, today: datetime.date) -> Iterator[Event]:
        """Give the totals of each day that is over, oldest first."""
        days: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for line in self._known:
            day, kind, number = line.split(" ", 2)
            days[day][kind].append(number)
        for day in sorted(day for day in days if day < today.isoformat()):
            yield _totals(day, days[day])


def _totals(day: str, sent: dict[str, list[str]]) -> Event:
    totals = [
        {"kind": kind, "count": len(numbers), "numbers": sorted(numbers)}
        for kind, numbers in sorted(sent.items())
    ]
    count = sum(len(numbers) for numbers in sent.values())
    content = {"date": day, "totals": totals}
    return envelope("day.totals.v1", f"{day}-{count}", datetime.date.fromisoformat(day), content)
