"""The values a client needs to reach one running sandbox."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

FILE_NAME = "connection.json"


@dataclass(frozen=True)
class CompanyName:
    """A company as the connection lists it."""

    id: str
    name: str


@dataclass(frozen=True)
class Connection:
    """Addresses, credentials and companies; `app_url` is None unless the AL app is imitated."""

    base_url: str
    app_url: str | None
    authority: str
    tenant: str
    client_id: str
    client_secret: str
    ca_bundle: str
    companies: tuple[CompanyName, ...]
    control_url: str
    control_token: str

    def as_json(self) -> str:
        """Write the values as one line of JSON."""
        return json.dumps(asdict(self))

    def save(self, data_dir: Path) -> None:
        """Keep the values in the data directory, readable by the owner only."""
        path = data_dir / FILE_NAME
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self.as_json() + "\n")


def from_json(text: str) -> Connection:
    """Read the line that a sandbox prints when it is ready."""
    values = json.loads(text)
    companies = tuple(CompanyName(**company) for company in values.pop("companies"))
    return Connection(companies=companies, **values)
