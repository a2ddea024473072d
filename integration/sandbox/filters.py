"""Parse `$filter` as BC understands it and turn it into a test on rows."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NoReturn

from integration.sandbox.entities.declare import (
    BOOLEAN,
    DATE,
    DECIMAL,
    GUID,
    INT,
    STAMP,
    EntitySet,
    Field,
    blank_of,
)
from integration.sandbox.errors import Refusal, bad_request, unknown_property
from integration.sandbox.values import Values, is_guid, parse_decimal, parse_stamp, store_value

MAX_LENGTH = 20_000
_TOKEN = re.compile(r"\s*(?:('(?:[^']|'')*')|([(),/])|([^\s(),'/]+))")
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_FUNCTIONS: dict[str, Callable[[str, str], bool]] = {
    "startswith": str.startswith,
    "endswith": str.endswith,
    "contains": operator.contains,
}


@dataclass(frozen=True)
class Condition:
    """One comparison that every matching row fulfils."""

    column: str
    comparison: str
    value: Any


@dataclass(frozen=True)
class Filter:
    """A compiled filter; `conditions` are those joined by `and` at the top, for the use of indexes."""

    matches: Callable[[Values], bool]
    columns: frozenset[str] = frozenset()
    conditions: tuple[Condition, ...] = ()

    def equals(self, column: str) -> Any:
        """The value the column must equal, if the filter fixes one."""
        for each in self.conditions:
            if each.column == column and each.comparison == "eq":
                return each.value
        return None


EVERYTHING = Filter(lambda _values: True)


def parse(text: str, spec: EntitySet) -> Filter:
    """Compile a filter expression; raises Refusal on what BC would not take."""
    if len(text) > MAX_LENGTH:
        raise bad_request("The filter is too long.", "BadRequest_InvalidRequestUrl")
    return _Parser(_tokens(text), spec, text).filter()


def both(left: Filter, right: Filter) -> Filter:
    """Rows that match the one and the other."""
    if left is EVERYTHING or right is EVERYTHING:
        return right if left is EVERYTHING else left
    first, second = left.matches, right.matches
    return Filter(
        lambda values: first(values) and second(values),
        left.columns | right.columns,
        left.conditions + right.conditions,
    )


def equal(column: str, value: Any) -> Filter:
    """Rows whose column has this value."""
    return Filter(
        lambda values: bool(values[column] == value), frozenset({column}), (Condition(column, "eq", value),)
    )


def _either(left: Filter, right: Filter) -> Filter:
    columns = left.columns | right.columns
    if len(columns) > 1:
        message = "The 'OR' operator is not supported on distinct fields on an OData filter."
        raise Refusal(501, "BadRequest_MethodNotImplemented", message)
    first, second = left.matches, right.matches
    return Filter(lambda values: first(values) or second(values), columns)


def _tokens(text: str) -> list[str]:
    tokens, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _syntax(text, position)
        tokens.append(match.group(1) or match.group(2) or match.group(3))
        position = match.end()
    return tokens


def _syntax(text: str, position: int | None = None) -> Refusal:
    where = "" if position is None else f" at position {position}"
    return bad_request(f"Syntax error{where} in '{text}'.", "BadRequest")


class _Parser:
    """Recursive descent: or, and, then one comparison, function or parenthesis."""

    def __init__(self, tokens: list[str], spec: EntitySet, text: str) -> None:
        self.tokens = tokens
        self.spec = spec
        self.text = text
        self.position = 0

    def filter(self) -> Filter:
        result = self.alternatives()
        if self.position != len(self.tokens):
            self.fail()
        return result

    def alternatives(self) -> Filter:
        result = self.conjunction()
        while self.peek() == "or":
            self.take()
            result = _either(result, self.conjunction())
        return result

    def conjunction(self) -> Filter:
        result = self.term()
        while self.peek() == "and":
            self.take()
            result = both(result, self.term())
        return result

    def term(self) -> Filter:
        word = self.take()
        if word == "(":
            result = self.alternatives()
            self.expect(")")
            return result
        if self.peek() == "/":
            return self.lambda_expression()
        if self.peek() == "(":
            return self.function(word)
        return self.comparison(word)

    def lambda_expression(self) -> Filter:
        """`lines/any(…)`: BC ignores it, so every row matches."""
        self.take()
        if self.take() not in ("any", "all") or self.take() != "(":
            self.fail()
        depth = 1
        while depth:
            depth += {"(": 1, ")": -1}.get(self.take(), 0)
        return EVERYTHING

    def function(self, name: str) -> Filter:
        test = _FUNCTIONS.get(name)
        if test is None:
            raise Refusal(501, "BadRequest_MethodNotImplemented", f"The function '{name}' is not supported.")
        self.expect("(")
        each = self.field(self.take())
        self.expect(",")
        value = self.literal(each)
        self.expect(")")
        if not isinstance(value, str):
            self.fail()
        column = each.column
        return Filter(lambda values: test(values[column], value), frozenset({column}))

    def comparison(self, name: str) -> Filter:
        each = self.field(name)
        word = self.take()
        compare = _COMPARISONS.get(word)
        if compare is None:
            self.fail()
        value = self.literal(each)
        column = each.column
        return Filter(
            lambda values: compare(values[column], value),
            frozenset({column}),
            (Condition(column, word, value),),
        )

    def field(self, name: str) -> Field:
        each = self.spec.by_name.get(name)
        if each is None or each.hidden:
            raise unknown_property(name, self.spec.entity)
        if each.computed:
            raise bad_request(f"The property '{name}' is computed and cannot be used in a filter.")
        return each

    def literal(self, each: Field) -> Any:
        token = self.take()
        if token.startswith("Microsoft.NAV.") and (self.peek() or "").startswith("'"):
            token = self.take()
        if token.startswith("'"):
            return self.text_literal(each, token[1:-1].replace("''", "'"))
        if token == "null":  # noqa: S105 - the OData literal
            return blank_of(each)
        return _PLAIN.get(each.type, _no_plain_literal)(each, token)

    def text_literal(self, each: Field, value: str) -> Any:
        if each.type != "Edm.String" and each.enum is None:
            raise _incompatible(each, value)
        if each.enum is None:
            return value.upper() if each.is_code else value
        return store_value(each, value)

    def peek(self) -> str | None:
        return self.tokens[self.position] if self.position < len(self.tokens) else None

    def take(self) -> str:
        if self.position >= len(self.tokens):
            self.fail()
        self.position += 1
        return self.tokens[self.position - 1]

    def expect(self, token: str) -> None:
        if self.take() != token:
            self.fail()

    def fail(self) -> NoReturn:
        raise _syntax(self.text)


def _incompatible(each: Field, value: str) -> Refusal:
    return bad_request(f"Incompatible types: '{each.name}' is {each.type}, not '{value}'.")


def _no_plain_literal(each: Field, token: str) -> NoReturn:
    raise _incompatible(each, token)


def _guid(each: Field, token: str) -> str:
    if not is_guid(token):
        raise Refusal(400, "Application_InvalidGUID", f"'{token}' is not a valid GUID.")
    return token.lower()


def _integer(each: Field, token: str) -> int:
    try:
        return int(token)
    except ValueError as exc:
        raise _incompatible(each, token) from exc


def _boolean(each: Field, token: str) -> bool:
    if token not in ("true", "false"):
        raise _incompatible(each, token)
    return token == "true"  # noqa: S105 - the OData literal


_PLAIN: dict[str, Callable[[Field, str], Any]] = {
    GUID: _guid,
    INT: _integer,
    "Edm.Int64": _integer,
    DECIMAL: lambda _each, token: parse_decimal(token),
    BOOLEAN: _boolean,
    DATE: store_value,
    STAMP: lambda _each, token: parse_stamp(token),
}
