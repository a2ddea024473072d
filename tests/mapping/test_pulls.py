"""What a mapping of one of Business Central's lists says of the fields that it reads."""

from __future__ import annotations

import pytest

from integration.mapping import Compiled, Row, pulls
from integration.mapping.content import Content


@pytest.mark.parametrize(
    ("source", "name"), [("number", "number"), ("nested.code", "nested"), ("number || code", "code")]
)
def test_a_condition_on_another_field_is_no_name_of_ours(source: str, name: str) -> None:
    mapping = Compiled("BC → items", 1, Content((Row(source, "number", condition="blocked"),)))

    assert pulls.source_of(mapping, "number") == name
    assert "blocked" in pulls.select(mapping)


def test_a_constant_with_a_condition_has_no_name_there() -> None:
    row = Row("", "number", "constant", {"value": "X"}, condition="blocked")

    assert pulls.source_of(Compiled("BC → items", 1, Content((row,))), "number") == ""
