"""One call of Business Central: its address, its turn, and its answer as records or as one of our errors.

HTTP stops here. A write is sent once: if its answer is unclear the caller gets UnknownOutcome and looks;
nothing here sends it again.
"""

import random
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar
from urllib.parse import urlsplit

from integration import correlation, tracing
from integration.bc import odata
from integration.bc.auth import Tokens
from integration.bc.circuit import Circuit
from integration.bc.connection import Connection
from integration.bc.errors import judge, take_apart
from integration.bc.exact_json import dumps, loads
from integration.bc.identities import Identities, Identity
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
REQUEST_ID = "X-Request-ID"  # whoever stands between us and BC finds the call by the event that it is for

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


class Calls:
    """Calls one company as whichever client id has room, and finds its addresses.

    `others` are the same connection as further client ids. The circuit is told how each call fares; whoever
    calls asks it whether to call.
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
        self.page_tries = PAGE_TRIES
        self.transport = Transport(trusted_ca=connection.trusted_ca)
        self._company_id = connection.company_guid

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Ask for each page once, for so long: a person waits for the answer, and can ask again."""
        before, self.page_tries = self.page_tries, 1
        try:
            yield
        finally:
            self.page_tries = before

    def company_id(self) -> str:
        """Return the id of the connection's company, looked up once by name."""
        if self._company_id is None:
            self._company_id = self._find_company()
        return self._company_id

    def _find_company(self) -> str:
        url = f"{root(self.connection.base_url)}/companies?$select=id,name,displayName"
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
            return root(self.connection.base_url)
        if self.connection.app_url is None:
            raise ConfigurationError(
                "This needs the Tieout app in Business Central. Install it, or set its address."
            )
        return root(self.connection.app_url)

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
        for attempt in range(1, self.page_tries):
            try:
                return self._read_as(reader, url, noun(entity_set), prefer)
            except (NotSentError, TemporaryError) as exc:
                self.pause(exc.retry_after or self.chance() * 2.0**attempt)
        return self._read_as(reader, url, noun(entity_set), prefer)

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
        named = {REQUEST_ID: correlation.current()} if correlation.current() else {}
        return Request(method, url, subject, JSON | ENGLISH | named | dict(headers), body, write)

    def _send(self, request: Request, *, timeout: float | None = None) -> Answer:
        try:
            with tracing.span(f"BC {request.method} {request.subject}"):
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


def root(url: str) -> str:
    return url.rstrip("/")


def noun(entity_set: str) -> str:
    return NOUNS.get(entity_set, entity_set)
