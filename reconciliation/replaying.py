"""Replay: the stored question, asked again, must give the stored answer.

The engine that is installed asks. Where another version of it decided, a difference is one between the two,
and says nothing against the record: what was decided stays. Whether the record itself is as it was written
is looked at apart, and told apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from .grounds import is_as_written, question_hash
from .matching import ENGINE_VERSION, FormError, answer, case_from, match
from .models import MatchDecision

CHUNK = 500
SHOWN = 12  # differences in a sentence; the JSON has all figures
NAMES = ("code", "line", "subject", "order", "order_line", "limit")  # by which an entry of a list is called


@dataclass(frozen=True)
class Figure:
    """A place in the answer that reads otherwise; `None` is not there at all."""

    place: str
    was: str | None
    now: str | None

    def __str__(self) -> str:
        return f"{self.place} {_told(self.was, 'was')}, {_told(self.now, 'is')}"


@dataclass(frozen=True)
class Comparison:
    """A decision beside its replay: who decided, who replays, and what of either is not the same.

    `kept` names what of the record is not as it was written, `fields` the parts of the answer that differ.
    """

    decision: int
    invoice: str
    engine: str
    replayed_by: str
    was: str
    now: str
    kept: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)

    @property
    def agrees(self) -> bool:
        return not self.kept and not self.figures

    def __str__(self) -> str:
        return " ".join([self._head(), *self._of_record(), *self._of_answer()])

    def _head(self) -> str:
        same = self.engine == self.replayed_by
        who = f"decided and replayed by engine {self.engine}" if same else self._both_engines()
        outcome = f"outcome {self.was} in both" if self.was == self.now else f"was {self.was}, is {self.now}"
        return f"Decision {self.decision} on invoice {self.invoice}, {who}: {outcome}."

    def _both_engines(self) -> str:
        return f"decided by engine {self.engine} and replayed by engine {self.replayed_by}"

    def _of_record(self) -> Iterator[str]:
        if self.kept:
            yield f"The record is not as it was written: {', '.join(self.kept)}. See under Audit."

    def _of_answer(self) -> Iterator[str]:
        if not self.figures:
            yield "Outcome and every figure agree."
            return
        differing = list(self._differing())
        more = f"; and {len(differing) - SHOWN} more" if len(differing) > SHOWN else ""
        yield f"Different: {'; '.join(differing[:SHOWN])}{more}."
        if self.engine != self.replayed_by:
            yield f"The two engines judge this otherwise; the decision of engine {self.engine} stands."
        elif not self.kept:
            yield "The same engine answers otherwise: its program or the record was changed. See under Audit."

    def _differing(self) -> Iterator[str]:
        """Tell each figure that both say; of a reason that one of them alone gives, that it does."""
        yield from (str(figure) for figure in self.figures if None not in (figure.was, figure.now))
        for told, missing in (("new", "was"), ("gone", "now")):
            alone = [figure.place for figure in self.figures if getattr(figure, missing) is None]
            whole = dict.fromkeys(place.rpartition("/")[0] or place for place in alone)
            for place in whole:
                if not any(place.startswith(f"{other}/") for other in whole):
                    yield f"{place} is {told}"


@dataclass
class Replay:
    """How many decisions were replayed and differ, in all and by the engine that decided."""

    replayed: Counter[str] = field(default_factory=Counter)
    differing: Counter[str] = field(default_factory=Counter)
    differences: list[Comparison] = field(default_factory=list)
    agreements: list[Comparison] = field(default_factory=list)
    """Those of a single invoice; of all of them only the number is kept."""

    def as_json(self) -> dict[str, Any]:
        return {
            "engine": ENGINE_VERSION,
            "replayed": self.replayed.total(),
            "differing": self.differing.total(),
            "decided_by": {
                engine: {"replayed": count, "differing": self.differing[engine]}
                for engine, count in sorted(self.replayed.items())
            },
            "differences": [asdict(difference) for difference in self.differences],
        }

    def sentences(self) -> Iterator[str]:
        yield from map(str, sorted([*self.differences, *self.agreements], key=lambda each: each.decision))
        for engine, count in sorted(self.replayed.items()):
            if engine != ENGINE_VERSION:
                yield (
                    f"Of {count} decisions of engine {engine}, {self.differing[engine]} come out otherwise"
                    f" with engine {ENGINE_VERSION}; the others agree in outcome and every figure."
                )
        yield (
            f"{self.replayed.total()} decisions replayed by engine {ENGINE_VERSION},"
            f" {self.differing.total()} differ."
        )


def replay(invoice_number: str | None = None) -> Replay:
    """Judge every stored question again and compare the answers."""
    rows = MatchDecision.objects.select_related("invoice").order_by("pk")
    if invoice_number:
        rows = rows.filter(invoice__number=invoice_number)
    result = Replay()
    for row in rows.iterator(chunk_size=CHUNK):
        comparison = compare(row)
        result.replayed[row.engine] += 1
        if not comparison.agrees:
            result.differing[row.engine] += 1
            result.differences.append(comparison)
        elif invoice_number:
            result.agreements.append(comparison)
    return result


def compare(record: MatchDecision) -> Comparison:
    """Judge one stored question again, and hold every figure of the answer against the stored one."""
    try:
        now = answer(match(case_from(record.question)))
    except FormError as error:
        now = error.as_json()
    was = record.answer
    figures = list(_differing(_without_engine(was), _without_engine(now)))
    return Comparison(
        decision=record.pk,
        invoice=record.invoice.number,
        engine=record.engine,
        replayed_by=ENGINE_VERSION,
        was=str(was.get("outcome", "not told")),
        now=str(now.get("outcome", "not readable")),
        kept=list(_not_as_written(record)),
        fields=sorted({figure.place.partition("/")[0] for figure in figures}),
        figures=figures,
    )


def _without_engine(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if name != "engine"}


def _not_as_written(record: MatchDecision) -> Iterator[str]:
    """Name what of a record contradicts what was written down of it beside."""
    if record.ground and not is_as_written(record.ground):
        yield "rules as kept"
    elif not _asks_as_written(record):
        yield "question as kept"
    if record.kept_answer is not None:
        told = record.kept_answer
        if (told.get("outcome"), told.get("engine")) != (record.outcome, record.engine):
            yield "answer as kept"


def _asks_as_written(record: MatchDecision) -> bool:
    """Hold a question in words against its hash; figures of a judgement in bulk have none."""
    if record.ground is None or record.kept_question is None:
        return True
    return question_hash(record.kept_question, record.ground) == bytes(record.question_hash)


def _differing(was: dict[str, Any], now: dict[str, Any]) -> Iterator[Figure]:
    if was == now:
        return
    before, after = dict(_laid_flat(was)), dict(_laid_flat(now))
    for place in dict.fromkeys([*before, *after]):
        if before.get(place) != after.get(place):
            yield Figure(place, before.get(place), after.get(place))


def _laid_flat(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Give every figure with its place; what is in a list is called by what it is about."""
    if isinstance(value, dict):
        for name, content in value.items():
            yield from _laid_flat(content, f"{place}/{name}" if place else name)
    elif isinstance(value, list):
        before: Counter[str] = Counter()
        for entry in value:
            name = _called(entry)
            before[name] += 1
            yield from _laid_flat(entry, f"{place}/{name}" + (f" {before[name]}" if before[name] > 1 else ""))
    else:
        yield place, "nothing" if value is None else str(value)


def _called(entry: Any) -> str:
    told = entry if isinstance(entry, dict) else {}
    return " ".join(str(told[name]) for name in NAMES if told.get(name) is not None) or "entry"


def _told(figure: str | None, verb: str) -> str:
    return f"{verb} not told" if figure is None else f"{verb} {figure}"
