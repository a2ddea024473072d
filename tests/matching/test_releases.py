"""What a release covers, where the sign of a figure or its last decimal decides."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reconciliation.matching.facts import Override
from reconciliation.matching.overrides import covers


@pytest.mark.parametrize(
    ("released", "today", "is_covered"),
    [
        ("5", "5", True),
        ("5", "5.00000001", False),
        ("5", "5.000000004", True),  # figures are kept with eight decimals
        ("5", "-5", True),
        ("-5", "-5", True),
        ("-5", "-5.1", False),
        ("-5", "0", True),
        ("-5", "0.5", False),  # too little was released, and it is too much today
        ("-5", "3", False),
        ("0", "0", True),
        ("0", "0.000000001", True),
        ("0", "0.1", False),
    ],
)
def test_a_release_covers_what_is_no_larger_and_no_other_thing(released, today, is_covered):
    by_amount = Override("PRICE_OVER", line=1, amount=Decimal(released))
    by_quantity = Override("OVER_RECEIVED", line=1, quantity=Decimal(released))

    assert covers(by_amount, None, Decimal(today)) == is_covered
    assert covers(by_quantity, Decimal(today), Decimal("1000000")) == is_covered


def test_both_figures_of_a_release_have_to_cover():
    released = Override("OVER_RECEIVED", line=1, quantity=Decimal(2), amount=Decimal(50))

    assert covers(released, Decimal(2), Decimal(50))
    assert not covers(released, Decimal("2.1"), Decimal(50))
    assert not covers(released, Decimal(2), Decimal("50.01"))
    assert covers(released, None, Decimal(50))
