"""The Content-Security-Policy: the product runs only its own files; the admin's theme needs more."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

COMMON = (
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-src 'self'; object-src 'none'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
DESK = f"default-src 'none'; script-src 'self'; style-src 'self'; {COMMON}"
# Swagger UI runs only files of ours (SpectacularSwaggerSplitView), but writes styles into its page.
API_DOCS = f"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; {COMMON}"
# The theme's pages carry scripts and styles in their text, and Alpine.js evaluates expressions. A nonce on
# each would be given to what an attacker wrote there as well: the theme renders them from its own templates.
THEMED = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    f"style-src 'self' 'unsafe-inline'; {COMMON}"
)
POLICIES = {"/admin/": THEMED, "/api/docs": API_DOCS}
FRESH = ("text/html", "text/csv")


class ContentSecurityPolicy:
    """Send each page with the policy of its part of the product, and let no cache keep what a person saw."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policies = (policy for path, policy in POLICIES.items() if request.path.startswith(path))
        response.headers.setdefault("Content-Security-Policy", next(policies, DESK))
        if response.headers.get("Content-Type", "").startswith(FRESH):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
