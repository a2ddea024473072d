"""What can go wrong on the wire: the class says what to do next, the sentence says it to the clerk."""

from typing import Any


class IntegrationError(Exception):
    """Another system did not do what we asked."""

    def __init__(
        self,
        sentence: str,
        *,
        code: str = "",
        status: int | None = None,
        correlation_id: str = "",
        raw: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.status = status
        self.correlation_id = correlation_id
        self.raw = raw
        self.retry_after = retry_after


class NotSentError(IntegrationError):
    """Nothing was done at the other side: try later, this costs no attempt."""


class TemporaryError(IntegrationError):
    """Refused for now and rolled back: safe to send again later."""


class UnknownOutcome(IntegrationError):  # noqa: N818 - it is not known to be an error, that is the point
    """Sent, but the answer was lost: look whether it happened, never send again blindly."""


class ConflictError(IntegrationError):
    """The record moved on, or exists already: read again and judge again."""


class PermanentError(IntegrationError):
    """A person must correct something; sending again unchanged would fail again."""

    default_owner = "bc"

    def __init__(self, sentence: str, *, owner: str = "", **details: Any) -> None:
        super().__init__(sentence, **details)
        self.owner = owner or self.default_owner
        """Whose desk it goes to: "cafm", "bc", "mapping" or "finance"."""


class SetupError(PermanentError):
    """Business Central's own set-up is incomplete: its administrator or finance must act."""


class ConfigurationError(IntegrationError):
    """The connection itself is wrong or not allowed: stop the lane and alert."""


class ProgramError(IntegrationError):
    """Our own fault: no retry helps, a developer must look."""
