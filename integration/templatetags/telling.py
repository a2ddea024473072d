"""Show in the reader's language what workers wrote down: why a message is stuck, and what to do."""

from __future__ import annotations

from django import template

from integration import in_words

register = template.Library()


@register.filter
def told(text: object) -> str:
    """Say a sentence that was kept in English as the language of this page does."""
    return in_words.told(str(text or ""))
