"""Compare a kind of a day between the CAFM and the portal, and between the portal and BC."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from .causes import Cause
from .facts import Difference, Fate, Figures, InBC, Kind, Ours, Told

HALF_CENT = Decimal("0.005")
QUANTUM = Decimal("0.00001")
NAMED = 3
UNDER_WAY: dict[Fate, Cause] = {
    Fate.MOVING: Cause.MOVING,
    Fate.CHECKING: Cause.CHECKING,
    Fate.WAITING: Cause.WAITING,
    Fate.STUCK: Cause.STUCK,
    Fate.HELD: Cause.HELD,
    Fate.GIVEN_UP: Cause.GIVEN_UP,
}


def compare(
    kind: Kind,
    day: date,
    *,
    told: Told | None,
    ours: Sequence[Ours],
    in_bc: Sequence[InBC] | None,
    days_here: Mapping[str, date],
) -> list[Difference]:
    """Give every difference of a kind; None says that a side did not tell, or cannot be read.

    `days_here` names the day of documents that the portal has under another one.
    """
    found: list[Difference] = []
    if told is not None:
        found += _against_cafm(kind, told, [each for each in ours if each.from_cafm], days_here)
    found += _on_the_way(kind, ours, in_bc or ())
    if in_bc is not None:
        found += _against_bc(kind, day, ours, in_bc)
    return sorted(found, key=lambda each: (each.number, each.cause))


def silence(kind: Kind, ours: Sequence[Ours]) -> Difference:
    """Say that the CAFM told nothing of a day of which documents came."""
    here = sum(each.from_cafm for each in ours)
    return Difference(
        Cause.SILENT,
        kind,
        "",
        f"The CAFM sent no totals for this day, and {here} documents of it are here.",
        Cause.SILENT.to_do,
        Cause.SILENT.owner(kind),
        portal=str(here),
    )


# CAFM and portal


def _against_cafm(
    kind: Kind, told: Told, ours: Sequence[Ours], days_here: Mapping[str, date]
) -> Iterator[Difference]:
    if not told.numbers and told.count != len(ours):
        yield _difference(
            Cause.UNNAMED,
            kind,
            "",
            f"The CAFM counts {told.count}, and {len(ours)} are here. It named no numbers.",
            cafm=str(told.count),
            portal=str(len(ours)),
        )
        return
    # Counted, not only named: two vendors may use the same number on one day.
    here = Counter(each.number for each in ours)
    named = Counter(told.numbers) or here
    if told.count != named.total():
        yield _difference(
            Cause.CONTRADICTS,
            kind,
            "",
            f"The CAFM counts {told.count} and names {named.total()} numbers.",
            cafm=f"{told.count} / {named.total()}",
            portal=str(len(ours)),
        )
    yield from _not_here(kind, named, here, days_here)
    yield from _not_counted(kind, named, ours)
    if all(here[number] == count for number, count in named.items()):
        yield from _figures_told(kind, told, [each for each in ours if each.number in named])


def _not_here(
    kind: Kind, named: Counter[str], here: Counter[str], days_here: Mapping[str, date]
) -> Iterator[Difference]:
    for number in sorted(named - here):
        if number in days_here:
            there = days_here[number].isoformat()
            sentence = f"The CAFM counts {number} on this day; here it is of {there}."
            yield _difference(Cause.OTHER_DAY, kind, number, sentence, cafm="counted", portal=there)
        elif here[number]:
            sentence = f"The CAFM counts {named[number]} of the number {number}, and {here[number]} came."
            cafm, portal = str(named[number]), str(here[number])
            yield _difference(Cause.MISSING, kind, number, sentence, cafm=cafm, portal=portal)
        else:
            sentence = f"The CAFM counts {number}, and it never came here."
            yield _difference(Cause.MISSING, kind, number, sentence, cafm="counted", portal="missing")


def _not_counted(kind: Kind, named: Counter[str], ours: Sequence[Ours]) -> Iterator[Difference]:
    here = {each.number: each for each in ours}
    counts = Counter(each.number for each in ours)
    for number in sorted(counts - named):
        if named[number]:
            sentence = f"{counts[number]} of the number {number} are here; the CAFM counts {named[number]}."
        else:
            sentence = f"{number} is here and the CAFM does not count it."
        yield _difference(
            Cause.EXTRA,
            kind,
            number,
            sentence,
            portal=_amounts(here[number].told),
            address=here[number].address,
        )


def _figures_told(kind: Kind, told: Told, ours: Sequence[Ours]) -> Iterator[Difference]:
    """Compare sums once the same documents are on both sides."""
    quantities = [each.told.quantity for each in ours]
    if told.quantity is not None and None not in quantities:
        here = sum((each for each in quantities if each is not None), Decimal(0))
        if abs(here - told.quantity) >= QUANTUM:
            suspects = _suspects(ours, abs(here - told.quantity))
            yield _difference(
                Cause.TOLD_QUANTITY,
                kind,
                suspects[0] if len(suspects) == 1 else "",
                f"The CAFM adds up {_plain(told.quantity)}, here it is {_plain(here)}.{_hint(suspects)}",
                cafm=_plain(told.quantity),
                portal=_plain(here),
            )
    if any(each.told.amount is None for each in ours):
        return
    for currency, amount in sorted(told.amounts.items()):
        mine = [each.told for each in ours if currency in ("", each.told.currency)]
        value = sum((each.amount or Decimal(0) for each in mine), Decimal(0))
        if abs(value - amount) > HALF_CENT * (1 + sum(each.lines for each in mine)):
            yield _difference(
                Cause.TOLD_AMOUNT,
                kind,
                "",
                f"The CAFM adds up {_money(amount, currency)}, here it is {_money(value, currency)}.",
                cafm=_money(amount, currency),
                portal=_money(value, currency),
            )


def _suspects(ours: Sequence[Ours], gap: Decimal) -> list[str]:
    """Name the documents whose quantity is the gap: one of them may be counted on one side only."""
    return sorted(each.number for each in ours if each.told.quantity == gap)[:NAMED]


def _hint(suspects: Sequence[str]) -> str:
    return f" Just that quantity has {' or '.join(suspects)}." if suspects else ""


# Portal and BC


def _on_the_way(kind: Kind, ours: Sequence[Ours], in_bc: Sequence[InBC]) -> Iterator[Difference]:
    """Name what is not posted, and why; what BC has nevertheless is told once."""
    for each in ours:
        cause = UNDER_WAY.get(each.fate)
        if cause is None:
            continue
        there = [row for row in in_bc if row.keys & each.keys]
        if there:
            yield _difference(
                Cause.THERE_ALREADY,
                kind,
                each.number,
                f"{each.number} is {each.fate.value} here, and Business Central has it as {there[0].number}.",
                portal=each.fate.value,
                bc=there[0].number,
                address=each.address,
            )
        else:
            yield Difference(
                cause,
                kind,
                each.number,
                _fate_sentence(each),
                each.to_do or cause.to_do,
                each.owner or cause.owner(kind),
                portal=each.fate.value,
                bc="missing",
                since=each.since,
                address=each.address,
            )


def _fate_sentence(each: Ours) -> str:
    if each.fate is Fate.WAITING:
        return f"{each.number} waits for {each.why or 'a missing record'}."
    return f"{each.number} is {each.fate.value}" + (f": {each.why}" if each.why else ".")


def _against_bc(kind: Kind, day: date, ours: Sequence[Ours], in_bc: Sequence[InBC]) -> Iterator[Difference]:
    by_key: dict[str, list[InBC]] = defaultdict(list)
    for row in in_bc:
        for key in row.keys:
            by_key[key].append(row)
    met: set[int] = set()
    for each in ours:
        there = list({id(row): row for key in each.keys for row in by_key[key]}.values())
        met |= {id(row) for row in there}
        if each.fate is Fate.POSTED:
            yield from _posted(kind, day, each, there)
    for row in in_bc:
        if id(row) not in met and not row.is_known:
            yield _not_ours(kind, row)


def _posted(kind: Kind, day: date, each: Ours, there: Sequence[InBC]) -> Iterator[Difference]:
    if not there:
        yield _difference(
            Cause.GONE,
            kind,
            each.number,
            f"{each.number} was posted as {each.bc_number or 'a document without number'}, "
            "and Business Central no longer has it.",
            portal=each.bc_number or "posted",
            bc="missing",
            address=each.address,
        )
    elif len(there) > 1:
        numbers = ", ".join(sorted(row.number for row in there))
        yield _difference(
            Cause.DOUBLED,
            kind,
            each.number,
            f"{each.number} is in Business Central as {numbers}.",
            portal=each.bc_number,
            bc=numbers,
            address=each.address,
        )
    else:
        yield from _figures_in_bc(kind, day, each, there[0])


def _figures_in_bc(kind: Kind, day: date, each: Ours, row: InBC) -> Iterator[Difference]:
    ours, theirs = each.sent, row.figures
    seen = each.address
    if _differ(ours.quantity, theirs.quantity, QUANTUM / 2):
        here, there = _plain(ours.quantity), _plain(theirs.quantity)
        sentence = f"{each.number} was sent with {here}; {row.number} has {there}."
        yield _difference(Cause.BC_QUANTITY, kind, each.number, sentence, portal=here, bc=there, address=seen)
    elif _differ(ours.amount, theirs.amount, HALF_CENT * ours.lines) or (
        ours.amount is not None and ours.currency != theirs.currency
    ):
        here, there = _amounts(ours), _amounts(theirs)
        sentence = f"{each.number} was sent with {here}; {row.number} has {there}."
        yield _difference(Cause.BC_AMOUNT, kind, each.number, sentence, portal=here, bc=there, address=seen)
    if row.day is not None and row.day != day:
        here, there = day.isoformat(), row.day.isoformat()
        sentence = f"{each.number} is of {here}; {row.number} is of {there}."
        yield _difference(Cause.BC_DAY, kind, each.number, sentence, portal=here, bc=there, address=seen)


def _not_ours(kind: Kind, row: InBC) -> Difference:
    if row.is_marked:
        sentence = f"{row.number} in Business Central carries our key, and nobody knows it here."
        return _difference(Cause.UNKNOWN, kind, row.number, sentence, portal="missing", bc=row.number)
    sentence = f"{row.number} is in Business Central and did not come from here. {row.beside}".rstrip()
    return _difference(Cause.BESIDE, kind, row.number, sentence, portal="missing", bc=row.number)


# Words


def _difference(cause: Cause, kind: Kind, number: str, sentence: str, **more: Any) -> Difference:
    return Difference(cause, kind, number, sentence, cause.to_do, cause.owner(kind), **more)


def _differ(one: Decimal | None, other: Decimal | None, within: Decimal) -> bool:
    return one is not None and other is not None and abs(one - other) > within


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _money(amount: Decimal, currency: str) -> str:
    return f"{amount:,.2f} {currency}".rstrip()


def _amounts(figures: Figures) -> str:
    return "" if figures.amount is None else _money(figures.amount, figures.currency)
