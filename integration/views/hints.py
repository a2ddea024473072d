"""The address that Business Central calls: it takes hints, and answers before anything is done about them."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from integration import hints

MOST_BYTES = 1024 * 1024  # BC tells at most 1,000 records at a time, about 400 bytes each
LONGEST_TOKEN = 2048


@csrf_exempt
@require_POST
def receive(request: HttpRequest, key: UUID) -> HttpResponse:
    """Shake hands, or keep the hints; anything but 2xx, 408, 429 and 5xx ends the subscription in BC."""
    token = request.GET.get("validationToken", "")
    if token:
        if len(token) > LONGEST_TOKEN or not hints.knows(key):
            return HttpResponse(status=404)
        return HttpResponse(token, content_type="text/plain; charset=utf-8")
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        hints.take(key, request.body, now=timezone.now())
    except hints.Unreadable:
        return HttpResponse(status=400)
    return HttpResponse(status=202)
