"""The company and its settings, which are read before anything can be mapped; masters have mappings."""
# ruff: noqa: RUF009 - wire() and nested() make a dataclass field, it is no shared default

from dataclasses import dataclass
from datetime import date

from integration.bc.reading.rows import wire
from integration.bc.reading.values import (
    as_code,
    as_date,
    as_guid,
    as_text,
)


@dataclass(frozen=True, slots=True)
class Company:
    """A company of the environment."""

    id: str = wire("id", as_guid)
    name: str = wire("name", as_text)
    display_name: str = wire("displayName", as_text)


@dataclass(frozen=True, slots=True)
class LedgerSetup:
    """The company's own currency and its open period; `currencies` need not list that currency."""

    local_currency: str | None = wire("localCurrencyCode", as_code)
    posting_from: date | None = wire("allowPostingFrom", as_date)
    posting_to: date | None = wire("allowPostingTo", as_date)
