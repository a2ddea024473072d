"""Write the findings of a judgement to the rows that a case shows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from .matching import Finding as Reason
from .models import Finding


def write(findings: Mapping[int, Collection[Reason]]) -> None:
    """Let these cases, by key, show these findings and no others."""
    Finding.objects.filter(case__in=list(findings)).delete()
    Finding.objects.bulk_create(_rows(findings))


def fitting(figure: Decimal | None, digits: int, places: int) -> Decimal | None:
    """Round a figure to its column; one that is too large for it stands in the decision only."""
    if figure is None or figure.adjusted() >= digits - places - 1:
        return None
    return figure.quantize(Decimal(1).scaleb(-places))


def _rows(findings: Mapping[int, Collection[Reason]]) -> Iterable[Finding]:
    for case, theirs in findings.items():
        for position, finding in enumerate(theirs, start=1):
            yield _row(case, position, finding)


def _row(case: int, position: int, finding: Reason) -> Finding:
    return Finding(
        case_id=case,
        position=position,
        code=finding.code,
        line=finding.line,
        subject=(finding.subject or "")[:50],
        effect=finding.effect,
        base=fitting(finding.base, 28, 8),
        actual=fitting(finding.actual, 28, 8),
        variance=fitting(finding.variance, 28, 8),
        unit=(finding.unit or "")[:10],
        percent=fitting(finding.percent, 24, 9),
        amount=fitting(finding.amount, 28, 8),
        broken=[
            {"limit": limit.limit, "value": f"{limit.value:f}", "rule": limit.rule}
            for limit in finding.broken
        ],
        released=finding.released,
        sentence=finding.sentence,
    )
