"""Read the JSON body of a write: which fields it sets, in the order received, and its nested lines."""

import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

from integration.sandbox.entities.declare import EntitySet, Field
from integration.sandbox.errors import bad_request, read_only, unknown_property
from integration.sandbox.values import store_value, wire_value


@dataclass
class Payload:
    """Checked values in the order received. BC validates fields in that order, so it is kept."""

    changes: list[tuple[Field, Any]] = field(default_factory=list)
    nested: dict[str, list["Payload"]] = field(default_factory=dict)
    client_id: str | None = None

    def names(self) -> set[str]:
        return {each.name for each, _value in self.changes}

    def get(self, name: str) -> Any:
        return next((value for each, value in self.changes if each.name == name), None)


def read_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a request; numbers with a fraction become Decimal."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise bad_request("The request body must be a JSON object.")
    return value


def read_json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, RecursionError) as exc:
        raise bad_request(f"The request body is not valid JSON: {exc}") from exc


def parse(spec: EntitySet, body: dict[str, Any], sets: dict[str, EntitySet], *, insert: bool) -> Payload:
    """Check a body against the entity; raises Refusal on a property that is unknown, read-only or wrong."""
    payload = Payload()
    for name, value in body.items():
        if "@odata." in name:
            continue
        navigation = spec.navigation(name)
        if navigation is not None:
            target = sets.get(navigation.target)
            if not insert or target is None or not navigation.is_many or not isinstance(value, list):
                raise bad_request(f"The navigation property '{name}' cannot be written here.")
            payload.nested[name] = [parse(target, _object(row), sets, insert=True) for row in value]
            continue
        each = spec.by_name.get(name)
        if each is None or each.hidden:
            raise unknown_property(name, spec.entity)
        if insert and name == "id":
            payload.client_id = store_value(each, value)
        elif each.read_only or name == "id":
            raise read_only(name)
        else:
            payload.changes.append((spec.by_name.get(each.was, each), wire_value(each, value)))
    return payload


def _object(row: Any) -> dict[str, Any]:
    if not isinstance(row, dict):
        raise bad_request("A nested entity must be a JSON object.")
    return row


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a JSON number")
