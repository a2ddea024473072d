"""The mapping editor: both sides as trees, the rows between them, a live preview, and the way to approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from integration.desk import mapping as desk
from integration.mapping import TRANSFORMS, drafts, sampling, targets, trial, trying, versions
from integration.mapping import content as contents
from integration.mapping.apply import ValueMap
from integration.mapping.content import Content
from integration.models import FieldMapping, MappingVersion
from masterdata.models import Company
from reconciliation.roles import DRAFT_MAPPINGS, REVIEW_MAPPINGS, SEE_MAPPINGS, refusal
from reconciliation.views import workplace

from . import mapping_row
from .mapping_row import RowForm

NOT_POSSIBLE = 422
OFFERED_RECORDS = 50


@require_safe
@workplace.needs(SEE_MAPPINGS)
def draft(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the open draft; who may change it is told to others who open it."""
    found = _open(pk)
    if found is None:
        return redirect("mapping", pk=pk)
    return _page(request, found, mapping_row.chosen(request.GET, contents.read(found.content)))


@require_POST
@workplace.needs(DRAFT_MAPPINGS)
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the chosen record becomes with the row as it stands in the form; keeps nothing."""
    found = _open(pk)
    if found is None:
        raise Http404
    form = mapping_row.read(request.POST)
    content = contents.read(found.content)
    if form.row.target and "parameters" not in form.problems:
        content = content.with_row(form.row, instead_of=form.was)
    context = {"preview": _preview(request, found.mapping, content, request.POST.get("record", ""))}
    return render(request, "integration/mapping_preview.html", context)


@workplace.takes_posts("mapping-draft", "pk")
@workplace.needs(DRAFT_MAPPINGS)
def save_row(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep, move or remove one row of the draft."""
    found = _open(pk)
    if found is None:
        return redirect("mapping", pk=pk)
    form, content = mapping_row.read(request.POST), contents.read(found.content)
    step = request.POST.get("step", "save")
    if step == "save":
        changed = content.with_row(form.row, instead_of=form.was)
        form.problems |= {
            each.part: each.sentence for each in trial.problems_of_row(found.mapping, form.row, changed)
        }
        if form.row.target != form.was and any(row.target == form.row.target for row in content.rows):
            form.problems["target"] = _("Another row writes this field already. Change that one.")
        if form.problems:
            return _page(request, found, form, status=NOT_POSSIBLE)
    else:
        changed = mapping_row.stepped(content, form.was, step)
    return _saved(request, found, changed, form, row=form.row.target if step == "save" else "")


@workplace.takes_posts("mapping-draft", "pk")
@workplace.needs(DRAFT_MAPPINGS)
def save_map(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a value map of the draft: a pair a line, as `code = code`."""
    found = _open(pk)
    if found is None:
        return redirect("mapping", pk=pk)
    name, written = request.POST.get("name", "").strip()[:60], request.POST.get("values", "")
    pairs = [line.partition("=") for line in written.splitlines() if line.strip()]
    wrong = next((line for line, equals, _rest in pairs if not equals), "")
    values = {key.strip(): value.strip() for key, _equals, value in pairs}
    if not name or wrong or not values:
        said = _("Write a pair a line, such as BOX = KAR, and name the map.")
        return _page(request, found, RowForm(), problem=f"{said} {wrong}".strip(), status=NOT_POSSIBLE)
    if request.POST.get("new_map") and name in contents.read(found.content).value_maps:
        said = _("There is a value map of that name already. Change that one, or choose another name.")
        return _page(request, found, RowForm(), problem=said, status=NOT_POSSIBLE)
    new = ValueMap(values, request.POST.get("unknown", "reject"), request.POST.get("default", ""))
    content = contents.read(found.content)
    return _saved(request, found, replace(content, value_maps={**content.value_maps, name: new}), RowForm())


@require_safe
@workplace.needs(SEE_MAPPINGS)
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold the draft against the last two hundred records."""
    found = _open(pk)
    if found is None:
        return redirect("mapping", pk=pk)
    company = workplace.company(request)
    tried = trying.against_last(found.mapping, found, company) if company else trying.Trial(0)
    context = {"draft": found, "mapping": found.mapping, "trial": tried, "most": sampling.LAST}
    return render(request, "integration/mapping_trial.html", context)


@workplace.takes_posts("mapping-draft", "pk")
@workplace.needs(SEE_MAPPINGS)
def act(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take a draft a step further: hand in, take in, send back, approve, discard."""
    chosen = STEPS.get(step)
    if chosen is None:
        raise Http404
    user: Any = request.user
    found = _open(pk)
    if found is None:
        return redirect("mapping", pk=pk)
    if not user.has_perm(chosen.permission):
        return _page(request, found, RowForm(), problem=refusal(user, chosen.permission), status=403)
    try:
        said = chosen.take(found, request)
    except drafts.NotPossible as error:
        return _page(request, found, RowForm(), problem=str(error), tried=step, status=NOT_POSSIBLE)
    messages.success(request, said)
    return redirect("mapping" if chosen.ends else "mapping-draft", pk=pk)


@dataclass(frozen=True)
class Step:
    """One step of a draft: who may take it, and whether it is over then."""

    permission: str
    take: Callable[[MappingVersion, HttpRequest], str]
    ends: bool = False


def _hand_in(found: MappingVersion, request: HttpRequest) -> str:
    desk.hand_in(found, by=_user(request), note=request.POST.get("note", ""))
    return _("It waits for a second person now.")


def _take_in(found: MappingVersion, request: HttpRequest) -> str:
    drafts.take_in(found, by=_user(request))
    return _("What came into force meanwhile is in the draft now. Look at it, then hand it in.")


def _send_back(found: MappingVersion, request: HttpRequest) -> str:
    drafts.send_back(found, by=_user(request), reason=request.POST.get("reason", ""))
    return _("It is a draft again.")


def _discard(found: MappingVersion, request: HttpRequest) -> str:
    drafts.discard(found, by=_user(request))
    return _("The draft is discarded; it stays among the versions.")


def _approve(found: MappingVersion, request: HttpRequest) -> str:
    approved = desk.approve(
        found,
        by=_user(request),
        seen=_number(request.POST.get("seen", "")),
        company=workplace.company(request),
        effective_from=_moment(request.POST.get("effective_from", "")),
        override_reason=request.POST.get("override_reason", ""),
    )
    counts = approved.effective_from
    if counts and counts > timezone.now():
        when = timezone.localtime(counts).strftime("%d %b %Y %H:%M")
        return _("Version {number} counts from {when}.").format(number=approved.number, when=when)
    said = _("Version {number} counts now. The next message to be built uses it; others keep theirs.")
    return said.format(number=approved.number)


STEPS = {
    "hand-in": Step(DRAFT_MAPPINGS, _hand_in),
    "take-in": Step(DRAFT_MAPPINGS, _take_in),
    "send-back": Step(REVIEW_MAPPINGS, _send_back),
    "approve": Step(REVIEW_MAPPINGS, _approve, ends=True),
    "discard": Step(DRAFT_MAPPINGS, _discard, ends=True),
}


def _page(
    request: HttpRequest,
    found: MappingVersion,
    form: RowForm,
    *,
    problem: str = "",
    tried: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "draft": found,
        "mapping": found.mapping,
        "form": form,
        "transforms": TRANSFORMS.values(),
        **_sides(request, found),
        **_standing(request, found),
        "problem": problem,
        "tried": tried,
        "given": request.POST,
        "written_values": request.POST.get("values", ""),  # a QueryDict has a method of that name
        "record": request.GET.get("record", ""),
    }
    return render(request, "integration/mapping_draft.html", context, status=status)


def _sides(request: HttpRequest, found: MappingVersion) -> dict[str, Any]:
    """Give what may be read and written, the rows between, and a real record that goes through them."""
    mapping, content, company = found.mapping, contents.read(found.content), workplace.company(request)
    samples = sampling.samples(mapping, company) if company else []
    fields = targets.of_target(mapping, content)
    covered, required, missing = targets.coverage(fields)
    return {
        "content": content,
        "problems": trial.problems(mapping, content),
        "sources": targets.of_source(mapping, content, samples),
        "targets": fields,
        "covered": covered,
        "required": required,
        "missing": missing,
        "samples": samples[:OFFERED_RECORDS],
        "preview": _preview(request, mapping, content, request.GET.get("record", ""), samples),
    }


def _standing(request: HttpRequest, found: MappingVersion) -> dict[str, Any]:
    """Tell how far the draft is, who else has it open, and what this person may do with it."""
    user, counts = _user(request), versions.in_force(found.mapping)
    may_draft = user.has_perm(DRAFT_MAPPINGS)
    return {
        "counts": counts,
        "is_behind": counts is not None and counts.number != found.based_on,
        "other": drafts.look_at(found, by=user) if may_draft else None,
        "may_draft": may_draft,
        "may_review": user.has_perm(REVIEW_MAPPINGS),
        "is_own": user.pk in found.editors,
        "failing": _failing(found, workplace.company(request)) if found.state == "review" else 0,
    }


def _failing(found: MappingVersion, company: Company | None) -> int:
    return len(trying.against_last(found.mapping, found, company).failing) if company else 0


def _preview(
    request: HttpRequest, mapping: FieldMapping, content: Content, key: str, samples: Any = None
) -> trying.Preview:
    company = workplace.company(request)
    if company is None:
        return trying.Preview(None)
    found = samples if samples is not None else sampling.samples(mapping, company)
    compiled = versions.Compiled(mapping.name, 0, content, nests=versions.nests(mapping))
    return trying.preview(mapping, compiled, sampling.find(found, key), company)


def _saved(
    request: HttpRequest, found: MappingVersion, content: Content, form: RowForm, *, row: str = ""
) -> HttpResponse:
    try:
        drafts.save(found, content, by=_user(request), seen=_number(request.POST.get("seen", "")))
    except drafts.NotPossible as error:
        return _page(request, found, form, problem=str(error), status=NOT_POSSIBLE)
    messages.success(request, _("Saved in the draft. Nothing changes before it is approved."))
    record = request.POST.get("record", "")
    return redirect(f"{reverse('mapping-draft', args=[found.mapping_id])}?{_query(row, record)}")


def _query(row: str, record: str) -> str:
    told = QueryDict(mutable=True)
    told.update({name: value for name, value in (("row", row), ("record", record)) if value})
    return told.urlencode()


def _open(pk: int) -> MappingVersion | None:
    mapping = get_object_or_404(FieldMapping, pk=pk)
    return mapping.versions.open().select_related("mapping", "looked_at_by").first()


def _user(request: HttpRequest) -> Any:
    return request.user


def _number(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 9 else 0


def _moment(written: str) -> datetime | None:
    """Read a moment of the form, in the house's time zone."""
    if not written.strip():
        return None
    try:
        found = parse_datetime(written.strip())
    except ValueError:  # it has the form of a moment, and is none
        found = None
    if found is None:
        raise drafts.NotPossible(_("Write a day and time, or leave it empty for at once."))
    return timezone.make_aware(found) if timezone.is_naive(found) else found
