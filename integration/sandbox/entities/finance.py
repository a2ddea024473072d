"""Finance set-up: currencies and rates, the ledger set-up, dimensions, number series."""

from integration.sandbox.entities.declare import (
    EntitySet,
    Link,
    Navigation,
    boolean,
    code,
    date,
    decimal,
    guid,
    hidden,
    identity,
    integer,
    later,
    stamp,
    text,
)

CURRENCIES = EntitySet(
    name="currencies",
    entity="currency",
    caption="Currency",
    fields=(
        identity(),
        code("code", 10),
        text("displayName", 30),
        text("symbol", 10),
        text("amountDecimalPlaces", 5),
        decimal("amountRoundingPrecision"),
        stamp(),
    ),
    key=("code",),
    required=("code",),
    indexes=("code",),
    may_insert=True,
    may_modify=True,
    may_delete=True,
)

CURRENCY_EXCHANGE_RATES = EntitySet(
    name="currencyExchangeRates",
    entity="currencyExchangeRate",
    caption="Currency Exchange Rate",
    fields=(
        identity(),
        code("currencyCode", 10, ro=True),
        date("startingDate", ro=True),
        decimal("exchangeRateAmount", ro=True),
        code("relationalCurrencyCode", 10, ro=True),
        decimal("relationalExchangeRateAmount", ro=True),
        stamp(),
    ),
    key=("currencyCode", "startingDate"),
    indexes=("currencyCode",),
)

GENERAL_LEDGER_SETUP = EntitySet(
    name="generalLedgerSetup",
    entity="generalLedgerSetup",
    caption="General Ledger Setup",
    fields=(
        identity(),
        date("allowPostingFrom", ro=True),
        date("allowPostingTo", ro=True),
        code("additionalReportingCurrency", 10, ro=True),
        code("localCurrencyCode", 10, ro=True),
        text("localCurrencySymbol", 10, ro=True),
        stamp(),
        boolean("allowQueryFromConsolidation", ro=True),
        *later(
            "26.0",
            code("shortcutDimension1Code", 20, ro=True),
            code("shortcutDimension2Code", 20, ro=True),
            code("shortcutDimension3Code", 20, ro=True),
            code("shortcutDimension4Code", 20, ro=True),
            code("shortcutDimension5Code", 20, ro=True),
            code("shortcutDimension6Code", 20, ro=True),
            code("shortcutDimension7Code", 20, ro=True),
            code("shortcutDimension8Code", 20, ro=True),
        ),
    ),
    key=("id",),
)

DIMENSIONS = EntitySet(
    name="dimensions",
    entity="dimension",
    caption="Dimension",
    fields=(
        identity(),
        code("code", 20, ro=True),
        text("displayName", 30, ro=True),
        code("consolidationCode", 20, ro=True),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
    navigations=(Navigation("dimensionValues", "dimensionValues", "id", "dimensionId"),),
)

DIMENSION_VALUES = EntitySet(
    name="dimensionValues",
    entity="dimensionValue",
    caption="Dimension Value",
    fields=(
        identity(),
        code("code", 20, ro=True),
        guid("dimensionId", ro=True),
        text("displayName", 50, ro=True),
        code("consolidationCode", 20, ro=True),
        stamp(),
        hidden(code("dimensionCode", 20)),
        hidden(boolean("blocked")),
    ),
    key=("dimensionId", "code"),
    indexes=("dimensionId", "code"),
    links=(Link("dimensionId", "dimensionCode", "dimensions", "code", "Dimension"),),
)

# Never shown: how the next number of each kind of record is found.
NUMBER_SERIES = EntitySet(
    name="numberSeries",
    entity="numberSeries",
    caption="No. Series",
    fields=(
        identity(),
        code("code", 20, ro=True),
        text("prefix", 10, ro=True),
        integer("lastNumber", ro=True),
        integer("endingNumber", ro=True),
        integer("digits", ro=True),
        boolean("manual", ro=True),
        stamp(),
    ),
    key=("code",),
    indexes=("code",),
)

SETS = (CURRENCIES, CURRENCY_EXCHANGE_RATES, GENERAL_LEDGER_SETUP, DIMENSIONS, DIMENSION_VALUES)
