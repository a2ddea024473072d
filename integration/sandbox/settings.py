"""What the control channel may change about the sandbox while it runs: limits, rights, quirks, version."""

from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from integration.sandbox import entities, languages
from integration.sandbox.entities.drift import NONE, Drift
from integration.sandbox.errors import bad_request
from integration.sandbox.store import Store

LEVELS = ("standard", "analytics", "app")
VERSIONS = ("24", "28.0", "28.4", "29")
BC_LIMITS = {"requests_per_window": 6000, "concurrent_requests": 5}
_CHOICES: dict[str, tuple[Any, ...]] = {
    "level": LEVELS,
    "version": VERSIONS,
    "stale_tag_status": (409, 412),
    "default_quantity_to_receive": ("Remainder", "Blank"),
}
_CHANGED_FIELDS = {
    "removed_fields": None,
    "renamed_fields": str,
    "shortened_fields": int,
    "texted_fields": None,
}
_SETS_NAMED = ("no_read", "no_write", "needs_data_upgrade")
_SETTING = "settings"


@dataclass
class Settings:
    """Defaults are those of an ordinary tenant, but for its limits: 0 means that there is none."""

    # What the tenant is
    version: str = "28.4"
    level: str = "app"
    language: str = "en-US"  # of messages, when a call does not ask for one

    # Who may do what
    token_seconds: int = 3600
    client_enabled: bool = True  # the Entra application card inside BC
    tokens_before: float = 0.0  # tokens issued up to this moment are refused
    no_read: list[str] = field(default_factory=list)  # entity sets whose tables may not be read
    no_write: list[str] = field(default_factory=list)

    # Limits per user
    requests_per_window: int = 0
    window_seconds: int = 300
    concurrent_requests: int = 0
    queued_requests: int = 95
    queue_seconds: int = 480
    retry_after: bool = True  # tell it with a 429
    latency_ms: int = 0

    # Set-up of the company
    vendor_invoice_number_mandatory: bool = True  # Ext. Doc. No. Mandatory
    prevent_negative_inventory: bool = False
    default_quantity_to_receive: str = "Remainder"
    over_receipt_percents: dict[str, float] = field(default_factory=dict)  # of an item, a vendor; "" default
    over_receipts_need_approval: bool = False

    # Quirks
    receive_resets_invoice_quantity: bool = True
    receipt_wants_vendor_invoice_number: bool = False  # seen on one live tenant
    receipt_alone_answers_400: bool = False  # before app 24.0: posted, and yet an error
    snapshot_claims_success: bool = True  # a batch that was taken back still shows its 201
    stale_tag_status: int = 409
    extension_fields: bool = False  # a field of somebody's extension, shown unless $select is sent
    needs_data_upgrade: list[str] = field(default_factory=list)  # sets of an old tenant that answer 400

    # What a release to come does to fields, each named as in "vendors.displayName"
    removed_fields: list[str] = field(default_factory=list)
    renamed_fields: dict[str, str] = field(default_factory=dict)  # to their new names
    shortened_fields: dict[str, int] = field(default_factory=dict)  # to their new lengths
    texted_fields: list[str] = field(default_factory=list)  # days, numbers, flags that are texts from then on

    # Webhooks
    webhook_delay_seconds: int = 30
    webhook_life_seconds: int = 259_200
    webhook_retry_seconds: int = 129_600
    webhook_loss_rate: float = 0.0
    webhook_loss_seed: int = 0
    webhook_ca: str = ""  # a file with further authorities that receivers are trusted by

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def drift(self) -> Drift:
        changed = (self.removed_fields, self.renamed_fields, self.shortened_fields, self.texted_fields)
        if not any(changed):
            return NONE
        return Drift(
            removed=tuple(self.removed_fields),
            renamed=tuple(self.renamed_fields.items()),
            shortened=tuple(self.shortened_fields.items()),
            as_text=tuple(self.texted_fields),
        )


def load(store: Store) -> Settings:
    kept = store.setting(_SETTING) or {}
    known = {each.name for each in fields(Settings)}
    return Settings(**{name: value for name, value in kept.items() if name in known})


def change(settings: Settings, store: Store, values: dict[str, Any]) -> None:
    """Set the given values and keep them; raises Refusal on a name, type or choice that does not fit."""
    for name, value in values.items():
        current = getattr(settings, name, None)
        fits = isinstance(value, type(current)) or (isinstance(current, float) and isinstance(value, int))
        if current is None or not fits or (isinstance(value, bool) is not isinstance(current, bool)):
            raise bad_request(_does_not_take(name, current, value))
        if value not in _CHOICES.get(name, (value,)):
            choices = ", ".join(map(str, _CHOICES[name]))
            raise bad_request(f"The setting {name} is one of {choices}, not {value}.")
        _check_value(name, value)
        if name in _CHANGED_FIELDS:
            _check_fields(value, to=_CHANGED_FIELDS[name])
    for name, value in values.items():
        setattr(settings, name, value)
    store.keep_setting(_SETTING, settings.as_dict())


def _does_not_take(name: str, current: Any, value: Any) -> str:
    if current is None:
        return f"There is no setting {name}."
    wanted = {bool: "true or false", int: "a whole number", float: "a number", str: "a text"}
    return f"The setting {name} takes {wanted.get(type(current), 'a list or an object')}, not {value}."


def _check_value(name: str, value: Any) -> None:
    """Refuse what would prove nothing: a set that there is not, a negative number, a file that is missing."""
    if name in _SETS_NAMED and (unknown := [each for each in value if each not in list(entities.TABLES)]):
        raise bad_request(f"{name} names {', '.join(map(str, unknown))}, which is no entity set.")
    if name == "language" and not languages.is_known(value):
        raise bad_request(f"The setting language is one of {', '.join(languages.KNOWN)}, not {value}.")
    if isinstance(value, int | float) and value < 0:
        raise bad_request(f"The setting {name} is not negative.")
    if name == "webhook_loss_rate" and value > 1:
        raise bad_request("The setting webhook_loss_rate is between 0 and 1.")
    if name == "webhook_ca" and value and not Path(value).is_file():
        raise bad_request(f"There is no file {value} of further authorities.")


def _check_fields(named: list[str] | dict[str, Any], *, to: type | None) -> None:
    """Refuse a field that no set shows, the id, by which everything is found, and a name that is taken."""
    for each in named:
        entity_set, _, name = str(each).partition(".")
        if name == "id" or not entities.shows(entity_set, name):
            raise bad_request(f"No entity set shows a field {each!r} that can change.")
        becomes = named[each] if isinstance(named, dict) else None
        fits = to is None or (type(becomes) is to and becomes)
        is_too_short = isinstance(becomes, int) and becomes < 1
        if not fits or is_too_short or entities.shows(entity_set, str(becomes)):
            raise bad_request(f"The field {each!r} cannot become {becomes!r}.")
