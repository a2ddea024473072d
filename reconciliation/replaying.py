"""Replay: the stored question, asked again, must give the stored answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from .grounds import is_as_written
from .matching import FormError, answer, case_from, match
from .models import MatchDecision

CHUNK = 500


@dataclass(frozen=True)
class Difference:
    """A decision that comes out differently today; `fields` names what of the answer is not the same."""

    decision: int
    invoice: str
    engine: str
    fields: list[str]
    was: str
    now: str

    def __str__(self) -> str:
        return (
            f"Decision {self.decision} on invoice {self.invoice} (engine {self.engine}): was {self.was}, "
            f"is {self.now}; different in {', '.join(self.fields)}."
        )


@dataclass
class Replay:
    replayed: int = 0
    differences: list[Difference] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "replayed": self.replayed,
            "differing": len(self.differences),
            "differences": [asdict(difference) for difference in self.differences],
        }


def replay(invoice_number: str | None = None) -> Replay:
    """Judge every stored question again and compare the answers."""
    rows = MatchDecision.objects.select_related("invoice").order_by("pk")
    if invoice_number:
        rows = rows.filter(invoice__number=invoice_number)
    result = Replay()
    for row in rows.iterator(chunk_size=CHUNK):
        result.replayed += 1
        if difference := compare(row):
            result.differences.append(difference)
    return result


def compare(record: MatchDecision) -> Difference | None:
    """Judge one stored question again; None when the answer is the same."""
    try:
        now = answer(match(case_from(record.question)))
    except FormError as error:
        now = error.as_json()
    was = record.answer
    fields = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
    if record.ground and not is_as_written(record.ground):
        fields.append("rules as kept")
    if not fields:
        return None
    return Difference(
        decision=record.pk,
        invoice=record.invoice.number,
        engine=record.engine,
        fields=fields,
        was=str(was.get("outcome", "not told")),
        now=str(now.get("outcome", "not readable")),
    )
