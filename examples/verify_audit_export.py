"""Verify an export of Tieout's chain, with nothing but Python: verify_audit_export.py chain.jsonl [heads.txt]

Each row's digest is the SHA-256 of its words; each hash is the SHA-256 of the hash before it and the digest.
A row that was forgotten at the end of its term has no words, but its digest still holds the chain together.
A second file, the heads that Tieout gave or a log of its, tells where the chain has to have passed.
"""

import csv
import hashlib
import json
import re
import sys
from collections.abc import Iterator

HEAD = re.compile(r"Audit chain (\d+) ends at (\d+) with ([0-9a-f]{64})")


def main(path: str, heads: str = "") -> int:
    told, before, place, of_this = read_heads(heads), bytes(32), 0, ""
    for row in rows(path):
        place += 1
        if fault := wrong(row, before, place):
            sys.stdout.write(f"Place {place}: {fault}\n")
            return 1
        before = bytes.fromhex(row["hash"])
        if told.pop((row["chain"], place), row["hash"]) != row["hash"]:
            sys.stdout.write(f"Place {place}: the heads tell another hash, so the chain was rewritten.\n")
            return 1
        of_this = row["chain"]
    if later := [at for chain, at in told if place and chain == of_this]:
        sys.stdout.write(f"The heads tell of place {max(later)}, and the export ends at {place}.\n")
        return 1
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


def read_heads(path: str) -> dict[tuple[str, int], str]:
    """Give the hash that was told of each chain and place."""
    if not path:
        return {}
    with open(path, encoding="utf-8") as file:
        found = [match.groups() for match in map(HEAD.search, file) if match]
    return {(chain, int(place)): head for chain, place, head in found}


def rows(path: str) -> Iterator[dict[str, str]]:
    with open(path, encoding="utf-8", newline="") as file:
        if path.endswith(".csv"):
            csv.field_size_limit(1 << 30)
            yield from csv.DictReader(file)
        else:
            yield from ({**row, "chain": str(row["chain"])} for row in map(json.loads, file))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
