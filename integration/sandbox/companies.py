"""Set up companies: the ledger set-up and the number series that a new one starts with."""

from integration.sandbox.identity import Identity
from integration.sandbox.store import PLATFORM, Store
from integration.sandbox.values import Values, new_id

FIRST_COMPANY = "Nordhafen Facilities"
LOCAL_CURRENCY, LOCAL_SYMBOL = "EUR", "€"
SYSTEM_VERSION = "28.4"

# (code, prefix, last number given, digits, manual numbers allowed)
_SERIES: tuple[tuple[str, str, int, int, bool], ...] = (
    ("ITEM", "", 1000, 4, True),
    ("VEND", "V", 10000, 5, True),
    ("FA", "FA", 0, 6, True),
    ("P-ORD", "", 106000, 6, False),
    ("P-RCPT", "", 107000, 6, False),
    ("P-INV", "", 108000, 6, False),
    ("P-INV+", "", 208000, 6, False),
    ("P-CR", "", 109000, 6, False),
    ("P-CR+", "", 209000, 6, False),
    ("BANK", "B", 0, 4, True),
    ("EMP", "E", 0, 4, True),
    ("JOB", "J", 0, 5, True),
    ("IJNL", "IJ", 0, 6, False),
)


def create_first_company(store: Store, identity: Identity) -> None:
    """Make the company of a fresh data directory; does nothing when there is one."""
    if not store.companies():
        add_company(store, FIRST_COMPANY, company_id=identity.company_id)


def add_company(store: Store, name: str, *, company_id: str | None = None) -> str:
    """Create a company with its set-up and without masters; answers its id."""
    company_id = company_id or new_id()
    with store.transaction(PLATFORM) as platform:
        platform.insert("companies", _company(store, name, company_id))
    with store.transaction(company_id) as tx:
        setup = {"localCurrencyCode": LOCAL_CURRENCY, "localCurrencySymbol": LOCAL_SYMBOL}
        tx.insert("generalLedgerSetup", setup)
        tx.insert("companyInformation", {"displayName": name, "currencyCode": LOCAL_CURRENCY})
        for code, prefix, last, digits, manual in _SERIES:
            series = {"code": code, "prefix": prefix, "lastNumber": last, "digits": digits, "manual": manual}
            tx.insert("numberSeries", series)
    return company_id


def show_version(store: Store, version: str) -> None:
    """Let the companies tell the version that is imitated."""
    with store.transaction(PLATFORM) as platform:
        for row in store.companies():
            if row["systemVersion"] != version:
                platform.update("companies", row.id, {"systemVersion": version}, touch=False)


def _company(store: Store, name: str, company_id: str) -> Values:
    now = store.stamp()
    return {
        "id": company_id,
        "name": name,
        "displayName": name,
        "systemVersion": SYSTEM_VERSION,
        "timestamp": 1,
        "systemCreatedAt": now,
        "systemModifiedAt": now,
    }
