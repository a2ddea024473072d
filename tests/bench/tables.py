"""Tables that only a measurement has: a later check of all tables would miss their guards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.models import Model


@contextmanager
def tables(*models: type[Model]) -> Iterator[None]:
    """Have the tables of these models for so long; what refers to another comes after it."""
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    try:
        yield
    finally:
        with connection.schema_editor() as editor:
            for model in reversed(models):
                editor.delete_model(model)
