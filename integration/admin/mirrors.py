"""Each record of a mirror can be pulled from its own page."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse

from integration.sync.entities import ENTITIES
from masterdata.read_only import ReadOnlyAdmin
from reconciliation.roles import PULL


class Pullable(ReadOnlyAdmin):
    """A mirror's table whose records have a button to pull them now."""

    entity: str
    change_form_outer_before_template = "integration/pull_record.html"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        context = {"pull_entity": self.entity if request.user.has_perm(PULL) else ""}
        return super().change_view(  # type: ignore[no-any-return]
            request, object_id, form_url, context | (extra_context or {})
        )


for _entity in ENTITIES.values():
    _table = type(admin.site._registry[_entity.model])
    admin.site.unregister(_entity.model)
    admin.site.register(_entity.model, type(_table.__name__, (Pullable, _table), {"entity": _entity.name}))
