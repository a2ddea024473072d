"""JSON columns true to the letter: numbers digit by digit, keys in the order in which they were put."""

from __future__ import annotations

from typing import Any

from django.db import models

from integration.bc import dumps, loads


class ExactJSONField(models.TextField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A payload as it is sent; text, for jsonb sorts keys and BC validates fields as they come."""

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else dumps(value).decode()

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        return None if value is None else loads(value.encode())

    def to_python(self, value: Any) -> Any:
        return loads(value.encode()) if isinstance(value, str) else value
