"""The mapping document: every field in writing, as a page to print and as an Excel file."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from integration.mapping import document
from reconciliation import sheets
from reconciliation.roles import SEE_MAPPINGS
from reconciliation.views import workplace


@require_safe
@workplace.needs(SEE_MAPPINGS)
def page(request: HttpRequest) -> HttpResponse:
    """Show the document."""
    entries = document.entries(workplace.company(request))
    parts = [(name, list(found)) for name, found in groupby(entries, key=lambda each: each.mapping)]
    return render(request, "integration/mapping_document.html", {"parts": parts, "at": timezone.now()})


@require_safe
@workplace.needs(SEE_MAPPINGS)
def excel(request: HttpRequest) -> HttpResponse:
    """Give the document as an Excel file."""
    entries = document.entries(workplace.company(request))
    book = sheets.workbook("Field mappings", document.HEADINGS, [each.cells for each in entries])
    answer = HttpResponse(book, content_type=sheets.EXCEL)
    answer["Content-Disposition"] = f'attachment; filename="field-mappings-{timezone.localdate()}.xlsx"'
    return answer
