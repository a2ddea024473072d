"""What came right is named in a few words."""

from __future__ import annotations

import pytest

from reconciliation.causes import LONGEST, NEW_ENGINE, cause

BEFORE = {
    "invoice": {"number": "R-1"},
    "orders": [{"number": "PO-1"}],
    "receipts": [{"number": "GR-1"}],
    "earlier": [{"number": "R-0"}],
    "units": [{"item": "BELT", "unit": "BOX", "per_base": "10"}],
    "policy": {"rules": []},
}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, NEW_ENGINE),
        ({"receipts": [{"number": "GR-1"}, {"number": "GR-2"}]}, "receipt GR-2"),
        ({"receipts": [{"number": "GR-1", "reversed": True}]}, "receipt GR-1"),
        ({"receipts": []}, "receipt GR-1 taken back"),
        ({"confirmations": [{"number": "SC-1"}]}, "service confirmation SC-1"),
        ({"returns": [{"number": "RT-1"}]}, "return RT-1"),
        ({"orders": [{"number": "PO-1", "version": 2}]}, "order PO-1 version 2"),
        ({"earlier": []}, "invoice R-0 gone"),
        ({"invoice": {"number": "R-1", "total": "5"}}, "the invoice was corrected"),
        ({"units": [{"item": "BELT", "unit": "BOX", "per_base": "12"}]}, "unit BOX of item BELT"),
        ({"vendors": [{"number": "NORD"}]}, "vendor NORD"),
        ({"policy": {"rules": [1]}}, "tolerances or match levels were changed"),
        ({"overrides": [{}]}, "a release given before"),
        ({"receipts": [], "earlier": []}, "receipt GR-1 taken back, invoice R-0 gone"),
    ],
)
def test_what_differs_between_two_questions_is_the_cause(changes, told):
    assert cause(BEFORE, {**BEFORE, **changes}) == told


def test_a_long_cause_is_cut_to_its_column():
    told = cause(BEFORE, {**BEFORE, "receipts": [{"number": f"GR-{n}"} for n in range(99)]})

    assert len(told) == LONGEST
    assert told.endswith("…")
