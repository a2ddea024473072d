"""A figure in a form of a case, as people of each language write it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import translation

from reconciliation.actions.form import Form


@pytest.mark.parametrize(
    ("language", "written", "meant"),
    [
        ("en", "12.5", "12.5"),
        ("en", "1,250", "1250"),
        ("en", "1,250.75", "1250.75"),
        ("en", "12,5", "12.5"),
        ("de", "12,5", "12.5"),
        ("de", "1.250,75", "1250.75"),
        ("de", "12,125", "12.125"),
        ("de", "2.125", "2.125"),
    ],
)
def test_a_figure_is_read_as_it_is_written(language: str, written: str, meant: str) -> None:
    with translation.override(language):
        assert Form({"quantity": written}).figure("quantity") == Decimal(meant)
