"""The chain: each row of the books is sealed after the one before it, so no change stays unseen."""

from .book import Book
from .books import BOOKS
from .coverage import coverage
from .exporting import export_csv, export_lines
from .forgotten import ACTION as FORGOTTEN
from .heads import Head, name_chains, read_heads, tell_heads, write_heads
from .retention import TooShort, forget, kept_days, kept_since, old_changes, set_term
from .sealing import seal
from .verifying import Fault, Verdict, verify

__all__ = [
    "BOOKS",
    "FORGOTTEN",
    "Book",
    "Fault",
    "Head",
    "TooShort",
    "Verdict",
    "coverage",
    "export_csv",
    "export_lines",
    "forget",
    "kept_days",
    "kept_since",
    "name_chains",
    "old_changes",
    "read_heads",
    "seal",
    "set_term",
    "tell_heads",
    "verify",
    "write_heads",
]
