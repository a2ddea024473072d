"""Exchange rates: ledger amount = amount ÷ exchange amount × relational amount, at the rate of a day."""

from __future__ import annotations

import datetime
from bisect import bisect_right
from collections.abc import Iterable
from decimal import Decimal

from .facts import Rate


class RateTable:
    """The dated rates of each currency into ledger currency."""

    def __init__(self, ledger_currency: str, rates: Iterable[Rate]) -> None:
        self.ledger_currency = ledger_currency
        self._rates: dict[str, list[Rate]] = {}
        for rate in sorted(rates, key=lambda rate: rate.from_date):
            if rate.exchange_amount > 0:
                self._rates.setdefault(rate.currency, []).append(rate)

    def named(self, currency: str) -> str:
        """Give a document's currency its name: blank means the ledger's."""
        return currency or self.ledger_currency

    def is_ledger(self, currency: str) -> bool:
        return not self.ledger_currency or self.named(currency) == self.ledger_currency

    def to_ledger(self, amount: Decimal, currency: str, on: datetime.date | None) -> Decimal | None:
        """Convert an amount at the rate in force on a day; `None` where there is no rate."""
        if self.is_ledger(currency):
            return amount
        rate = self._in_force(currency, on)
        return None if rate is None else amount / rate.exchange_amount * rate.relational_amount

    def between(self, amount: Decimal, source: str, target: str, on: datetime.date | None) -> Decimal | None:
        """Convert an amount from one currency to another through the ledger's."""
        if self.named(source) == self.named(target):
            return amount
        in_ledger = self.to_ledger(amount, source, on)
        one = self.to_ledger(Decimal(1), target, on)
        return None if in_ledger is None or not one else in_ledger / one

    def _in_force(self, currency: str, on: datetime.date | None) -> Rate | None:
        rates = self._rates.get(currency, [])
        if on is None:
            return rates[-1] if rates else None
        index = bisect_right(rates, on, key=lambda rate: rate.from_date)
        return rates[index - 1] if index else None
