"""What a file is, by its content; and the name under which it is kept."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from xml.parsers import expat

from django.utils.translation import gettext as _

from .models.attachment import MOST_BYTES, FileKind

SIGNATURES = {
    b"%PDF-": FileKind.PDF,
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
}
ENDINGS = {
    FileKind.PDF: (".pdf",),
    FileKind.XML: (".xml",),
    FileKind.PNG: (".png",),
    FileKind.JPEG: (".jpg", ".jpeg"),
}
MEDIA_TYPES = {
    FileKind.PDF: "application/pdf",
    FileKind.XML: "application/xml",
    FileKind.PNG: "image/png",
    FileKind.JPEG: "image/jpeg",
}
PICTURES = {FileKind.PNG, FileKind.JPEG}
LONGEST_NAME = 150
MEGABYTE = 1024 * 1024
# A page of a browser is XML as well, and may carry scripts.
NO_DOCUMENTS = {"html", "svg"}


class WrongFile(Exception):  # noqa: N818
    """The file is not kept; the message says why and what to do."""


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept."""

    name: str
    kind: FileKind
    content: bytes

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check(name: str, content: bytes) -> CheckedFile:
    """Tell what a file is, by its content. Raises WrongFile where that is not what it says."""
    shown = plain_name(name)
    if not content:
        raise WrongFile(_("Nothing was kept: {name} is empty.").format(name=shown))
    if len(content) > MOST_BYTES:
        raise too_large(shown)
    kind = kind_of(content)
    if kind is None:
        raise WrongFile(
            _("Nothing was kept: {name} is no PDF, XML, PNG or JPEG by its content.").format(name=shown)
        )
    if not shown.lower().endswith(ENDINGS[kind]):
        raise WrongFile(
            _("Nothing was kept: {name} is {kind} by its content. Give it the ending {ending}.").format(
                name=shown, kind=kind.label, ending=ENDINGS[kind][0]
            )
        )
    return CheckedFile(shown, kind, content)


def too_large(name: str) -> WrongFile:
    return WrongFile(
        _("Nothing was kept: {name} is larger than {most} MB. Send a smaller one.").format(
            name=name, most=MOST_BYTES // MEGABYTE
        )
    )


def kind_of(content: bytes) -> FileKind | None:
    """Tell what the bytes are; None for what is not kept here."""
    for signature, kind in SIGNATURES.items():
        if content.startswith(signature):
            return kind
    return FileKind.XML if _is_document(content) else None


def plain_name(name: str) -> str:
    """Give a name without folders, signs that cannot be seen, or a dot that hides it; never too long."""
    last = re.split(r"[\\/]", name)[-1]
    seen = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    stem, dot, ending = seen.strip(" .").rpartition(".")
    if not dot:
        return (ending or "file")[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"[-LONGEST_NAME:]


class _Refused(Exception):  # noqa: N818
    pass


def _is_document(content: bytes) -> bool:
    """Read XML through without keeping any of it; a DTD, with which it could grow, is refused."""
    parser = expat.ParserCreate()
    is_first = True

    def refuse(*_told: object) -> None:
        raise _Refused

    def start(name: str, _attributes: object) -> None:
        nonlocal is_first
        if is_first and name.rpartition(":")[2].lower() in NO_DOCUMENTS:
            raise _Refused
        is_first = False

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, _Refused, ValueError, LookupError):
        return False
    return True
