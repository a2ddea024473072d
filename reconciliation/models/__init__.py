"""The records of the desk, a file per subject."""

from .approval import Absence, ApprovalTier, Signature
from .asset import AssetNotice
from .attachment import Attachment, InvoiceFile, OriginalLook
from .case import ExceptionCase, Finding, Resolution, Undoable
from .case_request import CaseRequest
from .control import ControlDay, ControlDifference, ControlTotal, SignOff
from .document import Document
from .export import CaseExport
from .first_owner import FirstOwner
from .invoice import InvoiceCharge, InvoiceLine, SupplierInvoice
from .leak import Leak
from .line_link import LineLink
from .list_look import ListLook
from .match import MatchDecision, MatchGround
from .movement import InventoryMovement, InventoryMovementLine
from .order import OrderCharge, PurchaseOrder, PurchaseOrderLine
from .order_change import OrderChange
from .person_language import PersonLanguage
from .policy import MatchLevel, MatchOptions, ReleaseLimit, Tolerance
from .policy_version import PolicyVersion
from .receipt import GoodsReceipt, GoodsReceiptLine
from .request import PurchaseRequest, PurchaseRequestLine
from .saved_filter import SavedFilter
from .segregation import DutyConflict
from .service import ServiceConfirmation, ServiceConfirmationLine
from .taken_back import GoodsReturn, GoodsReturnLine, ReceiptReversal
from .talk import CaseNotice, CaseVisit, Comment, Watcher
from .tally import CaseTally
from .totals import DayTotal
from .trial import LetThrough, RulesTrial, TriedInvoice
from .vendor_family import VendorFamily

__all__ = [
    "Absence",
    "ApprovalTier",
    "AssetNotice",
    "Attachment",
    "CaseExport",
    "CaseNotice",
    "CaseRequest",
    "CaseTally",
    "CaseVisit",
    "Comment",
    "ControlDay",
    "ControlDifference",
    "ControlTotal",
    "DayTotal",
    "Document",
    "DutyConflict",
    "ExceptionCase",
    "Finding",
    "FirstOwner",
    "GoodsReceipt",
    "GoodsReceiptLine",
    "GoodsReturn",
    "GoodsReturnLine",
    "InventoryMovement",
    "InventoryMovementLine",
    "InvoiceCharge",
    "InvoiceFile",
    "InvoiceLine",
    "Leak",
    "LetThrough",
    "LineLink",
    "ListLook",
    "MatchDecision",
    "MatchGround",
    "MatchLevel",
    "MatchOptions",
    "OrderChange",
    "OrderCharge",
    "OriginalLook",
    "PersonLanguage",
    "PolicyVersion",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "PurchaseRequest",
    "PurchaseRequestLine",
    "ReceiptReversal",
    "ReleaseLimit",
    "Resolution",
    "RulesTrial",
    "SavedFilter",
    "ServiceConfirmation",
    "ServiceConfirmationLine",
    "SignOff",
    "Signature",
    "SupplierInvoice",
    "Tolerance",
    "TriedInvoice",
    "Undoable",
    "VendorFamily",
    "Watcher",
]
