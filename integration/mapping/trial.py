"""Try a mapping row before it is saved: its author finds a wrong parameter, not a receipt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .transforms import TRANSFORMS

FIELD_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")

# A value that each transform can surely take; what then fails is the parameters' fault.
SAMPLES: dict[str, Any] = {"decimal": "1.5", "multiply": "1.5", "date": "2026-11-02"}


def problem_with_target(target: str) -> str:
    """Say why this cannot be a field of BC; empty when it can."""
    if not target.strip():
        return "Name the field of Business Central."
    if not FIELD_NAME.fullmatch(target):
        return f"{target!r} is not a field name: letters, digits and _ only, such as requestedReceiptDate."
    return ""


def problem_with_source(source: str, transform: str, default: str) -> str:
    """Say why this cannot be read from our record; empty when it can."""
    if not source:
        needless = transform == "constant" or default
        return "" if needless else "Name our field, give a default, or use the transform constant."
    return (
        "" if PATH.fullmatch(source) else f"{source!r} is not a path such as vendor_number or order.number."
    )


def problem_with_parameters(transform: str, parameters: Any) -> str:
    """Run the transform once on a sample; say what went wrong, empty when nothing did."""
    run = TRANSFORMS.get(transform)
    if run is None:
        return f"There is no transform {transform!r}. Choose from {', '.join(TRANSFORMS)}."
    if not isinstance(parameters, Mapping):
        return 'Parameters are written like {"length": 20}.'
    sample = SAMPLES.get(transform, "x")
    if transform == "value_map":
        values = parameters.get("values")
        if not isinstance(values, Mapping) or not values:
            return 'value_map needs its values: {"values": {"item": "Item"}}.'
        sample = next(iter(values))
    try:
        run(sample, parameters)
    except (ValueError, TypeError, ArithmeticError) as error:
        return f"{transform} cannot work with these parameters: {error}."
    return ""
