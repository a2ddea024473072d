"""Verify the chains: find each row that was edited, taken away, put in or moved behind the books' back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import connection, transaction

from masterdata.models import ChainHead, Sealed

from .book import Book
from .books import BOOKS, FIRST, digest, following, of_sealed_row
from .forgotten import Forgotten
from .guards import gaps
from .heads import Head, name_chains, written_heads
from .standing import differences

MOST_TOLD = 100
AT_A_TIME = 5_000


@dataclass(frozen=True)
class Fault:
    """One thing that is not as it was sealed."""

    chain: str
    position: int
    book: str
    row: int
    kind: str
    sentence: str

    def __str__(self) -> str:
        place = f", place {self.position}" if self.position else ""
        return f"{self.chain}{place}: {self.sentence}"


@dataclass
class Verdict:
    """What verifying came to; all faults are counted, the first are told."""

    rows: int = 0
    forgotten: int = 0
    unsealed: int = 0
    faults: int = 0
    told: list[Fault] = field(default_factory=list)
    ends: dict[str, str] = field(default_factory=dict)

    def add(self, fault: Fault) -> None:
        self.faults += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(fault)


@dataclass(frozen=True)
class _Link:
    """A seal as it is kept, and what its row comes to now (None: the row is not there)."""

    position: int
    book: str
    row: int
    digest: bytes
    hash: bytes
    now: bytes | None


@transaction.atomic
def verify(told: Iterable[Head] = ()) -> Verdict:
    """Verify all chains, also against ends of them that were told to a log before."""
    verdict = Verdict()
    known = [*told, *written_heads()]
    ends = {each.chain: each for each in ChainHead.objects.all()}
    forgotten = Forgotten.read()
    names = name_chains()
    for chain in sorted({*ends, *_chains(), *(head.chain for head in known)}):
        name = names.get(chain, f"company {chain}, which is gone")
        walk = _Walk(
            verdict, chain, name, {head.position: head.hash for head in known if head.chain == chain}
        )
        walk.go(forgotten)
        walk.check_end(ends.get(chain))
    for book in BOOKS.values():
        _find_what_was_put_in(book, verdict)
    for each in differences():  # rows that are not sealed themselves, but whose every change is
        verdict.add(Fault(each.table, 0, "", each.row, each.kind, each.sentence))
    for gap in gaps():
        verdict.add(Fault(gap.subject, 0, "", 0, "unguarded", gap.sentence))
    return verdict


@dataclass
class _Walk:
    """One chain, from its first row to its last."""

    verdict: Verdict
    chain: int
    name: str
    told: dict[int, bytes]
    position: int = 0
    hash: bytes = FIRST
    hashes: dict[int, bytes] = field(default_factory=dict)

    def go(self, forgotten: Forgotten) -> None:
        for link in _links(self.chain):
            if link.position != self.position + 1:
                self._fault(self.position + 1, "", 0, "deleted", self._gap(link.position))
            else:
                self._check_order(link)
            self._check_row(link, forgotten)
            self._check_told(link)
            self.position, self.hash = link.position, link.hash
            self.verdict.rows += 1
        self.verdict.ends[self.name] = f"{self.position} {self.hash.hex()}"
        for position in sorted(set(self.told) - set(self.hashes)):
            self._fault(position, "", 0, "cut off", "the chain was longer once: its end is gone")

    def check_end(self, kept: ChainHead | None) -> None:
        """The chain reaches as far as was kept beside it; what was sealed meanwhile comes after that."""
        if kept is None:
            if self.position:
                self._fault(self.position, "", 0, "end lost", "the kept end of this chain is gone")
        elif kept.position > self.position:
            self._fault(self.position + 1, "", 0, "cut off", f"the chain went on to place {kept.position}")
        elif kept.position == self.position and bytes(kept.hash) != self.hash:
            self._fault(self.position, "", 0, "end changed", "the kept end is another than the chain's")

    def _check_order(self, link: _Link) -> None:
        if following(self.hash, link.digest) != link.hash:
            self._fault_of(link, "moved", "its seal does not follow the one before it")

    def _check_row(self, link: _Link, forgotten: Forgotten) -> None:
        if link.now is None:
            if forgotten.covers(link.book, link.row, self.chain, link.position):
                self.verdict.forgotten += 1
            else:
                self._fault_of(link, "deleted", "it is gone, and nothing tells that its term was over")
        elif link.now != link.digest:
            self._fault_of(link, "edited", "it does not read as it was sealed")

    def _check_told(self, link: _Link) -> None:
        if link.position in self.told:
            self.hashes[link.position] = link.hash
            if self.told[link.position] != link.hash:
                self._fault_of(link, "rewritten", "the chain up to here is another than was told before")

    def _gap(self, next_one: int) -> str:
        return f"the seals of places {self.position + 1} to {next_one - 1} are gone or moved"

    def _fault_of(self, link: _Link, kind: str, what: str) -> None:
        title = BOOKS[link.book].title if link.book in BOOKS else link.book
        self._fault(link.position, link.book, link.row, kind, f"row {link.row} of the {title}: {what}")

    def _fault(self, position: int, book: str, row: int, kind: str, sentence: str) -> None:
        self.verdict.add(Fault(self.name, position, book, row, kind, sentence))


def _chains() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT chain FROM masterdata_seal")
        return [row[0] for row in cursor.fetchall()]


def _links(chain: int) -> Iterator[_Link]:
    """Give a chain's seals in their order, each with its row's hash as it is now."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(
            f"SELECT position, book, row, digest, hash, {of_sealed_row(digest)} FROM masterdata_seal AS seal "  # noqa: S608
            "WHERE chain = %s ORDER BY position",
            [chain],
        )
        while rows := cursor.fetchmany(AT_A_TIME):
            for position, book, row, sealed, chained, made in rows:
                yield _Link(position, book, row, bytes(sealed), bytes(chained), made and bytes(made))


def _find_what_was_put_in(book: Book, verdict: Verdict) -> None:
    """Find rows without a seal though later ones have theirs: they were put in behind the book's back."""
    place = Sealed.objects.filter(book=book.name).first()
    until = place.until if place else 0
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT kept.{book.key} FROM {book.table} AS kept WHERE kept.{book.key} <= %s "  # noqa: S608
            f"AND NOT EXISTS (SELECT FROM masterdata_seal WHERE book = %s AND row = kept.{book.key}) "
            f"ORDER BY kept.{book.key}",
            [until, book.name],
        )
        for (row,) in cursor.fetchall():
            told = f"row {row} of the {book.title}: it has no seal, so it was put in later"
            verdict.add(Fault(book.title, 0, book.name, row, "inserted", told))
        cursor.execute(f"SELECT count(*) FROM {book.table} WHERE {book.key} > %s", [until])  # noqa: S608
        verdict.unsealed += cursor.fetchone()[0]
