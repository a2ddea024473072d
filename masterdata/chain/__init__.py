"""The chain: each row of the books is sealed after the one before it, so no change stays unseen."""

from .books import BOOKS, Book
from .exporting import export_csv, export_lines
from .heads import Head, read_heads, tell_heads
from .retention import TERMS, Term, forget
from .sealing import seal
from .verifying import Fault, Verdict, verify

__all__ = [
    "BOOKS",
    "TERMS",
    "Book",
    "Fault",
    "Head",
    "Term",
    "Verdict",
    "export_csv",
    "export_lines",
    "forget",
    "read_heads",
    "seal",
    "tell_heads",
    "verify",
]
