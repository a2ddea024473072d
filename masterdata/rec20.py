"""UN/ECE codes of units: what Business Central writes as a unit's international code, and what it means.

Recommendation 20 holds the measures. What is packed in stands in Recommendation 21, whose codes carry an X in
front wherever both lists are allowed, as on an e-invoice.
"""

from __future__ import annotations

# BC's own units do not all follow the list: packages whose codes moved to Recommendation 21, codes that
# were never in it, and its tonne, which is written as what was a tin.
DEVIATIONS = {
    "BAG": "XBG",
    "BX": "XBX",
    "CA": "XCA",
    "PF": "XPX",
    "PK": "XPK",
    "CM": "CMT",
    "M3": "MTQ",
    "ML": "MLT",
    "TN": "TNE",
}

# Three names for counting pieces: what one partner calls each is one to the next.
PIECES = frozenset({"C62", "EA", "H87"})


def code_of(international_code: str) -> str:
    """Give the code by the UN/ECE lists for the one that BC keeps; a code that BC has right stays."""
    code = international_code.strip().upper()
    return DEVIATIONS.get(code, code)


def same(one: str, other: str) -> bool:
    """Tell whether two codes mean the same unit."""
    one, other = code_of(one), code_of(other)
    return one == other or {one, other} <= PIECES
