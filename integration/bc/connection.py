"""Where one Business Central company is, and who we are there."""

import uuid
from dataclasses import dataclass, field
from typing import Self

import certifi

from integration.errors import ConfigurationError

BC_STANDARD = "/v2.0"
BC_ANALYTICS = "/microsoft/analytics/v1.0"
BC_RUNTIME = "/microsoft/runtime/beta"


@dataclass(frozen=True)
class Limits:
    """How hard one client id may lean on BC; by default a quarter of BC's 6,000 per 5 minutes stays free."""

    per_second: float = 15.0
    burst: int = 30
    concurrency: int = 4  # BC runs five at a time per user and queues the rest
    workers: int = 4  # who share the limits; only used when Redis cannot be asked


@dataclass(frozen=True)
class Timeouts:
    """Seconds to wait. An action may run for 8 minutes in BC, longer than one of our tasks may live:
    past this time its answer counts as lost, and is looked up instead.
    """

    connect: float = 5.0
    read: float = 60.0
    action: float = 70.0


@dataclass(frozen=True)
class Connection:
    """One company in one environment, reached as one client id."""

    base_url: str
    company: str
    authority: str
    client_id: str
    app_url: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    certificate: str | None = field(default=None, repr=False)
    ca_bundle: str | None = None
    redis_url: str | None = field(default=None, repr=False)
    client_name: str = "BC_CLIENT_ID"
    """The setting that the client id stands in, which is how errors call it."""
    limits: Limits = Limits()
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        for url in (self.base_url, self.app_url, self.authority):
            if url is not None and not url.startswith("https://"):
                raise ConfigurationError(f"{url} is not an https address. Correct the connection.")
        if bool(self.client_secret) == bool(self.certificate):
            raise ConfigurationError("Give the connection a client secret or a certificate, one of them.")

    @property
    def trusted_ca(self) -> str:
        """The CA file to trust. Always a path: `True` would let REQUESTS_CA_BUNDLE decide instead."""
        return self.ca_bundle or certifi.where()

    @property
    def credential(self) -> str:
        """The secret or certificate, whichever is used."""
        return self.client_secret or self.certificate or ""

    @property
    def analytics_url(self) -> str | None:
        """The route of Microsoft's Power BI reports app in the same environment."""
        root = self.base_url.rstrip("/").removesuffix(BC_STANDARD)
        return None if root == self.base_url.rstrip("/") else root + BC_ANALYTICS

    @property
    def runtime_url(self) -> str:
        """The route that tells what else the environment can do."""
        return self.base_url.rstrip("/").removesuffix(BC_STANDARD) + BC_RUNTIME

    @property
    def company_guid(self) -> str | None:
        """The company's id, when the connection names it by id."""
        try:
            return str(uuid.UUID(self.company))
        except ValueError:
            return None

    def for_company(self, company: str) -> Self:
        """Return the same connection to another company of the environment."""
        return type(self)(**{**self.__dict__, "company": company})
