"""The CAFM's views: translate a request into one call of the inbox, and its result into an answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from integration import inbox
from integration.models import ApiKey, InboxEvent

from . import at_once, pressure, replies, schema
from .auth import key_of
from .events import Event
from .problems import FieldError, Invalid, NotFound, ProblemError, TooLarge, describe
from .wire import BATCH, EVENT, BatchParser, DecimalJSONParser, DecimalJSONRenderer, EventParser

MOST_EVENTS = 500
AS_JSON = "application/json; charset=utf-8"


class EventsView(APIView):
    """Take one event, or a batch of them."""

    scope = ApiKey.Scope.EVENTS
    parser_classes = [EventParser, BatchParser, DecimalJSONParser]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take a new order at once; whatever is none, or is in doubt, goes the framework's whole way."""
        event = at_once.take(request)
        if event is None:
            return super().dispatch(request, *args, **kwargs)
        answer = DecimalJSONRenderer().render(_accepted(event))
        return HttpResponse(answer, status=status.HTTP_202_ACCEPTED, content_type=AS_JSON)

    @extend_schema(
        operation_id="send_events",
        summary="Send one CloudEvent, or a batch",
        description="A batch is for bulk: while too much waits for Business Central it is answered with 429 "
        "and Retry-After, and nothing of it is stored. Single events are taken all the time.",
        request={
            EVENT: schema.any_event(),
            BATCH: schema.any_event(many=True),
            DecimalJSONParser.media_type: schema.any_event(),
        },
        responses={
            202: replies.Accepted,
            207: schema.batch_answer(),
        }
        | schema.refusals(400, 401, 403, 409, 413, 415, 422, 429, 503),
    )
    def post(self, request: Request) -> Response:
        if request.stream is None:
            raise ProblemError("The body is empty. Send one event as JSON, or a batch of them.")
        key, body = key_of(request), request.data
        if (request.content_type or "").partition(";")[0].strip().lower() == BATCH:
            pressure.check_batch(key.company)
            return Response(_batch(body, key), status=status.HTTP_207_MULTI_STATUS)
        if isinstance(body, list):
            raise Invalid(f"Several events are sent as {BATCH}.", [FieldError("", "Not a JSON object.")])
        return Response(_accepted(inbox.receive(body, key=key)), status=status.HTTP_202_ACCEPTED)


class EventView(APIView):
    """Tell what has become of an event."""

    scope = ApiKey.Scope.EVENTS

    @extend_schema(
        operation_id="read_event",
        summary="What has become of an event",
        parameters=[
            OpenApiParameter(
                "source", str, description="The event's source; needed when two sources use the same id"
            )
        ],
        responses={200: replies.EventStatus} | schema.refusals(401, 403, 404),
    )
    def get(self, request: Request, event_id: str) -> Response:
        source = request.query_params.get("source", "")
        clean = "\x00" not in event_id + source
        event = inbox.find(key_of(request).company, event_id, source) if clean else None
        if event is None:
            raise NotFound(
                "No such event was received. Look at its id and source, or send it."
                if source
                else "No such event was received, or several sources use this id: name its source."
            )
        return Response(_told(inbox.story(event)))


class NothingHere(APIView):
    """Answer unknown addresses below /api/ in the interface's own form."""

    authentication_classes: list[Any] = []
    permission_classes: list[Any] = []

    @extend_schema(exclude=True)
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(
            f"There is nothing at {request.path}. Look at /api/docs for the addresses that there are."
        )


def _batch(body: Any, key: ApiKey) -> list[dict[str, Any]]:
    """Take each event by itself: one that is refused does not hold up the others."""
    if not isinstance(body, list):
        raise Invalid("A batch is a JSON array of events.", [FieldError("", "Not a JSON array.")])
    if len(body) > MOST_EVENTS:
        raise TooLarge(f"Send at most {MOST_EVENTS} events at a time; this batch holds {len(body)}.")
    return [_entry(event, key) for event in body]


def _entry(event: Any, key: ApiKey) -> dict[str, Any]:
    try:
        return _accepted(inbox.receive(event, key=key))
    except Exception as exc:  # noqa: BLE001 - the edge of the loop: the others of the batch go on
        problem, _ = describe(exc)
        told = event if isinstance(event, dict) else {}
        return problem | {name: told[name] for name in ("id", "source") if isinstance(told.get(name), str)}


def _accepted(event: InboxEvent | Event) -> dict[str, Any]:
    """Answer an event: always in these words, so that sending it again gets the same answer."""
    event_id = event.id if isinstance(event, Event) else event.event_id
    address = reverse("api-event", args=[event_id])
    return {
        "id": event_id,
        "source": event.source,
        "status": replies.Fate.ACCEPTED,
        "href": f"{address}?{urlencode({'source': event.source})}",
    }


def _told(story: inbox.Story) -> dict[str, Any]:
    event, document = story.event, story.document
    return {
        "id": event.event_id,
        "source": event.source,
        "type": event.type,
        "status": story.fate,
        "received_at": event.received_at,
        "document": document
        and {
            "kind": event.document_kind,
            "number": document.number,
            "bc_number": document.bc_number,
            "bc_id": document.bc_id,
        },
        "attempts": [
            {
                "number": each.number,
                "started_at": each.started_at,
                "ended_at": each.ended_at,
                "outcome": each.outcome,
                "http_status": each.status,
                "code": each.error_code,
                "sentence": each.sentence,
            }
            for each in story.attempts
        ],
        "next": story.next,
    }
