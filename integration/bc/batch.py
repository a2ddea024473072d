"""Several operations in one call: how they are written, and what their answers really mean.

The outer answer says nothing, each operation has its own. And in a snapshot batch that was rolled back, the
operations before the failing one still claim 201 with ids that do not exist; here they count as not done.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from integration.bc.calls import noun
from integration.bc.errors import judge, take_apart
from integration.bc.exact_json import dumps
from integration.errors import (
    IntegrationError,
    NotSentError,
    ProgramError,
    TemporaryError,
    UnknownOutcome,
)

MAX_OPERATIONS = 100  # BC answers 500 to more
FAILED_DEPENDENCY = 424
# set, set(key), set(key)/set, set(key)/set(key); strict, so that the checks see the set that BC sees.
PATH = re.compile(r"[A-Za-z]+(\([^()/?]+\)(/[A-Za-z]+(\([^()/?]+\))?)?)?(\?.*)?")
METHODS = frozenset({"GET", "POST", "PATCH", "DELETE"})


@dataclass(frozen=True)
class Operation:
    """One operation: a method on a path below the company, such as `purchaseOrders(id)/purchaseOrderLines`.

    Bound actions are not taken: posting commits inside BC, and then "all or nothing" is not true.
    """

    method: str
    path: str
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    etag: str | None = None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise ProgramError(f"{self.method} is not an operation of a batch.")
        if "microsoft.nav." in self.path.lower():
            raise ProgramError("Actions post and commit on their own: send them apart, not in a batch.")
        if not PATH.fullmatch(self.path):
            raise ProgramError(f"{self.path!r} is not a path below a company.")

    @property
    def entity_set(self) -> str:
        """The set that the operation is about: of a nested path, the last one."""
        return self.path.partition("?")[0].rpartition("/")[2].partition("(")[0]

    @property
    def subject(self) -> str:
        """What an error sentence calls the thing it is about."""
        return noun(self.entity_set)

    @property
    def is_write(self) -> bool:
        """Whether it changes anything."""
        return self.method != "GET"


@dataclass(frozen=True)
class BatchAnswer:
    """What became of one operation: its entity, or the error that says what to do."""

    status: int
    entity: dict[str, Any] | None = field(default=None, repr=False)
    error: IntegrationError | None = None

    @property
    def done(self) -> bool:
        """Whether the operation took effect."""
        return self.error is None


def write(operations: Sequence[Operation], company_path: str, headers: Mapping[str, str]) -> bytes:
    """Write the body of a batch; raise ProgramError when BC would not take it."""
    if not 0 < len(operations) <= MAX_OPERATIONS:
        raise ProgramError(f"A batch takes 1 to {MAX_OPERATIONS} operations, not {len(operations)}.")
    return dumps(
        {"requests": [_request(n, each, company_path, headers) for n, each in enumerate(operations)]}
    )


def read(
    operations: Sequence[Operation], answers: Sequence[Mapping[str, Any]], *, snapshot: bool
) -> list[BatchAnswer]:
    """Pair each operation with what became of it."""
    by_id = {str(answer.get("id")): answer for answer in answers}
    results = [_answer(each, by_id.get(str(n))) for n, each in enumerate(operations)]
    if all(result.done for result in results):
        return results
    if snapshot:
        return [_rolled_back(result) for result in results]
    return results


def _request(
    number: int, operation: Operation, company_path: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    own = dict(headers)
    if operation.etag is not None:
        own["If-Match"] = operation.etag
    request: dict[str, Any] = {
        "id": str(number),
        "method": operation.method,
        "url": f"{company_path}/{operation.path}",
        "headers": own,
    }
    if operation.body is not None:
        own["Content-Type"] = "application/json"
        request["body"] = operation.body
    return request


def _answer(operation: Operation, answer: Mapping[str, Any] | None) -> BatchAnswer:
    # BC stops at the first failure and is silent about the rest; other servers say 424 of them.
    if answer is None or answer.get("status") == FAILED_DEPENDENCY:
        return BatchAnswer(
            0, error=NotSentError("It was not tried, because an earlier part of the batch failed.")
        )
    status, body = int(answer.get("status", 0)), answer.get("body")
    if 200 <= status < 300:
        return BatchAnswer(status, entity=body if isinstance(body, dict) else None)
    refusal = take_apart(status, dumps(body))
    return BatchAnswer(status, error=judge(refusal, subject=operation.subject, write=operation.is_write))


def _rolled_back(result: BatchAnswer) -> BatchAnswer:
    """Distrust an answer of a batch that failed elsewhere: nothing of it happened."""
    if not result.done:
        return result
    error = TemporaryError(
        "It was taken back, because another part of the batch failed.", status=result.status
    )
    return replace(result, entity=None, error=error)


def lost(operations: Sequence[Operation]) -> IntegrationError:
    """Return the error of a batch whose answer cannot be read."""
    kind = UnknownOutcome if any(each.is_write for each in operations) else TemporaryError
    return kind("Business Central's answer about a batch was lost. It is being checked there.")
