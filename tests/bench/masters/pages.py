"""Items as BC's API lists them, the same ones each time: at first, a percent changed, 500 others, or all."""

from __future__ import annotations

import random
import uuid
from functools import lru_cache
from typing import Any

import orjson

FIRST, ONE_PERCENT, DELTA, ALL = "first", "percent", "delta", "all"
VERSIONS = (FIRST, ONE_PERCENT, DELTA, ALL)

BLOCK = 1000  # items that are made together
EVERY = 100  # one of so many is changed
LATER = "2026-09-01T00:00:00Z"

WORDS = [
    "pump",
    "valve",
    "filter",
    "bearing",
    "motor",
    "cable",
    "gasket",
    "sensor",
    "relay",
    "hose",
    "seal",
    "fuse",
    "lamp",
    "switch",
    "pipe",
]
UNITS = ("PCS", "M", "KG", "L", "BOX")
CATEGORIES = ("HVAC", "ELEC", "PLUMB", "FIRE", "CIVIL")
SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def page(root: str, version: str, count: int, first: int, size: int) -> bytes:
    """Give one page of a list of so many items, with the address of the next."""
    if version == DELTA:
        rows = [_changed(row, version) for number, row in _numbered(0, count) if number % EVERY == EVERY // 2]
        return _body(root, rows, onward="")
    rows = [_as_of(version, number, row) for number, row in _numbered(first, min(size, count - first))]
    onward = f"{root}?aid=FIN&$skiptoken={first + size}" if first + size < count else ""
    return _body(root, rows, onward)


def small_list(root: str, codes: tuple[str, ...]) -> bytes:
    """Give the whole list of the units or categories that the items name."""
    rows = [
        {
            "@odata.etag": 'W/"1"',
            "id": str(uuid.uuid5(uuid.NAMESPACE_OID, code)),
            "code": code,
            "displayName": code.title(),
            "internationalStandardCode": "",
            "lastModifiedDateTime": "2026-01-01T00:00:00Z",
        }
        for code in codes
    ]
    return _body(root, rows, onward="")


def _body(root: str, rows: list[dict[str, Any]], onward: str) -> bytes:
    body: dict[str, Any] = {"@odata.context": f"{root}/$metadata#items", "value": rows}
    return orjson.dumps(body | {"@odata.nextLink": onward} if onward else body)


def _numbered(first: int, count: int) -> list[tuple[int, dict[str, Any]]]:
    found = []
    for block in range(first // BLOCK, (first + count - 1) // BLOCK + 1):
        found += [(block * BLOCK + place, row) for place, row in enumerate(_block(block))]
    return [(number, row) for number, row in found if first <= number < first + count]


@lru_cache(maxsize=64)
def _block(block: int) -> list[dict[str, Any]]:
    chance = random.Random(block)
    return [_item(chance, block * BLOCK + place) for place in range(BLOCK)]


def _item(chance: random.Random, number: int) -> dict[str, Any]:
    return {
        "@odata.etag": _etag(chance),
        "id": str(uuid.UUID(int=chance.getrandbits(128), version=4)),
        "number": f"ITM-{number:06}",
        "displayName": f"{' '.join(chance.choices(WORDS, k=4))} {chance.randint(1, 999)}mm",
        "type": chance.choice(("Inventory", "Service", "Non_x002D_Inventory")),
        "itemCategoryCode": chance.choice((*CATEGORIES, "")),
        "blocked": chance.random() < 0.02,
        "gtin": f"{chance.randrange(10**13):013}" if chance.random() < 0.5 else "",
        "baseUnitOfMeasureCode": chance.choice(UNITS),
        "unitCost": round(chance.uniform(1, 4000), 5),
        "unitPrice": round(chance.uniform(1, 5000), 2),
        "taxGroupCode": "",
        "lastModifiedDateTime": f"2026-0{chance.randint(1, 6)}-{chance.randint(10, 28)}T10:00:00.5Z",
    }


def _as_of(version: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
    is_changed = version == ALL or (version == ONE_PERCENT and number % EVERY == 0)
    return _changed(row, version) if is_changed else row


def _changed(row: dict[str, Any], version: str) -> dict[str, Any]:
    """Give the row with another cost, and the stamp and tag that BC gives it then."""
    return row | {
        "@odata.etag": f'{row["@odata.etag"][:-2]}{VERSIONS.index(version)}"',
        "unitCost": round(row["unitCost"] + VERSIONS.index(version), 5),
        "lastModifiedDateTime": LATER,
    }


def _etag(chance: random.Random) -> str:
    return f'W/"JzIwOzE{"".join(chance.choices(SIGNS, k=34))}zswMDsn"'
