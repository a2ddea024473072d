"""Webhook subscriptions: made and renewed with a handshake, gone after three days or a wrong answer."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote, urlsplit

from integration.sandbox import entities
from integration.sandbox.entities.declare import EntitySet
from integration.sandbox.errors import (
    Refusal,
    bad_request,
    method_not_allowed,
    same_key,
    stale,
    token_missing,
    unknown_property,
    unknown_record,
)
from integration.sandbox.http import Reply, Request
from integration.sandbox.odata import Reader, parse_query
from integration.sandbox.payload import read_object
from integration.sandbox.post import Poster, PostError
from integration.sandbox.settings import Settings
from integration.sandbox.store import PLATFORM, Store
from integration.sandbox.table import Row
from integration.sandbox.values import Values, stamp_of

NAME = "subscriptions"
MAX_SUBSCRIPTIONS = 200
MAX_CLIENT_STATE = 2048
_WRITABLE = {"notificationUrl", "resource", "clientState"}
_RESOURCE = re.compile(
    r"^/?(?:v2\.0/[^/]+/[^/]+/)?api/(?P<route>.+)/companies\((?P<company>[^()]+)\)/(?P<name>\w+)$"
)
# Their pages stand on temporary tables, or are no pages of their own.
_WITHOUT_WEBHOOK = {
    "companies",
    NAME,
    "applyVendorEntries",
    "attachments",
    "dimensionSetLines",
    "documentAttachments",
    "pdfDocument",
    "pictures",
    "purchaseCreditMemoLines",
    "purchaseInvoiceLines",
    "purchaseOrderLines",
    "taxAreas",
    "taxGroups",
}


@dataclass(frozen=True)
class Resource:
    """The set of a company that a subscription watches."""

    route: str
    company: str
    spec: EntitySet

    @property
    def path(self) -> str:
        return f"api/{self.route}/companies({self.company})/{self.spec.name}"


class Subscriptions:
    """Answers calls to `subscriptions` and knows which of them live."""

    def __init__(self, store: Store, settings: Settings, poster: Poster) -> None:
        self._store = store
        self._settings = settings
        self._poster = poster

    def handle(self, request: Request, key: str | None, url: str) -> Reply:
        """Answer one call; raises Refusal."""
        self.drop_expired()
        sets = {NAME: entities.STANDARD_SETS[NAME]}
        query = parse_query(request.query, sets[NAME], sets)
        reader = Reader(self._store, sets, PLATFORM, url)
        context = f"{url}/$metadata#{NAME}"
        row = None if key is None else self._row(key)
        if request.method == "GET":
            if row is None:
                return reader.collection(request, sets[NAME], query, context)
            return reader.entity(row, sets[NAME], query, context)
        if request.method == "POST" and row is None:
            return reader.entity(self._create(request), sets[NAME], query, context, status=201)
        if request.method in ("PATCH", "DELETE") and row is not None:
            self._check_tag(request, row)
            if request.method == "PATCH":
                return reader.entity(self._renew(request, row), sets[NAME], query, context)
            self.remove(row.id)
            return Reply(204)
        raise method_not_allowed(NAME, request.method)

    def living(self) -> list[tuple[Row, Resource]]:
        """The subscriptions in force with what each watches."""
        self.drop_expired()
        with self._store.lock:
            rows = list(self._store.table(PLATFORM, NAME).in_order())
            return [(row, self._resource(row["resource"])) for row in rows]

    def remove(self, row_id: str) -> None:
        """End a subscription; does nothing when it has ended already."""
        with self._store.transaction(PLATFORM) as tx:
            if tx.get(NAME, row_id) is not None:
                tx.delete(NAME, row_id)

    def drop_expired(self) -> None:
        now = stamp_of(datetime.now(UTC))
        with self._store.transaction(PLATFORM) as tx:
            for row in list(tx.table(NAME).rows.values()):
                if row["expirationDateTime"] <= now:
                    tx.delete(NAME, row.id)

    def _row(self, key: str) -> Row:
        row = self._store.table(PLATFORM, NAME).by_key(key.strip("'"))
        if row is None:
            raise unknown_record("Subscription", key)
        return row

    def _check_tag(self, request: Request, row: Row) -> None:
        tag = request.header("if-match")
        if not tag:
            raise token_missing()
        if tag not in ("*", row.etag):
            raise stale()

    def _create(self, request: Request) -> Row:
        values = self._read(request)
        for name in ("notificationUrl", "resource"):
            if not values.get(name):
                raise bad_request(
                    f"The property '{name}' is required.", "BadRequest_RequiredParamNotProvided"
                )
        values.setdefault("clientState", "")
        resource = self._resource(values["resource"])
        rows = self._rows()
        if len(rows) >= MAX_SUBSCRIPTIONS:
            raise bad_request(f"The maximum of {MAX_SUBSCRIPTIONS} subscriptions is reached.")
        self._check_is_alone(values, resource, rows)
        self._shake_hands(values["notificationUrl"])
        now = self._store.stamp()
        values |= {
            "subscriptionId": uuid.uuid4().hex,
            "userId": str(uuid.uuid4()),
            "timestamp": self._store.next_version(),
            "lastModifiedDateTime": now,
            "expirationDateTime": self._expiry(),
            "systemCreatedAt": now,
            "systemModifiedAt": now,
        }
        with self._store.transaction(PLATFORM) as tx:
            return tx.insert(NAME, values)

    def _renew(self, request: Request, row: Row) -> Row:
        values = self._read(request)
        merged = {**row.values, **values}
        others = [each for each in self._rows() if each.id != row.id]
        self._check_is_alone(merged, self._resource(merged["resource"]), others)
        self._shake_hands(merged["notificationUrl"])
        values |= {"expirationDateTime": self._expiry(), "systemModifiedAt": self._store.stamp()}
        with self._store.transaction(PLATFORM) as tx:
            return tx.update(NAME, row.id, values)

    def _read(self, request: Request) -> Values:
        values: Values = {}
        for name, value in read_object(request.body).items():
            if "@odata." in name:
                continue
            if name not in _WRITABLE:
                raise unknown_property(name, "subscription")
            if not isinstance(value, str):
                raise bad_request(f"The property '{name}' is a text.")
            values[name] = value
        if len(values.get("clientState", "")) > MAX_CLIENT_STATE:
            raise bad_request(f"The client state is longer than {MAX_CLIENT_STATE} characters.")
        if urlsplit(values.get("notificationUrl", "https:")).scheme != "https":
            raise bad_request("The notification URL must be an HTTPS address.")
        return values

    def _resource(self, text: str) -> Resource:
        path = unquote(urlsplit(text).path)
        match = _RESOURCE.match(path)
        company = self._store.company(match["company"]) if match else None
        if match is None or company is None or match["route"] not in entities.routes(self._settings.level):
            raise bad_request(f"The resource '{text}' is not one of this environment.")
        spec = entities.served(match["route"], self._settings.version).get(match["name"])
        if spec is None or not has_webhook(spec):
            raise bad_request(f"The resource '{text}' does not support notifications.")
        return Resource(match["route"], company.id, spec)

    def _rows(self) -> list[Row]:
        with self._store.lock:
            return list(self._store.table(PLATFORM, NAME).rows.values())

    def _check_is_alone(self, values: Values, resource: Resource, others: list[Row]) -> None:
        """One address is told of a resource by one subscription; raises Refusal."""
        same = [each for each in others if each["notificationUrl"] == values["notificationUrl"]]
        if any(self._watches(each, resource) for each in same):
            raise same_key("API Webhook Subscription", f"Resource='{values['resource']}'")

    def _watches(self, row: Row, resource: Resource) -> bool:
        return self._resource(row["resource"]) == resource

    def _expiry(self) -> str:
        return stamp_of(datetime.now(UTC) + timedelta(seconds=self._settings.webhook_life_seconds))

    def _shake_hands(self, address: str) -> None:
        """The receiver must answer 200 with the token that it is sent; raises Refusal."""
        token = str(uuid.uuid4())
        joint = "&" if "?" in address else "?"
        try:
            answer = self._poster.post(f"{address}{joint}validationToken={token}", b"")
        except PostError as exc:
            raise _no_handshake(str(exc)) from exc
        if answer.status != 200:
            raise _no_handshake(f"it answered {answer.status} and not 200")
        if answer.body.decode("utf-8", "replace").strip() != token:
            raise _no_handshake("it answered 200, but not with the token")


def has_webhook(spec: EntitySet) -> bool:
    """Whether BC tells about changes of the set."""
    return spec.name not in _WITHOUT_WEBHOOK


def supported(settings: Settings, company: str) -> list[str]:
    """The resources of a company that can be subscribed to."""
    return [
        Resource(route, company, spec).path
        for route in entities.routes(settings.level)
        if route != entities.ANALYTICS_ROUTE
        for spec in entities.served(route, settings.version).values()
        if has_webhook(spec)
    ]


def _no_handshake(reason: str) -> Refusal:
    return bad_request(
        f"The notification URL could not be validated: {reason}.", "BadRequest_ValidationFailed"
    )
