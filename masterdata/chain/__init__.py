"""The chain: each row of the books is sealed after the one before it, so no change stays unseen."""

from .books import BOOKS, Book
from .coverage import coverage
from .exporting import export_csv, export_lines
from .forgotten import ACTION as FORGOTTEN
from .heads import Head, name_chains, read_heads, tell_heads
from .retention import TERMS, Term, forget
from .sealing import seal
from .verifying import Fault, Verdict, verify

__all__ = [
    "BOOKS",
    "FORGOTTEN",
    "TERMS",
    "Book",
    "Fault",
    "Head",
    "Term",
    "Verdict",
    "coverage",
    "export_csv",
    "export_lines",
    "forget",
    "name_chains",
    "read_heads",
    "seal",
    "tell_heads",
    "verify",
]
