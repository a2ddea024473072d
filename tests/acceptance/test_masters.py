"""Real lists go through the sandbox into the mirror: complete, digit by digit, and they convert."""

from __future__ import annotations

import csv
import datetime
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from integration import sync
from integration.models import HeldRecord, SyncRun
from masterdata import lookup
from masterdata.models import Company, Currency, ExchangeRate, Item, ItemUnit, Unit, Vendor

from .adventureworks import AdventureWorks

pytestmark = [pytest.mark.shared, pytest.mark.django_db]

AT_ONCE = 10_000
ECB_DAYS, ECB_CURRENCIES, ECB_RATES = 6983, 41, 217_555
A_QUICK_PART = 40  # every fortieth day

Rate = tuple[str, datetime.date, Decimal]


@pytest.fixture(autouse=True)
def _at_the_sandbox_s_speed(settings: Any) -> None:
    settings.BC_REQUESTS_PER_SECOND = 100_000
    settings.BC_CONCURRENCY = 64


def rows(path: Path) -> Iterator[dict[str, str]]:
    content = path.read_bytes()
    text = gzip.decompress(content) if path.suffix == ".gz" else content
    yield from csv.DictReader(text.decode("utf-8").splitlines())


def seed(sandbox: Any, entity_set: str, wanted: Iterable[dict[str, Any]]) -> int:
    every = list(wanted)
    for first in range(0, len(every), AT_ONCE):
        sandbox.control.seed({entity_set: every[first : first + AT_ONCE]})
    return len(every)


def pull_all() -> Company:
    """Pull every list; nothing may be held back."""
    runs = sync.pull_entity("all", full=True)
    assert {run.state for run in runs} == {SyncRun.State.DONE}
    assert not HeldRecord.objects.exists()
    return sync.ensure_company()


def mirrored_rates() -> set[Rate]:
    told = ExchangeRate.objects.values_list(
        "currency", "starting_date", "exchange_amount", "relational_amount", "relational_currency"
    )
    found = list(told.iterator(chunk_size=AT_ONCE))
    assert {(relational, other) for _, _, _, relational, other in found} == {(Decimal(1), "")}
    return {(currency, day, amount) for currency, day, amount, _, _ in found}


def ecb_rates(shared_data: Path, every: int) -> tuple[set[str], list[Rate]]:
    """Give the currencies and the rates per euro of every so manieth day."""
    days = list(rows(shared_data / "exchange-rates-ecb" / "eurofxref-hist.csv.gz"))
    assert len(days) == ECB_DAYS
    currencies = set(days[0]) - {"Date"}
    assert len(currencies) == ECB_CURRENCIES
    found = [
        (code, datetime.date.fromisoformat(day["Date"]), Decimal(day[code]))
        for day in days[::every]
        for code in sorted(currencies)
        if day[code]
    ]
    return currencies, found


@pytest.mark.parametrize(
    "every", [pytest.param(A_QUICK_PART, id="part"), pytest.param(1, id="whole", marks=pytest.mark.slow)]
)
def test_the_rates_of_the_ecb(every: int, sandbox: Any, shared_data: Path) -> None:
    currencies, rates = ecb_rates(shared_data, every)
    assert every > 1 or len(rates) == ECB_RATES
    sandbox.control.seed({"generalLedgerSetup": [{"localCurrencyCode": "EUR"}]})
    seed(sandbox, "currencies", [{"code": code, "displayName": code} for code in sorted(currencies)])
    seed(
        sandbox,
        "currencyExchangeRates",
        (
            {
                "currencyCode": code,
                "startingDate": day.isoformat(),
                "exchangeRateAmount": str(rate),
                "relationalExchangeRateAmount": 1,
            }
            for code, day, rate in rates
        ),
    )

    company = pull_all()

    found = mirrored_rates()
    assert found == set(rates)
    assert ExchangeRate.objects.count() == len(rates)
    assert sum(rate for _, _, rate in found) == sum(rate for _, _, rate in rates)
    assert Currency.objects.count() == ECB_CURRENCIES
    for code, day, rate in rates[:: len(rates) // 200]:  # so much of it is one euro, by the ECB's own word
        assert lookup.ledger_amount(company, rate, code, day) == 1
        assert lookup.ledger_amount(company, 7 * rate, code, day) == 7
    friday = max(day for code, day, _ in rates if code == "USD" and day.weekday() == 4)
    on_friday = next(rate for code, day, rate in rates if (code, day) == ("USD", friday))
    assert lookup.ledger_amount(company, on_friday, "USD", friday + datetime.timedelta(days=1)) == 1
    gone = max(day for code, day, _ in rates if code == "HRK")
    assert gone < datetime.date(2023, 1, 1)  # a currency that ended keeps its last rate


def test_the_masters_of_adventureworks(sandbox: Any, shared_data: Path) -> None:
    source = AdventureWorks(shared_data, limit=1)
    told = source.masters()
    sandbox.control.seed({"generalLedgerSetup": [{"localCurrencyCode": "USD"}]})
    for entity_set in told:
        seed(sandbox, entity_set, told[entity_set])

    company = pull_all()

    assert set(Item.objects.values_list("number", "name", "base_unit")) == {
        (row["number"], row["displayName"], row["baseUnitOfMeasureCode"]) for row in told["items"]
    }
    assert set(Vendor.objects.values_list("number", "name", "currency")) == {
        (row["number"], row["displayName"], "USD") for row in told["vendors"]
    }
    assert set(Unit.objects.values_list("code", "name")) == {
        (row["code"], row["displayName"]) for row in told["unitsOfMeasure"]
    }
    assert set(Currency.objects.values_list("code", "name")) == {
        (row["code"], row["displayName"]) for row in told["currencies"]
    }
    counts = [model.objects.count() for model in (Item, Vendor, Unit, Currency, ExchangeRate)]
    assert counts == [504, 104, 38, 105, 13_532]
    rates = [
        (
            row["currencyCode"],
            datetime.date.fromisoformat(row["startingDate"][:10]),
            Decimal(row["exchangeRateAmount"]),
        )
        for row in told["currencyExchangeRates"]
    ]
    assert mirrored_rates() == set(rates)
    for code, day, rate in rates[::500]:
        assert lookup.ledger_amount(company, rate, code, day) == (rate if code == "USD" else 1)


@dataclass(frozen=True)
class Contoso:
    """Contoso's items with their units, as its files have them."""

    base: dict[str, str]
    item_units: list[dict[str, str]]

    @property
    def wanted(self) -> dict[tuple[str, str], tuple[Decimal, Decimal]]:
        """Give what each item unit holds and how it rounds."""
        return {
            (row["ItemNo"], row["Code"]): (
                Decimal(row["QtyPerUnitOfMeasure"]),
                Decimal(row["QtyRoundingPrecision"] or 0),
            )
            for row in self.item_units
        }


@pytest.fixture
def contoso(sandbox: Any, shared_data: Path) -> Contoso:
    """Contoso's units, items and item units in the sandbox."""
    folder = shared_data / "bc-contoso"
    items = {row["ItemNo"]: row for row in rows(folder / "item.csv")}
    base = {number: row["BaseUnitOfMeasure"] or row["BaseUnitofMeasure"] for number, row in items.items()}
    item_units = list(rows(folder / "item_unit_of_measure.csv"))
    seed(
        sandbox,
        "unitsOfMeasure",
        (
            {
                "code": row["UnitOfMeasureCode"],
                "displayName": row["Description"],
                "internationalStandardCode": row["InternationalStandardCode"],
            }
            for row in rows(folder / "unit_of_measure.csv")
        ),
    )
    seed(
        sandbox,
        "items",
        (
            {"number": number, "displayName": row["Description"], "baseUnitOfMeasureCode": base[number]}
            for number, row in items.items()
        ),
    )
    seed(
        sandbox,
        "itemUnitsOfMeasure",
        (
            {
                "itemNumber": row["ItemNo"],
                "code": row["Code"],
                "qtyPerUnitOfMeasure": row["QtyPerUnitOfMeasure"],
                "qtyRoundingPrecision": row["QtyRoundingPrecision"] or 0,
            }
            for row in item_units
        ),
    )
    return Contoso(base, item_units)


def test_the_item_units_of_contoso(contoso: Contoso) -> None:
    company, wanted, base = pull_all(), contoso.wanted, contoso.base

    found = {
        (row.item_number, row.unit): (row.per_base, row.rounding_precision) for row in ItemUnit.objects.all()
    }
    assert {key: found.get(key) for key in wanted} == wanted
    assert {(item, unit) for item, unit in set(found) - set(wanted) if base[item] != unit} == set()
    assert (len(wanted), len(base)) == (41, 64)
    for (item, unit), (per_base, _precision) in wanted.items():
        assert lookup.convert(company, item, Decimal(3), unit, base[item]) == 3 * per_base
        assert lookup.convert(company, item, 3 * per_base, base[item], unit) == 3
    with pytest.raises(lookup.NoConversion):
        lookup.convert(company, "WRB-1000", Decimal(1), "PALLET", base["WRB-1000"])
