"""What the control channel may change about the sandbox while it runs."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from integration.sandbox.errors import bad_request
from integration.sandbox.store import Store

_SETTING = "settings"


@dataclass
class Settings:
    """Defaults are those of an ordinary tenant."""

    token_seconds: int = 3600
    client_enabled: bool = True  # the Entra application card inside BC
    tokens_before: float = 0.0  # tokens issued up to this moment are refused
    latency_ms: int = 0
    vendor_invoice_number_mandatory: bool = True  # Ext. Doc. No. Mandatory
    prevent_negative_inventory: bool = False

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def load(store: Store) -> Settings:
    kept = store.setting(_SETTING) or {}
    known = {each.name for each in fields(Settings)}
    return Settings(**{name: value for name, value in kept.items() if name in known})


def change(settings: Settings, store: Store, values: dict[str, Any]) -> None:
    """Set the given values and keep them; raises Refusal on a name or type that does not fit."""
    for name, value in values.items():
        current = getattr(settings, name, None)
        fits = isinstance(value, type(current)) or (isinstance(current, float) and isinstance(value, int))
        if current is None or not fits or (isinstance(value, bool) is not isinstance(current, bool)):
            raise bad_request(f"There is no setting '{name}' that takes {value!r}.")
    for name, value in values.items():
        setattr(settings, name, value)
    store.keep_setting(_SETTING, settings.as_dict())
