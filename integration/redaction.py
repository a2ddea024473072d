"""Hide what nobody needs to read in a payload: credentials and bank accounts, known by their field's name."""

from __future__ import annotations

import re
from typing import Any

HIDDEN = "hidden"

SECRET = re.compile(
    r"passw|secret|token|authori[sz]ation|credential|cookie|api_?-?key|private_?-?key|iban|bank_?-?account"
    r"|card_?-?number|signature",
    re.IGNORECASE,
)


def masked(value: Any) -> Any:
    """Copy a payload with its secrets hidden, whatever form they have."""
    if isinstance(value, dict):
        return {name: HIDDEN if is_secret(name) else masked(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [masked(inner) for inner in value]
    return value


def is_secret(name: Any) -> bool:
    """Tell by a field's name whether its value stays hidden."""
    return bool(SECRET.search(str(name)))
