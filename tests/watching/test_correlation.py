"""One id, and one trace, from the CAFM's request to the calls of Business Central that it leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from integration import correlation, tracing

if TYPE_CHECKING:
    from integration.sandbox.launch import Running
    from tests.delivery.house import House


@pytest.fixture
def house(db: None, sandbox: Running, settings: Any) -> House:
    from tests.delivery.conftest import hurry
    from tests.delivery.house import prepare_house

    hurry(settings)
    return prepare_house(sandbox)


def test_a_call_of_bc_names_the_request_that_it_is_for(house: House) -> None:
    for number in ("PO-1", "PO-2"):
        with correlation.going_on_with(f"request-of-{number}"):
            house.order(number)
    house.sandbox.control.forget_requests()

    house.drain()

    calls = house.sandbox.control.requests(method="POST", entitySet="purchaseOrders")["log"]
    assert [each["requestId"] for each in calls] == ["request-of-PO-1", "request-of-PO-2"]
    assert correlation.current() == ""


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Keep the spans of this process."""
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    tracing.use(provider)
    yield exporter
    tracing.use(None)


def test_the_spans_of_a_delivery_lie_in_the_trace_of_its_request(
    house: House, spans: InMemorySpanExporter
) -> None:
    with correlation.going_on_with("request-of-PO-1"), tracing.span("POST /api/v1/events"):
        house.order("PO-1")

    house.drain()

    found = {span.name: span for span in spans.get_finished_spans()}
    request, delivery = found["POST /api/v1/events"], found["deliver purchase order PO-1"]
    call = found["BC POST the purchase order"]
    assert {each.context.trace_id for each in (request, delivery, call)} == {request.context.trace_id}
    assert call.parent.span_id == delivery.context.span_id


def test_a_span_tells_the_kind_of_an_error_and_not_its_words(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="canary"), tracing.span("deliver"):
        raise ValueError("Failing row contains (canary)")

    (told,) = spans.get_finished_spans()
    assert "canary" not in told.to_json()
    assert (told.status.status_code.name, told.status.description) == ("ERROR", "ValueError")


def test_without_tracing_there_are_no_spans(house: House, settings: Any) -> None:
    assert settings.TRACING is False

    with tracing.span("nothing"):
        assert trace.get_current_span().get_span_context().is_valid is False


def test_tracing_without_its_packages_refuses_to_start(settings: Any) -> None:
    settings.TRACING = True

    with pytest.raises(ImproperlyConfigured, match=r"Install requirements/tracing\.txt"):
        tracing.check()


def test_a_span_of_a_request_names_its_route_and_not_the_key_in_its_path(
    db: None, spans: InMemorySpanExporter
) -> None:
    Client().get("/answer/a-key-that-is-a-secret/")

    assert [span.name for span in spans.get_finished_spans()] == ["GET answer/<str:key>/"]
