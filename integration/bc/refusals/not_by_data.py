"""Refusals that no change of data ends: not now, not allowed, moved on meanwhile, or our own fault."""

from integration.errors import (
    ConfigurationError,
    ConflictError,
    NotSentError,
    PermanentError,
    ProgramError,
    TemporaryError,
)

from .form import AGAIN, DEAD_SKIP_TOKEN, DUPLICATE, LATER, NO_CODE, STALE, Row

NOT_BY_DATA = (
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
)

UNEXPLAINED = (
    # What no text explains
    Row(
        ConfigurationError,
        "the address does not exist there",
        "Check the environment, the company and whether the app is installed.",
        code=NO_CODE,
        status=404,
    ),
)
