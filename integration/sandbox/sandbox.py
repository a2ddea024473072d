"""One sandbox: its parts put together, and every request sent to the part that answers it."""

import time
from pathlib import Path
from typing import Any

from integration.sandbox import faults, identity, languages, settings, tls
from integration.sandbox.api import ENVIRONMENT, Api
from integration.sandbox.companies import create_first_company, show_version
from integration.sandbox.connection import CompanyName, Connection
from integration.sandbox.control import Control
from integration.sandbox.entities import APP_ROUTE, STANDARD_ROUTE
from integration.sandbox.errors import Refusal, refused, unknown_path
from integration.sandbox.http import Reply, Request
from integration.sandbox.late import Later
from integration.sandbox.limits import Limiter
from integration.sandbox.notifications import Notifications
from integration.sandbox.oauth import Authority
from integration.sandbox.post import Poster
from integration.sandbox.request_log import RequestLog
from integration.sandbox.server import Server
from integration.sandbox.store import Store
from integration.sandbox.subscriptions import Subscriptions


class Sandbox:
    """A running imitation of one BC environment."""

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int,
        start: dict[str, Any],
        rules: list[dict[str, Any]],
        company_id: str | None = None,
    ) -> None:
        """Open or make the data directory; `start` are settings that a reset comes back to."""
        data_dir.mkdir(parents=True, exist_ok=True)
        data_dir.chmod(0o700)
        self.data_dir = data_dir
        self.store = Store(data_dir)
        self.identity = identity.load(self.store, company_id)
        self.settings = settings.load(self.store)
        settings.change(self.settings, self.store, start)
        create_first_company(self.store, self.identity)
        show_version(self.store, self.settings.version)
        self.faults = faults.Faults(self.store)
        self.faults.replace(rules)
        self.later = Later()
        self.limiter = Limiter(self.settings)
        self.log = RequestLog()
        clients = identity.Clients(self.store, self.identity)
        self.authority = Authority(self.identity, self.settings, clients)
        poster = Poster(data_dir / tls.CA_FILE, self.settings)
        subscriptions = Subscriptions(self.store, self.settings, poster)
        self.notifications = Notifications(self.store, self.settings, subscriptions, poster, self.later)
        self.api = Api(self.store, self.identity, self.settings, subscriptions)
        self.control = Control(self, clients, start)
        self.server = Server(port, tls.server_context(data_dir), self.handle)
        self.origin = f"https://localhost:{self.server.port}"
        self.authority.origin = self.origin

    def connection(self) -> Connection:
        """The values a client needs."""
        api = f"{self.origin}/v2.0/{self.identity.tenant}/{ENVIRONMENT}/api"
        return Connection(
            base_url=f"{api}/{STANDARD_ROUTE}",
            app_url=f"{api}/{APP_ROUTE}" if self.settings.level == "app" else None,
            authority=f"{self.origin}/{self.identity.tenant}",
            tenant=self.identity.tenant,
            client_id=self.identity.client_id,
            client_secret=self.identity.client_secret,
            ca_bundle=str(self.data_dir / tls.CA_FILE),
            companies=tuple(CompanyName(row.id, row["name"]) for row in self.store.companies()),
            control_url=f"{self.origin}/_sandbox",
            control_token=self.identity.control_token,
        )

    def serve(self) -> None:
        """Answer requests until `stop`."""
        self.server.serve()

    def stop(self) -> None:
        self.later.close()
        self.faults.replace([])
        self.server.stop()
        self.store.close()

    def handle(self, request: Request) -> Reply:
        """Answer any request."""
        segments = request.segments
        try:
            if segments[:1] == ["_sandbox"]:
                return self.control.handle(request)
            if self.authority.answers(segments):
                return self.authority.handle(request, segments)
            if segments[:1] != ["v2.0"]:
                raise unknown_path(request.path)
            client_id = self.authority.check(request)
        except Refusal as refusal:
            return refused(refusal)
        return self._call(request, client_id)

    def _call(self, request: Request, client_id: str) -> Reply:
        """Answer a call to the API when it is its turn, with the fault that strikes it, and count it."""
        started = time.perf_counter()
        rule = None
        try:
            with self.limiter.admitted(client_id):
                if self.settings.latency_ms:
                    time.sleep(self.settings.latency_ms / 1000)
                rule = self.faults.pick(request)
                reply = self._answer(request) if rule is None else faults.apply(rule, self._scene(request))
        except Refusal as refusal:
            reply = refused(refusal)
        reply = languages.translate(reply, request.header("accept-language") or self.settings.language)
        self.log.note(request, reply, rule.fault if rule else None, time.perf_counter() - started)
        return reply

    def _scene(self, request: Request) -> faults.Scene:
        return faults.Scene(request, lambda: self._answer(request), self.store, self.authority, self.later)

    def _answer(self, request: Request) -> Reply:
        try:
            return self.api.handle(request)
        except Refusal as refusal:
            return refused(refusal)
