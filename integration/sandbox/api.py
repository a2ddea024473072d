"""The API routes: find what a path names, check the rights of the call, read or write."""

import re
from dataclasses import dataclass
from functools import lru_cache

import orjson

from integration.sandbox import entities, metadata, payload, streams
from integration.sandbox.batch import answer_batch
from integration.sandbox.entities.declare import EntitySet, Field, Navigation
from integration.sandbox.entities.drift import Drift
from integration.sandbox.errors import (
    Refusal,
    bad_request,
    dialog,
    method_not_allowed,
    no_permission,
    stale,
    token_missing,
    unauthorized,
    unknown_path,
    unknown_record,
)
from integration.sandbox.filters import Filter, both, equal
from integration.sandbox.http import Reply, Request
from integration.sandbox.identity import Identity
from integration.sandbox.odata import Query, Reader, navigation_filter, parse_query
from integration.sandbox.rules import Work, rules_of
from integration.sandbox.rules.journals import DEFAULT_TEMPLATE
from integration.sandbox.settings import Settings
from integration.sandbox.store import PLATFORM, Store
from integration.sandbox.subscriptions import NAME as SUBSCRIPTIONS
from integration.sandbox.subscriptions import Subscriptions, supported
from integration.sandbox.table import Row
from integration.sandbox.values import is_guid

ENVIRONMENT = "sandbox"
RUNTIME_ROUTE = "microsoft/runtime/beta"
ACTION_PREFIX = "microsoft.nav."
_SEGMENT = re.compile(r"^([A-Za-z_][\w.]*)(?:\(([^()]*)\))?$")
_VERBS = {"POST": "may_insert", "PATCH": "may_modify", "DELETE": "may_delete"}


@dataclass(frozen=True)
class Segment:
    name: str
    key: str | None


@dataclass(frozen=True)
class Route:
    """One API of the environment: its name, its address and the sets of this version."""

    name: str
    url: str
    sets: dict[str, EntitySet]
    rest: list[str]  # of the path


@dataclass(frozen=True)
class Place:
    """Where a call goes: the route's address, its sets, the company and the rest of the path."""

    url: str
    sets: dict[str, EntitySet]
    company: str
    rest: list[Segment]


@dataclass(frozen=True)
class Target:
    """What the path names: a set, one row of it, and the parent when reached through navigation."""

    spec: EntitySet
    row: Row | None = None
    parent: Row | None = None
    navigation: Navigation | None = None
    action: str | None = None
    counts: bool = False
    stream: Field | None = None


class Api:
    """Answers every call below `/v2.0/…/api/`."""

    def __init__(
        self, store: Store, identity: Identity, settings: Settings, subscriptions: Subscriptions
    ) -> None:
        self._subscriptions = subscriptions
        self._store = store
        self._identity = identity
        self._settings = settings

    def handle(self, request: Request) -> Reply:
        """Answer one call; raises Refusal."""
        route = self._route(request)
        if request.header("data-access-intent") and request.method != "GET":
            raise bad_request("Data-Access-Intent can be used with GET requests only.")
        if route.rest == ["$batch"]:
            request.entity_set = "$batch"
            claims_success = self._settings.snapshot_claims_success
            return answer_batch(request, self._store, self._operation, claims_success=claims_success)
        if route.rest == ["$metadata"]:
            _expect_get(request)
            return Reply(200, self._metadata(route.name), content_type="application/xml")
        if not route.rest:
            _expect_get(request)
            return Reply(200, _service_document(route.url, route.sets))
        segments = [_segment(part) for part in route.rest]
        request.entity_set = segments[-1].name
        if segments[0].name == "companies" and len(segments) == 1:
            return self._companies(request, segments[0], route.url, route.sets)
        if segments[0].name == SUBSCRIPTIONS and len(segments) == 1:
            return self._subscriptions.handle(request, segments[0].key, route.url)
        place = self._place(request, route.url, route.sets, segments)
        if route.name == RUNTIME_ROUTE:
            return self._discovery(request, place)
        return self._answer(request, place)

    def _operation(self, request: Request) -> Reply:
        """Answer an operation of a batch, which is no batch itself."""
        if request.path.endswith("/$batch"):
            raise bad_request("A batch cannot hold another batch.")
        return self.handle(request)

    def _route(self, request: Request) -> Route:
        parts = request.segments
        start = next((position for position in (2, 3) if parts[position : position + 1] == ["api"]), None)
        if start is None or parts[0] != "v2.0":
            raise unknown_path(parts[-1] if parts else "/")
        if start == 3 and parts[1].lower() != self._identity.tenant:
            raise unauthorized()
        if parts[start - 1].lower() != ENVIRONMENT:
            raise Refusal(404, "NoEnvironment", f"Environment '{parts[start - 1]}' does not exist.")
        rest = parts[start + 1 :]
        for name in (*entities.routes(self._settings.level), RUNTIME_ROUTE):
            route = name.split("/")
            if rest[: len(route)] == route:
                prefix = "/".join(parts[: start + 1] + route)
                url = f"https://{request.header('host')}/{prefix}"
                return Route(name, url, self._sets(name), rest[len(route) :])
        raise unknown_path("/".join(rest[:3]))

    def _discovery(self, request: Request, place: Place) -> Reply:
        """What the platform tells about itself: routes, and what can be subscribed to."""
        _expect_get(request)
        names = [each.name for each in place.rest]
        if names == ["webhookSupportedResources"]:
            paths = supported(self._settings, place.company)
            return Reply(200, orjson.dumps({"value": [{"resource": f"/{path}"} for path in paths]}))
        if names == ["apiRoutes"]:
            routes = entities.routes(self._settings.level)
            return Reply(200, orjson.dumps({"value": [{"route": route} for route in routes]}))
        raise unknown_path("/".join(names))

    def _sets(self, route: str) -> dict[str, EntitySet]:
        if route == RUNTIME_ROUTE:
            return {}
        set_to = self._settings
        return entities.served(
            route, set_to.version, has_extension=set_to.extension_fields, drift=set_to.drift
        )

    def _metadata(self, route: str) -> bytes:
        set_to = self._settings
        return _document(route, set_to.version, set_to.extension_fields, set_to.drift)

    def _place(
        self, request: Request, url: str, sets: dict[str, EntitySet], segments: list[Segment]
    ) -> Place:
        if segments[0].name == "companies":
            company = self._store.company(segments[0].key or "")
            segments = segments[1:]
        else:
            name = dict(request.query).get("company")
            if name is None:
                raise bad_request("You must choose a company.", "BadRequest_RequiredParamNotProvided")
            company = self._store.company(name)
        if company is None:
            raise Refusal(404, "Internal_CompanyNotFound", "Cannot find company.")
        return Place(url, sets, company.id, segments)

    def _companies(self, request: Request, segment: Segment, url: str, sets: dict[str, EntitySet]) -> Reply:
        if request.method != "GET":
            raise method_not_allowed("companies", request.method)
        spec = entities.STANDARD_SETS["companies"]
        query = parse_query(request.query, spec, sets)
        reader = Reader(self._store, sets, PLATFORM, url)
        if segment.key is None:
            return reader.collection(request, spec, query, f"{url}/$metadata#companies")
        company = self._store.company(segment.key)
        if company is None:
            raise Refusal(404, "Internal_CompanyNotFound", "Cannot find company.")
        return reader.entity(company, spec, query, f"{url}/$metadata#companies")

    def _answer(self, request: Request, place: Place) -> Reply:
        if request.method == "GET":
            with self._store.lock:
                target = self._target(request, place)
            return self._read(request, place, target)
        return self._write(request, place)

    def _target(self, request: Request, place: Place) -> Target:
        """Walk the path below the company; raises Refusal 404 where it leads nowhere."""
        first, *others = place.rest
        spec = place.sets.get(first.name)
        if spec is None or spec.name in ("companies", SUBSCRIPTIONS):
            raise unknown_path(first.name)
        target = Target(spec, self._row(place, spec, first.key, None))
        for segment in others:
            target = self._step(place, target, segment)
        name = target.spec.name
        request.entity_set = f"{name}.{target.action}" if target.action else name
        return target

    def _step(self, place: Place, target: Target, segment: Segment) -> Target:
        if segment.name == "$count" and target.row is None and not target.counts:
            return Target(target.spec, None, target.parent, target.navigation, counts=True)
        if target.row is None or target.action or target.stream:
            raise unknown_path(segment.name)
        stream = next((each for each in target.spec.streams if each.name == segment.name), None)
        if stream is not None:
            return Target(target.spec, target.row, target.parent, target.navigation, stream=stream)
        if segment.name.lower().startswith(ACTION_PREFIX):
            wanted = segment.name[len(ACTION_PREFIX) :].lower()
            action = next((name for name in target.spec.actions if name.lower() == wanted), None)
            if action is None:
                raise unknown_path(segment.name)
            return Target(target.spec, target.row, action=action)
        navigation = target.spec.navigation(segment.name)
        spec = place.sets.get(navigation.target) if navigation else None
        if navigation is None or spec is None:
            raise unknown_path(segment.name)
        row = self._row(place, spec, segment.key, navigation_filter(target.row, navigation, spec))
        if row is None and not navigation.is_many:
            row = self._store.table(place.company, spec.table).rows.get(target.row[navigation.own_field])
            if row is None:
                raise unknown_record(spec.caption, target.row[navigation.own_field])
        if row and not navigation_filter(target.row, navigation, spec).matches(row.values):
            raise unknown_record(spec.caption, segment.key)
        return Target(spec, row, target.row, navigation)

    def _row(self, place: Place, spec: EntitySet, key: str | None, where: Filter | None) -> Row | None:
        if key is None:
            return None
        key = key.removeprefix("id=").strip("'").lower()
        if not is_guid(key):
            raise Refusal(400, "Application_InvalidGUID", f"'{key}' is not a valid GUID.")
        table = self._store.table(place.company, spec.table)
        if spec.own_key == "id":
            row = table.rows.get(key)
        else:
            found = table.find(spec.own_key, key) if where is not None else []
            row = next((each for each in found if where and where.matches(each.values)), None)
        if row is None:
            raise unknown_record(spec.caption, key)
        return row

    def _check_rights(self, request: Request, target: Target) -> None:
        """Refuse what the permission sets of the caller, or the state of the tenant, do not allow."""
        spec, reads = target.spec, request.method == "GET"
        if spec.name in (self._settings.no_read if reads else self._settings.no_write):
            right = {"GET": "Read", "POST": "Insert", "DELETE": "Delete"}.get(request.method, "Modify")
            raise no_permission(spec.caption, right)
        if spec.name in self._settings.needs_data_upgrade:
            raise dialog("You must run the data upgrade for this API page. Ask your administrator.")

    def _read(self, request: Request, place: Place, target: Target) -> Reply:
        if target.action:
            raise method_not_allowed(target.spec.name, "GET")
        self._check_rights(request, target)
        if target.stream is not None and target.row is not None:
            return streams.read(target.row, target.stream)
        spec = target.spec
        query = parse_query(request.query, spec, place.sets)
        reader = Reader(self._store, place.sets, place.company, place.url)
        context = _context(place, spec)
        if target.row is not None:
            return reader.entity(target.row, spec, query, context)
        if target.parent is not None and target.navigation is not None:
            where = both(navigation_filter(target.parent, target.navigation, spec), query.where)
            query = Query(**{**query.__dict__, "where": where})
        _check_lines_have_parent(spec, query)
        if spec.name == "journals" and query.where.equals("templateDisplayName") is None:
            only = equal("templateDisplayName", DEFAULT_TEMPLATE)
            query = Query(**{**query.__dict__, "where": both(query.where, only)})
        if target.counts:
            return reader.count(spec, query)
        return reader.collection(request, spec, query, context)

    def _write(self, request: Request, place: Place) -> Reply:
        with self._store.lock:
            target = self._target(request, place)
            self._check_rights(request, target)
            if target.counts:
                raise method_not_allowed(target.spec.name, request.method)
            if target.action:
                return self._act(request, place, target)
            if request.method not in _VERBS or not getattr(target.spec, _VERBS[request.method]):
                raise method_not_allowed(target.spec.name, request.method)
            if (request.method == "POST") is (target.row is not None):
                raise method_not_allowed(target.spec.name, request.method)
            query = parse_query(request.query, target.spec, place.sets)
            if target.stream is not None and target.row is not None:
                return self._write_stream(request, place, target.spec, target.row, target.stream)
            if target.row is None:
                return self._insert(request, place, target, query)
            if request.method == "DELETE":
                return self._delete(request, place, target.spec, target.row)
            return self._modify(request, place, target.spec, target.row, query)

    def _insert(self, request: Request, place: Place, target: Target, query: Query) -> Reply:
        spec = target.spec
        sent = payload.parse(spec, payload.read_object(request.body), place.sets, insert=True)
        with self._store.transaction(place.company) as tx:
            work = Work(tx, self._settings, place.sets)
            row = rules_of(spec).insert(work, spec, sent, target.parent)
        if "return-no-content" in (request.header("prefer") or "") or "return=minimal" in (
            request.header("prefer") or ""
        ):
            return Reply(204, headers={"OData-EntityId": f"{place.url}/{spec.name}({row.id})"})
        reader = Reader(self._store, place.sets, place.company, place.url)
        reply = reader.entity(row, spec, query, _context(place, spec), status=201)
        reply.headers["Location"] = f"{place.url}/companies({place.company})/{spec.name}({row.id})"
        return reply

    def _modify(self, request: Request, place: Place, spec: EntitySet, row: Row, query: Query) -> Reply:
        tag = request.header("if-match")
        if not tag:
            raise token_missing()
        self._check_tag(tag, row)
        sent = payload.parse(spec, payload.read_object(request.body), place.sets, insert=False)
        with self._store.transaction(place.company) as tx:
            work = Work(tx, self._settings, place.sets)
            row = rules_of(spec).modify(work, spec, row, sent)
        reader = Reader(self._store, place.sets, place.company, place.url)
        return reader.entity(row, spec, query, _context(place, spec))

    def _write_stream(
        self, request: Request, place: Place, spec: EntitySet, row: Row, stream: Field
    ) -> Reply:
        tag = request.header("if-match")
        if request.method != "PATCH":
            raise method_not_allowed(stream.name, request.method)
        if not tag:
            raise token_missing()
        self._check_tag(tag, row)
        with self._store.transaction(place.company) as tx:
            streams.write(tx, spec, row, stream, request)
        return Reply(204)

    def _delete(self, request: Request, place: Place, spec: EntitySet, row: Row) -> Reply:
        self._check_tag(request.header("if-match") or "*", row)
        with self._store.transaction(place.company) as tx:
            rules_of(spec).delete(Work(tx, self._settings, place.sets), spec, row)
        return Reply(204)

    def _check_tag(self, tag: str, row: Row) -> None:
        if tag in ("*", row.etag):
            return
        if not tag.startswith(('W/"', '"')):
            raise token_missing()
        refusal = stale()
        refusal.status = self._settings.stale_tag_status
        raise refusal

    def _act(self, request: Request, place: Place, target: Target) -> Reply:
        """Run a bound action; what it was refused for may be kept with the row."""
        spec, row = target.spec, target.row
        if request.method != "POST" or row is None or target.action is None:
            raise method_not_allowed(spec.name, request.method)
        if request.body.strip() not in (b"", b"{}"):
            raise bad_request(f"The action '{target.action}' takes no parameters.")
        self._check_tag(request.header("if-match") or "*", row)
        rules = rules_of(spec)
        try:
            with self._store.transaction(place.company) as tx:
                after = rules.actions[target.action](Work(tx, self._settings, place.sets), row)
        except Refusal as refusal:
            with self._store.transaction(place.company) as tx:
                rules.refused(Work(tx, self._settings, place.sets), spec, row, refusal.message)
            raise
        self._store.commit_so_far()  # posting commits, inside a snapshot batch as well
        if after is not None:
            raise after
        return Reply(204)


def _segment(part: str) -> Segment:
    if part == "$count":
        return Segment(part, None)
    match = _SEGMENT.match(part)
    if match is None:
        raise unknown_path(part)
    return Segment(match.group(1), match.group(2))


def _check_lines_have_parent(spec: EntitySet, query: Query) -> None:
    """Lines of open documents are loaded one document at a time."""
    if spec.reads_flat or spec.parent is None:
        return
    column = spec.parent[1]
    if query.where.equals("id") is None and query.where.equals(column) is None:
        wanted = {"documentId": "a Document Id", "journalId": "a Journal Id"}.get(column, "a Parent Id")
        raise dialog(f"You must specify an Id or {wanted} to get the lines.")


def _context(place: Place, spec: EntitySet) -> str:
    return f"{place.url}/$metadata#companies({place.company})/{spec.name}"


def _expect_get(request: Request) -> None:
    if request.method != "GET":
        raise method_not_allowed("$metadata", request.method)


@lru_cache(maxsize=16)
def _document(route: str, version: str, has_extension: bool, drift: Drift) -> bytes:
    return metadata.document(entities.served(route, version, has_extension=has_extension, drift=drift))


def _service_document(url: str, sets: dict[str, EntitySet]) -> bytes:
    rows = [{"name": name, "kind": "EntitySet", "url": name} for name in sets]
    return orjson.dumps({"@odata.context": f"{url}/$metadata", "value": rows})
