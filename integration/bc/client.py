"""Speak with one Business Central company: records in, records out, and our own errors."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integration.bc import batch as batches
from integration.bc import odata, rules
from integration.bc.batch import BatchAnswer, Operation
from integration.bc.calls import ENGLISH, JSON, NOUNS, READ_ONLY, READ_WRITE, Calls, noun, root
from integration.bc.exact_json import RawRow, loads, raw_page
from integration.bc.metadata import EntitySet, Metadata, parse
from integration.bc.reading import SELECTS
from integration.errors import IntegrationError, ProgramError, TemporaryError

COMPANY = ("id", "name", "displayName")


class Client(Calls):
    """One company of Business Central. Keeps its connections open; use one per thread."""

    # Reading

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
        return self._read(url, noun(entity_set), READ_WRITE)

    def count(self, entity_set: str, *, filter: odata.Filter | str | None = None, app: bool = False) -> int:
        """Tell how many entities a filter finds."""
        url = f"{self._company_url(app)}/{entity_set}/$count{odata.query(filter=filter)}"
        answer = self._send(self._request("GET", url, noun(entity_set), READ_ONLY))
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
        return self._collect(f"{self._company_url(app)}/{entity_set}{asked}", noun(entity_set))

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
        return self._collect(f"{parent}/{navigation}{asked}", noun(entity_set))

    def files(
        self, entity_set: str, parent_id: str | uuid.UUID, navigation: str
    ) -> list[tuple[uuid.UUID, str, int]]:
        """List the files attached to a document: id, name and how many bytes."""
        rows = self.lines(entity_set, parent_id, navigation, select=("id", "fileName", "byteSize"))
        return [(uuid.UUID(row["id"]), row["fileName"], row["byteSize"]) for row in rows]

    def content(self, entity_set: str, id: str | uuid.UUID) -> bytes:
        """Read the bytes of an attached file."""
        url = f"{self._entity_url(entity_set, id, False)}/attachmentContent"
        headers = READ_WRITE | {"Accept": "application/octet-stream"}
        return self._send(self._request("GET", url, "the attached file", headers)).body

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
        return self._write("POST", f"{self._company_url(app)}/{entity_set}", noun(entity_set), body)

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
        return self._write("POST", url, noun(entity_set), body)

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
        return self._write("PATCH", url, noun(entity_set), changes, etag=etag)

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
        self._send(self._request("DELETE", url, noun(entity_set), {"If-Match": etag}, write=True))

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
        return self._write("PATCH", url, noun(entity_set), changes, etag=etag)

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
        request = self._request("POST", url, noun(entity_set), headers, body=b"", write=True)
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
        self._send(self._request("DELETE", url, noun(entity_set), {"If-Match": etag}, write=True))

    def batch(self, operations: Sequence[Operation], *, snapshot: bool = True) -> list[BatchAnswer]:
        """Send several operations in one call; with snapshot all of them happen or none.

        An operation's own failure stands in its answer; only a batch that failed as a whole raises.
        """
        for operation in operations:
            rules.check_operation(operation)
        write = any(each.is_write for each in operations)
        headers = {"Content-Type": "application/json"} | ({"Isolation": "snapshot"} if snapshot else {})
        body = batches.write(operations, f"companies({self.company_id()})", ENGLISH | JSON)
        url = f"{root(self.connection.base_url)}/$batch"
        request = self._request("POST", url, "a batch", headers, body=body, write=write)
        answer = self._send(request, timeout=self.connection.timeouts.action)
        try:
            return batches.read(operations, loads(answer.body)["responses"], snapshot=snapshot)
        except (ValueError, KeyError, TypeError, AttributeError) as exc:
            raise batches.lost(operations) from exc

    # Subscriptions, which belong to the environment and not to a company

    def subscriptions(self) -> list[dict[str, Any]]:
        """Read all subscriptions of the environment that we may see, whoever made them."""
        return self._collect(f"{root(self.connection.base_url)}/subscriptions", NOUNS["subscriptions"])

    def subscribe(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Let BC tell an address about a resource; BC shakes hands with the address before it answers."""
        url = f"{root(self.connection.base_url)}/subscriptions"
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
        url = f"{root(self.connection.runtime_url)}/{path}"
        return {str(row["resource"]) for row in self._collect(url, "the list of webhooks")}

    def _subscription_url(self, id: str) -> str:
        return f"{root(self.connection.base_url)}/{odata.key_path('subscriptions', id)}"

    def _check_is_draft(self, entity_set: str, key: str | uuid.UUID, etag: str) -> None:
        """Prove that this very version is a draft; once posted its etag differs, and BC refuses."""
        found = self.get(entity_set, key, select=("id", "status"))
        if found["status"] != "Draft" or found["@odata.etag"] != etag:
            raise ProgramError(f"{noun(entity_set)} is not the draft it was, and is not deleted.")

    def _metadata_of(self, route: str) -> bytes:
        headers = {"Accept": "application/xml"}
        return self._send(self._request("GET", f"{root(route)}/$metadata", "its metadata", headers)).body

    def _optional_metadata(self, route: str | None) -> dict[str, EntitySet]:
        if route is None:
            return {}
        try:
            return parse(self._metadata_of(route))
        except IntegrationError as exc:
            if exc.status == 404:
                return {}
            raise


def _usual_fields(entity_set: str, app: bool) -> Sequence[str]:
    """The fields that are read of a set; without $select BC computes all of them, extensions' too."""
    usual = None if app else SELECTS.get(entity_set)
    if not usual:
        raise ProgramError(f"Say which fields of {entity_set} are needed.")
    return usual
