"""Documents with what they are told by, read hundreds at a time: one by one they cost six statements each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from integration import inbox
from integration.models import DocumentKind, InboxEvent, Message
from reconciliation.models import Document

# What a document's worth is read from.
NEEDED: dict[str, tuple[str, ...]] = {
    DocumentKind.PURCHASE_ORDER: ("lines",),
    DocumentKind.ORDER_CHANGE: ("order__lines",),
    DocumentKind.GOODS_RECEIPT: ("lines", "order__lines"),
    DocumentKind.RECEIPT_REVERSAL: ("receipt__lines", "receipt__order__lines"),
    DocumentKind.GOODS_RETURN: ("lines", "order__lines"),
    DocumentKind.SERVICE_CONFIRMATION: ("lines", "order__lines"),
}
Name = tuple[str, int]


def documents(rows: Iterable[InboxEvent]) -> dict[Name, Document]:
    """Give the documents of stored events by kind and key; events without one are left out."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        if row.document_kind in inbox.MODELS and row.document_id is not None:
            wanted[row.document_kind].add(row.document_id)
    return {
        (kind, document.pk): document
        for kind, keys in wanted.items()
        for document in inbox.MODELS[kind]
        ._default_manager.filter(pk__in=keys)
        .select_related("company")
        .prefetch_related(*NEEDED.get(kind, ()))
    }


def messages(found: Iterable[Document]) -> dict[Name, Message]:
    """Give the last message of each document, by the document's kind and key."""
    goes_with = {name_of(each): name_of(leading) for each in found if (leading := inbox.leads(each))}
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, pk in goes_with.values():
        wanted[kind].add(pk)
    last = {
        (message.document_kind, message.document_id): message
        for kind, keys in wanted.items()
        for message in Message.objects.filter(document_kind=kind, document_id__in=keys)
        .select_related("cause__owner")
        .order_by("pk")
    }
    return {name: last[leading] for name, leading in goes_with.items() if leading in last}


def name_of(document: Document) -> Name:
    return inbox.KINDS[type(document)], document.pk
