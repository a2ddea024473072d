"""Every row of BC's error table: class, desk and sentence; what no row knows goes to a person."""

from __future__ import annotations

import json

import pytest

from integration.bc.errors import is_gone, judge, take_apart
from integration.bc.refusals import TABLE, Refusal
from integration.errors import (
    ConfigurationError,
    ConflictError,
    IntegrationError,
    NotSentError,
    PermanentError,
    ProgramError,
    SetupError,
    TemporaryError,
    UnknownOutcome,
)

CORRELATION = "8f4b2b6e-0f0c-4c53-9c2d-6a5e9f1d2c3b"
DIALOG = "Application_DialogException"
FIELD = "Application_FieldValidationException"
ENDED_ID = "Identification fields and values: Id='1'"

# (status, code, text) → (class of a write, desk, what the sentence says)
ROWS = [
    # transient
    (429, "Application_TooManyRequests", "Too many requests reached.", NotSentError, "", "too many requests"),
    (429, "", "<html>Too Many Requests</html>", NotSentError, "", "too many requests"),
    (503, "Internal_TenantUnavailable", "The tenant is away.", NotSentError, "", "not available"),
    (
        409,
        "Internal_ServerError",
        "The record is being updated in a transaction done by another session.",
        TemporaryError,
        "",
        "someone else is changing",
    ),
    (
        400,
        "Internal_ServerError",
        "The Item table was locked by another user.",
        TemporaryError,
        "",
        "has locked the records",
    ),
    (500, "Internal_ServerError", "Your activity was a deadlock victim.", TemporaryError, "", "in the way"),
    (
        500,
        "Internal_ServerError",
        "Cannot establish a connection to the SQL Server.",
        TemporaryError,
        "",
        "could not be reached",
    ),
    # access
    (401, "Authentication_InvalidCredentials", "Rejected.", ConfigurationError, "", "does not know our"),
    (401, "", "Unauthorized", ConfigurationError, "", "does not know our application"),
    (403, "Authorization_RequestDenied", "No.", ConfigurationError, "", "lacks a permission"),
    (403, "", "Forbidden", ConfigurationError, "", "lacks a permission"),
    (
        403,
        "Internal_ServerError",
        "Sorry, the current permissions prevented the action."
        " (TableData 120 Purch. Rcpt. Header Insert: Base Application)",
        ConfigurationError,
        "",
        "lacks the permission on 120 Purch. Rcpt. Header Insert: Base Application.",
    ),
    (400, DIALOG, "The current permissions prevented the action.", ConfigurationError, "", "a permission"),
    (404, "BadRequest_ResourceNotFound", "Resource not found.", ConfigurationError, "", "the address"),
    (404, "BadRequest_NotFound", "Resource not found for 'x'.", ProgramError, "", "understand us"),
    (404, "", "<h1>Not found</h1>", ConfigurationError, "", "the address does not exist"),
    (404, "Internal_CompanyNotFound", "No company.", ConfigurationError, "", "the company does not exist"),
    # the record moved on
    (409, "Request_EntityChanged", "Another user has changed it.", ConflictError, "", "changed there"),
    (412, "", "Precondition failed", ConflictError, "", "changed there meanwhile"),
    (400, "SkipTokenIsNoLongerValid", "The token is dead.", ConflictError, "", "starts again from its last"),
    (409, "Internal_EntityWithSameKeyExists", "Exists.", ConflictError, "", "exists there already"),
    (400, DIALOG, f"The Item already exists. {ENDED_ID}", ConflictError, "", "exists there already"),
    (
        400,
        "Internal_DataNotFoundFilter",
        "There is no Purch. Inv. Header within the filter.",
        ConflictError,
        "",
        "probably posted already",
    ),
    (
        400,
        DIALOG,
        "Purchase Invoice R-1 already exists for this vendor.",
        ConflictError,
        "",
        "never alter the number",
    ),
    (400, DIALOG, "You cannot receive more than 4 units.", ConflictError, "", "more was received"),
    (400, DIALOG, "You can’t invoice more than 4 units.", ConflictError, "", "more was invoiced"),
    (400, DIALOG, "You cannot invoice more than 4 units.", ConflictError, "", "more was invoiced"),
    (400, DIALOG, "There is nothing to post.", ConflictError, "", "nothing left to post"),
    (
        400,
        DIALOG,
        "The invoice has been posted and can no longer be modified.",
        ConflictError,
        "",
        "it is posted already",
    ),
    # ours
    (400, "BadRequest_InvalidToken", "No token.", ProgramError, "", "named no version"),
    (400, "BadRequest_InvalidOperation", "Control 'x' is read-only.", ProgramError, "", "understand us"),
    (400, "BadRequest_NotFound", "Could not find a property named 'x'.", ProgramError, "", "understand us"),
    (405, "BadRequest_MethodNotAllowed", "No.", ProgramError, "", "did not understand us"),
    (400, "BadRequest", "No.", ProgramError, "", "did not understand us"),
    (400, "Application_EvaluateException", "No.", ProgramError, "", "wrong form"),
    (400, "Application_InvalidGUID", "No.", ProgramError, "", "wrong form"),
    (400, "Application_FilterErrorException", "No.", ProgramError, "", "our question"),
    (413, "", "Too large", ProgramError, "", "too large"),
    (400, DIALOG, "You cannot delete posted purchase documents.", ProgramError, "", "never deleted"),
    (400, "BadRequest_RequiredParamNotProvided", "No.", PermanentError, "mapping", "was not given"),
    # set-up
    (400, "Application_CallbackNotAllowed", "Confirm", SetupError, "bc", "asked a question"),
    (
        400,
        DIALOG,
        "There are lines with over-receipt required for approval.",
        SetupError,
        "bc",
        "approve that more came",
    ),
    (
        400,
        DIALOG,
        "The selected Over-Receipt Code - OR10, allows you to receive up to 11 units.",
        PermanentError,
        "cafm",
        "which is 11 in all",
    ),
    (
        400,
        DIALOG,
        "You must run the data upgrade for this API page.",
        SetupError,
        "bc",
        "must be upgraded",
    ),
    (
        400,
        DIALOG,
        "Posting Date is not within your range of allowed posting dates.",
        SetupError,
        "finance",
        "outside the open period",
    ),
    (
        400,
        "Internal_DataNotFoundFilter",
        "There is no Currency Exchange Rate within the filter.",
        SetupError,
        "finance",
        "no exchange rate",
    ),
    (
        400,
        DIALOG,
        "Purch. Account is missing in General Posting Setup, DOMESTIC.",
        SetupError,
        "finance",
        "the General posting set-up lacks an account",
    ),
    (
        400,
        DIALOG,
        "The VAT Posting Setup does not exist. Identification fields and values: x",
        SetupError,
        "finance",
        "posting set-up does not exist",
    ),
    (400, DIALOG, "You may not enter numbers manually.", SetupError, "bc", "no numbers from outside"),
    (
        400,
        DIALOG,
        "You cannot assign new numbers from the number series P-ORD.",
        SetupError,
        "bc",
        "used up",
    ),
    (400, FIELD, "Starting No. must have a value in No. Series Line: x", SetupError, "bc", "first number"),
    (
        400,
        FIELD,
        "Status must be equal to 'Open'  in Purchase Header: No.=1. Current value is 'Released'.",
        SetupError,
        "bc",
        "the order is released",
    ),
    (
        400,
        DIALOG,
        "This document can only be released when the approval process is complete.",
        SetupError,
        "bc",
        "waits for approval",
    ),
    (400, DIALOG, "The order is pending approval.", SetupError, "bc", "waits for approval"),
    (400, DIALOG, "Warehouse handling is required for Item.", SetupError, "bc", "warehouse documents"),
    (
        400,
        DIALOG,
        "All related inventory put-aways must be registered.",
        SetupError,
        "bc",
        "put-aways of the location",
    ),
    (400, DIALOG, "The Bin does not exist.", SetupError, "bc", "needs a bin"),
    (400, DIALOG, "You must assign a lot number for item 1.", SetupError, "bc", "lot or serial"),
    (
        400,
        FIELD,
        "Gen. Bus. Posting Group must have a value in Vendor: No.=V1. It cannot be zero or empty.",
        SetupError,
        "bc",
        "incomplete, Gen. Bus. Posting Group in Vendor.",
    ),
    (
        400,
        FIELD,
        "Base Unit of Measure must have a value in Item: No.=1.",
        SetupError,
        "bc",
        "incomplete, Base Unit of Measure in Item.",
    ),
    (400, FIELD, "VAT must have a value in Item", SetupError, "bc", "a master card is incomplete"),
    # data
    (
        400,
        DIALOG,
        "The Item Unit of Measure does not exist.",
        PermanentError,
        "bc",
        "does not have this unit",
    ),
    (
        400,
        "Internal_InvalidTableRelation",
        "Unit cannot be found in the related table (Item Unit of Measure).",
        PermanentError,
        "bc",
        "does not have this unit",
    ),
    (
        400,
        "Internal_InvalidTableRelation",
        "The field contains a value that cannot be found in the related table (Vendor).",
        PermanentError,
        "mapping",
        "does not exist there: Vendor.",
    ),
    (
        400,
        DIALOG,
        "The vendor cannot be found.",
        PermanentError,
        "mapping",
        "does not exist there: vendor.",
    ),
    (
        400,
        DIALOG,
        'The "currencyCode" does not match to a Currency.',
        PermanentError,
        "mapping",
        "an id or a code names no record",
    ),
    (
        400,
        DIALOG,
        "The vendor values do not match to a specific Vendor.",
        PermanentError,
        "mapping",
        "name different ones",
    ),
    (400, "Internal_InvalidTableRelation", "No.", PermanentError, "mapping", "does not exist there."),
    (
        400,
        "Application_StringExceededLength",
        "The length is 40, but it must be at most 35.",
        PermanentError,
        "mapping",
        "longer than the field",
    ),
    (404, "Internal_RecordNotFound", "The Order does not exist.", PermanentError, "bc", "not there any more"),
    (400, "Internal_RecordNotFound", "The Order does not exist.", PermanentError, "bc", "not there any more"),
    (400, DIALOG, f"The Purchase Header does not exist. {ENDED_ID}", PermanentError, "bc", "not there any"),
    (
        400,
        FIELD,
        "Blocked must be equal to 'No'  in Item: No.=1. Current value is 'Yes'.",
        PermanentError,
        "bc",
        "the item is blocked",
    ),
    (
        400,
        DIALOG,
        "You cannot purchase Item 1 because the Purchasing Blocked check box is selected.",
        PermanentError,
        "bc",
        "blocked for purchasing",
    ),
    (
        400,
        DIALOG,
        "You cannot post this type of document when Vendor V2 is blocked with type All",
        PermanentError,
        "bc",
        "the vendor is blocked",
    ),
    (
        400,
        DIALOG,
        "You cannot create this type of document when Vendor V2 is blocked with type All",
        PermanentError,
        "bc",
        "the vendor is blocked",
    ),
    (
        400,
        FIELD,
        "Document Date must have a value in Purchase Header: No.=1.",
        PermanentError,
        "mapping",
        "lacks a required field",
    ),
    (
        400,
        FIELD,
        "No. must have a value in Purchase Line: No.=1.",
        PermanentError,
        "mapping",
        "a line lacks a required field",
    ),
    (
        400,
        DIALOG,
        "The dimensions used in Order 1 are invalid.",
        PermanentError,
        "mapping",
        "do not go together",
    ),
    (
        400,
        DIALOG,
        "Select a Dimension Value Code for the Dimension Code DEPARTMENT for Vendor V1.",
        PermanentError,
        "mapping",
        "a value of the dimension DEPARTMENT is missing",
    ),
    (
        400,
        DIALOG,
        "Select a Dimension Value Code for DEPARTMENT.",
        PermanentError,
        "mapping",
        "a dimension is missing",
    ),
    (
        400,
        DIALOG,
        "The Dimension Value Code must be SALES for Dimension Code DEPARTMENT.",
        PermanentError,
        "mapping",
        "the wrong value",
    ),
    (400, DIALOG, "Dimension Value AREA - 30 is blocked.", PermanentError, "mapping", "dimension is blocked"),
    (
        400,
        DIALOG,
        "You need to enter the document number of the document from the vendor in the field.",
        PermanentError,
        "finance",
        "number is missing",
    ),
    (
        400,
        DIALOG,
        "You have insufficient quantity of Item 1 on inventory.",
        PermanentError,
        "cafm",
        "not enough stock",
    ),
]


def refusal(status: int, code: str, text: str) -> Refusal:
    body = {"error": {"code": code, "message": f"{text}  CorrelationId:  {CORRELATION}."}}
    return take_apart(status, json.dumps(body).encode() if code else text.encode())


def row_of(told: Refusal) -> int | None:
    return next((number for number, row in enumerate(TABLE) if row.matches(told)), None)


@pytest.mark.parametrize(("status", "code", "text", "kind", "owner", "says"), ROWS)
def test_each_refusal_has_its_class_its_desk_and_its_sentence(
    status: int, code: str, text: str, kind: type[IntegrationError], owner: str, says: str
) -> None:
    error = judge(refusal(status, code, text), subject="the order", write=True)

    assert type(error) is kind
    assert getattr(error, "owner", "") == owner
    assert error.sentence.startswith("Business Central refused the order: ")
    assert says in error.sentence
    assert (error.code, error.status) == (code, status)


def test_no_row_of_the_table_is_out_of_reach() -> None:
    reached = {row_of(refusal(status, code, text)) for status, code, text, *_ in ROWS}

    assert reached == set(range(len(TABLE)))


@pytest.mark.parametrize("status", [400, 409, 422])
def test_an_unknown_text_is_held_for_a_person_and_quoted(status: int) -> None:
    error = judge(refusal(status, DIALOG, "The moon is not in phase."), subject="the order", write=True)

    assert type(error) is PermanentError
    assert error.owner == "bc"
    assert '"The moon is not in phase."' in error.sentence


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_an_answer_that_proves_nothing_is_looked_up_after_a_write_and_asked_again_after_a_read(
    status: int,
) -> None:
    told = refusal(status, "", "<html><body>Gateway</body></html>")

    assert type(judge(told, subject="the order", write=True)) is UnknownOutcome
    assert type(judge(told, subject="the order", write=False)) is TemporaryError


def test_a_known_text_under_an_unclear_status_proves_nothing_either() -> None:
    told = refusal(500, DIALOG, "There is nothing to post.")

    assert type(judge(told, subject="the order", write=True)) is UnknownOutcome


def test_the_correlation_id_is_kept_apart_from_the_message() -> None:
    told = refusal(400, DIALOG, "There is nothing to post.")
    error = judge(told, subject="the order", write=True)

    assert told.message == "There is nothing to post."
    assert error.correlation_id == CORRELATION


def test_what_a_proxy_sends_is_kept_as_it_came() -> None:
    error = judge(take_apart(502, b"<html>Bad gateway</html>"), subject="the order", write=False)

    assert error.raw == "<html>Bad gateway</html>"


@pytest.mark.parametrize("secret", ["Bearer abc.def", "client_secret=hush", "eyJhbGciOi.eyJhdWQ.c2ln"])
def test_no_secret_is_kept_with_an_error(secret: str) -> None:
    told = take_apart(400, f"sent {secret} there".encode())

    assert "(removed)" in told.raw
    assert secret.removeprefix("Bearer ").removeprefix("client_secret=") not in told.raw


@pytest.mark.parametrize(
    ("code", "text", "gone"),
    [
        ("Internal_RecordNotFound", "It does not exist.", True),
        (DIALOG, "The Purchase Header does not exist.", True),
        (DIALOG, "The Bin does not exist.", False),
    ],
)
def test_what_is_gone_is_told_from_other_refusals(code: str, text: str, gone: bool) -> None:
    assert is_gone(judge(refusal(400, code, text), subject="the order", write=True)) is gone
