"""Field mappings: what counts, every version with what it changed, one click back, files in and out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration.contract import repairs
from integration.desk import mapping as desk
from integration.mapping import content as contents
from integration.mapping import defaults, drafts, files, seen, versions
from integration.mapping.content import Content, Difference
from integration.models import ContractFinding, FieldMapping, MappingVersion
from reconciliation.roles import DRAFT_MAPPINGS, REVIEW_MAPPINGS, SEE_MAPPINGS
from reconciliation.views import workplace

NOT_POSSIBLE = 422
LARGEST_FILE = 2_000_000


@dataclass(frozen=True)
class Line:
    """One mapping in the list."""

    mapping: FieldMapping
    counts: MappingVersion | None
    draft: MappingVersion | None
    waiting_values: int


@require_safe
@workplace.needs(SEE_MAPPINGS)
def mappings(request: HttpRequest) -> HttpResponse:
    """List the mappings, way by way."""
    ways = []
    for way in FieldMapping.Direction:
        found = FieldMapping.objects.filter(direction=way).select_related("profile").order_by("name")
        if lines := [_line(each) for each in found]:
            ways.append((way.label, lines))
    return render(request, "integration/mappings.html", {"ways": ways})


@require_safe
@workplace.needs(SEE_MAPPINGS)
def mapping(request: HttpRequest, pk: int) -> HttpResponse:
    return page(request, get_object_or_404(FieldMapping, pk=pk))


@require_safe
@workplace.needs(SEE_MAPPINGS)
def version(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Show a version, and what it says otherwise than another."""
    chosen = _version(pk, number)
    against = _against(chosen, request.GET.get("against", ""))
    before = contents.read(against.content) if against else Content()
    after = contents.read(chosen.content)
    context = {
        "version": chosen,
        "mapping": chosen.mapping,
        "rows": after.rows,
        "value_maps": after.value_maps,
        "against": against,
        "others": chosen.mapping.versions.exclude(pk=chosen.pk).order_by("-number"),
        "differences": contents.differences(before, after),
        "editors": User.objects.filter(pk__in=chosen.editors).order_by("username"),
    }
    return render(request, "integration/mapping_version.html", context)


@require_safe
@workplace.needs(SEE_MAPPINGS)
def export(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Give a version as a file for another house."""
    chosen = _version(pk, number)
    answer = HttpResponse(files.export(chosen.mapping, chosen), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="mapping-{pk}-version-{number}.json"'
    return answer


@workplace.takes_posts("mapping", "pk")
@workplace.needs(DRAFT_MAPPINGS)
def begin(request: HttpRequest, pk: int, how: str) -> HttpResponse:
    """Begin a draft: from what counts, from what is shipped, or from a file."""
    chosen = get_object_or_404(FieldMapping, pk=pk)
    verb = BEGINNINGS.get(how)
    if verb is None:
        raise Http404
    try:
        verb(chosen, request)
    except drafts.NotPossible as error:
        return page(request, chosen, problem=str(error), status=NOT_POSSIBLE)
    return redirect("mapping-draft", pk=pk)


@workplace.takes_posts("mapping", "pk")
@workplace.needs(DRAFT_MAPPINGS)
def repair(request: HttpRequest, pk: int, finding: int) -> HttpResponse:
    """Draft what mends a change of Business Central."""
    user: Any = request.user
    chosen = get_object_or_404(FieldMapping, pk=pk)
    found = get_object_or_404(ContractFinding.objects.open(), pk=finding, mapping=chosen.name)
    try:
        drafted = repairs.draft_fix(chosen, found, by=user)
    except drafts.NotPossible as error:
        return page(request, chosen, problem=str(error), status=NOT_POSSIBLE)
    messages.success(request, _("The fix is in the draft. Look at it, test it, and hand it in."))
    row = repairs.mended_row(chosen, contents.read(drafted.content), found)
    return redirect(f"{reverse('mapping-draft', args=[pk])}?row={row}#row-title")


@workplace.takes_posts("mapping", "pk")
@workplace.needs(REVIEW_MAPPINGS)
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Let records go without what Business Central lacks, or wait for it."""
    chosen = get_object_or_404(FieldMapping, pk=pk)
    repairs.go_on(chosen, is_wanted=request.POST.get("goes_on") == "on")
    desk.settle()
    messages.success(request, _went_on(chosen))
    return redirect("mapping", pk=pk)


@workplace.takes_posts("mapping", "pk")
@workplace.needs(REVIEW_MAPPINGS)
def roll_back(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """Let an earlier version count again."""
    user: Any = request.user
    chosen = _version(pk, number)
    try:
        desk.roll_back(chosen.mapping, chosen, by=user, reason=request.POST.get("reason", ""))
    except drafts.NotPossible as error:
        return page(request, chosen.mapping, problem=str(error), status=NOT_POSSIBLE)
    said = _("Version {number} counts again. Messages that were built keep the version they have.")
    messages.success(request, said.format(number=number))
    return redirect("mapping", pk=pk)


def _went_on(chosen: FieldMapping) -> str:
    if chosen.direction == FieldMapping.Direction.PULL:
        return (
            _("The pull goes on without it; what is known keeps the field, and what is new has it empty.")
            if chosen.goes_on
            else _("The pull waits for it.")
        )
    return _("Documents go on without it.") if chosen.goes_on else _("Documents wait for it.")


def page(request: HttpRequest, chosen: FieldMapping, *, problem: str = "", status: int = 200) -> HttpResponse:
    """Show a mapping with its versions."""
    user: Any = request.user
    counts, company = versions.in_force(chosen), workplace.company(request)
    listed = list(chosen.versions.select_related("reviewed_by", "withdrawn_by").order_by("-number"))
    content = contents.read(counts.content) if counts else Content()
    is_intake = chosen.direction == FieldMapping.Direction.INTAKE
    context = {
        "mapping": chosen,
        "counts": counts,
        "rows": content.rows,
        "value_maps": content.value_maps,
        "versions": listed,
        "draft": next((each for each in listed if each.state in ("draft", "review")), None),
        "goes_back_to": {each.pk for each in listed if counts and _may_count_again(each, counts)},
        "findings": repairs.open_findings(chosen),
        "waiting": repairs.waiting(chosen),
        "unmapped": chosen.unmapped.order_by("value_map", "value"),
        "is_pull": chosen.direction == FieldMapping.Direction.PULL,
        "seen": seen.of_profile(chosen, company) if is_intake and company else None,
        "local": _local(chosen, content),
        "may_draft": user.has_perm(DRAFT_MAPPINGS),
        "may_review": user.has_perm(REVIEW_MAPPINGS),
        "problem": problem,
    }
    return render(request, "integration/mapping.html", context, status=status)


def _line(each: FieldMapping) -> Line:
    return Line(each, versions.in_force(each), each.versions.open().first(), each.unmapped.count())


def _version(pk: int, number: int) -> MappingVersion:
    found: MappingVersion = get_object_or_404(
        MappingVersion.objects.select_related("mapping"), mapping=pk, number=number
    )
    return found


def _against(chosen: MappingVersion, asked: str) -> MappingVersion | None:
    """Give the version to compare with: the one that was asked for, else the one it was drafted from."""
    number = int(asked) if asked.isdecimal() and len(asked) < 9 else chosen.based_on
    return chosen.mapping.versions.filter(number=number).first() if number is not None else None


def _may_count_again(each: MappingVersion, counts: MappingVersion) -> bool:
    return each.state == "approved" and each.withdrawn_at is None and each.number < counts.number


def _local(chosen: FieldMapping, content: Content) -> list[Difference]:
    """Tell what was changed here of what is shipped."""
    return contents.differences(contents.read(chosen.shipped), content) if chosen.shipped else []


def _begin(chosen: FieldMapping, request: HttpRequest) -> None:
    drafts.draft(chosen, by=request.user)  # type: ignore[arg-type]


def _reset(chosen: FieldMapping, request: HttpRequest) -> None:
    defaults.reset(chosen, by=request.user)  # type: ignore[arg-type]


def _import(chosen: FieldMapping, request: HttpRequest) -> None:
    given = request.FILES.get("file")
    if given is None or given.size is None or given.size > LARGEST_FILE:
        raise drafts.NotPossible(files.NO_FILE)
    files.read_in(chosen, given.read().decode(errors="replace"), by=request.user)  # type: ignore[arg-type]


BEGINNINGS: dict[str, Callable[[FieldMapping, HttpRequest], None]] = {
    "edit": _begin,
    "reset": _reset,
    "import": _import,
}
