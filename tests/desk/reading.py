"""Read a page as a person does: its words, its links, its rows."""

from __future__ import annotations

import re
from html import unescape

from django.http import HttpResponse

UNSEEN = re.compile(r"<(head|script|dialog|select)\b.*?</\1>", re.S)
TAG = re.compile(r"<[^>]+>")


def words(response: HttpResponse) -> str:
    """Give the page's text."""
    body = UNSEEN.sub(" ", response.content.decode())
    return re.sub(r"\s+", " ", unescape(TAG.sub(" ", body))).strip()


def invoices(response: HttpResponse) -> list[str]:
    """Give the numbers of the invoices listed, in their order."""
    return re.findall(r"data-open>([^<]+)</a>", response.content.decode())


def links(response: HttpResponse) -> dict[str, str]:
    """Give the page's links by their words; of several with the same words the last."""
    found = re.findall(r'<a\b[^>]*href="([^"]*)"[^>]*>(.*?)</a>', response.content.decode(), re.S)
    return {re.sub(r"\s+", " ", TAG.sub(" ", text)).strip(): unescape(url) for url, text in found}
