"""Verify an export of Tieout's chain, with nothing but Python: python verify_audit_export.py chain.jsonl

Each row's digest is the SHA-256 of its words; each hash is the SHA-256 of the hash before it and the digest.
A row that was forgotten at the end of its term has no words, but its digest still holds the chain together.
"""

import csv
import hashlib
import json
import sys
from collections.abc import Iterator


def main(path: str) -> int:
    before, place = bytes(32), 0
    for row in rows(path):
        place += 1
        if fault := wrong(row, before, place):
            sys.stdout.write(f"Place {place}: {fault}\n")
            return 1
        before = bytes.fromhex(row["hash"])
    sys.stdout.write(f"{place} rows verified. The chain ends at {place} with {before.hex()}.\n")
    return 0


def wrong(row: dict[str, str], before: bytes, place: int) -> str:
    digest = bytes.fromhex(row["digest"])
    if int(row["position"]) != place:
        return f"the export goes on with place {row['position']}; rows are missing or moved."
    if row["words"] and hashlib.sha256(row["words"].encode()).digest() != digest:
        return f"row {row.get('row', '')} does not read as it was sealed."
    if hashlib.sha256(before + digest).hexdigest() != row["hash"]:
        return "the seal does not follow the one before it."
    return ""


def rows(path: str) -> Iterator[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        if path.endswith(".csv"):
            csv.field_size_limit(1 << 30)
            yield from csv.DictReader(file)
        else:
            yield from (json.loads(line) for line in file)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
