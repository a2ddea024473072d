"""The demo's master data, as rows for the BC sandbox: suppliers, parts, services, units, rates, accounts."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

Rows = dict[str, list[dict[str, Any]]]

BLOCKED_VENDOR = "V10120"

# (number, name, city, currency, blocked)
VENDORS = [
    ("V10010", "Halmstad Lift Parts", "Bremen", "", ""),
    ("V10020", "Nordwind Filtration", "Kiel", "", ""),
    ("V10030", "Brandt Belts & Bearings", "Hannover", "", ""),
    ("V10040", "Lumen & Sons", "Hamburg", "", ""),
    ("V10050", "Kestrel Cleaning Services", "Hamburg", "", ""),
    ("V10060", "Alpine Controls", "Zürich", "CHF", ""),
    ("V10070", "Great Lakes Pump Works", "Chicago", "USD", ""),
    ("V10080", "Overbeck Plumbing Supply", "Lübeck", "", ""),
    ("V10090", "Safeguard Fire Systems", "Rostock", "", ""),
    ("V10100", "Dockside Electrical", "Hamburg", "", ""),
    ("V10110", "Fenster & Fugen Glaziers", "Schwerin", "", ""),
    (BLOCKED_VENDOR, "Marlow Tool Hire", "Bremerhaven", "", "All"),
]

# (code, name, due, discount until, discount in percent), and who grants a discount
TERMS = [
    ("30D", "30 days net", "30D", "", "0"),
    ("2/14", "14 days 2 %, 30 days net", "30D", "14D", "2"),
    ("3/21", "21 days 3 %, 30 days net", "30D", "21D", "3"),
]
DISCOUNTS = {"V10010": "2/14", "V10020": "3/21", "V10040": "3/21", "V10070": "2/14", "V10080": "3/21"}

UNITS = [
    ("PCS", "Piece", "H87"),
    ("BOX", "Box", "XBX"),
    ("ROLL", "Roll", "XRO"),
    ("M", "Metre", "MTR"),
    ("L", "Litre", "LTR"),
    ("CAN", "Canister", "XCI"),
    ("KG", "Kilogram", "KGM"),
    ("SET", "Set", "SET"),
    ("H", "Hour", "HUR"),
    ("VISIT", "Visit", "E48"),
]

# (number, name, base unit, cost, {other unit: base units in one})
PARTS = [
    ("FLT-G4-592", "Panel filter G4 592×592", "PCS", "6.40", {"BOX": 12}),
    ("FLT-G4-287", "Panel filter G4 592×287", "PCS", "4.90", {"BOX": 12}),
    ("FLT-F7-592", "Bag filter F7 592×592×600", "PCS", "28.50", {"BOX": 6}),
    ("FLT-F9-592", "Bag filter F9 592×592×600", "PCS", "36.80", {"BOX": 6}),
    ("FLT-H13-610", "HEPA filter H13 610×610", "PCS", "142.00", {}),
    ("FLT-ACT-592", "Activated carbon cell 592×592", "PCS", "88.00", {}),
    ("FLT-WTR-10", "Water filter cartridge 10 inch, 5 µm", "PCS", "3.20", {"BOX": 24}),
    ("FLT-MED-2M", "Filter medium, 2 m wide", "M", "5.10", {"ROLL": 20}),
    ("BLT-SPA-1250", "V-belt SPA 1250", "PCS", "9.70", {"SET": 3}),
    ("BLT-SPA-1600", "V-belt SPA 1600", "PCS", "11.90", {"SET": 3}),
    ("BLT-SPB-2000", "V-belt SPB 2000", "PCS", "18.20", {"SET": 4}),
    ("BLT-T10-980", "Timing belt T10 980", "PCS", "24.60", {}),
    ("BLT-PJ-864", "Ribbed belt 8 PJ 864", "PCS", "15.30", {}),
    ("BRG-6204", "Ball bearing 6204 sealed", "PCS", "4.15", {"BOX": 10}),
    ("BRG-6206", "Ball bearing 6206 sealed", "PCS", "6.35", {"BOX": 10}),
    ("BRG-6308", "Ball bearing 6308 sealed", "PCS", "14.80", {"BOX": 5}),
    ("BRG-UCP205", "Pillow block UCP 205", "PCS", "19.40", {}),
    ("GRS-LI2", "Lithium grease NLGI 2", "KG", "8.90", {"CAN": 5}),
    ("OIL-HYD-46", "Hydraulic oil HLP 46", "L", "3.75", {"CAN": 20}),
    ("OIL-GEAR-220", "Gear oil CLP 220", "L", "5.20", {"CAN": 20}),
    ("LMP-T8-LED", "LED tube T8 1500 mm 20 W", "PCS", "8.60", {"BOX": 25}),
    ("LMP-PNL-62", "LED panel 620×620 36 W", "PCS", "39.90", {"BOX": 4}),
    ("LMP-E27-9", "LED lamp E27 9 W", "PCS", "2.35", {"BOX": 10}),
    ("LMP-EMG-3", "Emergency luminaire 3 h", "PCS", "52.00", {}),
    ("LMP-EXIT", "Exit sign, LED", "PCS", "44.50", {}),
    ("LMP-BAT-EM", "Battery for emergency luminaire", "PCS", "12.80", {"BOX": 10}),
    ("LFT-ROPE-8", "Suspension rope 8 mm", "M", "4.60", {"ROLL": 250}),
    ("LFT-SHOE-16", "Guide shoe insert 16 mm", "PCS", "17.50", {"SET": 8}),
    ("LFT-ROLL-DOOR", "Door hanger roller", "PCS", "13.20", {"SET": 4}),
    ("LFT-BTN-CAR", "Car push button, braille", "PCS", "31.00", {}),
    ("LFT-BRK-LIN", "Brake lining pair", "PCS", "96.00", {}),
    ("LFT-ENC-1024", "Shaft encoder 1024", "PCS", "268.00", {}),
    ("LFT-LCURT", "Light curtain 2000 mm", "PCS", "312.00", {}),
    ("LFT-CTR-40", "Contactor 40 A for lift control", "PCS", "74.00", {}),
    ("CTL-AHU-8", "Air handling controller, 8 outputs", "PCS", "420.00", {}),
    ("CTL-VAV-2", "VAV damper actuator 2 Nm", "PCS", "118.00", {}),
    ("CTL-TMP-NTC", "Duct sensor NTC 10k", "PCS", "16.40", {"BOX": 10}),
    ("CTL-CO2-W", "CO2 wall sensor", "PCS", "84.00", {}),
    ("CTL-VLV-25", "Two-way valve DN 25 with actuator", "PCS", "176.00", {}),
    ("PMP-CIR-32", "Circulation pump 32-60", "PCS", "389.00", {}),
    ("PMP-SEAL-22", "Mechanical seal 22 mm", "PCS", "41.00", {}),
    ("PMP-IMP-180", "Impeller 180 mm", "PCS", "127.00", {}),
    ("PMP-SUMP-9", "Sump pump 0.9 kW", "PCS", "298.00", {}),
    ("PLB-TAP-SEN", "Sensor tap, battery", "PCS", "134.00", {}),
    ("PLB-FLUSH", "Flush valve", "PCS", "58.00", {}),
    ("PLB-SIPHON", "Bottle trap 1 1/4", "PCS", "9.80", {"BOX": 10}),
    ("PLB-PIPE-22", "Copper pipe 22 mm", "M", "9.10", {"ROLL": 25}),
    ("PLB-TAPE", "Sealing tape 12 m", "PCS", "0.95", {"BOX": 50}),
    ("FIR-EXT-6", "Fire extinguisher 6 l foam", "PCS", "46.00", {}),
    ("FIR-SMK-OPT", "Optical smoke detector", "PCS", "33.50", {"BOX": 10}),
    ("FIR-MCP", "Manual call point", "PCS", "27.00", {}),
    ("FIR-DMP-BAT", "Battery 12 V 17 Ah", "PCS", "38.00", {}),
    ("ELC-MCB-16", "Circuit breaker B16", "PCS", "3.90", {"BOX": 12}),
    ("ELC-RCD-40", "Residual current device 40 A", "PCS", "36.00", {}),
    ("ELC-CBL-3G15", "Cable 3G1.5", "M", "0.82", {"ROLL": 100}),
    ("ELC-SOCKET", "Socket outlet, flush", "PCS", "5.40", {"BOX": 10}),
    ("CLN-DET-N", "Neutral detergent", "L", "2.10", {"CAN": 10}),
    ("CLN-PAPER", "Hand towels, folded", "BOX", "21.50", {}),
]

# (number, name, base unit, cost)
SERVICES = [
    ("SRV-CLEAN-H", "Office cleaning", "H", "24.50"),
    ("SRV-GLASS", "Façade glass cleaning", "VISIT", "1850.00"),
    ("SRV-LIFT-Q", "Lift inspection, quarterly", "VISIT", "340.00"),
    ("SRV-FIRE-Y", "Fire system inspection, yearly", "VISIT", "960.00"),
    ("SRV-ELEC-H", "Electrician", "H", "58.00"),
]

# (number, name, category, kind, direct posting)
ACCOUNTS = [
    ("1200", "Stores and spare parts", "Assets", "Posting", False),
    ("1900", "Input tax", "Assets", "Posting", False),
    ("2100", "Vendors", "Liabilities", "Posting", False),
    ("6000", "Cost of operation", "Expense", "Heading", False),
    ("6100", "Repairs and maintenance", "Expense", "Posting", True),
    ("6110", "Lifts and escalators", "Expense", "Posting", True),
    ("6120", "Heating and ventilation", "Expense", "Posting", True),
    ("6200", "Cleaning", "Expense", "Posting", True),
    ("6300", "Energy and water", "Expense", "Posting", True),
    ("6400", "Inspections and permits", "Expense", "Posting", True),
    ("6500", "Freight inwards", "Expense", "Posting", True),
    ("6600", "Small tools", "Expense", "Posting", True),
]

LOCATIONS = [
    ("CENTRAL", "Central store, Hamburg"),
    ("HARBOUR", "Harbour campus"),
    ("VAN-1", "Service van 1"),
]

# (code, name, symbol, ledger amount of one unit, month by month back from the newest)
CURRENCIES = [
    ("USD", "US dollar", "$", ("0.8612", "0.8574", "0.8640", "0.8591")),
    ("CHF", "Swiss franc", "Fr", ("1.0735", "1.0702", "1.0688", "1.0650")),
]


def rows(today: datetime.date) -> Rows:
    """Give every master record, with rates for the last months."""
    return {
        "unitsOfMeasure": [
            {"code": code, "displayName": name, "internationalStandardCode": international}
            for code, name, international in UNITS
        ],
        "paymentTerms": _payment_terms(),
        "currencies": [
            {"code": code, "displayName": name, "symbol": symbol, "amountDecimalPlaces": "2:2"}
            for code, name, symbol, _rates in CURRENCIES
        ],
        "currencyExchangeRates": _rates(today),
        "locations": [{"code": code, "displayName": name} for code, name in LOCATIONS],
        "accounts": _accounts(),
        "vendors": _vendors(),
        "items": [_item(*part[:4], kind="Inventory") for part in PARTS]
        + [_item(*service, kind="Service") for service in SERVICES],
        "itemUnitsOfMeasure": [
            {"itemNumber": part[0], "code": unit, "qtyPerUnitOfMeasure": str(per_base)}
            for part in PARTS
            for unit, per_base in part[4].items()
        ],
    }


def _payment_terms() -> list[dict[str, Any]]:
    return [
        {
            "id": _terms(code),
            "code": code,
            "displayName": name,
            "dueDateCalculation": due,
            "discountDateCalculation": until,
            "discountPercent": percent,
        }
        for code, name, due, until, percent in TERMS
    ]


def _accounts() -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "displayName": name,
            "category": category,
            "accountType": kind,
            "directPosting": direct,
        }
        for number, name, category, kind, direct in ACCOUNTS
    ]


def _vendors() -> list[dict[str, Any]]:
    return [
        {
            "number": number,
            "displayName": name,
            "city": city,
            "currencyCode": currency,
            "paymentTermsId": _terms(DISCOUNTS.get(number, "30D")),
            "blocked": blocked or "_x0020_",
        }
        for number, name, city, currency, blocked in VENDORS
    ]


def currency_of(vendor: str) -> str:
    """Give the currency a supplier is paid in."""
    return next(currency for number, _name, _city, currency, _blocked in VENDORS if number == vendor) or "EUR"


def name_of(item: str) -> str:
    """Give the description of a part or service."""
    names = {part[0]: part[1] for part in PARTS} | {service[0]: service[1] for service in SERVICES}
    return names[item]


def _terms(code: str) -> str:
    """Give the id that payment terms have in the demo's BC, the same at every start."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"payment terms {code}"))


def _item(number: str, name: str, unit: str, cost: str, *, kind: str) -> dict[str, Any]:
    return {
        "number": number,
        "displayName": name,
        "type": kind,
        "baseUnitOfMeasureCode": unit,
        "unitCost": cost,
        "itemCategoryCode": number.partition("-")[0],
    }


def _rates(today: datetime.date) -> list[dict[str, Any]]:
    """Give one rate a month; the oldest also covers everything before."""
    found = []
    for code, _name, _symbol, rates in CURRENCIES:
        day = today.replace(day=1)
        for rate in rates:
            found.append(
                {
                    "currencyCode": code,
                    "startingDate": day.isoformat(),
                    "exchangeRateAmount": "1",
                    "relationalExchangeRateAmount": rate,
                }
            )
            day = (day - datetime.timedelta(days=1)).replace(day=1)
    return found
