"""The sentence of the morning: how many of a day's documents are posted, and what keeps the others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, tzinfo

from .causes import Cause
from .facts import Difference, Kind

NAMED = 3
WORDS: dict[Kind, tuple[str, str]] = {
    Kind.REQUEST: ("purchase request", "purchase requests"),
    Kind.ORDER: ("order", "orders"),
    Kind.RECEIPT: ("receipt", "receipts"),
    Kind.REVERSAL: ("receipt reversal", "receipt reversals"),
    Kind.RETURN: ("return", "returns"),
    Kind.SERVICE: ("service confirmation", "service confirmations"),
    Kind.CONSUMPTION: ("consumption", "consumptions"),
    Kind.ADJUSTMENT: ("stock adjustment", "stock adjustments"),
    Kind.TRANSFER: ("transfer", "transfers"),
    Kind.INVOICE: ("invoice", "invoices"),
    Kind.CREDIT_MEMO: ("credit memo", "credit memos"),
    Kind.ASSET: ("asset notice", "asset notices"),
}
NOT_POSTED = {Cause.MOVING, Cause.CHECKING, Cause.WAITING, Cause.STUCK, Cause.HELD, Cause.GIVEN_UP}


def sentence(
    kind: Kind, posted: int, count: int, differences: Sequence[Difference], *, day: date, zone: tzinfo
) -> str:
    """Say it as a person would: "41 of 42 of yesterday's receipts are posted; GRN-1043 waits for …"."""
    one, many = WORDS[kind]
    if not count:
        said = f"No {many} came yesterday"
    elif count == 1:
        said = f"Yesterday's {one} is posted" if posted else f"Yesterday's {one} is not posted"
    elif posted == count:
        said = f"All {count} of yesterday's {many} are posted"
    else:
        said = f"{posted} of {count} of yesterday's {many} are posted"
    kept = [each for each in differences if each.cause in NOT_POSTED]
    other = [each for each in differences if each.cause not in NOT_POSTED]
    told = [_kept(each, day, zone) for each in kept[:NAMED]]
    if len(kept) > NAMED:
        told.append(f"{len(kept) - NAMED} more are not posted")
    told += [_other(each) for each in other[:NAMED]]
    if len(other) > NAMED:
        told.append(f"{len(other) - NAMED} more differ")
    return "; ".join([said, *told]) + "."


def _kept(each: Difference, day: date, zone: tzinfo) -> str:
    since = f", since {_clock(each.since.astimezone(zone), day)}" if each.since else ""
    return f"{each.sentence.rstrip('.')}, owner {each.owner}{since}"


def _other(each: Difference) -> str:
    return f"{each.sentence.rstrip('.')}, owner {each.owner}"


def _clock(moment: datetime, day: date) -> str:
    return f"{moment:%H:%M}" if moment.date() == day else f"{moment:%Y-%m-%d %H:%M}"
