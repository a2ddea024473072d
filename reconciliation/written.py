"""Figures as people write them."""

from __future__ import annotations

import re

from django.utils.formats import get_format
from django.utils.translation import get_language


def plain_amount(text: str) -> str:
    """Write an amount as programs read it: with a point, whichever sign stood before the cents."""
    text = re.sub(r"[\s\u00a0]", "", text)
    point, comma = text.rfind("."), text.rfind(",")
    if point >= 0 and comma >= 0:
        return text.replace(",", "") if point > comma else text.replace(".", "").replace(",", ".")
    sign = get_format("DECIMAL_SEPARATOR", get_language())
    if re.fullmatch(r"-?\d{1,3}(\.\d{3})+", text) and sign == ",":
        return text.replace(".", "")
    if comma >= 0 and (sign == "," or not re.fullmatch(r"-?\d{1,3}(,\d{3})+", text)):
        return text.replace(",", ".")
    return text.replace(",", "")
