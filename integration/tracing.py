"""Spans from the CAFM's event to the call of Business Central; without TRACING=1 nothing of it happens.

The trace is named by the id of the request (correlation.py), so what a worker does hours later for an event
lies in the trace of that event, and nothing but that id had to be kept.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from . import correlation

NAME = "tieout"
_providers: dict[int, Any] = {}  # by process: what sends the spans is a thread, and none survives a fork


def check() -> None:
    """Refuse to start with tracing switched on and its packages missing."""
    if settings.TRACING and not _is_installed():
        raise ImproperlyConfigured(
            "TRACING is on and its packages are missing. Install requirements/tracing.txt, or set TRACING=0."
        )


@contextmanager
def span(name: str) -> Iterator[None]:
    """Trace a block, inside the span around it, else in the trace of the request that it is for.

    Of an error only the kind is told: its words may hold a row, an address or what BC answered.
    """
    provider = _provider()
    if provider is None:
        yield
        return
    tracer = provider.get_tracer(NAME)
    with tracer.start_as_current_span(
        name, context=_context(), record_exception=False, set_status_on_exception=False
    ) as opened:
        try:
            yield
        except Exception as error:
            _fail(opened, error)
            raise


def rename(name: str) -> None:
    """Give the open span the name that only showed inside it."""
    if _provider() is not None:
        from opentelemetry import trace

        trace.get_current_span().update_name(name)


def use(provider: Any) -> None:
    """Send the spans of this process there; None is nowhere."""
    _providers[os.getpid()] = provider


def _fail(opened: Any, error: Exception) -> None:
    from opentelemetry.trace import Status, StatusCode

    opened.set_status(Status(StatusCode.ERROR, type(error).__name__))


def _is_installed() -> bool:
    return all(find_spec(each) is not None for each in ("opentelemetry", "opentelemetry.exporter"))


def _provider() -> Any:
    known = os.getpid()
    if known not in _providers:
        _providers[known] = _made() if settings.TRACING else None
    return _providers[known]


def _made() -> Any:
    """Make what the environment describes: OTEL_EXPORTER_OTLP_ENDPOINT and its like."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    provider = TracerProvider(resource=Resource.create({"service.name": NAME}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider


def _context() -> Any:
    """Give the trace of the request, where no span is open; None goes on with the open one."""
    from opentelemetry import trace

    name = correlation.current()
    if not name or trace.get_current_span().get_span_context().is_valid:
        return None
    digest = hashlib.sha256(name.encode()).hexdigest()
    parent = trace.SpanContext(
        trace_id=int(digest[:32], 16),
        span_id=int(digest[32:48], 16),
        is_remote=True,
        trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED),
    )
    return trace.set_span_in_context(trace.NonRecordingSpan(parent))
