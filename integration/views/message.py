"""One message: its error, what is sent, every attempt, and what a person can do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from integration import delivery, outbox
from integration.couriers import Posted
from integration.desk import likeness
from integration.errors import IntegrationError
from integration.mapping import traces
from integration.models import DocumentKind, InboxEvent, Message
from masterdata import chain
from reconciliation.roles import REPLAY, SEE_MESSAGES, refusal
from reconciliation.views import workplace

from .difference import against, differences
from .exchange import curl, exchanges, posts
from .payload import bc_words, fields
from .timeline import numbered, timeline

NOT_ACCEPTED = 422
SHOWN_BEHIND = 20

ENTITY_SETS: dict[str, str] = {
    DocumentKind.PURCHASE_ORDER: "purchaseOrders",
    DocumentKind.ORDER_CHANGE: "purchaseOrders",
    DocumentKind.SUPPLIER_INVOICE: "purchaseInvoices",
}
TONES = {"done": "good", "dead": "bad", "rejected": "bad", "waiting": "warn", "verifying": "warn"}


@require_safe
@workplace.needs(SEE_MESSAGES)
def message(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, message_here(request, pk))


@workplace.takes_posts("message", "pk")
@workplace.needs(REPLAY)
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """Look in Business Central whether it has the document under our key; changes nothing."""
    chosen = message_here(request, pk)
    try:
        found = delivery.look(chosen) if chosen.payload else None
    except (outbox.OutboxError, IntegrationError) as error:
        return _page(request, chosen, problem=str(error), tried="done", status=NOT_ACCEPTED)
    told = "" if found else _("Business Central has nothing under our key.")
    return _page(request, chosen, problem=told, tried="done", found=found)


@workplace.takes_posts("message", "pk")
@workplace.needs(REPLAY)
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Do one thing with a message; what is refused is said on its page."""
    verb = VERBS.get(action)
    if verb is None:
        raise Http404
    user: Any = request.user
    chosen = message_here(request, pk)
    try:
        said = verb(chosen, user, request.POST)
    except outbox.OutboxError as error:
        return _page(
            request, message_here(request, pk), problem=str(error), tried=action, status=NOT_ACCEPTED
        )
    messages.success(request, said)
    return redirect("message", pk=pk)


def _retry(chosen: Message, by: User, form: QueryDict) -> str:
    outbox.retry(chosen, by=by, reason=form.get("reason", ""), remap=form.get("remap") == "on")
    return _("{message} is queued again.").format(message=named(chosen))


def _done(chosen: Message, by: User, form: QueryDict) -> str:
    number = form.get("bc_number", "").strip()
    is_certain = form.get("certain") == "on"
    reason = form.get("reason", "")
    delivery.mark_done(chosen, by=by, reason=reason, bc_number=number, is_certain=is_certain)
    return _("{message} is marked as posted, {number} in BC.").format(message=named(chosen), number=number)


def _cancel(chosen: Message, by: User, form: QueryDict) -> str:
    outbox.cancel(chosen, by=by, reason=form.get("reason", ""))
    return _("{message} is cancelled.").format(message=named(chosen))


VERBS: dict[str, Callable[[Message, User, QueryDict], str]] = {
    "retry": _retry,
    "done": _done,
    "cancel": _cancel,
}


def _page(
    request: HttpRequest,
    shown: Message,
    *,
    problem: str = "",
    tried: str = "",
    found: Posted | None = None,
    status: int = 200,
) -> HttpResponse:
    user: Any = request.user
    context = {
        "shown": shown,
        "title": named(shown),
        "fields": fields(shown.payload, ENTITY_SETS.get(shown.document_kind, "")),
        "trace": traces.told(shown.mapped_from, shown.company),
        "found": found,
        "in_bc": against(shown.payload, delivery.document_of(shown, found)) if found else [],
        "document_url": _document_url(shown, user),
        "problem": problem,
        "tried": tried,
        "given": request.POST,
        **_error_of(shown),
        **_story(shown, user),
        **_line(shown),
        **_likeness(shown),
        **_permitted(shown, user),
    }
    return render(request, "integration/message.html", context, status=status)


def _error_of(shown: Message) -> dict[str, Any]:
    """Part what is wrong from what to do."""
    what, _stop, step = shown.error.partition(". ")
    return {
        "what": what.rstrip("."),
        "step": step,
        "tone": TONES.get(shown.state, "calm"),
        "bc_words": bc_words(shown.error_detail),
    }


def _story(shown: Message, user: User) -> dict[str, Any]:
    """Give all that happened with it: its event, its attempts with their calls, and who edited it."""
    attempts = numbered(list(shown.tries.order_by("-pk")))
    answered = exchanges(attempts)
    for attempt in attempts:
        attempt.detail = bc_words(attempt.detail)
    event = _event(shown)
    return {
        "attempts": attempts,
        "attempt_count": max((attempt.number for attempt in attempts), default=shown.attempts),
        "timeline": timeline(shown, event, attempts),
        "event": event,
        "event_url": _event_url(event, user),
        "edits": [(each, differences(each.edited, each.original)) for each in shown.edits.order_by("-pk")],
        "exchanges": answered,
        "kept_days": chain.kept_days("requests").days,
    }


def _line(shown: Message) -> dict[str, Any]:
    """Give what stands in line before and behind it."""
    behind = _behind(shown)
    return {"ahead": _ahead(shown), "behind": behind[:SHOWN_BEHIND], "behind_count": behind.count()}


def _likeness(shown: Message) -> dict[str, Any]:
    """Give the last one of its kind that went through, and what is other in this one."""
    good = likeness.last_good(shown) if shown.is_stuck and shown.payload else None
    return {"good": good, "differences": differences(shown.payload, good.message.payload) if good else []}


def _permitted(shown: Message, user: User) -> dict[str, Any]:
    """Tell what this person may do with it."""
    may = user.has_perm(REPLAY)
    return {
        "can_edit": may and shown.is_stuck and shown.unknown_since is None,
        "can_retry": may and shown.is_stuck,
        "can_finish": may and outbox.may(shown, outbox.ENTERED_BY_HAND),
        "can_cancel": may and outbox.may(shown, outbox.CANCELLED_BY_HAND),
        "curl": curl(shown) if may and shown.payload else "",  # a call that posts is a replay, too
        "curl_posts": posts(shown),
        "refusal": "" if may else refusal(user, REPLAY),
    }


def named(shown: Message) -> str:
    """Name the message as a sentence begins; the number keeps its capitals."""
    name = str(shown)
    return name[:1].upper() + name[1:]


def message_here(request: HttpRequest, pk: int) -> Message:
    """Give a message of the company that the person works in; another company's is not there."""
    messages_here = Message.objects.filter(company=workplace.company(request))
    found: Message = get_object_or_404(messages_here.select_related("company"), pk=pk)
    return found


def _ahead(shown: Message) -> Message | None:
    """Give the unfinished message of the same chain that has to go first."""
    earlier = Message.objects.filter(chain=shown.chain).unfinished().exclude(pk=shown.pk)
    first: Message | None = None if shown.state in Message.FINAL else earlier.order_by("rank", "pk").first()
    return first if first and (first.rank, first.pk) < (shown.rank, shown.pk) else None


def _behind(shown: Message) -> QuerySet[Message]:
    """Give the messages of the chain that cannot go before this one has gone."""
    later = Message.objects.filter(chain=shown.chain).unfinished().order_by("rank", "pk")
    if shown.state in Message.FINAL:
        return later.none()
    return later.filter(Q(rank__gt=shown.rank) | Q(rank=shown.rank, pk__gt=shown.pk))


def _event(shown: Message) -> InboxEvent | None:
    """Give the CAFM's event that the document came with."""
    events = InboxEvent.objects.filter(document_kind=shown.document_kind, document_id=shown.document_id)
    first: InboxEvent | None = events.order_by("pk").first()
    return first


def _event_url(event: InboxEvent | None, user: User) -> str:
    if event is None or not user.has_perm("integration.view_inboxevent"):
        return ""
    return reverse("admin:integration_inboxevent_change", args=[event.pk])


def _document_url(shown: Message, user: User) -> str:
    name = shown.document_kind.replace("_", "")
    known = {
        "purchaseorder",
        "orderchange",
        "goodsreceipt",
        "receiptreversal",
        "goodsreturn",
        "serviceconfirmation",
        "inventorymovement",
        "assetnotice",
        "supplierinvoice",
    }
    if name not in known or not user.has_perm(f"reconciliation.view_{name}"):
        return ""
    return reverse(f"admin:reconciliation_{name}_change", args=[shown.document_id])
