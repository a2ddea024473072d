"""Errors as RFC 9457 problem details: one form for everything that the CAFM can be refused for."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import Http404
from rest_framework import exceptions, status
from rest_framework.response import Response

logger = logging.getLogger(__name__)

CONTENT_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5

# The framework's own titles hold the places where it would write what was sent; the detail has that.
TITLES = {
    "method_not_allowed": "This address does not take this method",
    "unsupported_media_type": "This type of content is not taken",
    "not_acceptable": "No type of answer that is asked for can be given",
}


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field; the pointer is a JSON pointer into the event (RFC 6901)."""

    pointer: str
    detail: str


class ProblemError(Exception):
    """The request is refused; the class says how, the sentence says why and what to do."""

    status: int = status.HTTP_400_BAD_REQUEST
    code = "bad-request"
    title = "The request cannot be understood"
    retry_after = 0

    def __init__(self, detail: str, errors: Iterable[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)

    def body(self) -> dict[str, Any]:
        told = problem(self.status, self.code, self.title, self.detail)
        if self.errors:
            told["errors"] = [{"pointer": each.pointer, "detail": each.detail} for each in self.errors]
        return told


class NotFound(ProblemError):  # noqa: N818
    """What is asked for is not here."""

    status = status.HTTP_404_NOT_FOUND
    code = "not-found"
    title = "There is nothing here"


class TooLarge(ProblemError):  # noqa: N818
    """More than is taken at once."""

    status = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    code = "too-large"
    title = "The request is too large"


class Invalid(ProblemError):  # noqa: N818
    """The shape is wrong; each bad field is named."""

    status = status.HTTP_422_UNPROCESSABLE_ENTITY
    code = "invalid"
    title = "The event has the wrong shape"


def problem(status_code: int, code: str, title: str, detail: str) -> dict[str, Any]:
    """Write a problem's body."""
    return {
        "type": f"urn:tieout:problem:{code}",
        "title": title,
        "status": status_code,
        "code": code,
        "detail": detail,
    }


def handle(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer any error of the interface as a problem; what is our own fault is logged and not explained."""
    body, headers = describe(error)
    return Response(body, status=body["status"], headers=headers, content_type=CONTENT_TYPE)


def describe(error: Exception) -> tuple[dict[str, Any], dict[str, str]]:
    """Give the problem and the headers of an error."""
    if isinstance(error, ProblemError):
        return error.body(), {"Retry-After": str(error.retry_after)} if error.retry_after else {}
    if isinstance(error, Http404):
        return NotFound("Look at /api/docs for the addresses that there are.").body(), {}
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    if isinstance(error, OperationalError | InterfaceError):
        logger.error("The database did not answer: %s", error)
        detail = "Nothing was stored. Send the same again a little later."
        unavailable = problem(503, "unavailable", "The database does not answer", detail)
        return unavailable, {"Retry-After": str(RETRY_AFTER_SECONDS)}
    logger.error("A request of the CAFM failed through our own fault", exc_info=error)
    detail = "This is our fault and was logged. Nothing was stored; send the same again once it is mended."
    return problem(500, "internal", "Something went wrong here", detail), {}


def _of_framework(error: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers = {}
    if header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    code = str(error.default_code).replace("_", "-")
    detail = error.detail if isinstance(error.detail, str) else str(error.default_detail)
    title = TITLES.get(str(error.default_code), str(error.default_detail))
    return problem(error.status_code, code, title, str(detail)), headers


def pointers(errors: Any, at: str = "") -> Iterable[FieldError]:
    """Turn a serializer's nested errors into one entry per bad field."""
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            own = str(name) == "non_field_errors"
            yield from pointers(inner, at if own else f"{at}/{escape(str(name))}")
    elif isinstance(errors, list) and any(isinstance(inner, Mapping | list) for inner in errors):
        for position, inner in enumerate(errors):
            yield from pointers(inner, f"{at}/{position}")
    elif isinstance(errors, list):
        yield from (FieldError(at, str(inner)) for inner in errors)
    else:
        yield FieldError(at, str(errors))


def escape(name: str) -> str:
    """Write a name as a step of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")
