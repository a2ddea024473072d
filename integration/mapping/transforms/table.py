"""The table of transforms: a new one is a function, a row here, and a table of cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from . import bc, choices, dates, numbers, texts
from . import parameters as takes
from .parameters import Parameter
from .values import LONGEST_TEXT, MOST_PLACES, BadValue

Bound = Callable[[Any], Any]


@dataclass(frozen=True)
class Transform:
    """One transform: its function, its parameters, and what an administrator reads of it."""

    name: str
    run: Callable[..., Any]
    parameters: tuple[Parameter, ...] = ()
    needs_value: bool = True
    gives: str = "any"
    """text, number, date, flag, or any."""
    asks_masters: bool = False
    """Whether it is given a way to look master records up, as `masters`."""

    do_not_call_in_templates = True  # a template shows it

    @property
    def told(self) -> str:
        """What it does, in a line."""
        return (self.run.__doc__ or "").strip().partition("\n")[0]

    def bind(self, given: Any) -> Bound:
        """Read the parameters once; raises BadValue when they are not right."""
        if not isinstance(given, Mapping):
            raise BadValue('parameters are written like {"length": 20}')
        known = {each.name: each for each in self.parameters}
        if unknown := [str(name) for name in given if name not in known]:
            own = f"it takes {' and '.join(known)}" if known else "it takes none"
            raise BadValue(f"{self.name} knows no parameter {unknown[0][:60]!r}; {own}")
        for each in self.parameters:
            if each.required and each.name not in given:
                raise BadValue(f"{self.name} lacks its parameter `{each.name}`, {each.told}")
        read = {name: known[name].read(name, value) for name, value in given.items()}
        return partial(self.run, **read) if read else self.run

    def __call__(self, value: Any, parameters: Any) -> Any:
        """Transform one value; raises BadValue."""
        return self.bind(parameters)(value)


PLACES = takes.whole("places", 0, MOST_PLACES, example=2)
MARKS = (",", ".")
UNIT = takes.choice("unit", "ms", "s")
MASTERS = {
    "vendor": ("number", "name", "currency", "payment_terms", "bc_id"),
    "item": ("number", "name", "base_unit", "category", "bc_id"),
    "unit": ("code", "name", "international_code", "bc_id"),
    "account": ("number", "name", "bc_id"),
    "location": ("code", "name", "bc_id"),
    "currency": ("code", "name", "bc_id"),
    "fixed asset": ("number", "name", "serial_number", "bc_id"),
}
"""The masters that can be looked up, and what each gives."""
FORM = takes.text("form", dates.LONGEST_FORM, example="DD.MM.YYYY")

# fmt: off
TRANSFORMS: dict[str, Transform] = {each.name: each for each in (
    Transform("copy", choices.copy),
    Transform("constant", choices.constant, (takes.value("value", required=True, example="Item"),),
              needs_value=False),
    Transform("value_map", choices.value_map,
              (takes.pairs("values", required=True, example={"item": "Item"}), takes.value("otherwise"))),
    Transform("enum", choices.enum, (takes.names("choices", required=True, example=["Open"]),), gives="text"),
    Transform("boolean", choices.boolean, (takes.names("true"), takes.names("false")), gives="flag"),
    Transform("null_forms", choices.null_forms, (takes.names("forms"),)),
    Transform("first", choices.first),
    Transform("look_up", choices.look_up,
              (takes.choice("master", *MASTERS, required=True, example="vendor"),
               takes.choice("give", *sorted({name for names in MASTERS.values() for name in names}),
                            required=True, example="currency")), asks_masters=True),
    Transform("text", texts.text, (takes.whole("length", 1, LONGEST_TEXT, example=20),), gives="text"),
    Transform("upper", texts.upper, gives="text"),
    Transform("lower", texts.lower, gives="text"),
    Transform("capitalised", texts.capitalised, gives="text"),
    Transform("substring", texts.substring,
              (takes.whole("start", 0, LONGEST_TEXT), takes.whole("length", 1, LONGEST_TEXT)), gives="text"),
    Transform("pad", texts.pad, (takes.whole("width", 1, 250, required=True, example=6),
                                 takes.text("fill", 1), takes.choice("side", "left", "right")), gives="text"),
    Transform("join", texts.join, (takes.text("separator", 20),), gives="text"),
    Transform("template", texts.template, (takes.text("text", required=True, example="{0} / {1}"),),
              gives="text"),
    Transform("decimal", numbers.decimal, (PLACES,), gives="number"),
    Transform("round", numbers.rounded, (PLACES, takes.choice("way", *numbers.WAYS)), gives="number"),
    Transform("multiply", numbers.multiply, (takes.factor("by", required=True, example=10000),),
              gives="number"),
    Transform("divide", numbers.divide, (takes.factor("by", required=True, example=100), PLACES),
              gives="number"),
    Transform("read_number", numbers.read_number,
              (takes.choice("decimal_mark", *MARKS),
               takes.choice("grouping", *MARKS, "'", "space", "none")), gives="number"),
    Transform("write_number", numbers.write_number, (PLACES, takes.choice("decimal_mark", *MARKS)),
              gives="text"),
    Transform("convert", numbers.convert, (takes.factors("factors", required=True, example={"BOX": "12"}),),
              gives="number"),
    Transform("date", dates.iso_date, gives="date"),
    Transform("read_date", dates.read_date, (FORM,), gives="date"),
    Transform("write_date", dates.write_date, (FORM,), gives="text"),
    Transform("moment", dates.moment, (UNIT,)),
    Transform("day_of", dates.day_of, (UNIT, takes.zone("zone", example="Europe/Berlin")), gives="date"),
    Transform("code", bc.code, gives="text"),
    Transform("bc_choice", bc.bc_choice, gives="text"),
    Transform("bc_id", bc.bc_id, gives="text"),
    Transform("bc_day", bc.bc_day, gives="date"),
)}
# fmt: on
