"""The paths that are measured, each beside the simplest thing that could do the work."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from integration import connections
from reconciliation import reconcile
from reconciliation.matching import case_from, match
from reconciliation.models import (
    InvoiceLine,
    MatchDecision,
)
from tests.bc import pulling
from tests.bench import bare
from tests.bench.batches import batches
from tests.bench.desk import desk
from tests.bench.draining import drain
from tests.bench.house import House, as_body
from tests.bench.intake import intake_without_redis, served_intake
from tests.bench.mapping import map_order
from tests.bench.masters.memory import memory
from tests.bench.masters.pulls import fetch, pulls
from tests.bench.matching import match_in_bulk
from tests.bench.measuring import Result, compare
from tests.bench.posting import idle
from tests.bench.rematching import match_again

DOCUMENTS = 400  # of which about a seventh are invoices
CASES = 300
EVENTS = 60
PULLED = 50_000


def match_engine(house: House) -> list[Result]:
    """Ask the pure engine the questions that were kept: against the bare arithmetic."""
    house.receive(DOCUMENTS)
    reconcile.match_due(limit=100_000)
    cases = [case_from(record.question) for record in MatchDecision.objects.all()[:CASES]]
    figures = [
        (line.quantity, line.unit_price, line.quantity, line.unit_price, Decimal(0))
        for line in InvoiceLine.objects.all()[:CASES]
    ]

    def ours() -> int:
        return len([match(case) for case in cases])

    def naive() -> int:
        findings = []
        for billed, price, accepted, ordered_at, tolerance in figures:
            if billed > accepted or abs(price - ordered_at) > ordered_at * tolerance:
                findings.append(billed * price)
        return len(figures)

    return [compare("match_engine_vs_arithmetic", "invoices/s", "two comparisons a line", ours, naive)]


def intake(house: House) -> list[Result]:
    """Take events over HTTP, in process: against a view that checks nothing."""
    with connection.cursor() as cursor:
        cursor.execute(bare.TABLES)
    cafm = Client(headers={"authorization": f"Bearer {house.secret}"})

    def sent(address: str) -> Callable[[], int]:
        def send() -> int:
            bodies = [as_body(event) for event in house.orders(EVENTS)]
            answers = [
                cafm.post(address, body, content_type="application/cloudevents+json") for body in bodies
            ]
            assert {answer.status_code for answer in answers} == {202}
            return len(answers)

        return send

    with override_settings(ROOT_URLCONF="tests.bench.bare"):
        address = "/api/v1/events"
        result = compare(
            "intake_vs_bare_view", "events/s", "no key, no checks", sent(address), sent("/bare/")
        )
    with connection.cursor() as cursor:  # the database refuses to delete what has not ended
        cursor.execute("TRUNCATE integration_message CASCADE")
    return [result]


def pull(house: House) -> list[Result]:
    """Pull a long list into records: against downloading and parsing the same pages."""
    pulling.fill(house.control, PULLED)
    bc = connections.connection()
    against = "requests and json alone"
    return [compare("pull_vs_raw", "items/s", against, pulling.ours(bc), pulling.raw(bc))]


PATHS = (
    drain,
    batches,
    intake,
    served_intake,
    match_in_bulk,
    match_again,
    match_engine,
    map_order,
    pull,
    fetch,
    pulls,
    memory,
)
# Minutes long, for they wait as Business Central lets them wait or fill large tables; only when named.
SLOW = (idle, desk, intake_without_redis)
