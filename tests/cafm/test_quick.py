"""The quick judges agree with the serializers: the same values, or no judgement at all."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError

from tests.cafm import forms

# What may stand where something else is expected: all that a field has its own opinion about.
TEXTS = ("", " ", " x ", "x" * 400, "ß" * 15, "\u00a0x", "item", "Item", "true", "a/../b", "..")
NUMBERS = ("1", "-1", "0", "1.5", "1e3", "0.000001", "9" * 30, "NaN", "1,5", "０", 0, 1, -5, 2**40, 1.5)
DAYS = (
    "2026-11-02",
    "2026-2-3",
    "1800-01-01",
    "20261102",
    "2026-11-02T08:00:00Z",
    "2026-11-02T08:00:00+01:00",
)
OTHERS = (None, True, False, [], {}, [{}], [1], {"a": 1}, {"a": "b"}, {"a": None})
ODD = st.sampled_from((*TEXTS, *NUMBERS, *DAYS, *OTHERS))
EVENTS = {
    each.__name__: each
    for each in (
        forms.order,
        forms.agreed_order,
        forms.receipt,
        forms.confirmation,
        forms.consumed,
        forms.adjusted,
        forms.transferred,
        forms.invoice,
    )
}


def _places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Name every place of an event's data."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for name, each in inner for place in _places(each, (*way, name)))]


def _changed(value: Any, way: tuple[Any, ...], new: Any, *, is_left_out: bool) -> Any:
    result = copy.deepcopy(value)
    place = result
    for step in way[:-1]:
        place = place[step]
    if is_left_out:
        del place[way[-1]]
    else:
        place[way[-1]] = new
    return result


@pytest.mark.parametrize("name", EVENTS)
@given(data=st.data())
def test_a_changed_event_is_judged_alike(name: str, data: st.DataObject) -> None:
    from integration.cafm import quick
    from integration.cafm.events import TYPES

    event = EVENTS[name]()
    told, kind = event["data"], TYPES[event["type"]].shape
    way = data.draw(st.sampled_from([place for place in _places(told) if place]))
    changed = _changed(told, way, data.draw(ODD), is_left_out=data.draw(st.booleans()))

    judged = quick.judge(kind, changed)

    if judged is not None:
        assert judged == _whole(kind, changed)


@given(data=st.data())
def test_a_changed_envelope_is_judged_alike(data: st.DataObject) -> None:
    from integration.cafm import quick
    from integration.cafm.serializers import Envelope

    event = forms.order()
    name = data.draw(st.sampled_from(sorted(event)))
    changed = _changed(event, (name,), data.draw(ODD), is_left_out=data.draw(st.booleans()))

    judged = quick.judge(Envelope, changed)

    if judged is not None:
        assert judged == _whole(Envelope, changed)


@pytest.mark.parametrize("name", EVENTS)
def test_a_good_event_is_judged_quickly(name: str) -> None:
    from integration.cafm import quick
    from integration.cafm.events import TYPES

    event = EVENTS[name]()
    kind = TYPES[event["type"]].shape

    assert quick.judge(kind, event["data"]) == _whole(kind, event["data"])


def _whole(kind: Any, told: Any) -> dict[str, Any]:
    try:
        return dict(kind().run_validation(told))
    except ValidationError as error:
        pytest.fail(f"the serializer refuses what was judged to be right: {error.detail}")
