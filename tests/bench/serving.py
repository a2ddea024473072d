"""Tieout under its web server, with the peers' addresses beside its own."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()

from django.conf import settings  # noqa: E402 - only now there are settings

settings.ROOT_URLCONF = "tests.bench.peers"
