"""The table of Business Central's refusals: by code and English fragment, what each means and what to do."""

import re
from dataclasses import dataclass
from functools import cache

from integration.errors import (
    ConfigurationError,
    ConflictError,
    IntegrationError,
    NotSentError,
    PermanentError,
    ProgramError,
    SetupError,
    TemporaryError,
)

GONE = "Internal_RecordNotFound"
STALE = "Request_EntityChanged"
DUPLICATE = "Internal_EntityWithSameKeyExists"
DEAD_SKIP_TOKEN = "SkipTokenIsNoLongerValid"  # noqa: S105 - a page marker, not a secret

NO_CODE = "(none)"  # the answer is not in BC's form: it never came to BC

NAME_LIMIT = 80


@dataclass(frozen=True)
class Refusal:
    """An error answer, taken apart."""

    status: int
    code: str
    message: str
    correlation_id: str
    raw: str
    retry_after: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table. In a fragment, "…" stands for whatever BC names there; a code may end in "*".

    What the first "…" stands for may be named in `what` as {0}, the second as {1}.
    """

    kind: type[IntegrationError]
    what: str
    do: str
    code: str = ""
    fragment: str = ""
    status: int | None = None
    owner: str = ""
    certain: bool = False
    """The text proves that nothing was done, even under an unclear status."""

    def matches(self, refusal: Refusal) -> bool:
        """Return whether the row speaks of this refusal."""
        return (
            self.status in (None, refusal.status)
            and _code_matches(self.code, refusal.code)
            and bool(_pattern(self.fragment).search(refusal.message))
        )

    def told(self, refusal: Refusal) -> str:
        """Say what is wrong, with the names BC gave."""
        found = _pattern(self.fragment).search(refusal.message)
        return (
            self.what.format(*(name.strip()[:NAME_LIMIT] for name in found.groups())) if found else self.what
        )


LATER = "It is sent again by itself."
LATER_READ = "It may answer in a moment."
AGAIN = "then send it again"

TABLE = (
    # Not now
    Row(NotSentError, "too many requests at once", LATER, code="Application_TooManyRequests", certain=True),
    Row(NotSentError, "too many requests at once", LATER, status=429, certain=True),
    Row(
        NotSentError,
        "the environment is not available at the moment",
        LATER,
        code="Internal_TenantUnavailable",
        certain=True,
    ),
    Row(
        TemporaryError,
        "someone else is changing the same records",
        LATER,
        fragment="is being updated in a transaction done by another session",
        certain=True,
    ),
    Row(
        TemporaryError,
        "someone else has locked the records",
        LATER,
        fragment="was locked by another user",
        certain=True,
    ),
    Row(
        TemporaryError,
        "it got in the way of another change",
        LATER,
        fragment="deadlock",
        certain=True,
    ),
    Row(
        TemporaryError,
        "its database could not be reached",
        LATER,
        code="Internal_ServerError",
        fragment="Cannot establish a connection",
        certain=True,
    ),
    # Not allowed, or the wrong address
    Row(
        ConfigurationError,
        "it does not know our application",
        "The BC administrator must check the application's card, its consent and its secret.",
        code="Authentication_*",
    ),
    Row(
        ConfigurationError,
        "it does not know our application",
        "The BC administrator must check the application's card, its consent and its secret.",
        status=401,
    ),
    Row(
        ConfigurationError,
        "our application lacks the permission on {1}",
        "The BC administrator must add it to the application's permission sets.",
        fragment="current permissions prevented the action…(TableData …)",
    ),
    Row(
        ConfigurationError,
        "our application lacks a permission",
        "The BC administrator must add it to the application's permission sets.",
        fragment="current permissions prevented the action",
    ),
    Row(
        ConfigurationError,
        "our application lacks a permission",
        "The BC administrator must add it to the application's permission sets.",
        code="Authorization_*",
    ),
    Row(
        ConfigurationError,
        "our application lacks a permission",
        "The BC administrator must add it to the application's permission sets.",
        status=403,
    ),
    Row(
        ConfigurationError,
        "the address does not exist there",
        "Check the environment, the company and whether the app is installed.",
        code="BadRequest_ResourceNotFound",
    ),
    Row(
        ConfigurationError,
        "the company does not exist there",
        "Correct the company in the connection.",
        code="Internal_CompanyNotFound",
    ),
    # The record moved on
    Row(ConflictError, "it was changed there meanwhile", "It is read again and judged again.", code=STALE),
    Row(ConflictError, "it was changed there meanwhile", "It is read again and judged again.", status=412),
    Row(
        ConflictError,
        "the list changed while it was read",
        "The pull starts again from its last mark.",
        code=DEAD_SKIP_TOKEN,
    ),
    Row(
        ConflictError,
        "it exists there already",
        "The two are compared before anything is sent.",
        code=DUPLICATE,
    ),
    Row(
        ConflictError,
        "it exists there already",
        "The two are compared before anything is sent.",
        fragment="already exists. Identification fields",
    ),
    Row(
        ConflictError,
        "the receipt is probably posted already",
        "It is looked up there; do not post it a second time.",
        code="Internal_DataNotFoundFilter",
        fragment="There is no Purch. Inv. Header",
    ),
    Row(
        ConflictError,
        "the vendor's invoice number is recorded there already",
        "Link this invoice to the one in BC, or reject it as a duplicate; never alter the number.",
        fragment="Purchase Invoice … already exists for this vendor",
    ),
    Row(
        ConflictError,
        "more was received than the order has open",
        "The order is read again; an over-receipt goes to the buyer.",
        fragment="You cannot receive more than … units",
    ),
    Row(
        ConflictError,
        "more was invoiced than was received",
        "The order is read again; a difference goes to accounts payable.",
        fragment="You can't invoice more than … units",
    ),
    Row(
        ConflictError,
        "more was invoiced than was received",
        "The order is read again; a difference goes to accounts payable.",
        fragment="You cannot invoice more than … units",
    ),
    Row(
        ConflictError,
        "there is nothing left to post",
        "It is looked up there, and closed here if it was posted already.",
        fragment="There is nothing to post",
    ),
    Row(
        ConflictError,
        "it is posted already",
        "Its state is read again.",
        fragment="The invoice has been posted and can no longer be modified",
    ),
    # Ours
    Row(
        ProgramError,
        "the change named no version of the record",
        "Report it to the developers.",
        code="BadRequest_InvalidToken",
    ),
    Row(
        ProgramError,
        "posted documents are never deleted",
        "Report it to the developers.",
        fragment="You cannot delete posted purchase documents",
    ),
    Row(
        PermanentError,
        "something it needs was not given",
        f"Correct the field mapping, {AGAIN}.",
        code="BadRequest_RequiredParamNotProvided",
        owner="mapping",
    ),
    Row(ProgramError, "it did not understand us", "Report it to the developers.", code="BadRequest*"),
    Row(
        ProgramError,
        "a value has the wrong form",
        "Report it to the developers.",
        code="Application_EvaluateException",
    ),
    Row(
        ProgramError,
        "an id has the wrong form",
        "Report it to the developers.",
        code="Application_InvalidGUID",
    ),
    Row(
        ProgramError,
        "it did not understand our question",
        "Report it to the developers.",
        code="Application_FilterErrorException",
    ),
    Row(ProgramError, "the request was too large", "Report it to the developers.", status=413),
    # Set-up in BC
    Row(
        SetupError,
        "it asked a question no program can answer",
        "The BC partner must look at the extension that asks it.",
        code="Application_CallbackNotAllowed",
    ),
    Row(
        SetupError,
        "this list must be upgraded there first",
        "The BC administrator runs the data upgrade on the API set-up page.",
        fragment="You must run the data upgrade for this API page",
    ),
    Row(
        SetupError,
        "the posting date is outside the open period",
        f"Finance opens the period or chooses another date, {AGAIN}.",
        fragment="is not within your range of allowed posting dates",
        owner="finance",
    ),
    Row(
        SetupError,
        "there is no exchange rate for the date",
        "Finance adds the rate in BC; it is sent again once the rate is here.",
        fragment="There is no Currency Exchange Rate within the filter",
        owner="finance",
    ),
    Row(
        SetupError,
        "the {0} posting set-up lacks an account",
        f"Finance completes the posting set-up in BC, {AGAIN}.",
        fragment="Account is missing in … Posting Setup",
        owner="finance",
    ),
    Row(
        SetupError,
        "a posting set-up does not exist",
        f"Finance adds the posting set-up in BC, {AGAIN}.",
        fragment="Posting Setup does not exist",
        owner="finance",
    ),
    Row(
        SetupError,
        "its number series takes no numbers from outside",
        "The BC administrator allows manual numbers, or the mapping stops sending one.",
        fragment="You may not enter numbers manually",
    ),
    Row(
        SetupError,
        "its number series is used up",
        f"The BC administrator extends the number series, {AGAIN}.",
        fragment="You cannot assign new numbers from the number series",
    ),
    Row(
        SetupError,
        "its number series has no first number",
        f"The BC administrator completes the number series, {AGAIN}.",
        fragment="Starting No. must have a value",
    ),
    Row(
        SetupError,
        "the order is released and takes no changes",
        f"Reopen the order in BC, {AGAIN}.",
        fragment="Status must be equal to 'Open' in Purchase Header",
    ),
    Row(
        SetupError,
        "the order waits for approval there",
        f"Have it approved in BC, {AGAIN}.",
        fragment="This document can only be released when the approval process is complete",
    ),
    Row(
        SetupError,
        "the order waits for approval there",
        f"Have it approved in BC, {AGAIN}.",
        fragment="pending approval",
    ),
    Row(
        SetupError,
        "the location works with warehouse documents",
        "Receive it in BC's warehouse, or install the Tieout app.",
        fragment="Warehouse handling is required",
    ),
    Row(
        SetupError,
        "put-aways of the location are still open",
        f"Register them in BC, {AGAIN}.",
        fragment="related inventory put-aways must be registered",
    ),
    Row(
        SetupError,
        "the location needs a bin",
        "Receive it in BC, or install the Tieout app.",
        fragment="The Bin does not exist",
    ),
    Row(
        SetupError,
        "the item needs a lot or serial number",
        "Receive it in BC, or install the Tieout app.",
        fragment="You must assign a … number",
    ),
    # Data a person corrects
    Row(
        PermanentError,
        "the item does not have this unit of measure",
        f"Add the unit to the item in BC or use its base unit, {AGAIN}.",
        fragment="The Item Unit of Measure does not exist",
    ),
    Row(
        PermanentError,
        "the item does not have this unit of measure",
        f"Add the unit to the item in BC or use its base unit, {AGAIN}.",
        fragment="cannot be found in the related table (Item Unit of Measure)",
    ),
    Row(
        PermanentError,
        "it names a record that does not exist there: {0}",
        f"Pull the master data and correct the mapping, {AGAIN}.",
        fragment="cannot be found in the related table (…)",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "it names a record that does not exist there",
        f"Pull the master data and correct the mapping, {AGAIN}.",
        code="Internal_InvalidTableRelation",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "it names a record that does not exist there: {0}",
        f"Pull the master data and correct the mapping, {AGAIN}.",
        fragment="The … cannot be found.",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "an id or a code names no record there, or two of them name different ones",
        f"Pull the master data and correct the mapping, {AGAIN}.",
        fragment="not match to a",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "a text is longer than the field",
        f"Shorten the text or correct the mapping, {AGAIN}.",
        code="Application_StringExceededLength",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "it is not there any more",
        "See whether it was posted or deleted in BC.",
        code=GONE,
    ),
    Row(
        PermanentError,
        "the order is not there any more",
        "See whether it was posted or deleted in BC.",
        fragment="The Purchase Header does not exist",
    ),
    Row(
        PermanentError,
        "the item is blocked",
        f"Unblock it in BC or order another item, {AGAIN}.",
        fragment="Blocked must be equal to 'No' in Item",
    ),
    Row(
        PermanentError,
        "the item is blocked for purchasing",
        f"Unblock it in BC or order another item, {AGAIN}.",
        fragment="because the Purchasing Blocked check box",
    ),
    Row(
        PermanentError,
        "the vendor is blocked",
        f"Unblock the vendor in BC, {AGAIN}.",
        fragment="this type of document when Vendor … is blocked",
    ),
    Row(
        PermanentError,
        "the document lacks a required field",
        f"Complete it or correct the mapping, {AGAIN}.",
        fragment="must have a value in Purchase Header",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "a line lacks a required field",
        f"Complete it or correct the mapping, {AGAIN}.",
        fragment="must have a value in Purchase Line",
        owner="mapping",
    ),
    Row(
        SetupError,
        "a master card is incomplete, {0} in {1}",
        f"Complete the card named in the original answer in BC, {AGAIN}.",
        fragment="… must have a value in …:",
    ),
    Row(
        SetupError,
        "a master card is incomplete",
        f"Complete the card named in the original answer in BC, {AGAIN}.",
        fragment="must have a value in",
    ),
    Row(
        PermanentError,
        "the dimensions do not go together",
        f"Correct the cost centre or its mapping, {AGAIN}.",
        fragment="The dimensions used in … are invalid",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "a value of the dimension {0} is missing",
        f"Give the cost centre or correct its mapping, {AGAIN}.",
        fragment="Select a Dimension Value Code for the Dimension Code … for",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "a dimension is missing",
        f"Give the cost centre or correct its mapping, {AGAIN}.",
        fragment="Select a Dimension Value Code for",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "a dimension has the wrong value",
        f"Correct the cost centre or its mapping, {AGAIN}.",
        fragment="must be … for Dimension Code",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "a dimension is blocked",
        f"Use another cost centre or unblock it in BC, {AGAIN}.",
        fragment="Dimension … is blocked",
        owner="mapping",
    ),
    Row(
        PermanentError,
        "the vendor's invoice number is missing",
        f"Enter the number on the supplier's invoice, {AGAIN}.",
        fragment="You need to enter the document number of the document from the vendor",
        owner="finance",
    ),
    Row(
        PermanentError,
        "there is not enough stock",
        "Count the item and settle the difference before it is sent again.",
        fragment="You have insufficient quantity of Item",
        owner="cafm",
    ),
    # What no text explains
    Row(
        ConfigurationError,
        "the address does not exist there",
        "Check the environment, the company and whether the app is installed.",
        code=NO_CODE,
        status=404,
    ),
)


def _code_matches(wanted: str, code: str) -> bool:
    if wanted == NO_CODE:
        return not code
    return code.startswith(wanted[:-1]) if wanted.endswith("*") else wanted in ("", code)


@cache
def _pattern(fragment: str) -> re.Pattern[str]:
    return re.compile(
        "(.*?)".join(re.escape(part.strip()) for part in fragment.split("…")), re.IGNORECASE | re.DOTALL
    )
