"""The page Rights: each right with who holds it, as the code enforces it and the database keeps it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from config import rights
from reconciliation import roles
from reconciliation.views import workplace


@require_safe
@workplace.signed_in
def shown(request: HttpRequest) -> HttpResponse:
    """Show the table; it is no secret who may do what."""
    context = {
        "names": list(roles.ROLES),
        "lines": rights.lines(),
        "tables": rights.tables(),
        "open": [(name.replace("-", " "), why) for name, why in sorted(rights.OPEN.items())],
        "differences": roles.differences(),
    }
    return render(request, "desk/rights.html", context)
