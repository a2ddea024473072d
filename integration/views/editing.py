"""Edit a stuck message before it is sent again: a dry run first, then a reason; nobody overwrites anybody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from integration import couriers, outbox
from integration.bc import dumps
from integration.desk import editing
from integration.desk.dry_run import DryRun, dry_run
from integration.models import Message, PayloadEdit
from reconciliation.roles import REPLAY
from reconciliation.views import workplace

from .difference import Difference, against, differences
from .message import message_here, named
from .payload import fields

NOT_ACCEPTED, CONFLICT = 422, 409


@dataclass(frozen=True)
class Base:
    """What an edit begins with: what is built now, and the edit that holds for exactly that."""

    message: Message
    built: dict[str, Any]
    waiting_for: str
    edit: PayloadEdit | None

    @property
    def start(self) -> dict[str, Any]:
        """What the form shows at first."""
        edit = self.edit
        return edit.edited if edit is not None and outbox.fits(edit, self.built) else self.built


@require_http_methods(["GET", "HEAD", "POST"])
@workplace.needs(REPLAY)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the form, try what it holds, or send it."""
    shown = message_here(request, pk)
    base = _base(shown)
    if refused := _refusal(request, base):
        messages.warning(request, refused)
        return redirect("message", pk=pk)
    if request.method != "POST":
        return _page(request, base, editing.edited(shown, base.built, _as_given(base)))
    return _tried(request, base)


def _refusal(request: HttpRequest, base: Base) -> str:
    """Say why this message cannot be edited at all now."""
    try:
        outbox.check_editable(base.message)
    except outbox.OutboxError as error:
        return outbox.what_happened(base.message) if request.method == "POST" else str(error)
    if base.waiting_for:
        return _("It waits for {thing}; there is nothing to edit yet.").format(thing=base.waiting_for)
    return ""


def _tried(request: HttpRequest, base: Base) -> HttpResponse:
    """Try what was written; send it when it was tried before, exactly so."""
    given = {name.removeprefix("value."): str(value) for name, value in request.POST.items()}
    made = editing.edited(base.message, base.built, given)
    if outbox.sight(base.message) != request.POST.get("seen"):
        return _page(request, base, made, problem=outbox.what_happened(base.message), status=CONFLICT)
    if made.problems:
        return _page(request, base, made, problem=_("Correct the marked fields."), status=NOT_ACCEPTED)
    tried = dry_run(base.message, made.payload)
    is_asked = "send" in request.POST
    if not is_asked or not tried.may_be_sent or request.POST.get("tried") != _digest(made.payload):
        return _page(request, base, made, tried=tried, status=NOT_ACCEPTED if is_asked else 200)
    return _sent(request, base, made, tried)


def _sent(request: HttpRequest, base: Base, made: editing.Edited, tried: DryRun) -> HttpResponse:
    user: Any = request.user
    try:
        outbox.send_edited(
            base.message,
            original=base.built,
            edited=made.payload,
            seen=request.POST.get("seen", ""),
            by=user,
            reason=request.POST.get("reason", ""),
        )
    except outbox.Overtaken as error:
        return _page(
            request, _base(message_here(request, base.message.pk)), made, problem=str(error), status=CONFLICT
        )
    except outbox.OutboxError as error:
        return _page(request, base, made, tried=tried, problem=str(error), status=NOT_ACCEPTED)
    messages.success(request, _("It is queued again, as you edited it."))
    return redirect("message", pk=base.message.pk)


def _page(
    request: HttpRequest,
    base: Base,
    made: editing.Edited,
    *,
    tried: DryRun | None = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "shown": base.message,
        "base": base,
        "fields": made.fields,
        "problem": problem,
        "tried": tried,
        "digest": _digest(made.payload) if tried else "",
        "changes": differences(made.payload, base.built),
        "in_bc": _held_against(tried, made.payload),
        "seen": outbox.sight(base.message),
        "given": request.POST,
        "title": named(base.message),
        "payload": fields(made.payload, editing.SETS.get(base.message.document_kind, "")) if tried else [],
    }
    return render(request, "integration/message_edit.html", context, status=status)


def _base(message: Message) -> Base:
    prepared = couriers.prepare(message, couriers.load(message))
    return Base(message, prepared.payload, prepared.waiting_for, outbox.in_force(message))


def _as_given(base: Base) -> dict[str, str]:
    return {field.path: field.value for field in editing.fields_of(base.message, base.start)}


def _held_against(tried: DryRun | None, payload: dict[str, Any]) -> list[Difference]:
    return against(payload, tried.there) if tried and tried.there else []


def _digest(payload: dict[str, Any]) -> str:
    return hashlib.sha256(dumps(payload)).hexdigest()
