"""Tell the clerk what became of an invoice on its way to Business Central."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from integration.in_words import told
from integration.models import Attempt, DocumentKind, Message
from reconciliation.models import SupplierInvoice
from reconciliation.whereabouts import Step, Whereabouts

State = Message.State
Outcome = Attempt.Outcome

ON_ITS_WAY = gettext_lazy("The invoice is on its way to Business Central.")
TOLD = {
    Outcome.REFUSED: gettext_lazy("Business Central did not post it"),
    Outcome.BUG: gettext_lazy("Tieout could not post it"),
    Outcome.BY_HAND: gettext_lazy("The integration team acted on it"),
}
LATEST = 50


def tell(invoice: SupplierInvoice) -> Whereabouts:
    """Read the invoice's messages: the last one says where it is, all of them what happened."""
    messages = Message.objects.for_document(DocumentKind.SUPPLIER_INVOICE, invoice.pk)
    last = messages.order_by("-id").first()
    if last is None:
        on_its_way = invoice.status == SupplierInvoice.Status.READY
        if on_its_way and invoice.post_after and invoice.post_after > timezone.now():
            at = timezone.localtime(invoice.post_after)
            goes = _("It goes to Business Central at {time}; until then it can be taken back.")
            return Whereabouts(goes.format(time=f"{at:%H:%M:%S}"))
        soon = _("It is put in line within a minute.")
        return Whereabouts(f"{ON_ITS_WAY} {soon}" if on_its_way else "")
    tries = Attempt.objects.filter(message__in=messages, outcome__in=TOLD).order_by("-id")[:LATEST]
    return Whereabouts(
        sentence=_sentence(last),
        needs_someone=last.is_stuck,
        refusal=told(last.error) if last.state == State.CANCELLED else "",
        steps=[Step(row.ended_at, str(TOLD[Outcome(row.outcome)]), told(row.sentence)) for row in tries],
    )


def _sentence(message: Message) -> str:
    if message.is_stuck:
        return _(
            "It is not posted. {why} The integration team has it under Dead letters, and goes on with it from"
            " there."
        ).format(why=told(message.error))
    if message.state == State.WAITING and message.waiting_for:
        return f"{ON_ITS_WAY} {told(f'It waits for {message.waiting_for}.')}"
    if message.state == State.VERIFYING:
        return _(
            "It was sent to Business Central and the answer was lost. Tieout looks whether it is posted"
            " before it does anything else."
        )
    if message.state == State.READY and message.error:
        failed = _("The last try failed: {why} It is tried again by itself.")
        return f"{ON_ITS_WAY} {failed.format(why=told(message.error))}"
    return "" if message.state in Message.FINAL else str(ON_ITS_WAY)
