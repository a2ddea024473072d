"""Published documents as match cases: their figures as they stand, nothing added but what is said here."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from reconciliation.matching import answer, case_from, match

Json = dict[str, Any]

CHECKS = ("price", "line_total", "quantity_ordered", "quantity_received", "quantity_accepted")
STRICT = [{"check": check, "upper": {"percent": "0"}} for check in CHECKS]


def judged(**parts: Any) -> Json:
    level = parts.pop("level", "three_way")
    policy = {"levels": [{"level": level}], "rules": parts.pop("rules", STRICT)}
    return answer(match(case_from({"policy": policy, **parts})))


class Ubl:
    """A UBL document; names are found wherever they first stand."""

    def __init__(self, folder: Path, name: str) -> None:
        self.root = ElementTree.parse(folder / "ubl-oasis-examples" / f"UBL-{name}-2.0-Example.xml").getroot()

    def text(self, *path: str) -> str:
        return (self._find(path).text or "").strip()

    def unit(self, *path: str) -> str:
        return self._find(path).attrib["unitCode"]

    def _find(self, path: tuple[str, ...]) -> ElementTree.Element:
        place = self.root
        for step in path:
            place = next(each for each in place.iter() if each.tag.rpartition("}")[2] == step)
        return place


class Beeswax:
    """One order through the chain: 100 kg ordered, 90 received, 100 invoiced, all of it credited.

    The order prints 100.00 as the price of one kilogram, and 100.00 as the amount of its 100: `price_base`
    says which of the two is believed.
    """

    def __init__(self, folder: Path) -> None:
        self.order_paper = Ubl(folder, "Order")
        self.receipt_paper = Ubl(folder, "ReceiptAdvice")
        self.invoice_paper = Ubl(folder, "Invoice")
        self.credit_paper = Ubl(folder, "CreditNote")

    def order(self, price_base: str) -> Json:
        paper = self.order_paper
        line = {
            "line": 1,
            "quantity": paper.text("LineItem", "Quantity"),
            "unit": paper.unit("LineItem", "Quantity"),
            "unit_price": paper.text("LineItem", "PriceAmount"),
            "price_base": price_base,
        }
        return {
            "number": paper.text("ID"),
            "vendor": "SELLER",
            "date": paper.text("IssueDate"),
            "lines": [line],
        }

    def receipt(self) -> Json:
        paper = self.receipt_paper
        line = {
            "order_line": 1,
            "received": paper.text("ReceivedQuantity"),
            "unit": paper.unit("ReceivedQuantity"),
        }
        order = self.order_paper.text("ID")
        return {"number": paper.text("ID"), "order": order, "date": paper.text("IssueDate"), "lines": [line]}

    def invoice(self) -> Json:
        paper = self.invoice_paper
        return self._bill(paper, "InvoiceLine", "InvoicedQuantity") | {
            "discount": paper.text("AllowanceCharge", "Amount")
        }

    def credit(self) -> Json:
        paper = self.credit_paper
        net = Decimal(paper.text("LegalMonetaryTotal", "LineExtensionAmount"))
        discount = net - Decimal(paper.text("LegalMonetaryTotal", "TaxExclusiveAmount"))
        bill = self._bill(paper, "CreditNoteLine", "CreditedQuantity")
        return bill | {"type": "credit_memo", "discount": str(discount)}

    def _bill(self, paper: Ubl, line: str, quantity: str) -> Json:
        billed = {
            "line": 1,
            "order_line": 1,
            "quantity": paper.text(line, quantity),
            "unit": paper.unit(line, quantity),
            "unit_price": paper.text(line, "PriceAmount"),
            "price_base": paper.text(line, "BaseQuantity"),
            "amount": paper.text(line, "LineExtensionAmount"),
        }
        return {
            "number": paper.text("ID"),
            "vendor": "SELLER",
            "date": paper.text("IssueDate"),
            "order": self.order_paper.text("ID"),
            "lines": [billed],
            "tax": paper.text("TaxTotal", "TaxAmount"),
            "total": paper.text("LegalMonetaryTotal", "PayableAmount"),
        }


def contoso(folder: Path, kind: str) -> Iterator[tuple[str, str, list[Json]]]:
    """Give Contoso's documents of a kind: number, vendor, and the item lines that have a price."""
    rows = defaultdict(list)
    for row in _read(folder, "purchase_line"):
        if row["LineKind"] == "Item" and row["Quantity"] and row["UnitCost"]:
            rows[row["DocSeq"]].append(row)
    for row in _read(folder, "purchase_document"):
        if row["DocumentType"] == kind and rows[row["DocSeq"]]:
            lines = [
                {
                    "line": number,
                    "item": line["ItemNo"],
                    "quantity": line["Quantity"],
                    "unit": line["UnitOfMeasureCode"] or "PCS",
                    "unit_price": line["UnitCost"],
                }
                for number, line in enumerate(rows[row["DocSeq"]], start=1)
            ]
            yield row["DocSeq"], row["BuyfromVendorNo"], lines


def _read(folder: Path, name: str) -> Iterator[dict[str, str]]:
    with (folder / "bc-contoso" / f"{name}.csv").open(newline="", encoding="utf-8-sig") as rows:
        yield from csv.DictReader(rows)


def amount(line: Json) -> Decimal:
    return Decimal(line["quantity"]) * Decimal(line["unit_price"])


def bill(number: str, vendor: str, lines: list[Json], **changes: Any) -> Json:
    """Bill lines as they are, each on the order line of its number where an order is named."""
    ordered = {"order_line": True} if changes.get("order") else {}
    billed = [{**line, **dict.fromkeys(ordered, line["line"]), "amount": str(amount(line))} for line in lines]
    total = sum((amount(line) for line in lines), Decimal(0))
    named = {"number": number, "vendor": vendor, "date": "2026-03-20"}
    return {**named, "lines": billed, "total": str(total), **changes}
