"""The address of the bare view beside Tieout's own: no key, no checks, the event and its lines stored."""

from __future__ import annotations

import json

from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.urls import include, path
from django.views.decorators.csrf import csrf_exempt

TABLES = """
CREATE TABLE bench_event (source text, event_id text, body jsonb, PRIMARY KEY (source, event_id));
CREATE TABLE bench_line (event_id text, line int, item text, quantity numeric, price numeric);
"""
STORE = "INSERT INTO bench_event VALUES (%s, %s, %s) ON CONFLICT DO NOTHING"
STORE_LINE = "INSERT INTO bench_line VALUES (%s, %s, %s, %s, %s)"


@csrf_exempt
@transaction.atomic
def receive(request: HttpRequest) -> JsonResponse:
    """Store an event as it is."""
    event = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute(STORE, [event["source"], event["id"], request.body.decode()])
        cursor.executemany(
            STORE_LINE,
            [
                (event["id"], line["line"], line["item"], line["quantity"], line["unit_price"])
                for line in event["data"]["lines"]
            ],
        )
    return JsonResponse({"id": event["id"]}, status=202)


receive.right = ""  # type: ignore[attr-defined]  # what says nothing of its right is closed
urlpatterns = [path("bare/", receive), path("", include("config.urls"))]
