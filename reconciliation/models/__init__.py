"""The records of the desk, a file per subject."""

from .case import Comment, ExceptionCase, Finding, Resolution
from .document import Document
from .invoice import InvoiceCharge, InvoiceLine, SupplierInvoice
from .match import MatchDecision
from .movement import InventoryMovement, InventoryMovementLine
from .order import OrderCharge, PurchaseOrder, PurchaseOrderLine
from .order_change import OrderChange
from .policy import MatchLevel, MatchOptions, ReleaseLimit, Tolerance
from .receipt import GoodsReceipt, GoodsReceiptLine
from .service import ServiceConfirmation, ServiceConfirmationLine
from .taken_back import GoodsReturn, GoodsReturnLine, ReceiptReversal

__all__ = [
    "Comment",
    "Document",
    "ExceptionCase",
    "Finding",
    "GoodsReceipt",
    "GoodsReceiptLine",
    "GoodsReturn",
    "GoodsReturnLine",
    "InventoryMovement",
    "InventoryMovementLine",
    "InvoiceCharge",
    "InvoiceLine",
    "MatchDecision",
    "MatchLevel",
    "MatchOptions",
    "OrderChange",
    "OrderCharge",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "ReceiptReversal",
    "ReleaseLimit",
    "Resolution",
    "ServiceConfirmation",
    "ServiceConfirmationLine",
    "SupplierInvoice",
    "Tolerance",
]
