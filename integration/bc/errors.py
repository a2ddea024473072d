"""Read a refusal of Business Central, and say by the table what it is: an error with what to do next.

BC has few error codes and many texts, so a row is found by code first and by English fragment second (every
call asks for English). A text no row knows goes to a person; nothing is retried because it is unknown.
"""

import json
import re
from typing import TypedDict

from integration.bc.refusals import GONE, LATER, LATER_READ, TABLE, Refusal, Row
from integration.errors import IntegrationError, PermanentError, TemporaryError, UnknownOutcome

RAW_LIMIT = 2000

# Answers that do not say whether the work was done: a gateway gave up, or BC broke off.
UNCLEAR = frozenset({408, 500, 502, 503, 504})


class Details(TypedDict):
    """What an error keeps of a refusal."""

    code: str
    status: int
    correlation_id: str
    raw: str
    retry_after: float | None


def judge(refusal: Refusal, *, subject: str, write: bool) -> IntegrationError:
    """Return the error that says what to do about a refusal."""
    row = next((row for row in TABLE if row.matches(refusal)), None)
    if refusal.status in UNCLEAR and not (row and row.certain):
        return _unclear(refusal, subject, write)
    if row is not None:
        return _from_row(row, refusal, subject, write)
    return PermanentError(
        _sentence(subject, f'it said "{refusal.message[:200]}"', "Someone who knows BC must look at it."),
        **_details(refusal),
    )


def take_apart(status: int, body: bytes, retry_after: float | None = None) -> Refusal:
    """Read an error answer: BC's envelope, or whatever a proxy sent instead."""
    text = body.decode("utf-8", "replace")
    code, message = _envelope(text)
    message, correlation_id = _without_correlation(message)
    return Refusal(status, code, message, correlation_id, redact(text), retry_after)


def is_gone(error: IntegrationError) -> bool:
    """Return whether the record is no longer in BC; an order that is gone is usually posted, not deleted."""
    return error.code == GONE or "Purchase Header does not exist" in error.raw


def redact(text: str) -> str:
    """Cut a text for keeping, without tokens or secrets."""
    return SECRETS.sub("(removed)", text)[:RAW_LIMIT]


SECRETS = re.compile(
    r"eyJ[\w-]{5,}\.[\w-]+\.[\w-]*"  # a signed token
    r"|(?<=Bearer )\S+"
    r"|(?<=client_secret=)[^&\s\"]+|(?<=client_assertion=)[^&\s\"]+"
)
CORRELATION = re.compile(r"\s*CorrelationId:\s*([0-9a-f-]{36})\.?", re.IGNORECASE)


def _envelope(text: str) -> tuple[str, str]:
    try:
        error = json.loads(text)["error"]
        return str(error.get("code", "")), str(error.get("message", ""))
    except (ValueError, KeyError, TypeError, AttributeError):
        return "", re.sub(r"<[^>]*>", " ", text)


def _without_correlation(message: str) -> tuple[str, str]:
    found = CORRELATION.search(message)
    rest = " ".join(CORRELATION.sub("", message).replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split())
    return rest, found.group(1) if found else ""


def _unclear(refusal: Refusal, subject: str, write: bool) -> IntegrationError:
    if write:
        return UnknownOutcome(
            f"Business Central did not say whether it took {subject}. It is being checked there.",
            **_details(refusal),
        )
    return TemporaryError(
        f"Business Central could not answer about {subject}. {LATER_READ}", **_details(refusal)
    )


def _from_row(row: Row, refusal: Refusal, subject: str, write: bool) -> IntegrationError:
    do = LATER_READ if row.do == LATER and not write else row.do
    sentence = _sentence(subject, row.told(refusal), do)
    if issubclass(row.kind, PermanentError):
        return row.kind(sentence, owner=row.owner, **_details(refusal))
    return row.kind(sentence, **_details(refusal))


def _sentence(subject: str, what: str, do: str) -> str:
    return f"Business Central refused {subject}: {what}. {do}"


def _details(refusal: Refusal) -> Details:
    return {
        "code": refusal.code,
        "status": refusal.status,
        "correlation_id": refusal.correlation_id,
        "raw": refusal.raw,
        "retry_after": refusal.retry_after,
    }
