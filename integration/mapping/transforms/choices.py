"""Transforms that choose: constants, value maps, enumerations, yes and no, and what counts as nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from .values import BadValue, UnknownValue, text_of, told

MOST_TOLD = 12


def copy(value: Any) -> Any:
    """Leave the value as it is.

    >>> copy("PO-1")
    'PO-1'
    """
    return value


def constant(given: Any, *, value: Any) -> Any:
    """Give the parameter `value`, whatever came.

    >>> constant(None, value="Item")
    'Item'
    """
    return value


def value_map(value: Any, *, values: Mapping[str, Any], otherwise: Any = BadValue) -> Any:
    """Look the value up; what is not there is refused, or becomes `otherwise`.

    >>> value_map("item", values={"item": "Item"})
    'Item'
    """
    key = value if type(value) is str else text_of(value)
    if key in values:
        return values[key]
    if otherwise is not BadValue:
        return otherwise
    known = sorted(values)
    more = f" and {len(known) - MOST_TOLD} more" if len(known) > MOST_TOLD else ""
    raise UnknownValue(f"{told(value)} is not among {', '.join(known[:MOST_TOLD])}{more}")


def enum(value: Any, *, choices: tuple[str, ...]) -> str:
    """Take one of a few words, in whatever capitals it came.

    >>> enum("approved", choices=("Draft", "Approved"))
    'Approved'
    """
    wanted = text_of(value).strip().casefold()
    for each in choices:
        if each.casefold() == wanted:
            return each
    raise BadValue(f"{told(value)} is not one of {', '.join(choices)}")


def boolean(
    value: Any,
    *,
    true: tuple[str, ...] = ("true", "yes", "y", "1", "on"),
    false: tuple[str, ...] = ("false", "no", "n", "0", "off"),
) -> bool:
    """Read yes or no.

    >>> boolean("Yes")
    True
    """
    if isinstance(value, bool):
        return value
    word = text_of(value).strip().casefold()
    if word in {each.casefold() for each in true}:
        return True
    if word in {each.casefold() for each in false}:
        return False
    raise BadValue(f"{told(value)} is neither {', '.join(true)} nor {', '.join(false)}")


def null_forms(value: Any, *, forms: tuple[str, ...] = ("-", "n/a", "none", "null")) -> Any:
    """Take what only stands for nothing as nothing.

    >>> null_forms("N/A") is None
    True
    >>> null_forms("V1")
    'V1'
    """
    if isinstance(value, str) and value.strip().casefold() in {"", *(each.casefold() for each in forms)}:
        return None
    return value


def first(value: Any) -> Any:
    """Take the first that is not empty. The source is a list: `[work_order, order.number]`.

    >>> first([None, "", "PO-1"])
    'PO-1'
    """
    for each in value if isinstance(value, list) else [value]:
        if each is not None and each != "":
            return each
    return None


def look_up(value: Any, *, master: str, give: str, masters: Callable[[str, str, str], Any]) -> Any:
    """Look a master record up by its number or code, and give one of its fields.

    >>> look_up("v1", master="vendor", give="currency", masters=lambda *asked: {"V1": "EUR"}[asked[2]])
    'EUR'
    """
    key = text_of(value).strip().upper()
    found = masters(master, give, key)
    if found is None:
        raise BadValue(f"there is no {master} {told(key)} here, or it has no {give}")
    return found
