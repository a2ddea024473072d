"""Refusals as BC words them: status, code and message in one envelope."""

import uuid
from typing import Any

import orjson

from integration.sandbox.http import Reply


class Refusal(Exception):  # noqa: N818 - it is BC's answer, not a fault of the sandbox
    """A request that BC would answer with an error."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = headers or {}

    def body(self) -> bytes:
        """The error envelope with a fresh correlation id."""
        text = f"{self.message}  CorrelationId:  {uuid.uuid4()}."
        return orjson.dumps({"error": {"code": self.code, "message": text}})


def refused(refusal: Refusal) -> Reply:
    """The reply that carries a refusal."""
    return Reply(refusal.status, refusal.body(), dict(refusal.headers))


def bad_request(message: str, code: str = "BadRequest") -> Refusal:
    """The request itself is wrong: a fault of the program that sent it."""
    return Refusal(400, code, message)


def dead_skip_token() -> Refusal:
    return bad_request("The skip token is no longer valid.", "SkipTokenIsNoLongerValid")


def dialog(message: str) -> Refusal:
    """A business rule said no through AL's Error()."""
    return Refusal(400, "Application_DialogException", message)


def field_check(field: str, wanted: str, table: str, current: str) -> Refusal:
    """AL's TestField failed: `table` names the record as BC does, for example "Item: No.=1000"."""
    message = f"{field} must be equal to '{wanted}'  in {table}. Current value is '{current}'."
    return Refusal(400, "Application_FieldValidationException", message)


def field_missing(field: str, table: str) -> Refusal:
    """AL's TestField found a blank."""
    message = f"{field} must have a value in {table}. It cannot be zero or empty."
    return Refusal(400, "Application_FieldValidationException", message)


def unknown_relation(field: str, table: str, value: str, related: str) -> Refusal:
    """A code that the related table does not hold."""
    message = (
        f"The field {field} of table {table} contains a value ({value})"
        f" that cannot be found in the related table ({related})."
    )
    return Refusal(400, "Internal_InvalidTableRelation", message)


def unknown_property(name: str, type_name: str) -> Refusal:
    message = f"Could not find a property named '{name}' on type 'Microsoft.NAV.{type_name}'."
    return bad_request(message, "BadRequest_NotFound")


def read_only(name: str) -> Refusal:
    return bad_request(f"Control '{name}' is read-only.", "BadRequest_InvalidOperation")


def unknown_path(segment: str) -> Refusal:
    message = f"Resource not found for the segment '{segment}'."
    return Refusal(404, "BadRequest_ResourceNotFound", message)


def unknown_record(table: str, key: Any) -> Refusal:
    message = f"The {table} does not exist. Identification fields and values: Id='{key}'"
    return Refusal(404, "Internal_RecordNotFound", message)


def same_key(table: str, identification: str) -> Refusal:
    message = (
        f"The record in table {table} already exists. Identification fields and values: {identification}"
    )
    return Refusal(409, "Internal_EntityWithSameKeyExists", message)


def method_not_allowed(entity: str, verb: str) -> Refusal:
    message = f"Entity '{entity}' does not support {verb}."
    return Refusal(405, "BadRequest_MethodNotAllowed", message)


def stale() -> Refusal:
    message = (
        "Another user has already changed the record. Refresh the record and try again with its current etag."
    )
    return Refusal(409, "Request_EntityChanged", message)


def token_missing() -> Refusal:
    message = (
        "Could not validate the client concurrency token required by the service."
        " Please provide a valid token in the client request."
    )
    return bad_request(message, "BadRequest_InvalidToken")


def locked() -> Refusal:
    message = (
        "The operation could not complete because a record in the table is being updated in a transaction"
        " done by another session."
    )
    return Refusal(409, "Internal_ServerError", message)


def too_many_requests(retry_after: int | None, *, actual: int = 6001, maximum: int = 6000) -> Refusal:
    message = f"Too many requests reached. Actual ({actual}). Maximum ({maximum})."
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return Refusal(429, "Application_TooManyRequests", message, headers)


def waited_too_long() -> Refusal:
    message = "The request waited in the queue for too long and was cancelled."
    return Refusal(503, "Internal_ServiceUnavailable", message)


def no_permission(table: str, right: str) -> Refusal:
    message = (
        f"Sorry, the current permissions prevented the action. (TableData {table} {right}: Base Application)"
    )
    return Refusal(403, "Authorization_PermissionDenied", message)


def unauthorized() -> Refusal:
    message = "The server has rejected the client credentials."
    headers = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
    return Refusal(401, "Authentication_InvalidCredentials", message, headers)
