"""The mail to a first owner about new exceptions, in their language: which, how much, where to open them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from decimal import Decimal

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from .models import ExceptionCase, PersonLanguage
from .views import figures
from .views.reasons import reason

MOST_NAMED = 50  # the most money first; a flock of thousands is read on the desk


def new_cases(cases: Collection[ExceptionCase], *, to: User) -> tuple[str, str]:
    """Give title and text of one mail about all of these."""
    chosen = PersonLanguage.objects.filter(person=to).first()
    with translation.override(chosen.code if chosen else settings.LANGUAGE_CODE):
        title = ngettext("{n} new exception for you", "{n} new exceptions for you", len(cases))
        return title.format(n=len(cases)), "\n\n".join(_paragraphs(cases))


def _paragraphs(cases: Collection[ExceptionCase]) -> Iterator[str]:
    yield _("New exceptions that are yours by their reason, {total}:").format(total=_total(cases))
    ranked = sorted(cases, key=lambda case: (-abs(case.amount), case.pk))
    for case in ranked[:MOST_NAMED]:
        told = _("{invoice} of {vendor}, {amount}: {reason}").format(
            invoice=case.invoice_number,
            vendor=case.vendor_name or case.vendor_number,
            amount=figures.money(case.amount, case.currency),
            reason=reason(case.code).label,
        )
        yield f"{told}\n{_link(reverse('case', args=[case.pk]))}"
    if (more := len(ranked) - MOST_NAMED) > 0:
        yield ngettext("and {n} more", "and {n} more", more).format(n=more)
    yield _("All that are yours: {link}").format(link=_link(f"{reverse('worklist')}?tab=mine"))


def _total(cases: Collection[ExceptionCase]) -> str:
    """Add up by currency; currencies are never added together."""
    sums: dict[str, Decimal] = {}
    for case in cases:
        sums[case.currency] = sums.get(case.currency, Decimal(0)) + case.amount
    return _(" and ").join(figures.money(total, currency) for currency, total in sorted(sums.items()))


def _link(path: str) -> str:
    return f"{settings.TIEOUT_URL}{path}"
