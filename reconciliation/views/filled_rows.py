"""The worklist's rows as HTML. A page has fifty of ten cells each, and a template costs by the cell: its row
is rendered once a language, with a place for each figure, and then filled for every case.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from django.template.loader import render_to_string
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from .reasons import tag
from .rows import Row

PLACES = (
    "key", "url", "title", "vendor", "order", "tag", "more", "status", "difference", "amount", "at_risk",
    "due",
    "due_class", "owner", "age", "opened",
)  # fmt: skip


def filled(rows: Iterable[Row], columns: tuple[str, ...], *, may_take: bool) -> SafeString:
    """Write the rows one after the other, with these columns."""
    shape = _shape(get_language() or "", columns, may_take)
    return mark_safe("".join([shape % _pieces(row) for row in rows]))  # noqa: S308 - every piece is escaped


@lru_cache
def _shape(language: str, columns: tuple[str, ...], may_take: bool) -> str:
    """Render a row with `%(name)s` in each place; `language` is what makes two shapes differ."""
    places = {name: mark_safe(f"%({name})s") for name in PLACES}  # noqa: S308
    return render_to_string(
        "desk/worklist_row.html", {"row": places, "columns": columns, "may_take": may_take}
    )


def _pieces(row: Row) -> dict[str, str]:
    pieces = {
        "key": row.key,
        "url": row.url,
        "title": row.title,
        "vendor": row.vendor,
        "order": row.order,
        "tag": tag(row.reason),
        "more": _more(row.more_reasons) if row.more_reasons else "",
        "status": format_html('<span class="state small soft">{}</span>', row.status) if row.status else "",
        "difference": _two(row.difference, row.percent, "soft"),
        "amount": row.amount,
        "at_risk": _two(row.at_risk, row.until, "late" if row.is_late_for_discount else "soft"),
        "due": format_html('<span title="{}">{}</span>', row.due_day, row.due) if row.due else "",
        "due_class": " late" if row.is_urgent else "",
        "owner": row.owner,
        "age": row.age,
        "opened": row.opened,
    }
    # Eight hundred pieces a page: a lazy text is none of them, so what is not marked safe is plain.
    return {name: piece if type(piece) is SafeString else _escaped(piece) for name, piece in pieces.items()}


@lru_cache(maxsize=4000)
def _escaped(piece: str) -> SafeString:
    """Lists say the same names and days again and again."""
    return escape(piece)


def _two(figure: str, beneath: str, tone: str) -> str:
    """Write a figure with a word beneath it."""
    if not figure:
        return ""
    if not beneath:
        return format_html("<span>{}</span>", figure)
    return format_html('<span>{}<span class="state small {}">{}</span></span>', figure, tone, beneath)


def _more(number: int) -> str:
    return format_html(' <span class="small soft">{}</span>', _("+{n} more").format(n=number))
