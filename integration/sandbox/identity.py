"""Who this sandbox is: tenant, client, secrets and signing key, made once per data directory."""

import secrets
import uuid
from dataclasses import asdict, dataclass

from integration.sandbox.store import Store

_SETTING = "identity"


@dataclass(frozen=True)
class Identity:
    """The values that stay the same over restarts."""

    tenant: str
    client_id: str
    client_secret: str
    control_token: str
    signing_key: str
    company_id: str


def load(store: Store) -> Identity:
    """The identity kept in the store; made when there is none."""
    kept = store.setting(_SETTING)
    if kept is not None:
        return Identity(**kept)
    identity = Identity(
        tenant=str(uuid.uuid4()),
        client_id=str(uuid.uuid4()),
        client_secret=secrets.token_urlsafe(32),
        control_token=secrets.token_urlsafe(32),
        signing_key=secrets.token_hex(32),
        company_id=str(uuid.uuid4()),
    )
    store.keep_setting(_SETTING, asdict(identity))
    return identity
