"""The Content-Security-Policy: the desk runs only its own files; the admin's theme needs more."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

COMMON = (
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DESK = f"default-src 'none'; script-src 'self'; style-src 'self'; {COMMON}"
# The theme's pages carry scripts and styles in their text, and Alpine.js evaluates expressions.
THEMED = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    f"style-src 'self' 'unsafe-inline'; {COMMON}"
)
THEMED_PATHS = ("/admin/", "/api/")


class ContentSecurityPolicy:
    """Send each page with the policy of its part of the product."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = THEMED if request.path.startswith(THEMED_PATHS) else DESK
        response.headers.setdefault("Content-Security-Policy", policy)
        return response
