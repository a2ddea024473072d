"""What a person sent with an action, read once and cleaned: reason, day, person, line, figures."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from django.utils.dateparse import parse_date

from reconciliation.written import plain_amount

from . import reason_codes


@dataclass(frozen=True)
class Form:
    """The fields of a case's form; what is missing or makes no sense counts as not sent."""

    sent: Mapping[str, str | list[str]]

    @property
    def code(self) -> str:
        code = self.text("code")
        return code if code in reason_codes.CODES else ""

    @property
    def reason(self) -> str:
        """Give why: the words of the code, and the note."""
        return reason_codes.words(self.code, self.text("reason"))

    @property
    def seen(self) -> str | None:
        return self.text("seen") if "seen" in self.sent else None

    def text(self, name: str) -> str:
        """Give what was written; PostgreSQL keeps no NUL, and a browser ends lines with two characters."""
        return ["", *self.listed(name)][-1]

    def listed(self, name: str) -> list[str]:
        """Give every value of a field that comes several times, in their order."""
        values = self.sent.get(name, [])
        every = values if isinstance(values, list) else [values]
        return [value.replace("\0", "").replace("\r\n", "\n").strip() for value in every]

    def whole(self, name: str) -> int:
        """Give a number of a line; what is none names no line."""
        text = self.text(name)
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0

    def figure(self, name: str) -> Decimal | None:
        """Give a quantity or an amount as people write it; None where it is none.

        Without a comma a point is the decimal sign in every language: so a form shows what it suggests.
        """
        text = self.text(name)
        try:
            figure = Decimal(plain_amount(text) if "," in text else text)
        except InvalidOperation:
            return None
        fits = figure.is_finite() and abs(figure) < Decimal(10) ** 15
        return figure.quantize(Decimal("0.00001")).normalize() if fits else None

    def day(self, name: str) -> datetime.date | None:
        try:
            return parse_date(self.text(name))
        except ValueError:
            return None
