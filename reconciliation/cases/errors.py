"""Why a case stays as it is: each error is a sentence for the person who tried."""

from __future__ import annotations


class CaseError(Exception):
    """The case stays as it is; the message says why and what to do."""


class NotAllowed(CaseError):  # noqa: N818
    """This person may not do this."""


class StaleCase(CaseError):  # noqa: N818
    """The case is no longer what the person saw."""


class WrongStatus(CaseError):  # noqa: N818
    """The case's status does not allow this."""


class FixOnly(CaseError):  # noqa: N818
    """A finding that nobody may override."""


class ReasonMissing(CaseError):  # noqa: N818
    """A decision without its reason."""


class TooLong(CaseError):  # noqa: N818
    """A text that is longer than a case keeps."""


class WrongDate(CaseError):  # noqa: N818
    """A date that cannot be waited for."""
