"""JSON columns with exact numbers: a payload comes out of the database digit by digit as it went in."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from integration.bc.exact_json import dumps


class ExactEncoder(json.JSONEncoder):
    """Write Decimals as JSON numbers with all their digits."""

    def encode(self, o: Any) -> str:
        return dumps(o).decode()


class ExactDecoder(json.JSONDecoder):
    """Read JSON numbers with a fraction as Decimal."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"parse_float": Decimal} | kwargs)
