"""What has to be done to an order in BC so that it says what ours says; careful with people's edits.

A field is set when BC still has what we sent before. What a person changed in BC stays, unless the new
version wants to change the same field: then it is a person's to decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integration.bc.names import (
    CURRENCY_CODE,
    INVOICED_QUANTITY,
    LINE_OBJECT_NUMBER,
    LINE_TYPE,
    POSTING_DATE,
    RECEIVED_QUANTITY,
    VENDOR_NUMBER,
)

from . import dimensions
from .base import plain

Values = Mapping[str, Any]

LINES = "purchaseOrderLines"
FIXED = (VENDOR_NUMBER, CURRENCY_CODE)  # of an order that has lines
COMMENT = "Comment"
IDENTITY = (LINE_TYPE, LINE_OBJECT_NUMBER)
# Each receipt sets its own posting date; lines and their dimensions are compared one by one.
NOT_COMPARED = (POSTING_DATE, "sequence", LINES, dimensions.SET_LINES)
NULL_DATE, NULL_GUID = "0001-01-01", "00000000-0000-0000-0000-000000000000"
BLANKS = ("", NULL_DATE, NULL_GUID, "_x0020_")
ZERO = Decimal(0)


@dataclass(frozen=True)
class Sent:
    """What we have sent of this order before, the oldest first."""

    payloads: tuple[Values, ...] = ()
    confirmed: Values = field(default_factory=dict)
    """The last of them that BC has for certain."""

    def headers(self) -> list[Values]:
        return list(self.payloads)

    def lines(self, sequence: int) -> list[Values]:
        """Give what was sent of one line."""
        return [line for payload in self.payloads if (line := line_of(payload, sequence))]


@dataclass(frozen=True)
class Plan:
    """The steps, in which nothing is received or invoiced; and what only a person can decide."""

    header: dict[str, Any] = field(default_factory=dict)
    removed: list[Values] = field(default_factory=list)
    changed: list[tuple[Values, dict[str, Any]]] = field(default_factory=list)
    added: list[Values] = field(default_factory=list)
    tagged: list[tuple[Values, dict[str, str]]] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def is_done(self) -> bool:
        steps = (self.header, self.removed, self.changed, self.added, self.tagged)
        return not any(steps) and not self.problems


def line_of(payload: Values, sequence: int) -> Values | None:
    """Find a line in a payload by BC's number."""
    lines = payload.get(LINES, [])
    return next((line for line in lines if int(line["sequence"]) == sequence), None)


def plan(
    order: Values,
    wanted: Values,
    sent: Sent,
    *,
    left_alone: Iterable[int] = (),
    coming: Mapping[int, Decimal] | None = None,
) -> Plan:
    """Compare the order in BC with the version that is wanted there.

    Lines in `left_alone` are a cancellation's to bring down; `coming` is what receipts in line will bring.
    Comments stay, ours among them: by it the order is known.
    """
    made = Plan()
    _plan_header(made, order, wanted, sent)
    theirs = {int(line["sequence"]): line for line in order[LINES]}
    ours = {int(line["sequence"]): line for line in wanted[LINES]}
    alone = {*left_alone}
    for sequence in sorted({*theirs, *ours} - alone):
        line, mine = theirs.get(sequence), ours.get(sequence)
        if line is None and mine is not None:
            _plan_missing(made, sequence, mine, sent)
        elif line is not None and mine is not None:
            _plan_line(made, line, mine, sent)
        elif line is not None and line[LINE_TYPE] != COMMENT and sent.lines(sequence):
            take_down(made, line, sent, (coming or {}).get(sequence, ZERO))
    return made


def take_down(made: Plan, line: Values, sent: Sent, coming: Decimal = ZERO) -> None:
    """Let nothing more come on a line: it goes, or its quantity is what was received."""
    kept = line[RECEIVED_QUANTITY] + coming
    if not kept and not line[INVOICED_QUANTITY]:
        made.removed.append(line)
    elif line["quantity"] > kept:
        before = [each.get("quantity") for each in sent.lines(int(line["sequence"]))]
        if any(same(line["quantity"], each) for each in before):
            made.changed.append((line, {"quantity": kept}))
        else:
            made.problems.append(
                f"{_place(line)} was set to {_shown(line['quantity'])} there by somebody; "
                f"{_shown(kept)} were received, and no more shall come"
            )


def same(theirs: Any, ours: Any) -> bool:
    """Tell whether two values mean the same to BC, which writes codes in capitals and keeps no blanks."""
    if is_blank(theirs) and is_blank(ours):
        return True
    if isinstance(theirs, Decimal | int) and not isinstance(theirs, bool):
        try:
            return Decimal(theirs) == Decimal(str(ours))
        except ArithmeticError:
            return False
    return str(theirs).strip().casefold() == str(ours).strip().casefold()


def is_blank(value: Any) -> bool:
    """Tell whether a value is BC's way, or ours, to say nothing."""
    if value is None or value is False:
        return True
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        return not value
    return str(value) in BLANKS


def _plan_header(made: Plan, order: Values, wanted: Values, sent: Sent) -> None:
    changes, problems = _changes(order, wanted, sent.headers(), "the order")
    for name in FIXED:
        if name in changes:
            problems.append(
                f"{name} is {order[name]} there, and an order with lines cannot become {changes.pop(name)}"
            )
    made.header.update(changes)
    made.problems.extend(problems)


def _plan_line(made: Plan, line: Values, mine: Values, sent: Sent) -> None:
    before = sent.lines(int(line["sequence"]))
    if any(name in mine and not same(line[name], mine[name]) for name in IDENTITY):
        _replace(made, line, mine)
        return
    changes, problems = _changes(line, mine, before, _place(line))
    made.problems.extend(problems)
    if changes.get("quantity", line["quantity"]) < line[RECEIVED_QUANTITY]:
        made.problems.append(
            f"{_place(line)} has {_shown(line[RECEIVED_QUANTITY])} received, and the new quantity is "
            f"{_shown(changes['quantity'])}"
        )
    elif changes:
        made.changed.append((line, changes))
    _plan_dimensions(made, line, mine, before)


def _plan_dimensions(made: Plan, line: Values, mine: Values, before: list[Values]) -> None:
    """Compare a line's dimensions one by one; one that goes gets no value."""
    theirs = defaultdict(str, dimensions.of(line))
    tags, problems = _changes(
        theirs, dimensions.of(mine), [dimensions.of(each) for each in before], _place(line)
    )
    made.problems.extend(problems)
    if tags:
        made.tagged.append((line, tags))


def _replace(made: Plan, line: Values, mine: Values) -> None:
    """BC lets no line become another object: the line goes and comes anew, as long as nothing came."""
    if line[RECEIVED_QUANTITY] or line[INVOICED_QUANTITY]:
        made.problems.append(
            f"{_place(line)} is {line[LINE_OBJECT_NUMBER]} with receipts, and shall become "
            f"{mine.get(LINE_OBJECT_NUMBER)}"
        )
        return
    made.removed.append(line)
    made.added.append(mine)


def _plan_missing(made: Plan, sequence: int, mine: Values, sent: Sent) -> None:
    """Add a line that BC has never had; one that a person deleted there is not brought back blindly."""
    had = line_of(sent.confirmed, sequence)
    taken_out = any(line_of(payload, sequence) is None for payload in sent.payloads[-1:])
    if had is None or taken_out:
        made.added.append(mine)
    elif any(not same(had.get(name), value) for name, value in mine.items()):
        made.problems.append(f"line {sequence} was deleted there by somebody, and the new version changes it")


def _changes(
    theirs: Values, ours: Values, before: list[Values], place: str
) -> tuple[dict[str, Any], list[str]]:
    """Give the fields to set, and those that somebody else has set meanwhile."""
    changes: dict[str, Any] = {}
    problems = []
    for name in _names(ours, before):
        wanted = ours.get(name, _blank(theirs[name]))
        if same(theirs[name], wanted):
            continue
        if _is_ours(theirs[name], name, before):
            changes[name] = wanted
        elif before and same(before[-1].get(name), ours.get(name)):
            continue  # a person's edit of what does not change: it stays
        else:
            problems.append(
                f"{place} has {name} {_shown(theirs[name])} there, set by somebody, and shall get "
                f"{_shown(wanted)}"
            )
    return changes, problems


def _names(ours: Values, before: list[Values]) -> list[str]:
    """The fields to compare: ours in the order that BC validates them, then those we only sent before."""
    former = sorted({name for each in before for name in each} - {*ours})
    return [name for name in (*ours, *former) if name not in NOT_COMPARED]


def _is_ours(value: Any, name: str, before: list[Values]) -> bool:
    """Tell whether BC has what we sent, or what it gave itself where we sent nothing."""
    told = [each[name] for each in before if name in each]
    if not told:
        return is_blank(value) or not isinstance(value, Decimal | int)
    return any(same(value, each) for each in told) or (len(told) < len(before) and is_blank(value))


def _blank(value: Any) -> Any:
    if isinstance(value, bool):
        return False
    if isinstance(value, Decimal | int):
        return ZERO
    text = str(value)
    if len(text) == len(NULL_DATE) and text[4] == text[7] == "-":
        return NULL_DATE
    return NULL_GUID if len(text) == len(NULL_GUID) and text.count("-") == 4 else ""


def _shown(value: Any) -> str:
    return plain(value) if isinstance(value, Decimal) else str(value)


def _place(line: Values) -> str:
    return f"line {line['sequence']}"
