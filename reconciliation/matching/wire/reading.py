"""Read a match case from JSON; what is not of the agreed form is refused with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from .. import facts
from ..facts import ONE
from ..findings import Code
from .place import FormError, Place


def read_case(text: str | bytes) -> facts.Case:
    """Read one case from JSON. Raises FormError."""
    try:
        document = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
    except FormError:
        raise
    except (ValueError, RecursionError) as exc:
        raise FormError("not_json", f"This is not JSON: {exc}", "") from exc
    return case_from(document)


def case_from(document: Any) -> facts.Case:
    """Read a case from a parsed document. Raises FormError."""
    place = Place(document)
    if not isinstance(document, dict):
        raise place.error("not_an_object", "A case is a JSON object.")
    case = facts.Case(
        ledger_currency=place.text("ledger_currency"),
        rates=place.members("rates", _rate),
        items=place.members("items", _item),
        units=place.members("units", _unit),
        vendors=place.members("vendors", _vendor),
        policy=_policy(place.member("policy")),
        orders=place.members("orders", _order),
        receipts=place.members("receipts", _receipt),
        returns=place.members("returns", _return),
        confirmations=place.members("confirmations", _confirmation),
        earlier=place.members("earlier", _invoice),
        invoice=_invoice(place.required("invoice")),
        overrides=place.members("overrides", _override),
    )
    _check_names(case, place)
    return case


def policy_from(document: Any) -> facts.Policy:
    """Read a policy alone, as it stands in a case. Raises FormError."""
    return _policy(Place(document))


def _refuse_constant(name: str) -> None:
    raise FormError("not_a_number", f"{name} is not a number.", "")


def _check_names(case: facts.Case, place: Place) -> None:
    """Refuse two orders, or two lines of a document, of the same number: nobody could tell which is meant."""
    _check_once((order.number for order in case.orders), place.member("orders"), "number")
    for index, order in enumerate(case.orders):
        lines = Place(None, f"/orders/{index}/lines")
        _check_once((line.line for line in order.lines), lines, "line")
    _check_once((line.line for line in case.invoice.lines), Place(None, "/invoice/lines"), "line")


def _check_once(names: Iterator[Any], place: Place, field: str) -> None:
    seen = set()
    for index, name in enumerate(names):
        if name in seen:
            raise FormError("given_twice", f"“{name}” is given twice.", f"{place.pointer}/{index}/{field}")
        seen.add(name)


def _rate(place: Place) -> facts.Rate:
    from_date = place.date("from")
    if from_date is None:
        raise place.member("from").error("missing", "“from” is missing.")
    return facts.Rate(
        currency=place.text("currency"),
        from_date=from_date,
        exchange_amount=place.required("exchange_amount").decimal(),
        relational_amount=place.required("relational_amount").decimal(),
    )


def _item(place: Place) -> facts.Item:
    return facts.Item(
        number=_name(place, "number"),
        base_unit=place.text("base_unit"),
        rounding_precision=place.number("rounding_precision"),
    )


def _unit(place: Place) -> facts.ItemUnit:
    return facts.ItemUnit(
        item=_name(place, "item"), unit=_name(place, "unit"), per_base=place.required("per_base").decimal()
    )


def _vendor(place: Place) -> facts.Vendor:
    return facts.Vendor(
        number=_name(place, "number"),
        family=place.text("family"),
        blocked=place.choice("blocked", facts.Blocked, facts.Blocked.NOTHING),
    )


def _policy(place: Place) -> facts.Policy:
    if place.value is None:
        return facts.Policy()
    return facts.Policy(
        levels=place.members("levels", _level),
        rules=place.members("rules", _rule),
        options=_options(place.member("options")),
    )


def _level(place: Place) -> facts.LevelRule:
    place.required("level")
    return facts.LevelRule(
        level=place.choice("level", facts.Level, ""),
        vendor=place.optional_text("vendor"),
        item=place.optional_text("item"),
    )


def _rule(place: Place) -> facts.ToleranceRule:
    place.required("check")
    return facts.ToleranceRule(
        check=place.choice("check", facts.Check, ""),
        vendor=place.optional_text("vendor"),
        item=place.optional_text("item"),
        code=place.optional_text("code"),
        order=place.optional_text("order"),
        order_line=place.optional_whole("order_line"),
        upper=_limits(place.member("upper")),
        lower=_limits(place.member("lower")),
        below=place.choice("below", facts.Below, facts.Below.WARN),
        combine=place.choice("combine", facts.Combine, facts.Combine.ALL),
    )


def _limits(place: Place) -> facts.Limits:
    if place.value is None:
        return facts.UNLIMITED
    return facts.Limits(place.limit("percent"), place.limit("amount"), place.limit("quantity"))


def _options(place: Place) -> facts.Options:
    if place.value is None:
        return facts.Options()
    default = facts.Options()
    return facts.Options(
        near_duplicate_days=place.optional_whole("near_duplicate_days") or 0,
        invoice_before_receipt=place.choice(
            "invoice_before_receipt", facts.BeforeReceipt, default.invoice_before_receipt
        ),
        sample_percent=place.number("sample_percent"),
        invoice_before_order=place.choice("invoice_before_order", facts.BeforeReceipt, "") or None,
    )


def _charge(place: Place) -> facts.Charge:
    return facts.Charge(code=_name(place, "code"), amount=place.number("amount"))


def _order(place: Place) -> facts.Order:
    return facts.Order(
        number=_name(place, "number"),
        vendor=place.text("vendor"),
        currency=place.text("currency"),
        date=place.date("date"),
        state=place.choice("state", facts.OrderState, facts.OrderState.OPEN),
        version=place.optional_whole("version") or 1,
        lines=place.members("lines", _order_line),
        charges=place.members("charges", _charge),
        discount=place.number("discount"),
        tax=place.number("tax"),
        rounding=place.number("rounding"),
        billing=place.choice("billing", facts.Billing, "") or None,
        limit=_blanket(place.member("limit")),
        former=place.members("former", _former),
    )


def _blanket(place: Place) -> facts.Blanket | None:
    if place.value is None:
        return None
    return facts.Blanket(place.optional_number("amount"), place.date("from"), place.date("to"))


def _former(place: Place) -> facts.FormerVersion:
    until = place.date("until")
    if until is None:
        raise place.member("until").error("missing", "“until” is missing.")
    return facts.FormerVersion(place.whole("version"), until, place.members("lines", _former_line))


def _former_line(place: Place) -> facts.FormerLine:
    return facts.FormerLine(place.whole("line"), place.number("quantity"), place.number("unit_price"))


def _price_break(place: Place) -> facts.PriceBreak:
    return facts.PriceBreak(place.required("from").decimal(), place.required("unit_price").decimal())


def _milestone(place: Place) -> facts.Milestone:
    return facts.Milestone(_name(place, "name"), place.required("amount").decimal())


def _order_line(place: Place) -> facts.OrderLine:
    return facts.OrderLine(
        line=place.whole("line"),
        kind=place.text("kind") or "item",
        item=place.text("item"),
        description=place.text("description"),
        quantity=place.number("quantity"),
        unit=place.text("unit"),
        unit_price=place.number("unit_price"),
        price_base=place.number("price_base", ONE),
        price_unit=place.optional_text("price_unit"),
        planned_ratio=place.optional_number("planned_ratio"),
        discount=place.number("discount"),
        delivery_date=place.date("delivery_date"),
        level=place.choice("level", facts.Level, "") or None,
        tax_code=place.optional_text("tax_code"),
        charges=place.members("charges", _charge),
        price_breaks=place.members("price_breaks", _price_break),
        price_estimated=place.flag("price_estimated") or None,
        milestones=place.members("milestones", _milestone),
    )


def _receipt(place: Place) -> facts.Receipt:
    return facts.Receipt(
        number=place.text("number"),
        order=_name(place, "order"),
        date=place.date("date"),
        reversed=place.flag("reversed"),
        lines=place.members("lines", _receipt_line),
    )


def _receipt_line(place: Place) -> facts.ReceiptLine:
    return facts.ReceiptLine(
        order_line=place.whole("order_line"),
        received=place.number("received"),
        accepted=place.optional_number("accepted"),
        rejected=place.number("rejected"),
        unit=place.text("unit"),
        price_quantity=place.optional_number("price_quantity"),
    )


def _return(place: Place) -> facts.Return:
    return facts.Return(
        number=place.text("number"),
        order=_name(place, "order"),
        date=place.date("date"),
        lines=place.members("lines", _return_line),
    )


def _return_line(place: Place) -> facts.ReturnLine:
    quantity, rejected = place.number("quantity"), place.optional_number("rejected")
    if rejected is not None and not 0 <= rejected <= quantity:
        raise place.member("rejected").error(
            "out_of_range", "Of the goods that went back, no more than all of them were rejected ones."
        )
    return facts.ReturnLine(
        order_line=place.whole("order_line"), quantity=quantity, unit=place.text("unit"), rejected=rejected
    )


def _confirmation(place: Place) -> facts.Confirmation:
    return facts.Confirmation(
        number=place.text("number"),
        order=_name(place, "order"),
        accepted=place.flag("accepted"),
        lines=place.members("lines", _confirmation_line),
    )


def _confirmation_line(place: Place) -> facts.ConfirmationLine:
    return facts.ConfirmationLine(
        order_line=place.whole("order_line"),
        quantity=place.optional_number("quantity"),
        amount=place.optional_number("amount"),
        unit=place.text("unit"),
    )


def _invoice(place: Place) -> facts.Invoice:
    return facts.Invoice(
        number=place.optional_text("number"),
        type=place.choice("type", facts.InvoiceType, facts.InvoiceType.INVOICE),
        vendor=place.optional_text("vendor"),
        date=place.date("date"),
        currency=place.text("currency"),
        order=place.optional_text("order"),
        file_sha256=place.optional_text("file_sha256"),
        lines=place.members("lines", _invoice_line),
        charges=place.members("charges", _charge),
        discount=place.number("discount"),
        tax=place.number("tax"),
        retention_percent=place.optional_number("retention_percent"),
        rounding=place.number("rounding"),
        total=None if place.member("total").value == "" else place.optional_number("total"),
        state=place.choice("state", facts.InvoiceState, "") or None,
        advance=place.optional_number("advance"),
    )


def _invoice_line(place: Place) -> facts.InvoiceLine:
    position = int(place.pointer.rpartition("/")[2]) + 1
    line = place.optional_whole("line")
    return facts.InvoiceLine(
        line=position if line is None else line,
        order=place.optional_text("order"),
        order_line=place.optional_whole("order_line"),
        item=place.text("item"),
        description=place.text("description"),
        quantity=place.number("quantity"),
        unit=place.text("unit"),
        unit_price=place.optional_number("unit_price"),
        price_base=place.number("price_base", ONE),
        price_quantity=place.optional_number("price_quantity"),
        discount=place.number("discount"),
        charges=place.members("charges", _charge),
        amount=place.optional_number("amount"),
        tax=place.number("tax"),
        tax_code=place.optional_text("tax_code"),
        milestone=place.optional_text("milestone"),
        confirmed=place.flag("confirmed") or None,
    )


def _override(place: Place) -> facts.Override:
    if _name(place, "code") not in list(Code):
        raise place.member("code").error(
            "unknown_code", f"“{place.text('code')}” is no reason of the engine."
        )
    return facts.Override(
        code=place.text("code"),
        line=place.optional_whole("line"),
        subject=place.optional_text("subject"),
        quantity=place.optional_number("quantity"),
        amount=place.optional_number("amount"),
        currency=place.optional_text("currency"),
    )


def _name(place: Place, name: str) -> str:
    place.required(name)
    return place.text(name)
