"""Answer reads: query options, pages with nextLink, single entities, expanded navigation."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cmp_to_key
from itertools import islice
from urllib.parse import unquote_plus

from integration.sandbox import filters, streams
from integration.sandbox.entities.declare import EntitySet, Navigation
from integration.sandbox.errors import Refusal, bad_request, dead_skip_token, unknown_property
from integration.sandbox.filters import Filter
from integration.sandbox.http import Reply, Request
from integration.sandbox.store import Store
from integration.sandbox.table import Row, Table
from integration.sandbox.values import Values, encoder

MAX_PAGE = 20_000
MAX_ENCODERS = 256  # a client selects what it likes, so not for ever
_PLAIN_OPTIONS = {"company", "tenant", "aid"}
_OPTIONS = {
    "$filter",
    "$select",
    "$expand",
    "$orderby",
    "$top",
    "$skip",
    "$count",
    "$skiptoken",
    "$schemaversion",
}
_NESTED_OPTIONS = {"$filter", "$select", "$expand", "$orderby", "$top"}
_NOT_IN_NEXT_LINK = {"$skiptoken", "$skip", "aid"}

Sets = dict[str, EntitySet]


@dataclass(frozen=True)
class Query:
    """The query options of one collection."""

    where: Filter = filters.EVERYTHING
    select: tuple[str, ...] | None = None
    expand: tuple["Expansion", ...] = ()
    order: tuple[tuple[str, bool], ...] = ()  # (column, descending)
    top: int | None = None
    skip: int = 0
    with_count: bool = False
    after: str | None = None


@dataclass(frozen=True)
class Expansion:
    navigation: Navigation
    spec: EntitySet
    query: Query


@dataclass
class Node:
    """A row to be written and the rows under it."""

    row: Row
    children: list[tuple[Expansion, list["Node"]]] = field(default_factory=list)


def parse_query(options: Iterable[tuple[str, str]], spec: EntitySet, sets: Sets) -> Query:
    """Read the options of a request; raises Refusal on one that BC does not know."""
    values: dict[str, str] = {}
    for name, value in options:
        if name not in _OPTIONS and name not in _PLAIN_OPTIONS:
            raise bad_request(
                f"The query parameter '{name}' is not supported.", "BadRequest_InvalidRequestUrl"
            )
        values[name] = value
    return _query(values, spec, sets)


def _query(values: dict[str, str], spec: EntitySet, sets: Sets) -> Query:
    return Query(
        where=filters.parse(values["$filter"], spec) if "$filter" in values else filters.EVERYTHING,
        select=_select(values["$select"], spec) if "$select" in values else None,
        expand=_expand(values["$expand"], spec, sets) if values.get("$expand") else (),
        order=_order(values["$orderby"], spec) if "$orderby" in values else (),
        top=_number(values["$top"]) if "$top" in values else None,
        skip=_number(values.get("$skip", "0")),
        with_count=values.get("$count", "false").lower() == "true",
        after=values.get("$skiptoken"),
    )


def page_size(request: Request) -> int:
    """The size asked for by `Prefer: odata.maxpagesize`; raises Refusal 413 above the limit."""
    for preference in (request.header("prefer") or "").split(","):
        name, _, value = preference.strip().partition("=")
        if name.lower() in ("odata.maxpagesize", "maxpagesize"):
            size = _number(value.strip('"'))
            if size > MAX_PAGE:
                message = f"The page size {size} exceeds the maximum of {MAX_PAGE} entities."
                raise Refusal(413, "RequestEntityTooLarge", message)
            return size or MAX_PAGE
    return MAX_PAGE


class Reader:
    """Reads one company through one route."""

    def __init__(self, store: Store, sets: Sets, company: str, url: str) -> None:
        self._store = store
        self._sets = sets
        self._company = company
        self._base = f"{url}/companies({company})"

    def collection(self, request: Request, spec: EntitySet, query: Query, context: str) -> Reply:
        """One page of a set."""
        table = self._store.table(self._company, spec.table)
        size = page_size(request)
        limit = size if query.top is None else min(query.top, MAX_PAGE)
        with self._store.lock:
            rows, has_more = _page(table, query, limit)
            nodes = [self._node(row, query.expand) for row in rows]
            count = _count(table, query.where) if query.with_count else None
        head = [f'{{"@odata.context":"{context}"'.encode()]
        if count is not None:
            head.append(b'"@odata.count":%d' % count)
        body = b",".join([*head, b'"value":['])
        body += b",".join([self._write(node, spec, query.select) for node in nodes]) + b"]"
        if has_more and query.top is None:
            body += f',"@odata.nextLink":"{_next_link(request, rows[-1].id)}"'.encode()
        return Reply(200, body + b"}")

    def count(self, spec: EntitySet, query: Query) -> Reply:
        with self._store.lock:
            number = _count(self._store.table(self._company, spec.table), query.where)
        return Reply(200, str(number).encode(), content_type="text/plain")

    def entity(self, row: Row, spec: EntitySet, query: Query, context: str, status: int = 200) -> Reply:
        """One entity with its context."""
        with self._store.lock:
            node = self._node(row, query.expand)
        body = f'{{"@odata.context":"{context}/$entity",'.encode() + self._write(node, spec, query.select)[1:]
        return Reply(status, body, {"ETag": row.etag} if status == 200 else {})

    def _node(self, row: Row, expand: tuple[Expansion, ...]) -> Node:
        return Node(row, [(each, self._children(row, each)) for each in expand])

    def _children(self, row: Row, each: Expansion) -> list[Node]:
        table = self._store.table(self._company, each.spec.table)
        where = filters.both(navigation_filter(row, each.navigation, each.spec), each.query.where)
        rows, _more = _page(table, each.query, each.query.top or MAX_PAGE, where)
        return [self._node(child, each.query.expand) for child in rows]

    def _write(self, node: Node, spec: EntitySet, select: tuple[str, ...] | None) -> bytes:
        """The JSON of an entity; the part of the row itself is kept with the row."""
        row = node.row
        key = (spec.name, spec.edition, select)
        body = row.bodies.get(key)
        if body is None:
            etag = row.etag.replace('"', '\\"').encode()
            inside = _encoder(spec, select)(row.values)
            body = b'{"@odata.etag":"' + etag + b'"' + (b"," + inside if inside else b"") + b"}"
            row.bodies[key] = body
        if not node.children and not spec.streams:
            return body
        parts = [body[:-1]]
        if spec.streams:
            parts.append(streams.links(spec, row, self._base))
        for each, children in node.children:
            written = [self._write(child, each.spec, each.query.select) for child in children]
            if each.navigation.is_many:
                value = b"[" + b",".join(written) + b"]"
            else:
                value = written[0] if written else b"null"
            parts.append(f'"{each.navigation.name}":'.encode() + value)
        return b",".join(parts) + b"}"


def navigation_filter(row: Row, navigation: Navigation, spec: EntitySet) -> Filter:
    """The rows a navigation property leads to."""
    return filters.equal(spec.by_name[navigation.target_field].column, row[navigation.own_field])


def _encoder(spec: EntitySet, select: tuple[str, ...] | None) -> Callable[[Values], bytes]:
    """The writer of these fields, made once for the set and the selection."""
    found = spec.encoders.get(select)
    if found is None:
        found = encoder(spec.shown if select is None else [spec.by_name[each] for each in select])
        if len(spec.encoders) < MAX_ENCODERS:
            spec.encoders[select] = found
    return found


def _page(table: Table, query: Query, limit: int, where: Filter | None = None) -> tuple[list[Row], bool]:
    """The rows of a page and whether more follow."""
    where = where or query.where
    after = _row_after(table, query.after)
    found = _ordered(table, where, query, after) if query.order else _in_key_order(table, where, after)
    rows = list(islice(found, query.skip, query.skip + limit + 1))
    return rows[:limit], len(rows) > limit


def _row_after(table: Table, row_id: str | None) -> Row | None:
    if row_id is None:
        return None
    row = table.rows.get(row_id)
    if row is None:
        raise dead_skip_token()
    return row


def _in_key_order(table: Table, where: Filter, after: Row | None) -> Iterator[Row]:
    narrowed = _narrow(table, where)
    if narrowed is None:
        return (row for row in table.in_order(after=after) if where.matches(row.values))
    matching = [row for row in narrowed if where.matches(row.values)]
    matching.sort(key=lambda row: table.key_of(row.values))
    if after is not None:
        last = table.key_of(after.values)
        matching = [row for row in matching if table.key_of(row.values) > last]
    return iter(matching)


def _ordered(table: Table, where: Filter, query: Query, after: Row | None) -> Iterator[Row]:
    def compare(left: Row, right: Row) -> int:
        for column, descending in query.order:
            if left[column] != right[column]:
                return -1 if (left[column] < right[column]) is not descending else 1
        mine, other = table.key_of(left.values), table.key_of(right.values)
        return (mine > other) - (mine < other)

    narrowed = _narrow(table, where)
    rows = table.rows.values() if narrowed is None else narrowed
    matching = sorted((row for row in rows if where.matches(row.values)), key=cmp_to_key(compare))
    if after is not None:
        matching = [row for row in matching if compare(row, after) > 0]
    return iter(matching)


def _narrow(table: Table, where: Filter) -> list[Row] | None:
    """The few rows worth testing, when an index can tell."""
    for each in where.conditions:
        if each.comparison == "eq" and each.column == "id":
            return [table.rows[each.value]] if each.value in table.rows else []
        if each.comparison == "eq" and each.column in table.indexes:
            ids = table.indexes[each.column].get(each.value, ())
            return [table.rows[row_id] for row_id in ids]
    for each in where.conditions:
        if each.column == "lastModifiedDateTime" and each.comparison in ("gt", "ge"):
            return table.changed_since(each.value)
    return None


def _count(table: Table, where: Filter) -> int:
    if where is filters.EVERYTHING:
        return len(table.rows)
    narrowed = _narrow(table, where)
    rows = table.rows.values() if narrowed is None else narrowed
    return sum(1 for row in rows if where.matches(row.values))


def _next_link(request: Request, last_id: str) -> str:
    kept = [
        part
        for part in request.query_text.split("&")
        if part and unquote_plus(part.partition("=")[0]) not in _NOT_IN_NEXT_LINK
    ]
    query = "&".join([*kept, "aid=FIN", f"$skiptoken={last_id}"])
    link = f"https://{request.header('host')}{request.path}?{query}"
    return link.replace("\\", "%5C").replace('"', "%22")


def _select(text: str, spec: EntitySet) -> tuple[str, ...] | None:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names or names == ("*",):
        return None
    for name in names:
        each = spec.by_name.get(name)
        if each is None or each.hidden:
            raise unknown_property(name, spec.entity)
    return names


def _order(text: str, spec: EntitySet) -> tuple[tuple[str, bool], ...]:
    order = []
    for part in text.split(","):
        words = part.split()
        if not words or len(words) > 2 or words[1:] not in ([], ["asc"], ["desc"]):
            raise bad_request(f"Syntax error in '$orderby={text}'.")
        each = spec.by_name.get(words[0])
        if each is None or each.hidden:
            raise unknown_property(words[0], spec.entity)
        if each.computed:
            raise bad_request(f"The property '{each.name}' is computed and cannot be sorted.")
        order.append((each.column, words[1:] == ["desc"]))
    return tuple(order)


def _expand(text: str, spec: EntitySet, sets: Sets) -> tuple[Expansion, ...]:
    expansions = []
    for part in _split(text, ","):
        name, _, rest = part.strip().partition("(")
        navigation = spec.navigation(name)
        target = sets.get(navigation.target) if navigation else None
        if navigation is None or target is None:
            raise unknown_property(name, spec.entity)
        nested = _nested_options(rest.rstrip().removesuffix(")")) if rest else {}
        expansions.append(Expansion(navigation, target, _query(nested, target, sets)))
    return tuple(expansions)


def _nested_options(text: str) -> dict[str, str]:
    options = dict(part.strip().partition("=")[::2] for part in _split(text, ";"))
    unknown = set(options) - _NESTED_OPTIONS
    if unknown:
        raise bad_request(f"'{sorted(unknown)[0]}' is not supported inside $expand.")
    return options


def _split(text: str, separator: str) -> list[str]:
    """Split outside parentheses and quoted text."""
    parts, depth, quoted, start = [], 0, False, 0
    for position, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if letter == separator and depth == 0:
                parts.append(text[start:position])
                start = position + 1
    return [*parts, text[start:]]


def _number(text: str) -> int:
    if not text.isdecimal():
        raise bad_request(f"'{text}' is not a whole number of zero or more.", "BadRequest_InvalidRequestUrl")
    return int(text)
