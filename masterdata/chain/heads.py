"""The ends of the chains, told to the log each hour: who rewrites a whole chain cannot rewrite the log."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from masterdata.audit import acting_as, announced
from masterdata.models import ChainHead, Change, Company

logger = logging.getLogger(__name__)

FORM = re.compile(r"Audit chain (\d+) ends at (\d+) with ([0-9a-f]{64})")
ACTION = "head"
HOW_TO_CHECK = """\
Each line of a chain's file has words, a digest and a hash. The digest is the SHA-256 of the words in UTF-8;
the hash is the SHA-256 of the hash of the line before (32 bytes of zero before the first) followed by the
digest. Whoever follows that from the first line to the last comes to the hashes below. A line without words
was forgotten at the end of its term. Tieout's source has a program for it that needs nothing but Python:
examples/verify_audit_export.py FILE HEADS
"""


@dataclass(frozen=True)
class Head:
    """The end of a chain as it was told once."""

    chain: int
    position: int
    hash: bytes


def tell_heads() -> list[Head]:
    """Write the end of each chain to the log, and into the chain of what belongs to all companies."""
    heads = [
        Head(each.chain, each.position, bytes(each.hash)) for each in ChainHead.objects.order_by("chain")
    ]
    names = name_chains()
    with acting_as(announced() or "worker tell_audit_heads"):
        for head in heads:
            told = f"Audit chain {head.chain} ends at {head.position} with {head.hash.hex()}"
            logger.info("%s (%s)", told, names.get(head.chain, "a company that is gone"))
            _write_down(head)
    return heads


def write_heads() -> str:
    """Give the ends of all chains as the log tells them, with how to check a file by them."""
    names = name_chains()
    told = [
        f"Audit chain {each.chain} ends at {each.position} with {bytes(each.hash).hex()}"
        f" ({names.get(each.chain, 'a company that is gone')})"
        for each in ChainHead.objects.order_by("chain")
    ]
    return "\n".join([HOW_TO_CHECK, *told, ""])


def read_heads(lines: Iterable[str]) -> list[Head]:
    """Find the ends of chains in the lines of a log."""
    found = (FORM.search(line) for line in lines)
    return [Head(int(each[1]), int(each[2]), bytes.fromhex(each[3])) for each in found if each]


def written_heads() -> list[Head]:
    """Give the ends that stand in the book of changes itself."""
    lines = Change.objects.filter(table=ChainHead._meta.db_table, action=ACTION)
    told = [(each.row, each.new) for each in lines if each.new]
    return [Head(chain, new["position"], bytes.fromhex(new["hash"])) for chain, new in told]


def name_chains() -> dict[int, str]:
    """Name each chain as people know it."""
    return {0: "what belongs to all companies"} | {each.pk: str(each) for each in Company.objects.all()}


def _write_down(head: Head) -> None:
    Change.objects.create(
        at=timezone.now(),
        actor=announced(),
        table=ChainHead._meta.db_table,
        row=head.chain,
        action=ACTION,
        new={"position": head.position, "hash": head.hash.hex()},
    )
