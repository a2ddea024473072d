"""Leave out of the open balances the documents with rows that are wrong, and what hangs on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from .reading import FILES, KEYS, Balances, Problem

Left = set[tuple[str, str]]
"""Documents that are left out, by file and key; an empty key is the whole file."""


def without(balances: Balances, problems: Iterable[Problem]) -> Balances:
    """Give what remains: whole documents only, each with the order that it names."""
    left: Left = {(each.file, each.document) for each in problems}
    orders = _kept("orders", balances.orders, left)
    known = {row.number for row in orders}
    for name, rows in (("receipts", balances.receipts), ("invoices", balances.invoices)):
        left |= {(name, key(name, row)) for row in rows if row.order and row.order not in known}
    return Balances(
        orders=orders,
        receipts=_kept("receipts", balances.receipts, left),
        invoices=_kept("invoices", balances.invoices, left),
        stock=_kept("stock", balances.stock, left),
    )


def documents(balances: Balances) -> set[tuple[str, str]]:
    """Name every document of the files once, by file and key."""
    return {(name, key(name, row)) for name in FILES for row in getattr(balances, name)}


def key(name: str, row: Any) -> str:
    """Give the key of the document that a row belongs to."""
    return str(getattr(row, KEYS[name]))


def _kept(name: str, rows: Sequence[Any], left: Left) -> list[Any]:
    if (name, "") in left:
        return []
    return [row for row in rows if (name, key(name, row)) not in left]
