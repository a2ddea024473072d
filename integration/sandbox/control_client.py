"""A small client of the sandbox's control channel, for tests and the demo (standard library only)."""

import json
import ssl
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SECONDS = 120.0


class ControlError(RuntimeError):
    """The sandbox refused a call of the control channel; the text says why."""


@dataclass(frozen=True)
class ControlClient:
    """Seed rows, set faults, read counts; see docs/howto/bc-sandbox.md for the formats."""

    url: str
    token: str
    ca_bundle: str

    def seed(self, rows: dict[str, list[dict[str, Any]]], *, company: str | None = None) -> dict[str, int]:
        """Insert or update rows in bulk; answers the number of rows per entity set."""
        body: dict[str, Any] = {"rows": rows}
        if company is not None:
            body["company"] = company
        answer: dict[str, int] = self.call("POST", "seed", body=body)["seeded"]
        return answer

    def set_faults(self, rules: list[dict[str, Any]]) -> None:
        """Replace the fault rules."""
        self.call("PUT", "faults", body=rules)

    def faults(self) -> list[dict[str, Any]]:
        """Read the fault rules with how often each saw a request and hit."""
        answer: list[dict[str, Any]] = self.call("GET", "faults")["faults"]
        return answer

    def clear_faults(self) -> None:
        """Remove every fault rule."""
        self.call("DELETE", "faults")

    def requests(self, **options: Any) -> dict[str, Any]:
        """Read the request counts and the last requests."""
        answer: dict[str, Any] = self.call("GET", "requests", query=options)
        return answer

    def forget_requests(self) -> None:
        """Set the request counts to zero and empty the log."""
        self.call("DELETE", "requests")

    def reset(self) -> None:
        """Forget all data, faults and counts; the company and the credentials stay."""
        self.call("POST", "reset")

    def settings(self, **values: Any) -> dict[str, Any]:
        """Change settings and answer all of them."""
        answer: dict[str, Any] = self.call("POST", "settings", body=values)
        return answer

    def limits(self) -> dict[str, dict[str, int]]:
        """Read how many calls of each client run, wait and count in the window."""
        answer: dict[str, dict[str, int]] = self.call("GET", "limits")
        return answer

    def add_client(self) -> tuple[str, str]:
        """Register another application; answers its client id and secret."""
        answer = self.call("POST", "clients")
        return answer["client_id"], answer["client_secret"]

    def add_certificate(self, pem: str) -> None:
        """Let the client sign in with this certificate as well."""
        self.call("POST", "certificates", body={"certificate": pem})

    def settle(self) -> int:
        """Do at once what waits for its time, late commits and notifications; answers how many."""
        done: int = self.call("POST", "settle")["done"]
        return done

    def dump(self, entity_set: str, *, company: str | None = None) -> list[dict[str, Any]]:
        """Read every row of a set, fields that BC does not show and lines included."""
        query = {"entitySet": entity_set} | ({"company": company} if company else {})
        answer: list[dict[str, Any]] = self.call("GET", "dump", query=query)["value"]
        return answer

    def call(self, method: str, path: str, *, query: dict[str, Any] | None = None, body: Any = None) -> Any:
        """Send one request to the control channel; raises ControlError on a refusal."""
        address = f"{self.url}/{path}" + (f"?{urlencode(query)}" if query else "")
        content = None if body is None else json.dumps(body, default=str).encode()
        headers = {"X-Sandbox-Token": self.token, "Content-Type": "application/json"}
        request = urllib.request.Request(address, data=content, headers=headers, method=method)  # noqa: S310
        context = ssl.create_default_context(cafile=self.ca_bundle)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS, context=context) as reply:  # noqa: S310
                return json.loads(reply.read() or b"null")
        except urllib.error.HTTPError as exc:
            raise ControlError(f"{method} {path}: {exc.code} {exc.read().decode()}") from exc
