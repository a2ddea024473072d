"""Refuse a request that is larger than anything we take, before any of it is read."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# A file of 20 MB, and what a browser puts around it.
LARGEST = 21 * 1024 * 1024
TOO_LARGE = 413
SENTENCE = "This is larger than 20 MB. Nothing was saved. Go back and send a smaller file."


class LargestRequest:
    """The browser says beforehand how much it sends; a server reads no more than was said."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get("CONTENT_LENGTH") or "0"
        if said.isdigit() and int(said) > LARGEST:
            return HttpResponse(SENTENCE, status=TOO_LARGE, content_type="text/plain; charset=utf-8")
        return self.get_response(request)
