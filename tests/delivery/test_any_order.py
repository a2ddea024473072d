"""Events of one order in any order: Business Central ends where a plain model ends, or a person is asked."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

import pytest

from integration.cafm.problems import ProblemError
from integration.models import Message
from tests.delivery.house import House
from tests.delivery.telling import Teller, in_bc, line

LINES = (1, 2, 3)
FAULTS = [
    {"fault": "commit_then_drop", "method": "PATCH", "path": "purchaseOrder", "rate": 0.2},
    {"fault": "commit_then_drop", "method": "DELETE", "path": "purchaseOrder", "rate": 0.3},
    {"fault": "commit_then_drop", "method": "POST", "path": "purchaseOrder", "rate": 0.2},
    {"fault": "lock_conflict", "path": "purchaseOrder", "rate": 0.05},
]


@dataclass
class Model:
    """What the CAFM says in the end, added up without any regard to when it was told."""

    version: int = 0
    ordered: dict[int, int] = field(default_factory=dict)
    received: dict[str, tuple[int, int]] = field(default_factory=dict)
    reversed: set[str] = field(default_factory=set)
    cancelled: set[int] = field(default_factory=set)

    def outcome(self) -> dict[int, tuple[int, int]]:
        came = dict.fromkeys(LINES, 0)
        for number, (at, quantity) in self.received.items():
            if number not in self.reversed:
                came[at] += quantity
        lines = {}
        for each in LINES:
            quantity = came[each] if each in self.cancelled else self.ordered.get(each, came[each])
            if quantity:
                lines[each] = (quantity, came[each])
        return lines


def story(seed: int) -> tuple[Model, list[tuple[str, Any]]]:
    """Make up an order's life: versions, receipts, reversals, returns and cancelled lines."""
    dice = random.Random(seed)
    model, told = Model(), []
    for version in range(1, dice.randint(2, 4)):
        model.version = version
        model.ordered = {each: dice.randint(6, 12) for each in LINES if each == 1 or dice.random() < 0.8}
        told.append(("version", (version, dict(model.ordered))))
    for position in range(dice.randint(0, 4)):
        number, at = f"GR-{position}", dice.choice(sorted(model.ordered))
        model.received[number] = (at, dice.randint(1, 3))
        told.append(("receipt", (number, model.received[number])))
        if dice.random() < 0.25:
            model.reversed.add(number)
            told.append(("reversal", number))
        elif dice.random() < 0.2:
            told.append(("return", (f"RT-{position}", at)))
    if dice.random() < 0.4:
        model.cancelled.add(dice.choice(LINES))
        told.append(("cancelled", sorted(model.cancelled)))
    dice.shuffle(told)
    return model, told


def tell(cafm: Teller, kind: str, what: Any) -> None:
    match kind:
        case "version":
            version, ordered = what
            lines = [line(each, quantity) for each, quantity in sorted(ordered.items())]
            cafm.approve(*lines) if version == 1 else cafm.change(version, *lines)
        case "receipt":
            number, received = what
            cafm.receive(number, received)
        case "reversal":
            cafm.reverse(what)
        case "return":
            number, at = what
            cafm.give_back(number, (at, 1))
        case "cancelled":
            cafm.cancel(*what)


@pytest.mark.parametrize("faulty", [False, True], ids=["calm", "faults"])
@pytest.mark.parametrize("seed", range(12))
def test_any_order_of_events_ends_where_the_model_ends_or_at_a_person(
    house: House, seed: int, faulty: bool
) -> None:
    model, told = story(seed)
    cafm, dice = Teller(house), random.Random(seed)
    if faulty:
        house.faults(*({**fault, "seed": seed} for fault in FAULTS))
    for kind, what in told:
        try:
            tell(cafm, kind, what)
        except ProblemError as refused:  # nothing here may be refused: all of it can heal
            pytest.fail(f"{kind} {what}: {refused}")
        if dice.random() < 0.5:
            house.drain()
    house.faults()

    house.drain()

    asked = Message.objects.unfinished().exclude(document_kind="goods_return")
    assert in_bc(house) == model.outcome() or (
        asked.filter(state__in=["rejected", "dead"]).exclude(error="").exists()
    )
    assert not asked.filter(error_code="bug").exists()
    assert len(house.dump("purchaseOrders")) == 1
