"""`$batch` in JSON: several operations in one call, stopped, continued or taken back together."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import orjson

from integration.sandbox.errors import Refusal, bad_request, refused
from integration.sandbox.http import Reply, Request
from integration.sandbox.payload import read_object
from integration.sandbox.store import Store
from integration.sandbox.values import to_json

MAX_OPERATIONS = 100
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
FAILED_DEPENDENCY = 424
_BOUNDARY = "batchresponse_sandbox"
_FROM_OUTSIDE = ("authorization", "host", "accept-language", "data-access-intent")

Answer = Callable[[Request], Reply]


@dataclass(frozen=True)
class Operation:
    """One operation as sent."""

    id: str
    request: Request
    depends_on: tuple[str, ...] = ()


@dataclass
class Outcome:
    """What an operation is answered with."""

    id: str
    reply: Reply

    @property
    def failed(self) -> bool:
        return self.reply.status >= 400


def answer_batch(request: Request, store: Store, answer: Answer, *, claims_success: bool) -> Reply:
    """Answer a batch; raises Refusal when it is refused as a whole.

    With `claims_success` the operations of a snapshot that was taken back keep their 201, as in BC.
    """
    operations = _operations(request)
    preferences = (request.header("prefer") or "").lower()
    goes_on = "continue-on-error" in preferences and "continue-on-error=false" not in preferences
    is_snapshot = (request.header("isolation") or "").lower() == "snapshot"
    with store.together() if is_snapshot else nullcontext():
        outcomes = _answer_all(operations, answer, goes_on=goes_on)
        if is_snapshot and any(each.failed for each in outcomes):
            store.take_back()
            if not claims_success:
                _confess(outcomes)
    if "application/json" in (request.header("accept") or ""):
        return Reply(200, to_json({"responses": [_response(each) for each in outcomes]}))
    return Reply(200, _multipart(outcomes), content_type=f"multipart/mixed; boundary={_BOUNDARY}")


def _answer_all(operations: list[Operation], answer: Answer, *, goes_on: bool) -> list[Outcome]:
    """Answer in the order sent; unless told to go on, the first failure is the last answer."""
    outcomes: list[Outcome] = []
    failed: set[str] = set()
    for operation in operations:
        if failed & set(operation.depends_on):
            message = "An operation that this one depends on has failed."
            reply = refused(Refusal(FAILED_DEPENDENCY, "BadRequest_FailedDependency", message))
        else:
            reply = _answer(operation.request, answer)
        outcomes.append(Outcome(operation.id, reply))
        if outcomes[-1].failed:
            failed.add(operation.id)
            if not goes_on:
                break
    return outcomes


def _answer(request: Request, answer: Answer) -> Reply:
    try:
        return answer(request)
    except Refusal as refusal:
        return refused(refusal)


def _confess(outcomes: list[Outcome]) -> None:
    """Answer like a server that says what a rolled-back operation has become."""
    message = "The operation was rolled back because another operation of the batch failed."
    for outcome in outcomes:
        if not outcome.failed:
            outcome.reply = refused(Refusal(FAILED_DEPENDENCY, "BadRequest_FailedDependency", message))


def _operations(request: Request) -> list[Operation]:
    if request.method != "POST":
        raise Refusal(
            405, "BadRequest_MethodNotAllowed", f"Entity '$batch' does not support {request.method}."
        )
    if not (request.header("content-type") or "").lower().startswith("application/json"):
        raise Refusal(415, "BadRequest_UnsupportedMediaType", "The sandbox takes JSON batches only.")
    sent = read_object(request.body).get("requests")
    if not isinstance(sent, list) or not sent:
        raise bad_request("A batch needs a property 'requests' with operations.")
    if len(sent) > MAX_OPERATIONS:
        message = (
            f"The current number of operations ({len(sent)}) in the batch exceeds the maximum number of"
            f" operations allowed ({MAX_OPERATIONS})."
        )
        raise Refusal(500, "Internal_ServerError", message)
    base = request.path.removesuffix("/$batch")
    operations: list[Operation] = []
    for each in sent:
        operations.append(_operation(each, request, base, [known.id for known in operations]))
    return operations


def _operation(sent: Any, outer: Request, base: str, earlier: list[str]) -> Operation:
    if not isinstance(sent, dict) or not isinstance(sent.get("url"), str):
        raise bad_request("An operation of a batch is an object with 'id', 'method' and 'url'.")
    identity, method = str(sent.get("id", "")), str(sent.get("method", "")).upper()
    if not identity or identity in earlier:
        raise bad_request(f"The id '{identity}' of an operation is missing or not unique in the batch.")
    if method not in METHODS:
        raise bad_request(f"'{method}' is not a method of an operation.")
    depends_on = sent.get("dependsOn", [])
    if not isinstance(depends_on, list) or not {str(each) for each in depends_on} <= set(earlier):
        raise bad_request(f"The operation '{identity}' depends on one that does not stand before it.")
    request = _request(sent, method, outer, base)
    return Operation(identity, request, tuple(str(each) for each in depends_on))


def _request(sent: dict[str, Any], method: str, outer: Request, base: str) -> Request:
    url = str(sent["url"])
    if url.startswith("https://"):
        url = "/" + url.removeprefix("https://").partition("/")[2]
    target = url if url.startswith("/") else f"{base}/{url}"
    path, _, query = target.partition("?")
    own = sent.get("headers") or {}
    if not isinstance(own, dict):
        raise bad_request("The headers of an operation are an object.")
    headers = {name: outer.headers[name] for name in _FROM_OUTSIDE if name in outer.headers}
    if method != "GET":
        headers.pop("data-access-intent", None)
    headers |= {str(name).lower(): str(value) for name, value in own.items()}
    body = sent.get("body")
    return Request(method, target, path, query, headers, b"" if body is None else to_json(body))


def _response(outcome: Outcome) -> dict[str, Any]:
    reply = outcome.reply
    response: dict[str, Any] = {
        "id": outcome.id,
        "status": reply.status,
        "headers": {name.lower(): value for name, value in reply.headers.items()},
    }
    if reply.body:
        response["headers"]["content-type"] = reply.content_type
        is_json = reply.content_type.startswith("application/json")
        response["body"] = orjson.Fragment(reply.body) if is_json else reply.body.decode()
    return response


def _multipart(outcomes: list[Outcome]) -> bytes:
    """What comes back to a caller that did not say `Accept: application/json`."""
    parts = [
        f"--{_BOUNDARY}\r\nContent-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n"
        f"Content-ID: {each.id}\r\n\r\n".encode()
        + each.reply.as_bytes(keep_alive=True)
        + b"\r\n"
        for each in outcomes
    ]
    return b"".join([*parts, f"--{_BOUNDARY}--\r\n".encode()])
