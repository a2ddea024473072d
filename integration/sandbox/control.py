"""The control channel under `/_sandbox/`: seed, faults, counts, settings, dump. BC has no such thing."""

import hmac
from typing import TYPE_CHECKING, Any

import orjson

from integration.sandbox import assertions, seeding, settings
from integration.sandbox.companies import add_company, create_first_company, show_version
from integration.sandbox.entities import APP_SETS, STANDARD_SETS, TABLES
from integration.sandbox.errors import Refusal, bad_request, unknown_path
from integration.sandbox.http import Reply, Request
from integration.sandbox.identity import Clients
from integration.sandbox.payload import read_json
from integration.sandbox.rules import Work
from integration.sandbox.table import Row
from integration.sandbox.values import Values, is_guid, to_json

if TYPE_CHECKING:
    from integration.sandbox.sandbox import Sandbox


class Control:
    """Answers the calls of whoever holds the control token."""

    def __init__(self, sandbox: "Sandbox", clients: Clients, start: dict[str, Any]) -> None:
        self._sandbox = sandbox
        self._store = sandbox.store
        self._identity = sandbox.identity
        self._settings = sandbox.settings
        self._faults = sandbox.faults
        self._log = sandbox.log
        self._clients = clients
        self._start = start
        self._answers = {
            ("POST", "seed"): self._seed,
            ("GET", "faults"): self._get_faults,
            ("PUT", "faults"): self._put_faults,
            ("DELETE", "faults"): self._delete_faults,
            ("GET", "requests"): self._get_requests,
            ("DELETE", "requests"): self._delete_requests,
            ("POST", "reset"): self._reset,
            ("GET", "settings"): self._get_settings,
            ("POST", "settings"): self._post_settings,
            ("GET", "dump"): self._dump,
            ("GET", "limits"): self._get_limits,
            ("DELETE", "limits"): self._delete_limits,
            ("POST", "clients"): self._post_clients,
            ("POST", "certificates"): self._post_certificates,
            ("POST", "settle"): self._settle,
        }

    def handle(self, request: Request) -> Reply:
        """Answer one call; raises Refusal."""
        token = request.header("x-sandbox-token") or ""
        if not hmac.compare_digest(token.encode(), self._identity.control_token.encode()):
            raise Refusal(401, "Unauthorized", "The header X-Sandbox-Token is missing or wrong.")
        answer = self._answers.get((request.method, "/".join(request.segments[1:])))
        if answer is None:
            raise unknown_path(request.path)
        return Reply(200, to_json(answer(request)))

    def _seed(self, request: Request) -> Any:
        body = read_json(request.body)
        if not isinstance(body, dict) or not isinstance(body.get("rows"), dict):
            raise bad_request('The body is {"company": name or id, "rows": {entitySet: [rows]}}.')
        with self._store.lock:
            company = self._company(body.get("company"), create=True)
            with self._store.transaction(company) as tx:
                work = Work(tx, self._settings, STANDARD_SETS | APP_SETS)
                return {"company": company, "seeded": seeding.seed(work, body["rows"])}

    def _get_faults(self, request: Request) -> Any:
        return {"faults": self._faults.as_list()}

    def _put_faults(self, request: Request) -> Any:
        rules = read_json(request.body)
        if not isinstance(rules, list):
            raise bad_request("The body is a list of fault rules.")
        self._faults.replace(rules)
        return self._get_faults(request)

    def _delete_faults(self, request: Request) -> Any:
        self._faults.replace([])
        return self._get_faults(request)

    def _get_requests(self, request: Request) -> Any:
        return self._log.report(dict(request.query))

    def _delete_requests(self, request: Request) -> Any:
        self._log.clear()
        return self._log.report({})

    def _reset(self, request: Request) -> Any:
        with self._store.lock:
            self._store.clear()
            create_first_company(self._store, self._identity)
        self._faults.replace([])
        self._sandbox.later.drop()
        self._sandbox.notifications.forget()
        self._sandbox.limiter.clear()
        self._log.clear()
        settings.change(self._settings, self._store, settings.Settings().as_dict() | self._start)
        show_version(self._store, self._settings.version)
        return {"reset": True}

    def _get_limits(self, request: Request) -> Any:
        return self._sandbox.limiter.report()

    def _delete_limits(self, request: Request) -> Any:
        self._sandbox.limiter.clear()
        return self._sandbox.limiter.report()

    def _post_clients(self, request: Request) -> Any:
        client_id, secret = self._clients.add()
        return {"client_id": client_id, "client_secret": secret}

    def _post_certificates(self, request: Request) -> Any:
        body = read_json(request.body)
        pem = body.get("certificate", "") if isinstance(body, dict) else ""
        if not isinstance(pem, str) or not assertions.is_certificate(pem):
            raise bad_request('The body is {"certificate": PEM} with an RSA key.')
        self._clients.add_certificate(pem)
        return {"certificates": len(self._clients.certificates())}

    def _settle(self, request: Request) -> Any:
        """Do now what waits for its time: late commits and notifications."""
        return {"done": self._sandbox.later.settle()}

    def _get_settings(self, request: Request) -> Any:
        return self._settings.as_dict()

    def _post_settings(self, request: Request) -> Any:
        try:
            values = orjson.loads(request.body or b"{}")  # here a fraction is a float
        except orjson.JSONDecodeError as exc:
            raise bad_request(f"The request body is not valid JSON: {exc}") from exc
        if not isinstance(values, dict):
            raise bad_request("The body is an object of settings.")
        settings.change(self._settings, self._store, values)
        show_version(self._store, self._settings.version)
        return self._settings.as_dict()

    def _dump(self, request: Request) -> Any:
        options = dict(request.query)
        name = options.get("entitySet", "")
        if name not in TABLES:
            raise bad_request(f"There is no entity set '{name}'.")
        with self._store.lock:
            company = "" if name == "companies" else self._company(options.get("company"))
            rows = list(self._store.table(company, name).in_order())
            return {"value": [self._with_lines(company, name, row) for row in rows]}

    def _with_lines(self, company: str, name: str, row: Row) -> Values:
        values: Values = {"@odata.etag": row.etag, **row.values}
        for navigation in TABLES[name].navigations:
            if navigation.is_many and TABLES[navigation.target].parent:
                table = self._store.table(company, navigation.target)
                column = TABLES[navigation.target].by_name[navigation.target_field].column
                values[navigation.name] = [line.values for line in table.find(column, row.id)]
        return values

    def _company(self, name: Any, *, create: bool = False) -> str:
        if name is None:
            return self._identity.company_id
        if not isinstance(name, str):
            raise bad_request(f"The company is a name or an id, not {name}.")
        found = self._store.company(name)
        if found is not None:
            return found.id
        if not create or is_guid(name):
            raise seeding.refuse_company(name)
        return add_company(self._store, name)
