"""Speak with one Business Central company: records in, records out, and our own errors.

HTTP stops here. A write is sent once: if its answer is unclear the caller gets UnknownOutcome and looks;
nothing here sends it again.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlsplit

from integration.bc import batch as batches
from integration.bc import odata, rules
from integration.bc.auth import Tokens
from integration.bc.batch import BatchAnswer, Operation
from integration.bc.circuit import Circuit
from integration.bc.connection import Connection
from integration.bc.errors import judge, take_apart
from integration.bc.exact_json import RawRow, dumps, loads, raw_page
from integration.bc.identities import Identities, Identity
from integration.bc.metadata import EntitySet, Metadata, parse
from integration.bc.reading import APP_SELECTS, SELECTS
from integration.bc.throttle import Lane, Limiter
from integration.bc.transport import Answer, Request, Transport
from integration.errors import (
    ConfigurationError,
    IntegrationError,
    NotSentError,
    ProgramError,
    TemporaryError,
    UnknownOutcome,
)

READ_ONLY = {"Data-Access-Intent": "ReadOnly"}  # may be answered by a replica that lags
READ_WRITE = {"Data-Access-Intent": "ReadWrite"}  # the database itself: for looks after a write
ENGLISH = {"Accept-Language": "en-US"}  # errors are told apart by their English text
JSON = {"Accept": "application/json"}

COMPANY = ("id", "name", "displayName")

Read = TypeVar("Read")

MAX_PAGE_SIZE = 20_000
PAGE_TRIES = 6

NOUNS = {
    "purchaseOrders": "the purchase order",
    "purchaseOrderLines": "the order line",
    "purchaseInvoices": "the purchase invoice",
    "purchaseInvoiceLines": "the invoice line",
    "purchaseReceipts": "the receipt",
    "items": "the item",
    "vendors": "the vendor",
    "subscriptions": "the subscription",
    "fixedAssets": "the fixed asset",
    "receiptRequests": "the receipt",
    "inventoryRequests": "the inventory movement",
}


class Client:
    """One company of Business Central. Keeps its connections open; use one per thread.

    `others` are the same connection as further client ids; each call goes as whichever has room. The circuit
    is told how each call fares; whoever calls asks it whether to call.
    """

    def __init__(
        self,
        connection: Connection,
        *,
        others: Sequence[Connection] = (),
        lane: Lane = Lane.REALTIME,
        patience: float = 20.0,
        tokens: Tokens | None = None,
        limiter: Limiter | None = None,
        circuit: Circuit | None = None,
        pause: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.connection = connection
        self.lane = lane
        self.patience = patience
        first = Identity.of(connection, tokens=tokens, limiter=limiter)
        self.tokens = first.tokens
        self.identities = Identities([first, *(Identity.of(each) for each in others)])
        self.circuit = circuit
        self.pause = pause
        self.chance = chance
        self.transport = Transport(trusted_ca=connection.trusted_ca)
        self._company_id = connection.company_guid

    # Reading

    def company_id(self) -> str:
        """Return the id of the connection's company, looked up once by name."""
        if self._company_id is None:
            self._company_id = self._find_company()
        return self._company_id

    def company(self) -> dict[str, Any]:
        """Read the connection's company itself; raise ConfigurationError when it is not there."""
        url = self._company_url(app=False) + odata.query(select=COMPANY)
        return self._read(url, "the company", READ_WRITE)

    def pages(
        self,
        entity_set: str,
        *,
        select: Sequence[str],
        filter: odata.Filter | str | None = None,
        orderby: str | None = None,
        expand: str | Sequence[str] | None = None,
        page_size: int = 2000,
        app: bool = False,
        read_only: bool = True,
    ) -> Iterator[list[dict[str, Any]]]:
        """Read a whole set page by page.

        A page that fails for the moment is asked for again. A ConflictError with the code DEAD_SKIP_TOKEN
        means: start the pull again from its watermark.
        """
        asked = odata.query(select=select, filter=filter, orderby=orderby, expand=expand)
        url: str | None = f"{self._company_url(app)}/{entity_set}{asked}"
        while url is not None:
            page = self._patiently(url, entity_set, page_size, read_only, loads)
            url = self._next_link(page)
            yield page.pop("value")
            del page  # while the next ones come, nothing else is kept

    def page(
        self,
        entity_set: str,
        *,
        at: str | None = None,
        select: Sequence[str],
        filter: odata.Filter | str | None = None,
        page_size: int = 2000,
        app: bool = False,
        read_only: bool = True,
    ) -> tuple[list[RawRow], str | None]:
        """Fetch one page, the first or the one at an address told before; returns the next one's address.

        Its rows are told apart and not yet read. As with `pages`, a ConflictError with the code
        DEAD_SKIP_TOKEN means: begin again.
        """
        self._check_host(at)
        asked = odata.query(select=select, filter=filter)
        url = at or f"{self._company_url(app)}/{entity_set}{asked}"
        rows, onward = self._patiently(url, entity_set, page_size, read_only, raw_page)
        self._check_host(onward)
        return rows, onward

    def rows(
        self,
        entity_set: str,
        *,
        select: Sequence[str],
        filter: odata.Filter | str | None = None,
        orderby: str | None = None,
        expand: str | Sequence[str] | None = None,
        page_size: int = 2000,
        app: bool = False,
        read_only: bool = True,
    ) -> Iterator[dict[str, Any]]:
        """Read a whole set row by row."""
        for page in self.pages(
            entity_set,
            select=select,
            filter=filter,
            orderby=orderby,
            expand=expand,
            page_size=page_size,
            app=app,
            read_only=read_only,
        ):
            yield from page

    def get(
        self,
        entity_set: str,
        id: str | uuid.UUID,
        *,
        select: Sequence[str] | None = None,
        expand: str | Sequence[str] | None = None,
        app: bool = False,
    ) -> dict[str, Any]:
        """Read one entity as it is now; raise PermanentError (see errors.is_gone) when it does not exist."""
        asked = odata.query(select=select or _usual_fields(entity_set, app), expand=expand)
        url = self._entity_url(entity_set, id, app) + asked
        return self._read(url, _noun(entity_set), READ_WRITE)

    def count(self, entity_set: str, *, filter: odata.Filter | str | None = None, app: bool = False) -> int:
        """Tell how many entities a filter finds."""
        url = f"{self._company_url(app)}/{entity_set}/$count{odata.query(filter=filter)}"
        answer = self._send(self._request("GET", url, _noun(entity_set), READ_ONLY))
        try:
            return int(answer.body.decode("utf-8-sig"))
        except ValueError as exc:
            raise TemporaryError(f"Business Central did not tell how many {entity_set} it has.") from exc

    def find(
        self,
        entity_set: str,
        *,
        filter: odata.Filter | str,
        select: Sequence[str] | None = None,
        expand: str | Sequence[str] | None = None,
        app: bool = False,
    ) -> list[dict[str, Any]]:
        """Look up the few entities a filter finds, as they are now."""
        asked = odata.query(select=select or _usual_fields(entity_set, app), filter=filter, expand=expand)
        return self._collect(f"{self._company_url(app)}/{entity_set}{asked}", _noun(entity_set))

    def lines(
        self,
        entity_set: str,
        parent_id: str | uuid.UUID,
        navigation: str,
        *,
        select: Sequence[str] | None = None,
        app: bool = False,
    ) -> list[dict[str, Any]]:
        """Read the lines of one document as they are now; BC does not let them be read across documents."""
        parent = self._entity_url(entity_set, parent_id, app)
        asked = odata.query(select=select or _usual_fields(navigation, app))
        return self._collect(f"{parent}/{navigation}{asked}", _noun(entity_set))

    def metadata(self) -> Metadata:
        """Read what the tenant offers, on every route it has."""
        return Metadata(
            standard=parse(self._metadata_of(self.connection.base_url)),
            analytics=self._optional_metadata(self.connection.analytics_url),
            app=self._optional_metadata(self.connection.app_url),
        )

    # Writing

    def create(self, entity_set: str, body: Mapping[str, Any], *, app: bool = False) -> dict[str, Any]:
        """Create an entity, with its nested lines if the body holds some; return it as BC stored it."""
        rules.check_written(entity_set, body)
        return self._write("POST", f"{self._company_url(app)}/{entity_set}", _noun(entity_set), body)

    def create_line(
        self,
        entity_set: str,
        parent_id: str | uuid.UUID,
        navigation: str,
        body: Mapping[str, Any],
        *,
        app: bool = False,
    ) -> dict[str, Any]:
        """Add a line to a document; return it as BC stored it."""
        url = f"{self._entity_url(entity_set, parent_id, app)}/{navigation}"
        return self._write("POST", url, _noun(entity_set), body)

    def update_line(
        self,
        entity_set: str,
        parent_id: str | uuid.UUID,
        navigation: str,
        id: str | uuid.UUID,
        changes: Mapping[str, Any],
        *,
        etag: str,
    ) -> dict[str, Any]:
        """Change a line that is reached through its parent only, such as a dimension."""
        rules.check_etag(etag)
        url = f"{self._entity_url(entity_set, parent_id, False)}/{odata.key_path(navigation, id)}"
        return self._write("PATCH", url, _noun(entity_set), changes, etag=etag)

    def delete_line(
        self,
        entity_set: str,
        parent_id: str | uuid.UUID,
        navigation: str,
        id: str | uuid.UUID,
        *,
        etag: str,
    ) -> None:
        """Delete a line that is reached through its parent only, such as a dimension."""
        rules.check_etag(etag)
        url = f"{self._entity_url(entity_set, parent_id, False)}/{odata.key_path(navigation, id)}"
        self._send(self._request("DELETE", url, _noun(entity_set), {"If-Match": etag}, write=True))

    def update(
        self,
        entity_set: str,
        id: str | uuid.UUID,
        changes: Mapping[str, Any],
        *,
        etag: str,
        app: bool = False,
    ) -> dict[str, Any]:
        """Change the given fields of the version named by the etag; return the entity with its new etag."""
        rules.check_written(entity_set, changes)
        rules.check_etag(etag)
        url = self._entity_url(entity_set, id, app)
        return self._write("PATCH", url, _noun(entity_set), changes, etag=etag)

    def act(
        self,
        entity_set: str,
        id: str | uuid.UUID,
        action: str,
        *,
        etag: str | None = None,
        app: bool = False,
    ) -> None:
        """Run a bound action, such as receiveAndInvoice; even a refusal does not prove nothing was posted."""
        if etag is not None or action.lower() in rules.POSTING:
            # BC checks the version of an action only when it is sent: posting sends it.
            rules.check_etag(etag)
        url = f"{self._entity_url(entity_set, id, app)}/Microsoft.NAV.{action}"
        headers = {"If-Match": etag} if etag else {}
        request = self._request("POST", url, _noun(entity_set), headers, body=b"", write=True)
        self._send(request, timeout=self.connection.timeouts.action)

    def delete(
        self,
        entity_set: str,
        id: str | uuid.UUID,
        *,
        etag: str,
        app: bool = False,
    ) -> None:
        """Delete the version named by the etag. Posted documents are never deleted: raise ProgramError."""
        rules.check_etag(etag)
        if entity_set in rules.DELETED_AS_DRAFT:
            self._check_is_draft(entity_set, id, etag)
        elif entity_set not in rules.DELETED:
            raise ProgramError(f"{entity_set} are never deleted: posted documents stay.")
        url = self._entity_url(entity_set, id, app)
        self._send(self._request("DELETE", url, _noun(entity_set), {"If-Match": etag}, write=True))

    def batch(self, operations: Sequence[Operation], *, snapshot: bool = True) -> list[BatchAnswer]:
        """Send several operations in one call; with snapshot all of them happen or none.

        An operation's own failure stands in its answer; only a batch that failed as a whole raises.
        """
        for operation in operations:
            rules.check_operation(operation)
        write = any(each.is_write for each in operations)
        headers = {"Content-Type": "application/json"} | ({"Isolation": "snapshot"} if snapshot else {})
        body = batches.write(operations, f"companies({self.company_id()})", ENGLISH | JSON)
        url = f"{_root(self.connection.base_url)}/$batch"
        request = self._request("POST", url, "a batch", headers, body=body, write=write)
        answer = self._send(request, timeout=self.connection.timeouts.action)
        try:
            return batches.read(operations, loads(answer.body)["responses"], snapshot=snapshot)
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise batches.lost(operations) from exc

    # Subscriptions, which belong to the environment and not to a company

    def subscriptions(self) -> list[dict[str, Any]]:
        """Read all subscriptions of the environment that we may see, whoever made them."""
        return self._collect(f"{_root(self.connection.base_url)}/subscriptions", NOUNS["subscriptions"])

    def subscribe(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Let BC tell an address about a resource; BC shakes hands with the address before it answers."""
        url = f"{_root(self.connection.base_url)}/subscriptions"
        return self._write("POST", url, NOUNS["subscriptions"], body)

    def renew_subscription(self, id: str, body: Mapping[str, Any], *, etag: str) -> dict[str, Any]:
        """Let a subscription live on; BC shakes hands again."""
        return self._write("PATCH", self._subscription_url(id), NOUNS["subscriptions"], body, etag=etag)

    def end_subscription(self, id: str, *, etag: str) -> None:
        """Let BC tell nothing more."""
        url = self._subscription_url(id)
        request = self._request("DELETE", url, NOUNS["subscriptions"], {"If-Match": etag}, write=True)
        self._send(request)

    def webhook_resources(self) -> set[str]:
        """Name the resources of the company that BC tells about."""
        path = f"companies({self.company_id()})/webhookSupportedResources"
        url = f"{_root(self.connection.runtime_url)}/{path}"
        return {str(row["resource"]) for row in self._collect(url, "the list of webhooks")}

    def _subscription_url(self, id: str) -> str:
        return f"{_root(self.connection.base_url)}/{odata.key_path('subscriptions', id)}"

    # The pieces

    def _find_company(self) -> str:
        url = f"{_root(self.connection.base_url)}/companies?$select=id,name,displayName"
        companies = self._collect(url, "the company")
        for word in ("name", "displayName"):
            found = [
                row["id"] for row in companies if row[word].casefold() == self.connection.company.casefold()
            ]
            if len(found) == 1:
                return str(found[0])
        raise ConfigurationError(
            f"Business Central shows us no company {self.connection.company!r}. Correct the connection."
        )

    def _company_url(self, app: bool) -> str:
        return f"{self._route(app)}/companies({self.company_id()})"

    def _entity_url(self, entity_set: str, key: str | uuid.UUID, app: bool) -> str:
        return f"{self._company_url(app)}/{odata.key_path(entity_set, key)}"

    def _route(self, app: bool) -> str:
        if not app:
            return _root(self.connection.base_url)
        if self.connection.app_url is None:
            raise ConfigurationError(
                "This needs the Tieout app in Business Central. Install it, or set its address."
            )
        return _root(self.connection.app_url)

    def _read(self, url: str, subject: str, headers: Mapping[str, str]) -> dict[str, Any]:
        entity: dict[str, Any] = self._read_as(loads, url, subject, headers)
        return entity

    def _read_as(
        self, reader: Callable[[bytes], Read], url: str, subject: str, headers: Mapping[str, str]
    ) -> Read:
        answer = self._send(self._request("GET", url, subject, headers))
        try:
            return reader(answer.body)
        except ValueError as exc:
            raise TemporaryError(f"Business Central's answer about {subject} cannot be read.") from exc

    def _collect(self, url: str, subject: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        following: str | None = url
        while following is not None:
            page = self._read(following, subject, READ_WRITE)
            found += page["value"]
            following = self._next_link(page)
        return found

    def _patiently(
        self, url: str, entity_set: str, page_size: int, read_only: bool, reader: Callable[[bytes], Read]
    ) -> Read:
        """Read a page, again and again for a while: a pull of many pages should not fall over one of them."""
        if not 0 < page_size <= MAX_PAGE_SIZE:
            raise ProgramError(f"A page holds 1 to {MAX_PAGE_SIZE} rows, not {page_size}.")
        # Never $top: below the page maximum BC sends no nextLink, and the pull would end early.
        prefer = {"Prefer": f"odata.maxpagesize={page_size}"} | (READ_ONLY if read_only else READ_WRITE)
        for attempt in range(1, PAGE_TRIES):
            try:
                return self._read_as(reader, url, _noun(entity_set), prefer)
            except (NotSentError, TemporaryError) as exc:
                self.pause(exc.retry_after or self.chance() * 2.0**attempt)
        return self._read_as(reader, url, _noun(entity_set), prefer)

    def _next_link(self, page: Mapping[str, Any]) -> str | None:
        link: str | None = page.get("@odata.nextLink")
        self._check_host(link)
        return link

    def _check_host(self, link: str | None) -> None:
        if link is not None and urlsplit(link)[:2] != urlsplit(self.connection.base_url)[:2]:
            raise ConfigurationError(
                "Business Central sent us to another host for the next page. Check the address."
            )

    def _write(
        self, method: str, url: str, subject: str, body: Mapping[str, Any], *, etag: str | None = None
    ) -> dict[str, Any]:
        headers = {"Content-Type": "application/json"} | ({"If-Match": etag} if etag else {})
        request = self._request(method, url, subject, headers, body=dumps(body), write=True)
        answer = self._send(request)
        try:
            entity: dict[str, Any] = loads(answer.body)
        except ValueError as exc:
            raise UnknownOutcome(
                f"Business Central took {subject}, but its answer cannot be read. It is being checked there.",
                status=answer.status,
            ) from exc
        return entity

    def _request(
        self,
        method: str,
        url: str,
        subject: str,
        headers: Mapping[str, str],
        *,
        body: bytes | None = None,
        write: bool = False,
    ) -> Request:
        return Request(method, url, subject, JSON | ENGLISH | dict(headers), body, write)

    def _send(self, request: Request, *, timeout: float | None = None) -> Answer:
        try:
            answer = self._send_in_turn(request, timeout)
        except IntegrationError as error:
            if self.circuit is not None:
                self.circuit.note(error)
            raise
        if self.circuit is not None:
            self.circuit.note(None)
        return answer

    def _send_in_turn(self, request: Request, timeout: float | None) -> Answer:
        read = timeout or self.connection.timeouts.read
        while True:
            turn = self.identities.admitted(self.lane, patience=self.patience, pause=self.pause)
            with turn as identity:
                try:
                    answer = self._send_as(identity, request, read)
                except ConfigurationError as exc:  # not signed in, so BC has done nothing yet
                    self.identities.set_aside(identity, exc)
                    continue
                if answer.status == 429:  # before our place is free, so that nobody slips in
                    identity.limiter.slow_down(answer.retry_after)
            if 200 <= answer.status < 300:
                return answer
            raise self._refused(request, answer)

    def _send_as(self, identity: Identity, request: Request, read: float) -> Answer:
        """Send with the id's token; a 401 comes before any work, so it is sent once more with another token.

        Raises ConfigurationError when the id cannot sign in, or BC does not take it at all.
        """
        timeout = (self.connection.timeouts.connect, read)
        token = identity.tokens.current()
        answer = self.transport.send(request, token=token, timeout=timeout)
        if answer.status == 401:
            answer = self.transport.send(request, token=identity.tokens.replace(token), timeout=timeout)
        if answer.status == 401:
            raise self._refused(request, answer)
        return answer

    def _refused(self, request: Request, answer: Answer) -> IntegrationError:
        if 300 <= answer.status < 400:
            return ConfigurationError(
                "Business Central sent us to another address. Correct the connection.", status=answer.status
            )
        refusal = take_apart(answer.status, answer.body, answer.retry_after)
        return judge(refusal, subject=request.subject, write=request.write)

    def _check_is_draft(self, entity_set: str, key: str | uuid.UUID, etag: str) -> None:
        """Prove that this very version is a draft; once posted its etag differs, and BC refuses."""
        found = self.get(entity_set, key, select=("id", "status"))
        if found["status"] != "Draft" or found["@odata.etag"] != etag:
            raise ProgramError(f"{_noun(entity_set)} is not the draft it was, and is not deleted.")

    def _metadata_of(self, route: str) -> bytes:
        headers = {"Accept": "application/xml"}
        return self._send(self._request("GET", f"{_root(route)}/$metadata", "its metadata", headers)).body

    def _optional_metadata(self, route: str | None) -> dict[str, EntitySet]:
        if route is None:
            return {}
        try:
            return parse(self._metadata_of(route))
        except IntegrationError as exc:
            if exc.status == 404:
                return {}
            raise


def _root(url: str) -> str:
    return url.rstrip("/")


def _noun(entity_set: str) -> str:
    return NOUNS.get(entity_set, entity_set)


def _usual_fields(entity_set: str, app: bool) -> Sequence[str]:
    """The fields that are read of a set; without $select BC computes all of them, extensions' too."""
    usual = (APP_SELECTS if app else SELECTS).get(entity_set)
    if not usual:
        raise ProgramError(f"Say which fields of {entity_set} are needed.")
    return usual
