"""Write the findings of a judgement to the rows that a case shows."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from django.db import connection

from .matching import Finding as Reason
from .row_keys import array_of

FORGET = "DELETE FROM reconciliation_finding WHERE case_id = ANY(%s::bigint[])"
COPY = """
COPY reconciliation_finding (case_id, position, code, line, subject, effect, base, actual, variance, unit,
                             percent, amount, broken, released, sentence) FROM STDIN
"""


def write(findings: Mapping[int, Collection[Reason]]) -> None:
    """Let these cases, by key, show these findings and no others."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [array_of(findings)])
        if not any(findings.values()):
            return
        with cursor.copy(COPY) as rows:
            for row in _rows(findings):
                rows.write_row(row)


def fitting(figure: Decimal | None, digits: int, places: int) -> Decimal | None:
    """Round a figure to its column; one that is too large for it stands in the decision only."""
    if figure is None or figure.adjusted() >= digits - places - 1:
        return None
    return figure.quantize(_step(places))


@cache
def _step(places: int) -> Decimal:
    return Decimal(1).scaleb(-places)


def _rows(findings: Mapping[int, Collection[Reason]]) -> Iterable[tuple[Any, ...]]:
    for case, theirs in findings.items():
        for position, finding in enumerate(theirs, start=1):
            yield _row(case, position, finding)


def _row(case: int, position: int, finding: Reason) -> tuple[Any, ...]:
    broken = [
        {"limit": limit.limit, "value": f"{limit.value:f}", "rule": limit.rule} for limit in finding.broken
    ]
    return (
        case,
        position,
        str(finding.code),
        finding.line,
        (finding.subject or "")[:50],
        str(finding.effect),
        fitting(finding.base, 28, 8),
        fitting(finding.actual, 28, 8),
        fitting(finding.variance, 28, 8),
        (finding.unit or "")[:10],
        fitting(finding.percent, 24, 9),
        fitting(finding.amount, 28, 8),
        json.dumps(broken),
        finding.released,
        finding.sentence,
    )
