"""Refusals that no change of data ends: not now, not allowed, moved on meanwhile, or our own fault."""

from django.utils.translation import gettext_noop as _

from integration.errors import (
    ConfigurationError,
    ConflictError,
    NotSentError,
    PermanentError,
    ProgramError,
    TemporaryError,
)

from .form import DEAD_SKIP_TOKEN, DUPLICATE, LATER, NO_CODE, STALE, Row

NOT_BY_DATA = (
    # Not now
    Row(
        NotSentError, _("too many requests at once"), LATER, code="Application_TooManyRequests", certain=True
    ),
    Row(NotSentError, _("too many requests at once"), LATER, status=429, certain=True),
    Row(
        NotSentError,
        _("the environment is not available at the moment"),
        LATER,
        code="Internal_TenantUnavailable",
        certain=True,
    ),
    Row(
        TemporaryError,
        _("someone else is changing the same records"),
        LATER,
        fragment="is being updated in a transaction done by another session",
        certain=True,
    ),
    Row(
        TemporaryError,
        _("someone else has locked the records"),
        LATER,
        fragment="was locked by another user",
        certain=True,
    ),
    Row(
        TemporaryError,
        _("it got in the way of another change"),
        LATER,
        fragment="deadlock",
        certain=True,
    ),
    Row(
        TemporaryError,
        _("its database could not be reached"),
        LATER,
        code="Internal_ServerError",
        fragment="Cannot establish a connection",
        certain=True,
    ),
    # Not allowed, or the wrong address
    Row(
        ConfigurationError,
        _("it does not know our application"),
        _("The BC administrator must check the application's card, its consent and its secret."),
        code="Authentication_*",
    ),
    Row(
        ConfigurationError,
        _("it does not know our application"),
        _("The BC administrator must check the application's card, its consent and its secret."),
        status=401,
    ),
    Row(
        ConfigurationError,
        _("our application lacks the permission on {1}"),
        _("The BC administrator must add it to the application's permission sets."),
        fragment="current permissions prevented the action…(TableData …)",
    ),
    Row(
        ConfigurationError,
        _("our application lacks a permission"),
        _("The BC administrator must add it to the application's permission sets."),
        fragment="current permissions prevented the action",
    ),
    Row(
        ConfigurationError,
        _("our application lacks a permission"),
        _("The BC administrator must add it to the application's permission sets."),
        code="Authorization_*",
    ),
    Row(
        ConfigurationError,
        _("our application lacks a permission"),
        _("The BC administrator must add it to the application's permission sets."),
        status=403,
    ),
    Row(
        ConfigurationError,
        _("the address does not exist there"),
        _("Check the environment, the company and whether the app is installed."),
        code="BadRequest_ResourceNotFound",
    ),
    Row(
        ConfigurationError,
        _("the company does not exist there"),
        _("Correct the company in the connection."),
        code="Internal_CompanyNotFound",
    ),
    # The record moved on
    Row(
        ConflictError,
        _("it was changed there meanwhile"),
        _("It is read again and judged again."),
        code=STALE,
    ),
    Row(
        ConflictError,
        _("it was changed there meanwhile"),
        _("It is read again and judged again."),
        status=412,
    ),
    Row(
        ConflictError,
        _("the list changed while it was read"),
        _("The pull starts again from its last mark."),
        code=DEAD_SKIP_TOKEN,
    ),
    Row(
        ConflictError,
        _("it exists there already"),
        _("The two are compared before anything is sent."),
        code=DUPLICATE,
    ),
    Row(
        ConflictError,
        _("it exists there already"),
        _("The two are compared before anything is sent."),
        fragment="already exists. Identification fields",
    ),
    Row(
        ConflictError,
        _("the receipt is probably posted already"),
        _("It is looked up there; do not post it a second time."),
        code="Internal_DataNotFoundFilter",
        fragment="There is no Purch. Inv. Header",
    ),
    Row(
        ConflictError,
        _("the vendor's invoice number is recorded there already"),
        _("Link this invoice to the one in BC, or reject it as a duplicate; never alter the number."),
        fragment="Purchase Invoice … already exists for this vendor",
    ),
    Row(
        ConflictError,
        _("more was received than the order has open"),
        _("The order is read again; an over-receipt goes to the buyer."),
        fragment="You cannot receive more than … units",
    ),
    Row(
        ConflictError,
        _("more was invoiced than was received"),
        _("The order is read again; a difference goes to accounts payable."),
        fragment="You can't invoice more than … units",
    ),
    Row(
        ConflictError,
        _("more was invoiced than was received"),
        _("The order is read again; a difference goes to accounts payable."),
        fragment="You cannot invoice more than … units",
    ),
    Row(
        ConflictError,
        _("there is nothing left to post"),
        _("It is looked up there, and closed here if it was posted already."),
        fragment="There is nothing to post",
    ),
    Row(
        ConflictError,
        _("it is posted already"),
        _("Its state is read again."),
        fragment="The invoice has been posted and can no longer be modified",
    ),
    # Ours
    Row(
        ProgramError,
        _("the change named no version of the record"),
        _("Report it to the developers."),
        code="BadRequest_InvalidToken",
    ),
    Row(
        ProgramError,
        _("posted documents are never deleted"),
        _("Report it to the developers."),
        fragment="You cannot delete posted purchase documents",
    ),
    Row(
        PermanentError,
        _("something it needs was not given"),
        _("Correct the field mapping, then send it again."),
        code="BadRequest_RequiredParamNotProvided",
        owner="mapping",
    ),
    Row(ProgramError, _("it did not understand us"), _("Report it to the developers."), code="BadRequest*"),
    Row(
        ProgramError,
        _("a value has the wrong form"),
        _("Report it to the developers."),
        code="Application_EvaluateException",
    ),
    Row(
        ProgramError,
        _("an id has the wrong form"),
        _("Report it to the developers."),
        code="Application_InvalidGUID",
    ),
    Row(
        ProgramError,
        _("it did not understand our question"),
        _("Report it to the developers."),
        code="Application_FilterErrorException",
    ),
    Row(ProgramError, _("the request was too large"), _("Report it to the developers."), status=413),
)

UNEXPLAINED = (
    # What no text explains
    Row(
        ConfigurationError,
        _("the address does not exist there"),
        _("Check the environment, the company and whether the app is installed."),
        code=NO_CODE,
        status=404,
    ),
)
