"""What two policies say differently, in words that a controller can check."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reconciliation.matching import facts
from reconciliation.matching.exact import plain
from reconciliation.models import MatchLevel, Tolerance

from .draft import WARN


@dataclass(frozen=True)
class Difference:
    """A rule of one policy that the other lacks or says differently; an empty text is "not there"."""

    name: str
    scope: str
    was: str
    now: str


def differences(old: facts.Policy, new: facts.Policy, currency: str) -> list[Difference]:
    """Give what `new` changes, sorted by rule and scope; amounts are in `currency`, the ledger's."""
    found = [
        *_changed(old.levels, new.levels, _level_key, level_in_words),
        *_changed(old.rules, new.rules, _rule_key, functools.partial(limits_in_words, currency=currency)),
        *_options(old.options, new.options),
    ]
    return sorted(found, key=lambda each: (each.name, each.scope))


def limits_in_words(rule: facts.ToleranceRule, *, currency: str) -> str:
    """Say a rule's limits: "at most 2 % and 50 EUR more; over 25 % less warns".

    Zero is a limit of zero, one that is not set is none, and a rule without any lets all pass in its scope;
    what has no rule of its own is judged by that of the wider scope.
    """
    joined = _(" or ") if rule.combine == facts.Combine.ANY else _(" and ")
    upper, lower = _figures(rule.upper, currency), _figures(rule.lower, currency)
    if not upper and not lower:
        return _("not checked: any difference passes")
    more = _("at most {limits} more").format(limits=joined.join(upper)) if upper else _("no limit above")
    if not lower:
        return more
    effect = {
        facts.Below.IGNORE: _("is ignored"),
        facts.Below.WARN: _("warns"),
        facts.Below.BLOCK: _("blocks"),
    }[facts.Below(rule.below)]
    return _("{more}; over {limits} less {effect}").format(
        more=more, limits=joined.join(lower), effect=effect
    )


def level_in_words(row: facts.LevelRule) -> str:
    return str(MatchLevel.Level(row.level).label)


def scope_in_words(vendor: str | None, item: str | None, code: str | None = None) -> str:
    """Say for whom a rule counts."""
    parts = [
        _("vendor {number}").format(number=vendor) if vendor else "",
        _("item {number}").format(number=item) if item else "",
        code or "",
    ]
    return ", ".join(filter(None, parts)) or _("the company")


def _figures(limits: facts.Limits, currency: str) -> list[str]:
    told: list[tuple[Decimal | None, str]] = [
        (limits.percent, "{} %"),
        (limits.amount, f"{{}} {currency}"),
        (limits.quantity, _("{} units")),
    ]
    return [form.format(plain(figure)) for figure, form in told if figure is not None]


def _changed(
    old: Iterable[Any], new: Iterable[Any], key: Callable[[Any], tuple[str, str]], words: Callable[[Any], str]
) -> list[Difference]:
    before, after = {key(row): row for row in old}, {key(row): row for row in new}
    return [
        Difference(
            *place,
            was=words(before[place]) if place in before else "",
            now=words(after[place]) if place in after else "",
        )
        for place in before.keys() | after.keys()
        if before.get(place) != after.get(place)
    ]


def _rule_key(rule: facts.ToleranceRule) -> tuple[str, str]:
    return str(Tolerance.Check(rule.check).label), scope_in_words(rule.vendor, rule.item, rule.code)


def _level_key(row: facts.LevelRule) -> tuple[str, str]:
    return _("match level"), scope_in_words(row.vendor, row.item)


def _options(old: facts.Options, new: facts.Options) -> list[Difference]:
    told = [
        (_("days of near duplicates"), str(old.near_duplicate_days), str(new.near_duplicate_days)),
        (_("invoice before receipt"), str(old.invoice_before_receipt), str(new.invoice_before_receipt)),
        (
            _("invoice before order"),
            str(old.invoice_before_order or WARN),
            str(new.invoice_before_order or WARN),
        ),
        (_("percent of clean invoices held for a look"), str(old.sample_percent), str(new.sample_percent)),
    ]
    return [Difference(name, scope_in_words(None, None), was, now) for name, was, now in told if was != now]
