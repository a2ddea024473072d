"""Who this sandbox is: tenant, client, secrets and signing key, made once per data directory."""

import secrets
import uuid
from dataclasses import asdict, dataclass

from integration.sandbox.store import Store

_SETTING = "identity"
_CLIENTS = "clients"
_CERTIFICATES = "certificates"


@dataclass(frozen=True)
class Identity:
    """The values that stay the same over restarts."""

    tenant: str
    client_id: str
    client_secret: str
    control_token: str
    signing_key: str
    company_id: str


def load(store: Store, company_id: str | None = None) -> Identity:
    """The identity kept in the store; made when there is none, for a company of that id."""
    kept = store.setting(_SETTING)
    if kept is not None:
        return Identity(**kept)
    identity = Identity(
        tenant=str(uuid.uuid4()),
        client_id=str(uuid.uuid4()),
        client_secret=secrets.token_urlsafe(32),
        control_token=secrets.token_urlsafe(32),
        signing_key=secrets.token_hex(32),
        company_id=company_id or str(uuid.uuid4()),
    )
    store.keep_setting(_SETTING, asdict(identity))
    return identity


class Clients:
    """The registered applications: the one of the identity and those added while it runs."""

    def __init__(self, store: Store, identity: Identity) -> None:
        self._store = store
        self._identity = identity

    def secret(self, client_id: str) -> str | None:
        """The secret of a client; None for one that nobody registered."""
        if client_id == self._identity.client_id:
            return self._identity.client_secret
        kept: dict[str, str] = self._store.setting(_CLIENTS) or {}
        return kept.get(client_id)

    def certificates(self) -> list[str]:
        """The certificates that the client of the identity may sign in with, as PEM."""
        kept: list[str] = self._store.setting(_CERTIFICATES) or []
        return kept

    def add_certificate(self, pem: str) -> None:
        """Let the client of the identity sign in with this certificate as well."""
        self._store.keep_setting(_CERTIFICATES, [*self.certificates(), pem])

    def add(self) -> tuple[str, str]:
        """Register another application; answers its id and secret."""
        client_id, secret = str(uuid.uuid4()), secrets.token_urlsafe(32)
        self._store.keep_setting(_CLIENTS, {**(self._store.setting(_CLIENTS) or {}), client_id: secret})
        return client_id, secret
