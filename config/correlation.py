"""One id for all that a request or a task sets going: log lines of web and workers are found by it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun
from django.core.signals import request_finished
from django.http import HttpRequest, HttpResponse

from integration import tracing
from integration.correlation import begin, current

HEADER = "X-Request-ID"
TASK_HEADER = "correlation"
FORM = re.compile(r"[A-Za-z0-9._-]{8,64}")  # another's id is written into our log: nothing else gets in


class CorrelationMiddleware:
    """Take the id that the proxy or the sender gave, or make one, and tell it in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        begin(given if FORM.fullmatch(given) else uuid.uuid4().hex)
        request.correlation = current()  # type: ignore[attr-defined]
        with tracing.span(f"{request.method} request"):
            response = self.get_response(request)
            if request.resolver_match:  # the route, never the path: some paths hold keys
                tracing.rename(f"{request.method} {request.resolver_match.route}")
        response.headers[HEADER] = current()
        return response


def _send_along(headers: dict[str, Any], **_other: Any) -> None:
    if current():
        headers[TASK_HEADER] = current()


def _take_over(task_id: str, task: Any, **_other: Any) -> None:
    """Go on with the id of who asked for the task; one that the clock sent has its own."""
    begin(task.request.get(TASK_HEADER) or task_id)


def _let_go(**_other: Any) -> None:
    begin("")


before_task_publish.connect(_send_along)
task_prerun.connect(_take_over)
task_postrun.connect(_let_go)
request_finished.connect(_let_go)  # and not when the middleware ends: Django logs a refusal after it
