"""Which tables are chained, and the exact words of a row that its hash is made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from .book import Book, moment
from .histories import HISTORIES

FIRST = bytes(32)  # what stands before the first row of a chain

CHANGES = Book(
    name="change",
    title="book of changes",
    table="masterdata_change",
    words=(
        f"jsonb_build_array(kept.id, {moment('kept.at')}, kept.company_id, kept.actor, kept.origin,"
        ' kept."table", kept."row", kept.action, kept.old, kept.new)::text'
    ),
    company="kept.company_id",
)
# Decisions of the matching are kept by another app, whose tables are only named here.
DECISIONS = Book(
    name="decision",
    title="book of decisions",
    table="reconciliation_matchdecision",
    words=(
        f"jsonb_build_array(kept.id, {moment('kept.decided_at')}, kept.invoice_id, kept.engine,"
        " kept.policy_version_id, kept.ground_id, kept.outcome, kept.question, kept.answer, kept.figures,"
        " encode(kept.question_hash, 'hex'))::text"
    ),
    company="(SELECT company_id FROM reconciliation_supplierinvoice WHERE id = kept.invoice_id)",
)
GROUNDS = Book(
    name="ground",
    title="book of the rules that decisions were made by",
    table="reconciliation_matchground",
    words="jsonb_build_array(kept.id, kept.content, encode(kept.content_hash, 'hex'))::text",
    company="NULL::bigint",
)
COMPANY_OF_CASE = "(SELECT company_id FROM reconciliation_exceptioncase WHERE id = kept.case_id)"
COMMENTS = Book(
    name="comment",
    title="talk about exceptions",
    table="reconciliation_comment",
    words=(
        f"jsonb_build_array(kept.id, kept.case_id, kept.by_id, kept.said_by, {moment('kept.at')},"
        " kept.text)::text"
    ),
    company=COMPANY_OF_CASE,
)
ATTACHMENTS = Book(
    name="file",
    title="files that people added",
    table="reconciliation_attachment",
    words=(
        f"jsonb_build_array(kept.id, kept.case_id, kept.by_id, {moment('kept.at')}, kept.name,"
        " kept.kind, kept.size, kept.sha256, encode(sha256(kept.content), 'hex'))::text"
    ),
    company=COMPANY_OF_CASE,
)
# What was sent is forgotten in time; that it was, and what came of it, stays.
ATTEMPTS = Book(
    name="attempt",
    title="attempts to deliver",
    table="integration_attempt",
    words=(
        f"jsonb_build_array(kept.id, kept.message_id, kept.number, kept.fence, {moment('kept.started_at')},"
        f" {moment('kept.ended_at')}, kept.outcome, kept.worker, kept.status, kept.error_code, kept.sentence,"
        " kept.detail, kept.correlation_id)::text"
    ),
    company="(SELECT company_id FROM integration_message WHERE id = kept.message_id)",
    written_later=("request",),
)
# What became of an event is written on it later, and is told by the document.
EVENTS = Book(
    name="event",
    title="events of the CAFM",
    table="integration_inboxevent",
    words=(
        "jsonb_build_array(kept.id, kept.company_id, kept.source, kept.event_id, kept.type,"
        f" {moment('kept.occurred_at')}, {moment('kept.received_at')}, kept.body,"
        " encode(kept.body_hash, 'hex'))::text"
    ),
    company="kept.company_id",
    written_later=("document_kind", "document_id", "note", "mapped_with_id"),
)
BOOKS = {
    book.name: book
    for book in (CHANGES, DECISIONS, GROUNDS, COMMENTS, ATTACHMENTS, ATTEMPTS, EVENTS, *HISTORIES)
}


def digest(book: Book) -> str:
    """Give the SQL of a row's own hash."""
    return f"sha256(convert_to({book.words}, 'UTF8'))"


def of_sealed_row(expression: Callable[[Book], str]) -> str:
    """Give the SQL that reads the row of a seal from the book that it stands in."""
    cases = [
        f"WHEN '{book.name}' THEN (SELECT {expression(book)} FROM {book.table} AS kept "  # noqa: S608
        f"WHERE {book.key} = seal.row)"
        for book in BOOKS.values()
    ]
    return f"CASE seal.book {' '.join(cases)} END"


def following(before: bytes, row: bytes) -> bytes:
    """Give the hash of a chain that a row has been added to."""
    return hashlib.sha256(before + row).digest()
