"""Why a document stays as it is."""

from __future__ import annotations

from reconciliation.models import Document


class DocumentError(Exception):
    """The document stays as it is; the message says why and what to do."""


class DocumentExists(DocumentError):  # noqa: N818 - it is the other document that matters
    """There is a document of this kind and number already."""

    def __init__(self, document: Document) -> None:
        self.document = document
        super().__init__(
            f"{document._meta.verbose_name} {document.number} was recorded before, from "
            f"{document.received_from}. Use a new number, or send the change as its own event."
        )


class VersionExists(DocumentExists):
    """This version of the order came before, in another event."""

    def __init__(self, order: Document, version: int) -> None:
        self.document = order
        DocumentError.__init__(
            self,
            f"version {version} of purchase order {order.number} was recorded before, from "
            f"{order.received_from}. Send what is new as the next version.",
        )


class WrongStatus(DocumentError):  # noqa: N818
    """The document's status does not allow this."""
