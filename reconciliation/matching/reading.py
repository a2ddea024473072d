"""What must be legible before anything can be matched."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from .dossier import Dossier
from .exact import plain
from .facts import ZERO, OrderLine
from .findings import Code, Effect, Finding
from .sentences import joined


def unreadable(dossier: Dossier) -> Iterator[Finding]:
    """Tell what is missing, and where a price has no base to stand on."""
    invoice = dossier.invoice
    named = {"number": invoice.number, "date": invoice.date, "vendor": invoice.vendor}
    missing = [name for name, value in named.items() if not value]
    if invoice.total is None:
        missing.append("total")
    if missing:
        yield Finding(
            Code.UNREADABLE, Effect.BLOCK, f"The invoice has no {joined(missing)} that could be read."
        )
    for line in dossier.sorted_lines:
        link = dossier.links.get(line.line)
        on = link.target[1] if link and link.target else None
        if line.price_base <= 0 or (on and on.price_base <= 0):
            whose, base = ("The line's", line.price_base) if line.price_base <= 0 else _ordered_base(on)
            sentence = f"{whose} price is per {plain(base)}."
            yield Finding(Code.UNREADABLE, Effect.BLOCK, sentence, line=line.line)


def _ordered_base(on: OrderLine | None) -> tuple[str, Decimal]:
    return "The order line's", on.price_base if on else ZERO
