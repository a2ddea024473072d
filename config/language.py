"""In which language a page is written: the person's own choice, else what the browser asks for."""

from __future__ import annotations

from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

FOR_MACHINES = ("/api/", "/bc/", "/healthz", "/readyz", "/metrics")
THEIRS = "en"


class DeskLanguage(LocaleMiddleware):
    """Let people read in their language; what machines are told, and keep, stays in one."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path.startswith(FOR_MACHINES):
            translation.activate(THEIRS)
            request.LANGUAGE_CODE = THEIRS
