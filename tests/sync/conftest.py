"""A few masters in the sandbox, and short words for what the tests do with them."""

from __future__ import annotations

import pytest

from integration.sandbox.launch import Running

MASTERS = {
    "unitsOfMeasure": [
        {"code": "PCS", "displayName": "Piece", "internationalStandardCode": "H87"},
        {"code": "BOX", "displayName": "Box"},
    ],
    "currencies": [{"code": "USD", "displayName": "US dollar", "amountDecimalPlaces": "2:2"}],
    "currencyExchangeRates": [
        {
            "currencyCode": "USD",
            "startingDate": "2026-01-01",
            "exchangeRateAmount": 1,
            "relationalExchangeRateAmount": "0.9",
        }
    ],
    "locations": [{"code": "MAIN", "displayName": "Main store"}],
    "accounts": [{"number": "6100", "displayName": "Maintenance", "directPosting": True}],
    "vendors": [
        {"number": "V1", "displayName": "Kontor & Söhne", "taxPercent": 19},
        {"number": "V2", "displayName": "Stopped", "blocked": "All"},
    ],
    "items": [
        {"number": "FILTER", "displayName": "Air filter", "baseUnitOfMeasureCode": "PCS", "unitCost": "12.5"},
        {"number": "OLD", "displayName": "Old part", "baseUnitOfMeasureCode": "PCS", "blocked": True},
    ],
    "itemCategories": [{"code": "SPARE", "displayName": "Spare parts"}],
    "itemVariants": [{"itemNumber": "FILTER", "code": "BLUE", "description": "Air filter, blue"}],
    "paymentTerms": [
        {
            "code": "30D2",
            "displayName": "30 days, 2 % within 8",
            "dueDateCalculation": "30D",
            "discountDateCalculation": "8D",
            "discountPercent": "2.5",
        }
    ],
    "dimensions": [{"code": "DEPARTMENT", "displayName": "Department"}],
    "dimensionValues": [{"dimensionCode": "DEPARTMENT", "code": "FM", "displayName": "Facilities"}],
    "fixedAssets": [
        {
            "number": "FA0001",
            "displayName": "Boiler 3",
            "classCode": "TANGIBLE",
            "fixedAssetLocationCode": "CELLAR",
            "serialNumber": "SN-77",
        }
    ],
    "itemUnitsOfMeasure": [{"itemNumber": "FILTER", "code": "BOX", "qtyPerUnitOfMeasure": 12}],
}


@pytest.fixture
def filled(sandbox: Running) -> Running:
    """The sandbox with a few masters."""
    sandbox.control.seed(MASTERS)
    return sandbox
